"""Which column of the customer's files is which of ours? One TOML file says it, no code."""

import os
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from ingestion.datasets import DATASETS
from ingestion.section import Section, Timezone
from ingestion.table_mapping import Tables, TableSource
from ingestion.usage_mapping import Usage


class MappingError(Exception):
    """The mapping cannot be used; the message says which line to change."""


class Source(Section):
    """What the whole is called, and how days are counted."""

    name: str
    reporting_timezone: Timezone = "UTC"
    # Weeks of history that are loaded, counted back from the newest partition.
    keep_weeks: int | Literal["all"] = 104

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.reporting_timezone)


class Mapping(Tables):  # type: ignore[misc, valid-type]
    """A whole mapping file: of its sections only `source` and `usage` are required."""

    source: Source
    usage: Usage

    @property
    def tables(self) -> dict[str, TableSource]:
        """The tables that are mapped, by the name of their dataset."""
        return {name: table for name in DATASETS if (table := getattr(self, name)) is not None}


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
        if not hasattr(section, "uri"):
            return section
        changes: dict[str, Any] = {} if "://" in section.uri else {"uri": str(folder / section.uri)}
        if hasattr(section, "lookups"):
            changes["lookups"] = [absolute(lookup) for lookup in section.lookups]
        return section.model_copy(update=changes)

    absolute_sections = {name: absolute(section) for name, section in mapping}
    changed: Mapping = mapping.model_copy(update=absolute_sections)
    return changed
