"""Who is a customer of what, in which state, and whom does one call there?"""

from typing import Any

from sqlalchemy import Select, Subquery, func, select

from data_access.filters import Filters
from data_access.schema import contacts, pairs
from data_access.volume import concerns

# States of pairs that are no entitlement.
NOT_ENTITLED = ("cancelled", "not started")


def pairs_in_scope(filters: Filters) -> Select[Any]:
    """The columns of `pairs`, one row per pair that the filters ask for."""
    return select(pairs).where(concerns(filters, pairs))


def main_contacts() -> Subquery:
    """The columns of `contacts`, one row per account that has any: the main one, else the first by name."""
    place = func.row_number().over(
        partition_by=contacts.c.account_key, order_by=(contacts.c.is_main.desc(), contacts.c.name)
    )
    ranked = select(contacts, place.label("place")).subquery("ranked_contacts")
    return select(ranked).where(ranked.c.place == 1).subquery("main")
