"""The part of a mapping that reads the usage log."""

from typing import Literal, Self

from pydantic import Field, model_validator

from ingestion.section import Section, Timezone

Action = Literal["login", "logout", "click", "record", "other"]


class UsageColumns(Section):
    """Names of the log's columns; what a log lacks is left out."""

    occurred_at: str
    account: str
    application: str
    user: str | None = None
    action: str | None = None
    event_id: str | None = None
    automated: str | None = None


class Automated(Section):
    """Which values of the `automated` column mark an event as made by a machine."""

    values: list[str | bool | int] = Field(min_length=1)


class Usage(Section):
    """The usage log: one row an event, in a folder partitioned year=/week=."""

    uri: str
    duplicates: Literal["event_id", "rows are real"]
    columns: UsageColumns
    # What an event of each name is; every event is `every_event_is` where the log has no names.
    actions: dict[str, Action] = Field(default_factory=dict)
    every_event_is: Action | None = None
    other_actions: Action = "other"
    # Zone of time stamps that carry none themselves.
    timezone: Timezone = "UTC"
    automated: Automated | None = None

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        if self.duplicates == "event_id" and self.columns.event_id is None:
            raise ValueError('duplicates = "event_id" needs columns.event_id')
        if (self.columns.action is None) == (self.every_event_is is None):
            raise ValueError("give either columns.action with [usage.actions], or every_event_is")
        if self.columns.action is not None and not self.actions:
            raise ValueError("columns.action needs [usage.actions], which says what each event name means")
        if (self.columns.automated is None) != (self.automated is None):
            raise ValueError("columns.automated and [usage.automated] values belong together")
        return self

    @property
    def recorded(self) -> frozenset[Action]:
        """The kinds of event that this log can tell of."""
        if self.every_event_is is not None:
            return frozenset([self.every_event_is])
        return frozenset([*self.actions.values(), self.other_actions])
