"""What is subscribed, and for how long, where a row of the table is not one subscription of one pair? SQL."""

# Each row is one person's: the first begins the account's subscription, and the last to leave ends it.
ONE_SUBSCRIPTION = """
    with together as (
        select account, application, count(*) > count(cancelled_on) as is_open, min(started_on) as started_on,
            max(cancelled_on) as cancelled_on, arg_max(cancel_reason, cancelled_on) as cancel_reason,
            max(renews_on) as renews_on, sum(seats)::bigint as seats, sum(annual_value) as annual_value
        from read_rows group by account, application
    )
    select account, application, started_on, case when not is_open then cancelled_on end as cancelled_on,
        case when not is_open then cancel_reason end as cancel_reason, renews_on, seats, annual_value
    from together
"""

# A subscription without an application covers each that the account has another row for, or uses;
# if there is none, then all: an account that never came must not be lost.
COVERED = """
    create or replace temp table given_subscriptions as
    with single as (
        select * from given_subscriptions where application is not null
    ),
    whole as (
        select * exclude (application) from given_subscriptions where application is null
    ),
    paired as (
        select account, application from rolled union select account, application from single
    ),
    known as (
        select application from rolled union select application from given_applications
    )
    from single
    union all by name
    from whole join paired using (account)
    union all by name
    from (from whole anti join paired using (account)), known
"""
