"""How good are the flags and the outlook on this log's own past, beside simple rules? For `dashboard backtest`."""

from collections.abc import Iterator

import duckdb
import numpy as np
import pandas as pd

from analytics.change_backtest import Matrix, false_discoveries, lasting_drop_recall, one_week_recall, simulation
from analytics.changes import Groups
from analytics.outlook_backtest import backtest
from ingestion.outlook import HORIZONS, histories
from ingestion.series import Series, weekly_series

MOST_SERIES = 5_000  # of which changes are injected into; more are drawn from
LEAST, LEAST_LASTING = 5, 20  # a week
SEED = 0


def evaluations(connection: duckdb.DuckDBPyConnection) -> Iterator[tuple[str, pd.DataFrame]]:
    """Each table with what it tells; `connection`: to published tables. Seeded: the same store gives the same."""
    [(as_of, watched)] = connection.execute("select as_of, watched from generation").fetchall()
    series = weekly_series(connection, as_of, watched)
    counts, groups = _matrix(series)
    one_week = one_week_recall(counts, groups, LEAST)
    yield f"Changes of one week put into pairs with at least {LEAST} {watched} a week: share found", _named(one_week)
    lasting = lasting_drop_recall(counts, groups, LEAST_LASTING, seed=SEED)
    yield f"Drops to 30 % that last, from {LEAST_LASTING} {watched} a week: share found in 4 weeks", _named(lasting)
    yield "Flags in a simulation of which the truth is known", _named(false_discoveries(*simulation(seed=SEED)))
    for level, _, history in histories(connection, series):
        for horizon in HORIZONS:
            judged = backtest(history, horizon, seed=SEED)
            yield f"Outlook: no use in {horizon} weeks, by {level}", judged.figures


def _matrix(series: Series) -> tuple[Matrix, Groups]:
    """Pairs × weeks, and the application of each pair from 0."""
    chosen = np.arange(len(series.pairs))
    if len(chosen) > MOST_SERIES:
        chosen = np.sort(np.random.default_rng(SEED).choice(chosen, MOST_SERIES, replace=False))
    weekly = [counts[chosen] for counts in series.counts()]
    counts = np.column_stack(weekly) if weekly else np.empty((len(chosen), 0))
    return counts, pd.factorize(series.pairs["application_key"].iloc[chosen])[0].astype(np.int64)


def _named(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.rename_axis("method").reset_index()
