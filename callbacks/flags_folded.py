"""Which flagged changes are one event? An account and its applications tell it together, in one row."""

from datetime import timedelta

import pandas as pd

SAME_EVENT = timedelta(weeks=1)


def folded(rows: pd.DataFrame) -> pd.DataFrame:
    """One row per event, in the order of `rows`; `also`: what was flagged of it besides, in words, as a tuple.

    Columns of `rows`: level, account_id, application, direction, started_on, sentence, and any others. An episode of an
    account and those of its applications are one event where they have one direction and began within a week of each
    other. It is told of the account, or of the application where that is the only one. An application as a whole is
    never folded.
    """
    under = _told_under(rows)
    where = rows["application"].fillna("All applications together")
    words = where + ": " + rows["sentence"]
    also: dict[int, list[str]] = {}
    for own, lead in under.items():
        also.setdefault(lead, []).append(words[own])
    leads = rows[~rows.index.isin(under.index)]
    return leads.assign(also=[tuple(also.get(label, ())) for label in leads.index])


def _told_under(rows: pd.DataFrame) -> pd.Series:
    """By label of each row that is folded, the label of the row that tells it."""
    named = rows[["account_id", "direction", "started_on"]].assign(label=rows.index)
    whole, part = (named[rows["level"] == level] for level in ("account", "pair"))
    both = part.merge(whole, on=["account_id", "direction"], suffixes=("", "_whole"))
    apart = (both["started_on"] - both["started_on_whole"]).abs()
    both = both.assign(apart=apart)[apart <= SAME_EVENT].sort_values("apart", kind="stable").drop_duplicates("label")
    is_only = both.groupby("label_whole")["label"].transform("size") == 1
    labels, wholes = both["label"], both["label_whole"]
    folded_ones, leads = labels.where(~is_only, wholes), wholes.where(~is_only, labels)
    return pd.Series(leads.to_numpy(), index=folded_ones.to_numpy(), dtype=rows.index.dtype).sort_index()
