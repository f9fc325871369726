"""Who is a customer of what, in which state, and whom does one call there?"""

from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, Subquery, case, func, select

from data_access.filters import Filters
from data_access.schema import contacts, pairs
from data_access.volume import concerns

# States of pairs that are no entitlement.
NOT_ENTITLED = ("cancelled", "not started")


def pairs_in_scope(filters: Filters) -> Select[Any]:
    """The columns of `pairs`, one row per pair that the filters ask for."""
    return select(pairs).where(concerns(filters, pairs))


def known_since(pairs: FromClause) -> ColumnElement[Any]:
    """The day from which a pair is in its state, where its own dates tell; else missing: its span tells the week."""
    own = pairs.c
    return case(
        (own.state == "cancelled", own.cancelled_on),
        (own.state.in_(("not started", "onboarding", "never activated")), own.started_on),
        (own.state == "inactive", own.last_use_on),
    )


def main_contacts() -> Subquery:
    """The columns of `contacts`, one row per account that has any: the main one, else the first by name."""
    place = func.row_number().over(
        partition_by=contacts.c.account_key, order_by=(contacts.c.is_main.desc(), contacts.c.name)
    )
    ranked = select(contacts, place.label("place")).subquery("ranked_contacts")
    return select(ranked).where(ranked.c.place == 1).subquery("main")
