"""Everything about one account, as tables to download: the same queries as on the page."""

from collections.abc import Callable

import pandas as pd

from callbacks import account, account_notes, flags
from callbacks.outlook import ACCOUNT_WEEKS
from callbacks.request import BadInput
from callbacks.tables import Tables, compared
from data_access import account as data
from data_access import account_events as events
from data_access import account_people as persons
from data_access.filters import Filters
from data_access.outlook import likeliest
from layouts.links import Query


def _of_one(rows: Callable[[Filters, Query], pd.DataFrame]) -> Callable[[Filters, Query], pd.DataFrame]:
    def table(filters: Filters, query: Query) -> pd.DataFrame:
        if filters.account is None:
            raise BadInput("Say which account: the address needs account=….")
        return rows(filters, query)

    return table


def _worded(rows: pd.DataFrame, **words: str) -> pd.DataFrame:
    return rows.rename(columns=words).rename(columns=lambda name: str(name).replace("_", " ").capitalize())


def _applications(filters: Filters, query: Query) -> pd.DataFrame:
    return compared(account.with_outlook(filters, data.applications_of(filters)), filters, "application")


def _weeks(filters: Filters, query: Query) -> pd.DataFrame:
    wide, total = account.named_weeks(filters)
    wide.insert(0, "All", total)
    return wide.rename_axis("Week").reset_index()


def _outlook(filters: Filters, query: Query) -> pd.DataFrame:
    return _worded(likeliest(filters, "account", ACCOUNT_WEEKS))


def _people(filters: Filters, query: Query) -> pd.DataFrame:
    return _worded(persons.people(filters, account.SHOWN[query.one("people")]))


def _contacts(filters: Filters, query: Query) -> pd.DataFrame:
    return _worded(data.contacts_of(filters), is_main="main contact")


def _tickets(filters: Filters, query: Query) -> pd.DataFrame:
    return _worded(events.tickets_of(filters), ticket_id="ticket")


def _history(filters: Filters, query: Query) -> pd.DataFrame:
    return _worded(account.history(filters))


def _notes(filters: Filters, query: Query) -> pd.DataFrame:
    return _worded(account_notes.table(filters.account or ""))


EXPORTS: Tables = {
    "applications": _of_one(_applications),
    "weeks": _of_one(_weeks),
    "outlook": _of_one(_outlook),
    "people": _of_one(_people),
    "contacts": _of_one(_contacts),
    "tickets": _of_one(_tickets),
    "timeline": _of_one(_history),
    "notes": _of_one(_notes),
    "flags": _of_one(flags.table),
}
