"""Where do the files lie? Finds the week partitions of a log and the tables beside it."""

import re
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

_WEEK = re.compile(r"year=(\d{4})/week=(\d{1,2})(?:/|$)")


class SourceError(Exception):
    """A source cannot be read; the message says which, and what to do."""


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file as it was when listed: another size or time means other content."""

    path: str
    size_bytes: int
    modified_ns: int


@dataclass(frozen=True, slots=True, order=True)
class Week:
    """An ISO year and week, as the partitions are named."""

    year: int
    week: int

    @property
    def label(self) -> str:
        return f"year={self.year}/week={self.week:02d}"

    @property
    def monday(self) -> date:
        return date.fromisocalendar(self.year, self.week, 1)


def week_partitions(uri: str) -> dict[Week, list[SourceFile]]:
    """The Parquet files below `uri` by week, oldest first."""
    folder = Path(uri)
    if not folder.is_dir():
        raise SourceError(f"{uri}: no such folder. Correct usage.uri in the mapping.")
    partitions: dict[Week, list[SourceFile]] = defaultdict(list)
    for path in sorted(folder.rglob("*.parquet")):
        if match := _WEEK.search(path.relative_to(folder).parent.as_posix()):
            partitions[_week(int(match[1]), int(match[2]), path)].append(described(path))
    if not partitions:
        raise SourceError(
            f"{uri}: no Parquet file in folders named year=YYYY/week=WW. Correct usage.uri, or partition the log so."
        )
    return dict(sorted(partitions.items()))


def _week(year: int, number: int, path: Path) -> Week:
    week = Week(year, number)
    try:
        week.monday  # noqa: B018
    except ValueError:
        raise SourceError(f"{path}: ISO year {year} has no week {number}. Rename the folder.") from None
    return week


def described(path: Path) -> SourceFile:
    try:
        status = path.stat()
    except FileNotFoundError:
        raise SourceError(f"{path}: no such file. Correct its uri in the mapping.") from None
    return SourceFile(str(path), status.st_size, status.st_mtime_ns)


def newest(partitions: dict[Week, list[SourceFile]], keep_weeks: int | str) -> dict[Week, list[SourceFile]]:
    """The partitions within `keep_weeks` of the newest one."""
    if keep_weeks == "all":
        return partitions
    first_monday = max(partitions).monday - timedelta(weeks=int(keep_weeks) - 1)
    return {week: files for week, files in partitions.items() if week.monday >= first_monday}
