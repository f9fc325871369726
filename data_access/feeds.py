"""When was the feed of an application not there?"""

from dataclasses import replace

import pandas as pd
from sqlalchemy import and_, func, or_, select

from data_access.engine import read
from data_access.filters import Filters
from data_access.schema import applications, state_spans, usage_daily
from data_access.volume import concerns

SILENCES = {
    "application_id": "str", "since": "datetime64[s]", "until": "datetime64[s]", "last_day": "datetime64[s]",
}  # fmt: skip


def silences(filters: Filters) -> pd.DataFrame:
    """One row per application and stretch of weeks without data, whichever are chosen and whatever the period.

    Columns: SILENCES. Of pairs that the filters ask for; stretches of one application may overlap. `since` and `until`
    are Mondays, the second exclusive, and missing where it goes on. `last_day`: of the last event before, if any.
    """
    own = state_spans.c
    every = replace(filters, applications=(), states=())
    late = (
        select(own.application_key, func.min(own.since).label("since"), own.until)
        .where(own.state == "no data", concerns(every, state_spans))
        .group_by(own.application_key, own.until)
        .subquery("late")
    )
    days = (
        select(usage_daily.c.application_key, usage_daily.c.day)
        .where(usage_daily.c.application_key.in_(select(late.c.application_key)))
        .distinct()
        .subquery("days")
    )
    before = and_(
        days.c.application_key == late.c.application_key, or_(late.c.until.is_(None), days.c.day < late.c.until)
    )
    statement = (
        select(applications.c.application_id, late.c.since, late.c.until, func.max(days.c.day))
        .select_from(late.outerjoin(days, before))
        .join(applications, applications.c.application_key == late.c.application_key)
        .group_by(applications.c.application_id, late.c.since, late.c.until)
        .order_by(applications.c.application_id, late.c.since)
    )
    return read(filters.scope, statement, SILENCES)
