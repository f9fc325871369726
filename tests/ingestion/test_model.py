"""Whatever happens to its files, the store holds what a plain model of the log says."""

import gzip
import tempfile
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import wraps
from itertools import count
from pathlib import Path
from zoneinfo import ZoneInfo

import pandas as pd
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from ingestion.load import Summary, load
from ingestion.publish import Busy
from ingestion.sources import SourceError
from tests.given import USAGE, Given

ZONE = ZoneInfo("America/Denver")
WEEKS = (9, 10, 11)  # clocks go forward on the last night of week 10
KINDS = ("parquet", "csv", "csv.gz")
STORED = """
    select application_id, account_id, cast(day as varchar), human_events, logins, clicks, records, automated_events,
        active_users
    from usage_daily join applications using (application_key) join accounts using (account_key) order by all
"""


@dataclass(frozen=True)
class Event:
    at: datetime | None
    account: str | None
    app: str | None
    user: str | None
    event: str
    channel: str
    id: str | None
    feature: str = ""

    @property
    def reason(self) -> str | None:
        """Why it cannot be used."""
        if self.at is None:
            return "no valid time"
        if not (self.account or "").strip():
            return "no account"
        return "no application" if self.app is None else None


@dataclass(frozen=True, eq=False)
class File:
    """What was written under a path: its events, none where it cannot be read. Two are never the same."""

    events: tuple[Event, ...] = ()


@dataclass
class Stored:
    """What should be stored of these files."""

    files: dict[str, File]
    kept: list[Event] = field(default_factory=list)
    duplicates: int = 0
    rejected: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        seen = set()
        for _, file in sorted(self.files.items()):
            for event in file.events:
                if event.reason:
                    self.rejected[event.reason] += 1
                elif event.id in seen:
                    self.duplicates += 1
                else:
                    self.kept.append(event)
                    seen.add(event.id or object())

    @property
    def rows(self) -> dict[str, int]:
        return {path: len(file.events) for path, file in self.files.items()}

    @property
    def problems(self) -> set[str]:
        return {path for path, file in self.files.items() if not file.events}

    @property
    def daily(self) -> list[tuple[object, ...]]:
        cells: dict[tuple[str, str, str], list[Event]] = {}
        for event in self.kept:
            day = event.at.astimezone(ZONE).date().isoformat()
            cells.setdefault((event.app, event.account, day), []).append(event)
        return [(*cell, *volumes(events)) for cell, events in sorted(cells.items())]


def volumes(events: list[Event]) -> tuple[int, ...]:
    human = [event for event in events if event.channel != "api"]
    by_name = Counter(event.event for event in human)
    users = {event.user for event in human} - {None}
    kinds = (by_name["LOGIN"], by_name["CLICK"], by_name["RECORD"])
    return len(human), *kinds, len(events) - len(human), len(users)


def at(minutes: int, week: int) -> datetime:
    """So long after the beginning of the Sunday before `week`; not always in that week."""
    sunday = datetime.fromisocalendar(2026, week, 1) - timedelta(days=1)
    return (sunday + timedelta(minutes=minutes)).replace(tzinfo=UTC)


# An event, once it is known in which week it is sent, and as which one.
Sent = Callable[[int, int], Event]


def sent(minutes: int, has_time: bool, has_id: bool, **columns: str | None) -> Sent:
    return lambda week, number: Event(
        at(minutes, week) if has_time else None, id=f"e{number}" if has_id else None, **columns
    )


EVENT = st.builds(
    sent,
    minutes=st.integers(0, 9 * 24 * 60),
    has_time=st.sampled_from([True] * 6 + [False]),
    has_id=st.sampled_from([True] * 3 + [False]),
    account=st.sampled_from(["a", "b", 'Köln, "Süd"'] * 3 + [" ", None]),
    app=st.sampled_from(["permit", "rental"] * 4 + [None]),
    user=st.sampled_from(["ann", "bob", None]),
    event=st.sampled_from(["LOGIN", "CLICK", "RECORD", "UNHEARD OF"]),
    channel=st.sampled_from(["web", "web", "api"]),
)
EVENTS = st.lists(EVENT, max_size=8)
SOME_EVENTS = st.lists(EVENT, min_size=2, max_size=8)
WEEK, KIND = st.sampled_from(WEEKS), st.sampled_from(KINDS)


def content(events: tuple[Event, ...], kind: str) -> bytes:
    rows = frame(events)
    if kind == "parquet":
        return rows.to_parquet(index=False)
    text = rows.assign(at=[event.at or "soon" for event in events]).to_csv(index=False).encode()
    return gzip.compress(text) if kind == "csv.gz" else text


def frame(events: tuple[Event, ...]) -> pd.DataFrame:
    rows = pd.DataFrame(map(asdict, events), columns=list(Event.__dataclass_fields__))
    return rows.astype({"at": "datetime64[us, UTC]"})


# What a file may look like one day, and whether it can still be read.
DRIFTS: dict[str, tuple[Callable[[pd.DataFrame], pd.DataFrame], bool]] = {
    "a column is missing": (lambda rows: rows.drop(columns="account"), False),
    "a column is renamed": (lambda rows: rows.rename(columns={"at": "occurred"}), False),
    "a column is nested": (lambda rows: rows.assign(user=[["ann"]] * len(rows)), False),
    "times are numbers": (lambda rows: rows.assign(at=1), False),
    "times are truths": (lambda rows: rows.assign(at=True), False),
    "times are text": (lambda rows: rows.assign(at=rows["at"].astype("string")), True),
    "columns are in another order": (lambda rows: rows[rows.columns[::-1]], True),
    "there is another column": (lambda rows: rows.assign(reason="new"), True),
}
BREAKS: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda whole: b"",
    "of no known format": lambda whole: b"neither\0this nor\xff that\n",
    "cut off": lambda whole: whole[: len(whole) // 2],
    "cut off at its end": lambda whole: whole[:-4],
}


def step(**drawn: st.SearchStrategy[object]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """A rule that changes files, and then loads them or lets more happen before."""

    def as_rule(change: Callable[..., None]) -> Callable[..., None]:
        @wraps(change)
        def changed(self: "Loading", then_load: bool, **values: object) -> None:
            change(self, **values)
            if then_load:
                self.load()

        # What draws from `data` takes one of the files.
        return precondition(lambda self: self.files or "data" not in drawn)(
            rule(then_load=st.booleans(), **drawn)(changed)
        )

    return as_rule


class Loading(RuleBasedStateMachine):
    """Files come, change and go; now and then they are loaded."""

    def __init__(self) -> None:
        super().__init__()
        self.disk = tempfile.TemporaryDirectory()
        self.given = Given(Path(self.disk.name))
        self.given.mapping.write_text(USAGE.format(zone=ZONE.key))
        self.numbers = count()
        self.files: dict[str, File] = {}
        # What the newest generation was made of; not known after files changed under a load.
        self.loaded: dict[str, File] | None = {}

    def teardown(self) -> None:
        with self.disk:
            self.load()

    def load(self) -> None:
        expected = Stored(self.files)
        if not expected.kept:
            with pytest.raises(SourceError):
                self.given.load_again()
            return
        summary = self.given.load_again()
        assert (summary.generation is None) == (self.files == self.loaded) or self.loaded is None
        self.loaded = dict(self.files)
        self._check(expected, summary)

    @initialize(events=st.fixed_dictionaries(dict.fromkeys(WEEKS[:2], SOME_EVENTS)))
    def a_log_begins(self, events: dict[int, list[Sent]]) -> None:
        for week, sent in events.items():
            self._write(self._new_path(week, "parquet"), self._numbered(sent, week))
        self.load()

    @step(week=WEEK, kind=KIND, events=EVENTS)
    def a_file_comes_in_time_or_late(self, week: int, kind: str, events: list[Sent]) -> None:
        self._write(self._new_path(week, kind), self._numbered(events, week))

    @step(week=WEEK, drift=st.sampled_from(sorted(DRIFTS)), events=SOME_EVENTS)
    def a_file_comes_with_another_schema(self, week: int, drift: str, events: list[Sent]) -> None:
        change, is_readable = DRIFTS[drift]
        path, known = self._new_path(week, "parquet"), self._numbered(events, week)
        self._put(path, change(frame(known)).to_parquet(index=False), File(known) if is_readable else File())

    @step(data=st.data(), events=EVENTS)
    def a_file_is_sent_again_changed(self, data: st.DataObject, events: list[Sent]) -> None:
        path = self._any_file(data)
        self._write(path, self.files[path].events[::2] + self._numbered(events, week_of(path)))

    @step(data=st.data())
    def a_file_is_sent_again_corrected_and_no_longer_than_before(self, data: st.DataObject) -> None:
        path, other = self._any_file(data), {"ann": "bob", "bob": "ann", None: None}
        self._write(path, tuple(replace(event, user=other[event.user]) for event in self.files[path].events))

    @step(data=st.data(), events=SOME_EVENTS)
    def events_are_written_twice_into_one_file(self, data: st.DataObject, events: list[Sent]) -> None:
        path = self._any_file(data)
        self._write(path, self._numbered(events, week_of(path)) * 2)

    @step(data=st.data(), kind=KIND)
    def events_are_delivered_again_in_the_same_week(self, data: st.DataObject, kind: str) -> None:
        path = self._any_file(data)
        self._write(self._new_path(week_of(path), kind), self.files[path].events[::-1])

    @step(data=st.data(), week=WEEK, kind=KIND, are_moved=st.booleans())
    def events_are_delivered_again_in_another_week(
        self, data: st.DataObject, week: int, kind: str, are_moved: bool
    ) -> None:
        path = self._any_file(data)
        self._write(self._new_path(week, kind), self.files[path].events)
        if are_moved:
            self.load()
            self._remove(path)

    @step(data=st.data(), how=st.sampled_from(sorted(BREAKS)))
    def a_file_breaks(self, data: st.DataObject, how: str) -> None:
        path = self._any_file(data)
        if not path.endswith(".csv"):  # of lines alone no one knows whether some are missing
            self._put(path, BREAKS[how](Path(path).read_bytes()), File())

    @step(data=st.data())
    def a_file_goes(self, data: st.DataObject) -> None:
        self._remove(self._any_file(data))

    @step()
    def two_loads_run_at_once(self) -> None:
        def load_too(*_: object) -> None:
            with pytest.raises(Busy):
                self.given.load_again()

        with suppress(SourceError):
            if load(self.given.mapping, self.given.store, on_progress=load_too).generation:
                self.loaded = dict(self.files)

    @step(data=st.data(), week=WEEK, kind=KIND, events=EVENTS, is_gone=st.booleans())
    def files_change_while_they_are_read(
        self, data: st.DataObject, week: int, kind: str, events: list[Sent], is_gone: bool
    ) -> None:
        path, sent_again = self._any_file(data), self._any_file(data)
        changes = [
            lambda: self._write(self._new_path(week, kind), self._numbered(events, week)),
            lambda: self._remove(path) if is_gone else self._write(path, self._numbered(events, week_of(path))),
        ]
        self._write(sent_again, self.files[sent_again].events)
        with suppress(SourceError):
            load(self.given.mapping, self.given.store, on_progress=lambda *_: changes and changes.pop()())
        self.loaded = None

    def _check(self, expected: Stored, summary: Summary) -> None:
        assert self.given.rows(STORED) == expected.daily
        files = self.given.rows("select path, rows_read, rows_duplicate, rows_rejected, remark from files")
        assert {path: rows for path, rows, *_ in files} == expected.rows
        assert sum(duplicates for _, _, duplicates, _, _ in files) == expected.duplicates
        assert sum(rejected for *_, rejected, _ in files) == expected.rejected.total()
        assert {path for path, *_, remark in files if remark and path in remark} == expected.problems
        assert {problem.partition(": ")[0] for problem in summary.problems} == expected.problems
        reasons = self.given.rows("select reason from rejected_rows where dataset = 'usage'")
        assert Counter(reason for (reason,) in reasons) == expected.rejected

    def _any_file(self, data: st.DataObject) -> str:
        return data.draw(st.sampled_from(sorted(self.files)))

    def _new_path(self, week: int, kind: str) -> str:
        return str(self.given.folder / f"log/year=2026/week={week:02d}/part-{next(self.numbers)}.{kind}")

    def _numbered(self, events: list[Sent], week: int) -> tuple[Event, ...]:
        return tuple(event(week, next(self.numbers)) for event in events)

    def _write(self, path: str, events: tuple[Event, ...]) -> None:
        self._put(path, content(events, path.partition(".")[2]), File(events))

    def _put(self, path: str, written: bytes, file: File) -> None:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).write_bytes(written)
        self.files[path] = file

    def _remove(self, path: str) -> None:
        Path(path).unlink()
        del self.files[path]


def week_of(path: str) -> int:
    return int(Path(path).parent.name.removeprefix("week="))


TestLoading = Loading.TestCase
TestLoading.settings = settings(max_examples=20, stateful_step_count=10, deadline=None, derandomize=True)
