"""The part of a mapping that reads the tables beside the log: a section for each of DATASETS."""

from typing import Literal

from pydantic import Field, create_model

from ingestion.datasets import DATASETS, IDENTIFIER, Dataset
from ingestion.section import S3, Section, Timezone
from ingestion.usage_mapping import Csv, DayZero, Lookup, Names


class TableSource(Section):
    """Where a table lies, how it is written, and its columns, ours = theirs."""

    uri: str
    columns: Section
    csv: Csv = Field(default_factory=Csv)
    s3: S3 = Field(default_factory=S3)
    # For columns of day numbers: the date of day 0, by the values of another column.
    day_zero: DayZero | None = None
    # Of times written in another order than 2026-01-31, as in "%d/%m/%Y %H:%M".
    time_format: str | None = None
    # Of times that carry no zone; without it they count as written.
    timezone: Timezone | None = None
    lookups: list[Lookup] = Field(default_factory=list)

    @property
    def uris(self) -> list[str]:
        """Of every file that it is read from."""
        return [self.uri, *(lookup.uri for lookup in self.lookups)]

    @property
    def theirs(self) -> dict[str, tuple[str, ...]]:
        """Their columns by our name, of those that are given."""
        given = self.columns.model_dump(exclude_none=True)
        return {ours: (names,) if isinstance(names, str) else tuple(names) for ours, names in given.items()}


class TicketSource(TableSource):
    """Help desks often write a line for each thing that happened to a ticket, not one for the ticket."""

    one_row_is: Literal["ticket", "event"] = "ticket"


class SubscriptionSource(TableSource):
    """Where people subscribe one by one, an account is a customer as long as any of them is."""

    one_row_is: Literal["subscription", "user"] = "subscription"


_SOURCES: dict[str, type[TableSource]] = {"tickets": TicketSource, "subscriptions": SubscriptionSource}


def _section(name: str, dataset: Dataset) -> type[TableSource]:
    fields: dict[str, tuple[object, object]] = {}
    for column, kind in dataset.columns.items():
        accepted = Names if kind == IDENTIFIER else str
        fields[column] = (accepted, ...) if column in dataset.required else (accepted | None, None)
    columns = create_model(f"{name.title()}Columns", __base__=Section, **fields)  # type: ignore[call-overload]
    base = _SOURCES.get(name, TableSource)
    source: type[TableSource] = create_model(name.title(), __base__=base, columns=(columns, ...))
    return source


Tables: type[Section] = create_model(  # type: ignore[call-overload]
    "Tables", __base__=Section, **{name: (_section(name, dataset) | None, None) for name, dataset in DATASETS.items()}
)
