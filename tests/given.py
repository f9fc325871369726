"""What a test starts from: a few rows written by hand, as a real log, loaded by the real loader."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import duckdb
import pandas as pd
import psycopg

from data_access import schema
from data_access.engine import Database, UsageStore, open_store
from data_access.filters import Filters, Measure, Period
from data_access.scope import Role, Scope
from ingestion.datasets import DATASETS
from ingestion.load import Summary, load
from tests.services import plain

LEADER = Scope("boss@example.org", Role.LEADER)

USAGE = """
[source]
name = "Test"
reporting_timezone = "{zone}"
keep_weeks = "all"

[usage]
uri = "log"
duplicates = "event_id"
[usage.columns]
event_id = "id"
occurred_at = "at"
account = "account"
application = "app"
user = "user"
action = "event"
automated = "channel"
feature = "feature"
[usage.actions]
LOGIN = "login"
LOGOUT = "logout"
CLICK = "click"
RECORD = "record"
[usage.automated]
values = ["api"]
"""
TABLES = {name: tuple(dataset.columns) for name, dataset in DATASETS.items()}
TELLING = {
    table.name: ", ".join(column.name for column in table.c if column.name not in ("number", "published_at"))
    for table in schema.metadata.sorted_tables
}


@dataclass
class Given:
    """A folder with a raw log, master data and a store, which may be a database instead."""

    folder: Path
    zone: str = "UTC"
    url: str = ""
    _events: list[dict[str, Any]] = field(default_factory=list)
    _tables: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        if isinstance(self.opened, Database):
            self.opened.close()

    @property
    def store(self) -> Path:
        return self.folder / "store"

    @cached_property
    def opened(self) -> UsageStore:
        return open_store(self.url, self.store)

    @property
    def mapping(self) -> Path:
        return self.folder / "mapping.toml"

    def use(self, account: str, app: str, at: str, *, user: str = "ann", event: str = "RECORD", times: int = 1,
            channel: str = "web", event_id: str | None = None, feature: str = "",
            folder: tuple[int, int] | None = None) -> "Given":  # fmt: skip
        """`times` events, a minute apart; in the folder of their week, unless another year and week is given."""
        first = datetime.fromisoformat(at)
        for number in range(times):
            self._events.append({
                "id": event_id or f"e{len(self._events)}", "at": first + timedelta(minutes=number),
                "account": account, "app": app, "user": user, "event": event, "channel": channel,
                "feature": feature, "folder": folder,
            })  # fmt: skip
        return self

    def row(self, table: str, **values: Any) -> "Given":
        self._tables.setdefault(table, []).append(values)
        return self

    def write(self) -> "Given":
        """The log in week partitions and the tables as files, with a mapping that reads them."""
        for (year, week), rows in self._by_week().items():
            target = self.folder / f"log/year={year}/week={week:02d}/part-0.parquet"
            target.parent.mkdir(parents=True, exist_ok=True)
            frame = pd.DataFrame(rows).drop(columns="folder").astype({"at": "datetime64[us]"})
            frame["at"] = frame["at"].dt.tz_localize("UTC")
            frame.to_parquet(target, index=False)
        mapping = [USAGE.format(zone=self.zone)]
        for table, columns in TABLES.items():
            if table in self._tables:
                frame = pd.DataFrame(self._tables[table]).reindex(columns=list(columns))
                frame.to_csv(self.folder / f"{table}.csv", index=False)
                mapping.append(f'[{table}]\nuri = "{table}.csv"\n[{table}.columns]')
                mapping += [f'{column} = "{column}"' for column in columns]
        self.mapping.write_text("\n".join(mapping))
        return self

    def loaded(self) -> "Given":
        self.load()
        return self

    def load(self) -> Summary:
        self.write()
        return self.load_again()

    def load_again(self) -> Summary:
        """Of the files as they are."""
        return load(self.mapping, self.store, url=self.url)

    def rows(self, question: str) -> list[tuple[Any, ...]]:
        """What SQL answers in the newest generation."""
        with self._connection() as connection:
            return connection.execute(question).fetchall()

    def contents(self) -> dict[str, list[str]]:
        """Every row of the newest generation by table, in no order; without its number and when it was published."""
        with self._connection() as connection:
            return {
                name: sorted(map(repr, connection.execute(f"select {columns} from {name}").fetchall()))
                for name, columns in TELLING.items()
            }

    def _connection(self) -> Any:
        if not self.url:
            return duckdb.connect(str((self.store / "current").resolve()), read_only=True)
        path = f"-c search_path=generation_{self.opened.current().number}"
        return psycopg.connect(plain(self.url), options=path)

    def _by_week(self) -> dict[tuple[int, int], list[dict[str, Any]]]:
        weeks: dict[tuple[int, int], list[dict[str, Any]]] = {}
        for event in self._events:
            year, week, _ = event["at"].isocalendar()
            weeks.setdefault(event["folder"] or (year, week), []).append(event)
        return weeks

    def ask(self, question: Any, *arguments: Any, start: str = "2026-01-05", end: str = "2026-02-02",
            before: tuple[str, str] | None = None, scope: Scope = LEADER, **changes: Any) -> Any:  # fmt: skip
        """What `question` answers for these filters, in the newest generation."""
        with self.opened.pin() as generation:
            filters = Filters(
                scope=scope,
                generation=generation.number,
                period=Period(date.fromisoformat(start), date.fromisoformat(end)),
                comparison=Period(*map(date.fromisoformat, before)) if before else None,
                measure=Measure(changes.pop("measure", "records")),
                **changes,
            )
            return question(filters, *arguments)
