"""What stands out, what was said of it, and how often was it of use to know? For every page that lists it."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
from flask import g

from analytics.episodes import reasons_from_earlier_years
from analytics.flag import WARM_UP, sentence
from callbacks.flags_folded import folded
from callbacks.workspace import from_workspace
from data_access import flags as data
from data_access.filters import Filters
from data_access.verdicts import VERDICTS, verdicts_since
from layouts import flags as view
from layouts.links import Query

EPISODE = ["account_id", "application_id", "started_on"]
EVER = date(1970, 1, 1)
EXPORTED = {
    "account": "Account", "account_id": "Account id", "application": "Application", "level": "Level",
    "started_on": "Since", "until": "Until", "change": "Change", "unit": "Counted in", "expected": "Expected",
    "saw": "Saw", "size": "Size", "flags": "Weeks flagged", "week": "Most surprising week", "sentence": "Sentence",
    "p": "Probability", "status": "Status", "answer": "Reason", "given_by": "Said by", "useful": "Useful",
    "not_useful": "Not useful",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Said:
    """What people said of flagged changes: data_access.verdicts.VERDICTS. None where it cannot be read now."""

    verdicts: pd.DataFrame
    is_known: bool

    def of(self, question: str) -> pd.DataFrame:
        """One row per verdict, the newest first. Columns: those of EPISODE, answer, given_by."""
        asked = self.verdicts[self.verdicts["question"] == question].rename(columns={"week": "started_on"})
        return asked[[*EPISODE, "answer", "given_by"]]


def asker(_raw: Any) -> str:
    """Whose votes are lit: part of the key of an answer."""
    return str(g.scope.user)


def card(filters: Filters, query: Query, me: str, href: str, of_it: Query | None = None) -> Any:
    """`of_it`: on the page of an account, the address with which rows and downloads of it are asked for."""
    said = what_was_said()
    told = folded(in_words(with_verdicts(data.flagged(filters), said, filters, me)))
    is_open = told["status"].eq("new")
    is_remembered = told["status"].eq("remembered")
    useful, judged = precision(said, filters)
    counts = view.Counts(int((~is_remembered).sum()), int(is_open.sum()), useful, judged, said.is_known)
    listed = told[is_open if query.one("flags") == "open" else ~is_remembered]
    watched, is_of_one = g.generation.watched, of_it is not None
    place = view.Place(query, of_it or query, href, watched, weeks_judged(), is_of_one)
    return view.what_stands_out(listed, told[is_remembered], counts, place)


def table(filters: Filters, _query: Query) -> pd.DataFrame:
    """All of them, as a download, in the order of the page."""
    rows = in_words(with_verdicts(data.flagged(filters), what_was_said(), filters, asker(None)))
    change = [view.change_words(row.kind, row.direction) for row in rows.itertuples(index=False)]
    until = rows["ended_on"] - timedelta(days=1)
    size = rows["saw"] / rows["expected"] - 1
    named = rows.assign(until=until, unit=g.generation.watched, size=size, change=change)
    return named[list(EXPORTED)].rename(columns=EXPORTED)


def what_was_said() -> Said:
    verdicts = from_workspace(verdicts_since, EVER)
    nothing = pd.DataFrame(columns=list(VERDICTS)).astype(VERDICTS)
    return Said(nothing if verdicts is None else verdicts, verdicts is not None)


def with_verdicts(rows: pd.DataFrame, said: Said, filters: Filters, me: str) -> pd.DataFrame:
    """Beside the columns of `rows` (data_access.flags.EPISODES), what was said of each.

    `status`: new, acknowledged, explained or remembered (explained in an earlier year); with `answer`, the reason, and
    `given_by`, who said so. `vote`: yes or no, of `me`. `useful` and `not_useful`: votes of everybody.
    """
    seen, explained = _matched(rows, said.of("seen")), _matched(rows, said.of("reason"))
    remembered = _remembered(rows, said.of("reason"), filters)
    votes = said.of("useful")
    status = np.select(
        [explained["answer"].notna(), seen["answer"].notna(), remembered.notna()],
        ["explained", "acknowledged", "remembered"],
        "new",
    )
    reason = explained["answer"].fillna(remembered.where(status == "remembered"))
    return rows.assign(
        status=status,
        answer=reason,
        given_by=explained["given_by"].fillna(seen["given_by"]),
        vote=_matched(rows, votes[votes["given_by"] == me])["answer"],
        useful=_counted(rows, votes[votes["answer"] == "yes"]),
        not_useful=_counted(rows, votes[votes["answer"] == "no"]),
    )


def in_words(rows: pd.DataFrame) -> pd.DataFrame:
    """With `sentence`: what was expected and seen in the most surprising week, of pairs beside their peers."""
    beside = [app if level == "pair" else None for app, level in zip(rows["application"], rows["level"], strict=True)]
    columns = (rows[name] for name in ("kind", "week_expected", "week_saw", "peers", "p"))
    words = [sentence(*told) for told in zip(*columns, beside, strict=True)]
    return rows.assign(sentence=pd.Series([f"{one[0].upper()}{one[1:]}" for one in words], rows.index, "str"))


def precision(said: Said, filters: Filters) -> tuple[int, int]:
    """Of all episodes that were voted on and may be seen, whatever is chosen: how many are useful, and how many.

    Useful: more people say so than not.
    """
    votes = said.of("useful")
    known = _begun(filters, votes).drop_duplicates(EPISODE)
    yes, no = (_counted(known, votes[votes["answer"] == answer]) for answer in ("yes", "no"))
    return int((yes > no).sum()), int((yes + no > 0).sum())


def weeks_judged() -> int:
    """Complete weeks of the log after those that are needed before the first is judged."""
    first, after = g.generation.first_day, g.generation.as_of + timedelta(days=1)
    complete = (_monday(after) - _monday(first)).days // 7
    return int(max(complete - WARM_UP, 0))


def _remembered(rows: pd.DataFrame, reasons: pd.DataFrame, filters: Filters) -> pd.Series:
    """What was said in an earlier year holds for the account, whichever of its applications it was said of."""
    past = _begun(filters, reasons)
    explained = past.assign(reason=_matched(past, reasons)["answer"]).dropna(subset="reason")
    columns = ["account", "direction", "started_on"]
    return reasons_from_earlier_years(
        rows.assign(account=_whose(rows))[columns], explained.assign(account=_whose(explained))[[*columns, "reason"]]
    )


def _begun(filters: Filters, verdicts: pd.DataFrame) -> pd.DataFrame:
    """The episodes that may be seen and began in the weeks that `verdicts` are about."""
    every = replace(filters, applications=(), segments=(), states=(), account=None, accounts=())
    return data.begun(every, [week.date() for week in verdicts["started_on"].unique()])


def _whose(rows: pd.DataFrame) -> pd.Series:
    """What a reason is remembered for: the account, or an application as a whole."""
    return ("account " + rows["account_id"]).fillna("application " + rows["application_id"]).astype("str")


def _matched(rows: pd.DataFrame, verdicts: pd.DataFrame) -> pd.DataFrame:
    """answer and given_by of each of `rows`, the newest; what an episode is not about is missing on both sides."""
    newest = verdicts.drop_duplicates(EPISODE)
    return rows[EPISODE].merge(newest, on=EPISODE, how="left").set_index(rows.index)[["answer", "given_by"]]


def _counted(rows: pd.DataFrame, verdicts: pd.DataFrame) -> pd.Series:
    votes = verdicts.groupby(EPISODE, dropna=False).size().rename("votes").reset_index()
    counts = rows[EPISODE].merge(votes.astype({"votes": "int64"}), on=EPISODE, how="left").set_index(rows.index)
    return counts["votes"].fillna(0).astype("int64")


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
