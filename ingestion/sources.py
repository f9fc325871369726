"""Which parts has a log? Each is rolled up by itself: a week folder, another leaf folder, or a file.

Of folders named year=/week= only those within the period kept are listed; a
bucket is never listed whole.
"""

import re
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from urllib.parse import unquote

from ingestion.remote import Place, SourceFile
from ingestion.remote import SourceError as SourceError
from ingestion.section import S3

READABLE = (".parquet", ".csv", ".csv.gz", ".xlsx")
_YEAR, _WEEK = re.compile(r"year=(\d{4})"), re.compile(r"week=(\d{1,2})")
_KEY = re.compile(r"([^=]+)=(.*)")
_EMPTY = "__HIVE_DEFAULT_PARTITION__"


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


@dataclass(frozen=True, slots=True)
class Part:
    """Files that are rolled up together. `label` is their folder or file below the uri."""

    label: str
    files: tuple[SourceFile, ...]
    week: Week | None = None


@dataclass(slots=True)
class Listing:
    """What a walk through the folders finds."""

    years: dict[int, list[str]] = field(default_factory=lambda: defaultdict(list))
    others: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))


def parts(place: Place, keep_weeks: int | str) -> list[Part]:
    """Week folders within `keep_weeks` of the newest, oldest first, then all other folders and files."""
    root = place.uri.rstrip("/")
    if place.is_file():
        return [Part(root.rpartition("/")[2], tuple(place.described([root])))]
    listing = Listing()
    _walk(place, root, listing)
    weeks = _newest_weeks(place, listing, keep_weeks)
    others = {label.removeprefix(root + "/"): files for label, files in sorted(listing.others.items())}
    if not weeks and not others:
        raise SourceError(
            f"{place.uri}: no file ending in {', '.join(READABLE)}. "
            "Correct usage.uri in the mapping, or bring the log into one of these."
        )
    found: list[tuple[str, list[str], Week | None]] = [
        (week.label, files, week) for week, files in sorted(weeks.items())
    ]
    found += [(label, files, None) for label, files in others.items()]
    described = iter(place.described([path for _, files, _ in found for path in files]))
    return [Part(label, tuple(next(described) for _ in files), week) for label, files, week in found]


def folder_columns(path: str, uri: str) -> dict[str, str | None]:
    """The columns that folders named key=value add to a file."""
    folders = path.removeprefix(uri.rstrip("/")).split("/")[:-1]
    named = [match for match in map(_KEY.fullmatch, folders) if match]
    return {unquote(key): None if value == _EMPTY else unquote(value) for key, value in (m.groups() for m in named)}


def _walk(place: Place, folder: str, listing: Listing, in_year: bool = False) -> None:
    """Years are noted, to be opened from the newest on; everything else is listed."""
    folders, files = place.entries(folder)
    for path in files:
        if path.endswith(READABLE):
            listing.others[folder if _KEY.fullmatch(_last(folder)) else path].append(path)
    for path in folders:
        year = _YEAR.fullmatch(_last(path))
        if year and not in_year:
            listing.years[int(year[1])].append(path)
        else:
            _walk(place, path, listing)


def _newest_weeks(place: Place, listing: Listing, keep_weeks: int | str) -> dict[Week, list[str]]:
    """Files by week, from the newest on until the period kept is full."""
    found: dict[Week, list[str]] = {}
    first = date.min
    for year in sorted(listing.years, reverse=True):
        if date(year, 12, 28) < first:
            break
        for week, folders in sorted(_weeks(place, year, listing).items(), reverse=True):
            if week.monday < first:
                break
            if files := [path for folder in folders for path in _files(place, folder)]:
                found[week] = files
                if len(found) == 1 and keep_weeks != "all":
                    first = week.monday - timedelta(weeks=int(keep_weeks) - 1)
    return found


def _weeks(place: Place, year: int, listing: Listing) -> dict[Week, list[str]]:
    """The week folders of a year. What else lies there, such as month=, is listed like any folder."""
    weeks: dict[Week, list[str]] = defaultdict(list)
    for folder in listing.years[year]:
        folders, files = place.entries(folder)
        listing.others[folder] += [path for path in files if path.endswith(READABLE)]
        if not listing.others[folder]:
            del listing.others[folder]
        for path in folders:
            if week := _week(year, _last(path)):
                weeks[week].append(path)
            else:
                _walk(place, path, listing, in_year=True)
    return weeks


def _week(year: int, folder: str) -> Week | None:
    match = _WEEK.fullmatch(folder)
    if not match:
        return None
    try:
        date.fromisocalendar(year, int(match[1]), 1)
    except ValueError:
        return None
    return Week(year, int(match[1]))


def _files(place: Place, folder: str) -> list[str]:
    """All files below a week folder that can be read."""
    folders, files = place.entries(folder)
    return [path for path in files if path.endswith(READABLE)] + [
        path for below in folders for path in _files(place, below)
    ]


def _last(path: str) -> str:
    return path.rpartition("/")[2]


def week_partitions(uri: str) -> dict[Week, list[SourceFile]]:
    """All files of a local log by week, oldest first."""
    return {part.week: list(part.files) for part in parts(Place(uri, S3()), "all") if part.week}
