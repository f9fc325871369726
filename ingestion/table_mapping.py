"""The part of a mapping that reads tables of master data."""

from typing import Generic, TypeVar

from ingestion.section import Section


class Columns(Section):
    """Columns of a table of master data, ours = theirs."""


class AccountColumns(Columns):
    account: str
    name: str
    industry: str | None = None
    plan: str | None = None
    region: str | None = None
    manager: str | None = None
    manager_email: str | None = None
    seats: str | None = None
    annual_value: str | None = None


class ApplicationColumns(Columns):
    application: str
    name: str


class SubscriptionColumns(Columns):
    account: str
    application: str
    started_on: str
    cancelled_on: str | None = None
    cancel_reason: str | None = None
    renews_on: str | None = None
    seats: str | None = None
    annual_value: str | None = None


class ContactColumns(Columns):
    account: str
    name: str
    role: str | None = None
    email: str | None = None
    phone: str | None = None
    is_main: str | None = None


C = TypeVar("C", bound=Columns)


class TableSource(Section, Generic[C]):
    """One table of master data: where it lies, and its columns."""

    uri: str
    columns: C
