"""Which people, messages, sessions and tickets stand behind the numbers of Engagement? One select a kind of row."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Numeric, Select, String, cast, func, select

from data_access import adoption, cohorts, funnel, messages, registrations, session_lengths, ticket_load
from data_access.engine import read
from data_access.filters import Filters
from data_access.row_kinds import Kind
from data_access.schema import accounts, applications, sessions, tickets, users
from data_access.schema import messages as sent_messages
from data_access.standing import main_contacts

STEPS: dict[Kind, Callable[[Filters], ColumnElement[bool]]] = {
    Kind.REGISTRATIONS: registrations.registered,
    Kind.INVITED: funnel.invited,
    Kind.ACTIVATED: lambda filters: funnel.reached(filters, "activated"),
    Kind.TRANSACTED: lambda filters: funnel.reached(filters, "transacted"),
    Kind.NOT_ACTIVATED: lambda filters: funnel.dropped_out(filters, "activated"),
    Kind.NOT_TRANSACTED: lambda filters: funnel.dropped_out(filters, "transacted"),
    Kind.REGISTERED: lambda filters: (
        registrations.has_registered(filters) & (users.c.registered_on < filters.period.end)
    ),
    Kind.COHORT: lambda filters: users.c.user_key.in_(cohorts.active_later(filters, "people")),
}
OUTCOMES = {Kind.DELIVERED: "delivered", Kind.PENDING: "pending", Kind.UNJUDGED: messages.UNKNOWN}


def rows(filters: Filters, kind: Kind) -> Select[Any]:
    """The rows of `kind`, with its columns by their names (engagement_kinds.py)."""
    wanted = STEPS.get(kind)
    if wanted is not None:
        return _people(wanted(filters))
    match kind:
        case Kind.TRANSACTING:
            return _senders(filters)
        case Kind.COHORT_ACCOUNTS:
            return _accounts(cohorts.active_later(filters, "accounts"))
        case Kind.ADOPTERS:
            return _adopters(filters)
        case Kind.SESSIONS | Kind.SINGLE:
            is_long = sessions.c.seconds > 0
            return _sessions(session_lengths.begun(filters) & (is_long if kind is Kind.SESSIONS else ~is_long))
        case Kind.TICKETS | Kind.RESOLVED | Kind.STILL_OPEN:
            return _tickets(_of_tickets(filters, kind))
    return _messages(_of_messages(filters, kind))


def number(filters: Filters, kind: Kind) -> float:
    """How many rows of `kind` there are, or what they add up to."""
    listed = rows(filters, kind).subquery("listed")
    amount = func.coalesce(func.sum(listed.c.value), 0) if kind is Kind.CHARGES else func.count()
    return float(read(filters.scope, select(amount).select_from(listed), {"number": "float64"})["number"][0])


def _of_messages(filters: Filters, kind: Kind) -> ColumnElement[bool]:
    if kind is Kind.FAILED:
        return messages.failed(filters)
    asked = messages.sent(filters)
    if kind in OUTCOMES:
        return asked & (messages.outcome() == OUTCOMES[kind])
    return asked & (sent_messages.c.charge > 0) if kind in (Kind.CHARGED, Kind.CHARGES) else asked


def _of_tickets(filters: Filters, kind: Kind) -> ColumnElement[bool]:
    if kind is Kind.STILL_OPEN:
        return ticket_load.still_open(filters)
    asked = ticket_load.opened(filters)
    return asked & tickets.c.resolved_at.is_not(None) if kind is Kind.RESOLVED else asked


def _people(wanted: ColumnElement[bool]) -> Select[Any]:
    """Columns PERSON, one row per user, with the person to call at the account."""
    main = main_contacts()
    return (
        select(
            *_account(),
            func.coalesce(users.c.name, users.c.user_id).label("person"),
            users.c.user_id,
            users.c.email,
            users.c.registered_on,
            users.c.invited_on,
            users.c.activated_on,
            users.c.transacted_on,
            main.c.name.label("contact"),
            main.c.email.label("contact_email"),
        )
        .select_from(
            users.outerjoin(accounts, accounts.c.account_key == users.c.account_key).outerjoin(
                main, main.c.account_key == users.c.account_key
            )
        )
        .where(wanted)
    )


def _account() -> tuple[ColumnElement[Any], ...]:
    """Never missing: rows are counted by them."""
    return (
        func.coalesce(accounts.c.account_id, "").label("account_id"),
        func.coalesce(accounts.c.name, "").label("account"),
    )


def _senders(filters: Filters) -> Select[Any]:
    """Columns SENDER, one row per person with a charged message, at the first account that sent one."""
    by_person = (
        select(
            sent_messages.c.user_id,
            func.min(sent_messages.c.account_key).label("account_key"),
            func.count().label("messages"),
            func.sum(sent_messages.c.charge).label("charges"),
        )
        .where(registrations.transacted(filters))
        .group_by(sent_messages.c.user_id)
        .subquery("by_person")
    )
    return select(
        *_account(),
        func.coalesce(users.c.name, by_person.c.user_id).label("person"),
        by_person.c.user_id,
        users.c.email,
        by_person.c.messages,
        by_person.c.charges,
    ).select_from(
        by_person.join(accounts, accounts.c.account_key == by_person.c.account_key).outerjoin(
            users, users.c.user_id == by_person.c.user_id
        )
    )


def _accounts(keys: Select[Any]) -> Select[Any]:
    """Columns ACCOUNT, one row per account of `keys`."""
    told = (accounts.c[name] for name in ("state", "seats", "annual_value", "manager", "plan", "industry", "region"))
    return select(*_account(), *told).where(accounts.c.account_key.in_(keys))


def _messages(wanted: ColumnElement[bool]) -> Select[Any]:
    """Columns MESSAGE, one row per message."""
    own = sent_messages.c
    return (
        select(
            *_account(), _minute(own.sent_at).label("sent_at"), own.channel, own.category, own.status,
            own.failure_reason, own.charge.label("value"), own.user_id,
        )
        .join(accounts, accounts.c.account_key == own.account_key)
        .where(wanted)
    )  # fmt: skip


def _adopters(filters: Filters) -> Select[Any]:
    """Columns ADOPTER, one row per entitled pair that used the feature asked for."""
    keys = adoption.adopters(filters).subquery("keys")
    return select(
        *_account(), applications.c.name.label("application"), keys.c.value.label("events"), accounts.c.manager
    ).select_from(_named(keys))


def _sessions(wanted: ColumnElement[bool]) -> Select[Any]:
    """Columns SESSION, one row per session."""
    minutes = func.round(cast(sessions.c.seconds, Numeric) / 60, 1)
    return (
        select(
            *_account(),
            applications.c.name.label("application"),
            func.coalesce(users.c.name, users.c.user_id).label("person"),
            _minute(sessions.c.started_at).label("started_at"),
            minutes.label("minutes"),
        )
        .select_from(_named(sessions).join(users, users.c.user_key == sessions.c.user_key))
        .where(wanted)
    )


def _tickets(wanted: ColumnElement[bool]) -> Select[Any]:
    """Columns TICKET, one row per ticket."""
    own = tickets.c
    return (
        select(
            *_account(), own.ticket_id.label("ticket"), applications.c.name.label("application"), own.priority,
            _minute(own.opened_at).label("opened_at"), _minute(own.first_response_at).label("first_response_at"),
            _minute(own.resolved_at).label("resolved_at"), own.responses, own.satisfaction,
        )
        .join(accounts, accounts.c.account_key == own.account_key)
        .outerjoin(applications, applications.c.application_key == own.application_key)
        .where(wanted)
    )  # fmt: skip


def _named(rows: FromClause) -> FromClause:
    return rows.join(accounts, accounts.c.account_key == rows.c.account_key).join(
        applications, applications.c.application_key == rows.c.application_key
    )


def _minute(time: ColumnElement[Any]) -> ColumnElement[str]:
    """2026-11-22 09:30: in the order of time, and the same in both stores."""
    return func.substr(cast(time, String), 1, 16)
