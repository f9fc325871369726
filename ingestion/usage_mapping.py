"""The part of a mapping that reads the usage log."""

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from ingestion.section import S3, Section, Timezone

Action = Literal["login", "logout", "click", "record", "other"]
ACTIONS: tuple[Action, ...] = ("login", "logout", "click", "record", "other")


def _as_list(value: object) -> object:
    return [value] if isinstance(value, str) else value


# One column, or several whose values together are the identifier.
Names = Annotated[tuple[str, ...], BeforeValidator(_as_list), Field(min_length=1)]


class UsageColumns(Section):
    """Names of the log's columns; what a log lacks is left out."""

    # Two columns are an ISO year and an ISO week.
    occurred_at: Annotated[Names, Field(max_length=2)]
    account: Names
    application: Names
    user: Names | None = None
    action: str | None = None
    event_id: Names | None = None
    automated: str | None = None
    feature: str | None = None


class Automated(Section):
    """Which values of the `automated` column mark an event as made by a machine."""

    values: list[str | bool | int] = Field(min_length=1)


class Amounts(Section):
    """Columns of numbers, for rows that are not one event each. They are added up."""

    events: str | None = None
    logins: str | None = None
    clicks: str | None = None
    records: str | None = None
    minutes: str | None = None
    seconds: str | None = None

    @property
    def given(self) -> dict[str, str]:
        return {name: column for name, column in self if column is not None}

    @property
    def counts(self) -> frozenset[str]:
        """The kinds of event that are counted in columns of their own."""
        return frozenset(self.given) & {"logins", "clicks", "records"}

    @property
    def has_time(self) -> bool:
        return self.minutes is not None or self.seconds is not None


class DayZero(Section):
    """For a column of day numbers: the date of day 0, by the values of another column."""

    column: str
    days: dict[str, date] = Field(min_length=1)


class Lookup(Section):
    """A small table whose columns may be used like the log's own, found by the columns `on`."""

    uri: str
    on: list[str] = Field(min_length=1)


class Csv(Section):
    """How text files are written."""

    separator: str = Field(default=",", min_length=1, max_length=1)
    quote: str = Field(default='"', min_length=1, max_length=1)
    decimal: Literal[".", ","] = "."
    encoding: str = "utf-8"

    @model_validator(mode="after")
    def _is_known(self) -> Self:
        try:
            "".encode(self.encoding)
        except LookupError:
            raise ValueError(f"'{self.encoding}' is no encoding; use a name such as 'utf-8' or 'cp1252'") from None
        return self


class Usage(Section):
    """The usage log: a folder or a file, local or in S3."""

    uri: str
    duplicates: Literal["event_id", "rows are real"]
    columns: UsageColumns
    # What a row is: an event, or the sums of a day or of an ISO week.
    grain: Literal["event", "day", "week"] = "event"
    # What an event of each name is; every event is `every_event_is` where the log has no names.
    actions: dict[str, Action] = Field(default_factory=dict)
    every_event_is: Action | None = None
    other_actions: Action = "other"
    amounts: Amounts = Field(default_factory=Amounts)
    # Zone of time stamps that carry none themselves.
    timezone: Timezone = "UTC"
    time_unit: Literal["s", "ms", "us", "ns"] | None = None
    time_format: str | None = None
    day_zero: DayZero | None = None
    automated: Automated | None = None
    lookups: list[Lookup] = Field(default_factory=list)
    csv: Csv = Field(default_factory=Csv)
    s3: S3 = Field(default_factory=S3)

    @model_validator(mode="after")
    def _says_what_rows_are(self) -> Self:
        ways = (self.columns.action, self.every_event_is, self.amounts.counts or None)
        if sum(way is not None for way in ways) != 1:
            raise ValueError(
                "give one of columns.action with [usage.actions], every_event_is, or [usage.amounts] "
                "with logins, clicks or records"
            )
        if self.columns.action is not None and not self.actions:
            raise ValueError("columns.action needs [usage.actions], which says what each event name means")
        if self.duplicates == "event_id" and self.columns.event_id is None:
            raise ValueError('duplicates = "event_id" needs columns.event_id')
        if (self.columns.automated is None) != (self.automated is None):
            raise ValueError("columns.automated and [usage.automated] values belong together")
        return self

    @model_validator(mode="after")
    def _says_what_times_are(self) -> Self:
        if sum(way is not None for way in (self.time_unit, self.time_format, self.day_zero)) > 1:
            raise ValueError("give one of time_unit, time_format and [usage.day_zero]")
        if len(self.columns.occurred_at) == 2 and self.grain != "week":
            raise ValueError('columns.occurred_at of a year and a week needs grain = "week"')
        return self

    @model_validator(mode="after")
    def _says_what_amounts_are(self) -> Self:
        if self.grain != "event" and not self.amounts.given:
            raise ValueError(f'grain = "{self.grain}" needs [usage.amounts]: which columns to add up')
        if self.amounts.minutes and self.amounts.seconds:
            raise ValueError("give one of amounts.minutes and amounts.seconds")
        return self

    @property
    def recorded(self) -> frozenset[str]:
        """The kinds of event that this log can tell of."""
        if self.amounts.counts:
            return frozenset(name.removesuffix("s") for name in self.amounts.counts)
        if self.every_event_is is not None:
            return frozenset([self.every_event_is])
        return frozenset([*self.actions.values(), self.other_actions])

    @property
    def has_sessions(self) -> bool:
        """Whether time in the platform follows from the times of events: only where each row is one."""
        return self.columns.user is not None and self.grain == "event" and not self.amounts.given

    @property
    def measures(self) -> list[str]:
        """What the log can tell of: the rest is hidden, not shown as zero."""
        told = {
            "logins": "login" in self.recorded,
            "users": self.columns.user is not None,
            # A log of results alone does not show how long anybody worked.
            "hours": self.amounts.has_time or (self.has_sessions and bool(self.recorded & {"login", "click"})),
            "clicks": "click" in self.recorded,
            "records": "record" in self.recorded,
        }
        return [measure for measure, is_told in told.items() if is_told]
