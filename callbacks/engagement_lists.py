"""Engagement: the funnel and who dropped out of it; cohorts."""

import pandas as pd

from analytics.funnel import Step, funnel
from analytics.retention import triangle
from callbacks.engagement_blocks import export_base, told_here
from data_access import cohorts as cohort_data
from data_access import funnel as data
from data_access import rows
from data_access.filters import Filters
from data_access.row_kinds import Kind
from data_access.sources import Told
from layouts import engagement_cohorts, engagement_funnel
from layouts.links import Query
from layouts.markup import text

NOT = {"activated": Kind.NOT_ACTIVATED, "transacted": Kind.NOT_TRANSACTED}
SINCE = {"activated": "invited_on", "transacted": "activated_on"}


def update_funnel(filters: Filters, query: Query) -> tuple[str, str]:
    if not {Told.INVITED, Told.ACTIVATED} <= told_here():
        return "", ""
    found, href = steps(filters), export_base()
    step = step_of(query, found)
    count = next(one.lost for one in found if one.name == step)
    people = dropped(filters, step, engagement_funnel.SHOWN)
    return (
        text(engagement_funnel.funnel(found, query, href)),
        text(engagement_funnel.dropped(people, count, step, [one.name for one in found], query, href)),
    )


def steps(filters: Filters) -> list[Step]:
    """Of the people invited in the period; without the last step where nothing tells of transactions."""
    [counts] = data.steps(filters).to_dict("records")
    names = [name for name in counts if name != "transacted" or Told.TRANSACTED in told_here()]
    return funnel(names, [int(counts[name]) for name in names])


def step_of(query: Query, found: list[Step]) -> str:
    asked = query.one("step") or "activated"
    return asked if asked in [step.name for step in found] else "activated"


def dropped(filters: Filters, step: str, limit: int | None = None) -> pd.DataFrame:
    """Who did not reach `step`, the last to reach the one before first."""
    return rows.rows(filters, NOT[step], SINCE[step], True, limit=limit)


def update_cohorts(filters: Filters, query: Query) -> tuple[str]:
    has_people = Told.PEOPLE in told_here()
    who = who_of(query)
    left_out = cohort_data.left_out(filters, who)
    table = engagement_cohorts.cohorts(
        cohorts(filters, who), left_out, who, has_people, query.only("who", who), export_base()
    )
    return (text(table),)


def who_of(query: Query) -> cohort_data.Who:
    """Accounts, where nobody is named."""
    return "accounts" if query.one("who") == "accounts" or Told.PEOPLE not in told_here() else "people"


def cohorts(filters: Filters, who: cohort_data.Who) -> pd.DataFrame:
    """A row per month of first use, a column per month later: how many are active then."""
    shown = cohort_data.months_shown(filters)
    return triangle(cohort_data.retention(filters, who), shown.start, shown.end)
