"""The mapping of the demo's own files: an example of how few lines it takes."""

MAPPING = """\
# Invented agencies; written by `dashboard demo`.
[source]
name = "Demo agencies"
reporting_timezone = "America/Denver"

[usage]
uri = "usage"
duplicates = "event_id"

[usage.columns]
event_id = "event_id"
occurred_at = "occurred_at"
account = "account_id"
application = "application_id"
user = "user_id"
action = "event"
automated = "channel"

[usage.actions]
LOGIN = "login"
LOGOUT = "logout"
CLICK = "click"
RECORD_CREATED = "record"

[usage.automated]
values = ["api"]

[accounts]
uri = "accounts.parquet"
[accounts.columns]
account = "account_id"
name = "name"
industry = "industry"
plan = "plan"
region = "region"
manager = "manager"
manager_email = "manager_email"
seats = "seats"
annual_value = "annual_value"

[applications]
uri = "applications.parquet"
[applications.columns]
application = "application_id"
name = "name"

[subscriptions]
uri = "subscriptions.parquet"
[subscriptions.columns]
account = "account_id"
application = "application_id"
started_on = "started_on"
cancelled_on = "cancelled_on"
cancel_reason = "cancel_reason"
renews_on = "renews_on"
seats = "seats"
annual_value = "annual_value"

[contacts]
uri = "contacts.parquet"
[contacts.columns]
account = "account_id"
name = "name"
role = "role"
email = "email"
phone = "phone"
is_main = "is_main"
"""
