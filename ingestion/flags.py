"""What was flagged, week by week? The watch is kept beside the roll-ups, so that a refresh goes one week further.

It is taken up where it stood only if every week that it has seen is as it was; else it begins again, which gives the
same.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd

from analytics import changes, watch
from analytics.changes import State
from analytics.episodes import episodes
from analytics.flag import WARM_UP
from analytics.watch import ACCOUNT, APPLICATION, PAIR, Watch
from ingestion.embedded import connect
from ingestion.series import Series

KEPT = "watch.duckdb"
FLAG_COLUMNS = ["level", "account_id", "application_id", "week", "kind", "direction", "expected", "saw", "expected4",
                "saw4", "peers", "p"]  # fmt: skip


@dataclass(frozen=True)
class Kept:
    """A watch with the ids of its series, how each week was that it has seen, and what it flagged."""

    pairs: pd.DataFrame  # account_id, application_id, is_counted and a state
    accounts: pd.DataFrame  # account_id and a state
    applications: pd.DataFrame  # application_id and a state
    weeks: pd.DataFrame  # week, digest
    flags: pd.DataFrame  # FLAG_COLUMNS


@dataclass(frozen=True)
class Places:
    """Which account and application each pair adds to: ids by place, and the places by pair."""

    accounts: pd.Index
    applications: pd.Index
    account: changes.Groups
    application: changes.Groups

    @classmethod
    def of(cls, pairs: pd.DataFrame) -> "Places":
        account, accounts = pd.factorize(pairs["account_id"], sort=True)
        application, applications = pd.factorize(pairs["application_id"], sort=True)
        return cls(pd.Index(accounts), pd.Index(applications), account.astype(np.int64), application.astype(np.int64))


def add_flags(connection: duckdb.DuckDBPyConnection, series: Series, folder: Path) -> None:
    """Fills flags and episodes, and keeps the watch in `folder` for the next load."""
    if len(series.mondays) <= WARM_UP:  # nothing is judged yet
        return
    kept = watched(series, read_kept(folder / KEPT))
    _keep(folder / KEPT, kept)
    told = kept.flags[kept.flags["week"].isin(series.mondays)].reset_index(drop=True)
    if told.empty:
        return
    keyed = _with_keys(connection, told)
    found = episodes(keyed, series.mondays[-1].date())
    _insert(connection, keyed, found)


def watched(series: Series, kept: Kept | None) -> Kept:
    """The watch after the last week of `series`: from `kept` on, where that fits, else from the beginning."""
    places, digests = Places.of(series.pairs), _digests(series)
    seen = _seen(series, digests, kept)
    if kept is not None and seen:
        now, earlier = _resumed(series.pairs, places, kept), kept.flags
    else:
        now = watch.beginning(len(series.pairs), len(places.accounts), len(places.applications))
        earlier = pd.DataFrame(columns=FLAG_COLUMNS)
    told = []
    for week, counts in enumerate(series.counts()):
        if week < seen:
            continue
        now, found = watch.step(now, counts, places.account, places.application)
        told.append(watch.flags(found).assign(week=series.mondays[week]))
    return Kept(
        series.pairs[["account_id", "application_id"]].assign(is_counted=now.is_counted).join(now.pairs.to_frame()),
        pd.DataFrame({"account_id": places.accounts}).join(now.accounts.to_frame()),
        pd.DataFrame({"application_id": places.applications}).join(now.applications.to_frame()),
        pd.DataFrame({"week": series.mondays, "digest": digests}),
        _joined(earlier, [_identified(flags, series.pairs, places) for flags in told if len(flags)]),
    )


def _joined(earlier: pd.DataFrame, later: list[pd.DataFrame]) -> pd.DataFrame:
    """Frames without a row would leave their mark on the types."""
    return pd.concat([frame for frame in (earlier, *later) if len(frame)] or [earlier], ignore_index=True)


def _digests(series: Series) -> list[str]:
    """Of each week: which pairs had which count, and by which method they are watched: of another one nothing fits."""
    method = _method()
    names = series.pairs["account_id"] + "\0" + series.pairs["application_id"]
    hashes = pd.util.hash_array(names.to_numpy(object)) if len(names) else np.empty(0, np.uint64)
    digests = []
    for counts in series.counts():
        known = np.isfinite(counts)
        digests.append(
            hashlib.blake2b(method + hashes[known].tobytes() + counts[known].tobytes(), digest_size=16).hexdigest()
        )
    return digests


def _method() -> bytes:
    """Changes with every line of the watch."""
    return hashlib.blake2b(b"".join(Path(str(module.__file__)).read_bytes() for module in (changes, watch))).digest()


def _seen(series: Series, digests: list[str], kept: Kept | None) -> int:
    """How many weeks of the series the kept watch has seen, each as it is; 0 where it does not fit."""
    if kept is None or kept.weeks.empty or not digests or kept.weeks["week"].min() > series.mondays[0]:
        return 0
    known = kept.weeks[kept.weeks["week"] >= series.mondays[0]]
    fits = known["digest"].tolist() == digests[: len(known)]
    return len(known) if fits else 0


def _resumed(pairs: pd.DataFrame, places: Places, kept: Kept) -> Watch:
    """The kept watch for today's series: new ones are not seen yet, and those that left are forgotten."""
    by_pair = pairs[["account_id", "application_id"]].merge(kept.pairs, how="left")
    accounts = kept.accounts.set_index("account_id").reindex(places.accounts)
    applications = kept.applications.set_index("application_id").reindex(places.applications)
    is_counted = by_pair.pop("is_counted").eq(True).to_numpy(bool)
    of_pairs = State.from_frame(by_pair.drop(columns=["account_id", "application_id"]))
    return Watch(of_pairs, is_counted, State.from_frame(accounts), State.from_frame(applications))


def _identified(flags: pd.DataFrame, pairs: pd.DataFrame, places: Places) -> pd.DataFrame:
    """FLAG_COLUMNS of one week's flags."""
    place, level = flags["series"].to_numpy(), flags["level"]
    of_pair = level.eq(PAIR)
    account = flags["series"].where(level.eq(ACCOUNT), 0).map(pd.Series(places.accounts)).where(level.eq(ACCOUNT))
    application = flags["series"].map(pd.Series(places.applications)).where(level.eq(APPLICATION))
    named = pairs[["account_id", "application_id"]].reindex(place).set_index(flags.index)
    return flags.assign(
        account_id=named["account_id"].where(of_pair, account),
        application_id=named["application_id"].where(of_pair, application),
    )[FLAG_COLUMNS]


def read_kept(path: Path) -> Kept | None:
    """None where there is none, or none that this version can read."""
    if not path.exists():
        return None
    try:
        with connect(str(path), read_only=True) as connection:
            frames = {table: connection.execute(f"select * from {table}").df() for table in Kept.__dataclass_fields__}
    except duckdb.Error:
        return None
    return Kept(**frames)


def _keep(path: Path, kept: Kept) -> None:
    """All of it at once, or nothing."""
    draft = path.with_suffix(".draft")
    draft.unlink(missing_ok=True)
    with connect(str(draft)) as connection:
        for table in Kept.__dataclass_fields__:
            connection.register("frame", getattr(kept, table))
            connection.execute(f"create table {table} as select * from frame")
    draft.replace(path)


def _with_keys(connection: duckdb.DuckDBPyConnection, flags: pd.DataFrame) -> pd.DataFrame:
    """With account_key and application_key, missing where a sum has none, and `series`, one number for each."""
    accounts = connection.execute("select account_id, account_key from accounts").df()
    applications = connection.execute("select application_id, application_key from applications").df()
    keyed = flags.merge(accounts, how="left", on="account_id").merge(applications, how="left", on="application_id")
    return keyed.assign(series=keyed.groupby(["level", "account_id", "application_id"], dropna=False).ngroup())


def _insert(connection: duckdb.DuckDBPyConnection, flags: pd.DataFrame, found: pd.DataFrame) -> None:
    """Numbers the episodes, and gives each flag that of its own."""
    connection.register("told", flags)
    connection.register("found", found.assign(episode=range(1, len(found) + 1)))
    connection.execute(TOLD)
    connection.execute(FLAGS)
    connection.execute(EPISODES)


# A level shift speaks of the four weeks up to its own.
TOLD = """
    create or replace temp table flagged as
    select episode, found.started_on as began_on, ended_on, found.expected as episode_expected,
        found.saw as episode_saw, flags, told.* exclude (expected, saw, expected4, saw4),
        case kind when 'level shift' then expected4 else told.expected end as expected,
        case kind when 'level shift' then saw4 else told.saw end as saw
    from told asof join found
        on told.series = found.series and told.direction = found.direction and told.week >= found.started_on
"""

FLAGS = """
    insert into flags
    select episode, week, kind, expected, saw, peers, p from flagged order by episode, week, kind
"""

EPISODES = """
    insert into episodes
    select episode, level, account_key, application_key, direction, began_on, ended_on, episode_expected, episode_saw,
        flags, week, kind, expected, saw, peers, p
    from flagged
    qualify row_number() over (partition by episode order by p, week, kind desc) = 1
    order by episode
"""
