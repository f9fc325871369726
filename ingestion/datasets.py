"""Which tables may stand beside the log, and what is in them? One line a column: the contract."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

TEXT, WHOLE, NUMBER, DAY, TIME, YES_NO = "varchar", "bigint", "double", "date", "timestamp", "boolean"
IDENTIFIER = "identifier"  # text, which may be put together from several columns


@dataclass(frozen=True, slots=True)
class Dataset:
    """Column names and kinds. A row without one of the `required` is rejected; `key` decides repeats."""

    columns: Mapping[str, str]
    required: tuple[str, ...]
    key: tuple[str, ...] = ()


DATASETS: Mapping[str, Dataset] = MappingProxyType({
    "accounts": Dataset(
        {
            "account": IDENTIFIER, "name": TEXT, "industry": TEXT, "plan": TEXT, "region": TEXT, "manager": TEXT,
            "manager_email": TEXT, "seats": WHOLE, "annual_value": NUMBER,
        },
        required=("account",),
        key=("account",),
    ),
    "applications": Dataset({"application": IDENTIFIER, "name": TEXT}, required=("application",), key=("application",)),
    # What each application offers, used or not.
    "features": Dataset(
        {"application": IDENTIFIER, "feature": TEXT},
        required=("application", "feature"),
        key=("application", "feature"),
    ),
    "subscriptions": Dataset(
        {
            "account": IDENTIFIER, "application": IDENTIFIER, "started_on": DAY, "cancelled_on": DAY,
            "cancel_reason": TEXT, "renews_on": DAY, "seats": WHOLE, "annual_value": NUMBER,
        },
        required=("account",),
    ),
    "contacts": Dataset(
        {"account": IDENTIFIER, "name": TEXT, "role": TEXT, "email": TEXT, "phone": TEXT, "is_main": YES_NO},
        required=("account", "name"),
    ),
    "users": Dataset(
        {
            "user": IDENTIFIER, "account": IDENTIFIER, "name": TEXT, "email": TEXT, "registered_on": DAY,
            "invited_on": DAY, "activated_on": DAY, "transacted_on": DAY, "is_automated": YES_NO,
        },
        required=("user",),
        key=("user",),
    ),
    "messages": Dataset(
        {
            "message": IDENTIFIER, "account": IDENTIFIER, "user": IDENTIFIER, "sent_at": TIME, "channel": TEXT,
            "category": TEXT, "status": TEXT, "failure_reason": TEXT, "charge": NUMBER,
        },
        required=("account", "sent_at", "channel", "status"),
        key=("message",),
    ),
    "tickets": Dataset(
        {
            "ticket": IDENTIFIER, "account": IDENTIFIER, "application": IDENTIFIER, "opened_at": TIME,
            "first_response_at": TIME, "resolved_at": TIME, "responses": WHOLE, "priority": TEXT,
            "satisfaction": NUMBER,
        },
        required=("ticket", "account", "opened_at"),
        key=("ticket",),
    ),
    "touchpoints": Dataset(
        {"account": IDENTIFIER, "occurred_at": TIME, "kind": TEXT, "person": TEXT, "attended": YES_NO},
        required=("account", "occurred_at"),
    ),
    "service": Dataset(
        {
            "application": IDENTIFIER, "day": DAY, "requests": WHOLE, "errors": WHOLE, "uptime_minutes": NUMBER,
            "load_ms": NUMBER,
        },
        required=("application", "day"),
        key=("application", "day"),
    ),
})  # fmt: skip
