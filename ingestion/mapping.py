"""Which column of the customer's files is which of ours? One TOML file says it, no code."""

import os
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Generic, Literal, Self, TypeVar
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

Action = Literal["login", "logout", "click", "record", "other"]


class MappingError(Exception):
    """The mapping cannot be used; the message says which line to change."""


def _known_timezone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError(f"'{name}' is not a time zone; use a name such as 'America/Denver' or 'UTC'")
    return name


Timezone = Annotated[str, AfterValidator(_known_timezone)]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Source(_Section):
    """What the whole is called, and how days are counted."""

    name: str
    reporting_timezone: Timezone = "UTC"
    # Weeks of history that are loaded, counted back from the newest partition.
    keep_weeks: int | Literal["all"] = 104

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.reporting_timezone)


class UsageColumns(_Section):
    """Names of the log's columns; what a log lacks is left out."""

    occurred_at: str
    account: str
    application: str
    user: str | None = None
    action: str | None = None
    event_id: str | None = None
    automated: str | None = None


class Automated(_Section):
    """Which values of the `automated` column mark an event as made by a machine."""

    values: list[str | bool | int] = Field(min_length=1)


class Usage(_Section):
    """The usage log: one row an event, in a folder partitioned year=/week=."""

    uri: str
    duplicates: Literal["event_id", "rows are real"]
    columns: UsageColumns
    # What an event of each name is; every event is `every_event_is` where the log has no names.
    actions: dict[str, Action] = {}
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


class Columns(_Section):
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


class TableSource(_Section, Generic[C]):
    """One table of master data: where it lies, and its columns."""

    uri: str
    columns: C


class Mapping(_Section):
    """A whole mapping file. Only `usage` is required."""

    source: Source
    usage: Usage
    accounts: TableSource[AccountColumns] | None = None
    applications: TableSource[ApplicationColumns] | None = None
    subscriptions: TableSource[SubscriptionColumns] | None = None
    contacts: TableSource[ContactColumns] | None = None


def read_mapping(path: Path) -> Mapping:
    """The mapping in `path`, with every `uri` made absolute.

    `${NAME}` in the file stands for the environment variable; a relative
    `uri` is relative to the file. Raises MappingError naming file and key.
    """
    try:
        content = tomllib.loads(_with_environment(path.read_text(encoding="utf-8"), path))
        mapping = Mapping.model_validate(content)
    except FileNotFoundError:
        raise MappingError(f"{path}: no such mapping file. Copy one from examples/ and adapt it.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise MappingError(f"{path}: not valid TOML: {error}") from None
    except ValidationError as error:
        raise MappingError("\n".join(_in_words(path, error))) from None
    return _with_absolute_uris(mapping, path.resolve().parent)


def _with_environment(text: str, path: Path) -> str:
    def value(match: re.Match[str]) -> str:
        name = match[1]
        if name not in os.environ:
            raise MappingError(f"{path}: the environment variable {name} is not set. Set it, or write the path.")
        return os.environ[name]

    return re.sub(r"\$\{(\w+)\}", value, text)


def _in_words(path: Path, error: ValidationError) -> Iterator[str]:
    for problem in error.errors():
        key = ".".join(str(part) for part in problem["loc"]) or "file"
        match problem["type"]:
            case "extra_forbidden":
                message = "no such key. Remove it, or correct its spelling; docs/connect.md lists them all"
            case "missing":
                message = "is missing. Add it; docs/connect.md shows an example"
            case _:
                message = problem["msg"].removeprefix("Value error, ")
        yield f"{path}: {key}: {message}."


def _with_absolute_uris(mapping: Mapping, folder: Path) -> Mapping:
    def absolute(section: Any) -> Any:
        if not hasattr(section, "uri") or "://" in section.uri:
            return section
        return section.model_copy(update={"uri": str(folder / section.uri)})

    return mapping.model_copy(update={name: absolute(section) for name, section in mapping})
