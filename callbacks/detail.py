"""The address → Detail: channels and categories of messages, a reason, a feature, a priority, a cohort."""

import re
from collections.abc import Sequence
from datetime import date

from callbacks.request import BadInput
from data_access.filters import Detail
from data_access.scope import Scope
from data_access.sources import feature_names, message_categories, message_channels
from layouts.links import Query

DETAILS = ("channel", "category", "reason", "feature", "priority", "cohort", "later")
LATEST = 600  # months
_MONTH = re.compile(r"((?:19|20|21)\d\d)-(\d\d)", re.ASCII)


def detail(asked: Query, scope: Scope) -> Detail:
    """Raises BadInput where a channel, category, feature or cohort cannot be."""
    return Detail(
        channels=_among(asked.all("channel"), "channel", scope),
        categories=_among(asked.all("category"), "category", scope),
        reason=asked.one("reason"),
        feature=_feature(asked.one("feature"), scope),
        priority=asked.one("priority"),
        cohort=_cohort(asked.one("cohort")),
        later=_later(asked.one("later") or "0"),
    )


def _among(chosen: tuple[str, ...], key: str, scope: Scope) -> tuple[str, ...]:
    if not chosen:
        return ()
    known: Sequence[str] = {"channel": message_channels, "category": message_categories}[key](scope)
    for value in chosen:
        if value not in known:
            offered = f"Choose of: {', '.join(known)}." if known else "No messages are loaded."
            raise BadInput(f"There is no {key} '{value[:60]}'. {offered}")
    return chosen


def _feature(chosen: str | None, scope: Scope) -> str | None:
    if chosen is not None and chosen not in feature_names(scope):
        raise BadInput(f"There is no feature '{chosen[:60]}'. Choose one from the list.")
    return chosen


def _cohort(chosen: str | None) -> date | None:
    if chosen is None:
        return None
    match = _MONTH.fullmatch(chosen)
    try:
        return date(int(match[1]), int(match[2]), 1) if match else _no_month(chosen)
    except ValueError:
        return _no_month(chosen)


def _no_month(chosen: str) -> date:
    raise BadInput(f"'{chosen[:40]}' is no month. Accepted is one such as 2026-01.")


def _later(chosen: str) -> int:
    if not chosen.isascii() or not chosen.isdigit() or int(chosen) > LATEST:
        raise BadInput(f"'{chosen[:40]}' is no number of months. Accepted are whole numbers up to {LATEST}.")
    return int(chosen)
