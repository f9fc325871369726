"""Health: what the cards say, computed from their numbers."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pandas as pd
from dash import get_relative_path
from flask import g

from analytics.health import COMPONENTS, LEAST_KNOWN, Recipe
from callbacks.health_lists import recipe_of, risers
from callbacks.health_lists import weights as weights_of
from callbacks.health_scores import Scored
from callbacks.health_versions import Version
from data_access.filters import Filters
from layouts import health as view
from layouts import numbers
from layouts.health_accounts import band_words
from layouts.health_bands import COMPONENTS as WORDS
from layouts.health_bands import SAID, SCALINGS, share_of
from layouts.links import Query

EXPORTS = "/export/health"
WEEKS_AFTER = 8
FIRST_AFTER = 8  # complete weeks of the log
# What each component is made of, where it is known of nobody.
NEEDED = {
    "usage_frequency": "the usage log: account, application, when",
    "logins": "the usage log, with the value of its action column that means LOGIN",
    "ticket_responses": "a table tickets: account, opened_at, responses ([tickets] in the mapping file)",
    "feature_adoption": "a column feature in the usage log ([usage.columns] in the mapping file)",
    "csm_engagement": "a table touchpoints: account, occurred_at ([touchpoints] in the mapping file)",
}
# Why it may not be known of some accounts, where it is of others.
YOUNG = "who started less than 30 days ago, or whose log is late, has none"
NOT_HERE = {
    "usage_frequency": YOUNG,
    "logins": YOUNG,
    "ticket_responses": "who opened no ticket in 90 days has none",
    "feature_adoption": YOUNG,
    "csm_engagement": "touchpoints are told from a later day on",
}
STANDS_IN = {"days of use": "Days of use of all people", "events": "Events of people"}
HOLDS = "a band changes only once its limit is crossed by 5 points"
# docs/metrics.md has them in full.
DEFINITIONS = {
    "usage_frequency": "Days with use a week, over 12 weeks",
    "logins": "Logins in 30 days",
    "ticket_responses": "Responses to a ticket, mean over 90 days",
    "feature_adoption": "% of the features offered that were used in 12 weeks",
    "csm_engagement": "Touchpoints in 90 days",
}


def definition(component: str) -> str:
    """With what stands in for logins where the log tells of none."""
    if component == "logins" and g.generation.watched != "logins":
        return f"{STANDS_IN[g.generation.watched]} in 30 days, in place of logins"
    return DEFINITIONS[component]


def export_base() -> str:
    return str(get_relative_path(EXPORTS))


def heading(
    found: Scored, counts: pd.DataFrame, filters: Filters, query: Query, versions: tuple[Version, ...]
) -> list[Any]:
    accounts = found.accounts
    if found.loaded is None:
        first = f"The first score comes with {FIRST_AFTER} complete weeks of the log: load more weeks."
        return view.no_scores(f"There is no score yet. {first}")
    if accounts.empty:
        return view.no_scores("Nobody who is chosen here is a customer now: take away a filter above.")
    if accounts["score"].isna().all():
        return view.no_scores(*_unscored(found, query, versions))
    critical = int(counts.loc["Critical", "accounts"])
    verb = "is" if critical == 1 else "are"
    sentence = (
        f"{numbers.full(critical)} of {numbers.plural(len(accounts), 'account')} {verb} critical"
        f"{_since_last_month(counts)}, {_under(query, versions)}, {as_of(found)}."
    )
    return view.heading(sentence, remarks(found, filters, recipe_of(query, versions)), query)


def _unscored(found: Scored, query: Query, versions: tuple[Version, ...]) -> tuple[str, str, list[str]]:
    """What is so, how much is known, and what each component that is missing needs."""
    count = len(found.accounts)
    who = "This account cannot" if count == 1 else f"None of {numbers.plural(count, 'account')} can"
    weights = weights_of(recipe_of(query, versions))
    most = share_of(found.accounts["known"].max(), 1)
    known = f"A score needs {LEAST_KNOWN:.0%} of its weight, and {most} is known here.".replace("%", " %")
    needs = [f"{WORDS[name]} ({weights[name]:.3g} of 100): {why(name, found)}" for name in lacking_of(found.accounts)]
    return f"{who} be scored: too little is known of {'it' if count == 1 else 'them'}.", known, needs


def why(component: str, found: Scored) -> str:
    """Why it is not known of the accounts asked for: nobody knows it, or they do not have it."""
    return NOT_HERE[component] if component in (found.loaded or ()) else f"load {NEEDED[component]}"


def _since_last_month(counts: pd.DataFrame) -> str:
    change = counts.loc["Critical", "accounts"] - counts.loc["Critical", "before"]
    if pd.isna(change):
        return ""
    if not change:
        return ", as many as four weeks before"
    return f", {numbers.full(abs(change))} {'more' if change > 0 else 'fewer'} than four weeks before"


def _under(query: Query, versions: tuple[Version, ...]) -> str:
    newest, asked = versions[-1], query.one("scaling")
    name = f"version {newest.number} of the score" if newest.made_at else "the score as it was set up"
    if asked and asked != newest.recipe.scaling:
        return f"under {name}, but scaled {SCALINGS[asked].lower()} (not in force)"
    return f"under {name}"


def as_of(found: Scored) -> str:
    """The newest step looks at what was known up to the evening before its day."""
    return f"as of {as_of_day(found.steps['day'].iloc[-1])}"


def as_of_day(step: pd.Timestamp) -> str:
    return numbers.day(step - timedelta(days=1))


def remarks(found: Scored, filters: Filters, recipe: Recipe) -> list[str]:
    said = []
    lacking = lacking_of(found.accounts)
    if unloaded := [name for name in lacking if name not in (found.loaded or ())]:
        needed = "; ".join(NEEDED[name] for name in unloaded)
        said.append(f"{_not_known(unloaded)}: the other weights count more instead. To know, load {needed}.")
    if unknown := [name for name in lacking if name not in unloaded]:
        said.append(f"{_not_known(unknown)} of the accounts here: the other weights count more instead.")
    if g.generation.watched != "logins":
        said.append(f"The log tells of no logins: {STANDS_IN[g.generation.watched].lower()} stand in for them.")
    if filters.applications or filters.states:
        of = " and ".join(
            word for word, chosen in (("applications", filters.applications), ("states", filters.states)) if chosen
        )
        said.append(f"A score is of a whole account: a choice of {of} chooses the accounts that have such a one.")
    if recipe.scaling == "min-max" and (filters.applications or filters.states or filters.segments):
        said.append("Min–max goes by the accounts shown: on its own page an account is scored among all of them.")
    if "workspace_is_away" in g:
        said.append("Saved versions of the score cannot be read now: what is shown is scored by the settings.")
    return said


def _not_known(names: Sequence[str]) -> str:
    said = _joined([WORDS[name].lower().replace("csm", "CSM") for name in names])
    return f"{said[0].upper()}{said[1:]} {'is' if len(names) == 1 else 'are'} not known"


def lacking_of(accounts: pd.DataFrame) -> list[str]:
    """Components that are known of no account."""
    return [name for name in COMPONENTS if accounts[name].isna().all()]


def _joined(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def bands_title(counts: pd.DataFrame) -> str:
    scored = int(counts["accounts"].sum() - counts.loc["Insufficient data", "accounts"])
    critical = int(counts.loc["Critical", "accounts"])
    if not scored:
        return "No account is scored"
    return f"{share_of(critical, scored)} of the scored accounts are critical"


def bands_finding(found: Scored) -> str:
    flips = found.flips
    steady = "" if pd.isna(flips) else f"; {share_of(flips, 1)} of accounts change band from one step to the next"
    return f"A click on a band shows its accounts. Change: since four weeks before{steady}"


def distribution(accounts: pd.DataFrame) -> str:
    known = accounts["score"].dropna()
    if known.empty:
        return "No account has a score"
    if len(known) == 1:
        return f"One score, {known.iloc[0]:.1f}. {HOLDS[0].upper()}{HOLDS[1:]}"
    return (
        f"Mean {known.mean():.1f}, half between {known.quantile(0.25):.0f} and {known.quantile(0.75):.0f}; lowest "
        f"{known.min():.1f}, highest {known.max():.1f}. {HOLDS[0].upper()}{HOLDS[1:]}"
    )


def list_title(chosen: pd.DataFrame, query: Query) -> str:
    bands = band_words(query) or "critical"
    count = numbers.full(len(chosen)) if len(chosen) else "No"
    was = query.one("was")
    then = f", {SAID[was]} a month ago" if was else ""
    verb = "is" if len(chosen) == 1 else "are"
    return f"{count} account{'' if len(chosen) == 1 else 's'} {verb} {bands}{then}"


def list_finding(recipe: Recipe) -> str:
    return (
        f"Points of each component beside its weight; they add up to the score. Healthy from {recipe.healthy:g}, "
        f"critical below {recipe.at_risk:g}, and {HOLDS}; unknown components are left out, up to "
        f"{1 - LEAST_KNOWN:.0%} of the weight"
    ).replace("%", " %")


def moves(found: Scored, fallen: pd.DataFrame) -> tuple[str, str]:
    accounts = found.accounts
    deep = int(((fallen["band_month_ago"] == "Healthy") & (fallen["band"] == "Critical")).sum())
    known = accounts["band_month_ago"].notna()
    title = f"{numbers.plural(len(fallen), 'account')} fell to a worse band" if len(fallen) else "Nobody fell"
    if risen := len(risers(accounts)):
        title += f", {numbers.full(risen)} rose"
    new = int((~known).sum())
    parts = [
        f"{numbers.plural(deep, 'account')} fell from Healthy to Critical" if deep else "none from Healthy to Critical",
        f"{numbers.full(new)} new since then" if new and known.any() else "",
    ]
    finding = f"Bands four weeks ago and now; {', '.join(filter(None, parts))}. A click on a count lists its accounts"
    return title, finding


def history(steps: pd.DataFrame, versions: tuple[Version, ...]) -> str:
    if steps.empty:
        return "No step of four weeks is complete yet"
    first = f"Every four weeks since {numbers.day(steps['day'].iloc[0])}"
    made = [one for one in versions if one.made_at and one.since > steps["day"].iloc[0].date()]
    if not made:
        return f"{first}, all under one version of the score"
    return f"{first}; a dotted line marks a new version of the score: a jump there is no change of behaviour"


def step_rows(steps: pd.DataFrame, bands: Sequence[str]) -> list[list[Any]]:
    """The last step first."""
    return [
        [
            numbers.day(row["day"]),
            numbers.NOTHING if pd.isna(row["version"]) else str(row["version"]),
            *(int(row[band]) for band in bands),
            float(round(row["mean"], 1)),
        ]
        for _, row in steps[::-1].iterrows()
    ]


def segment(accounts: pd.DataFrame, segment: str) -> str:
    without = int(accounts[segment].isna().sum())
    left_out = f"; {numbers.plural(without, 'account')} without one left out"
    return "Share of each band, the largest critical share first" + (left_out if 0 < without < len(accounts) else "")


def outcomes_title(rows: pd.DataFrame) -> str:
    shares = rows.set_index("band")["share"]
    worst, best = shares.get("Critical"), shares.get("Healthy")
    if worst is None or pd.isna(worst):
        return "Does the score tell anything? It is too early to say"
    if best is None or pd.isna(best):
        return f"After a critical score {share_of(worst, 1)} went quiet"
    if not rows["went_quiet"].sum():
        return "Nobody went quiet after any score: whether it tells anything cannot be said yet"
    if not best:
        return f"After a critical score {share_of(worst, 1)} went quiet, after a healthy one nobody"
    return f"After a critical score accounts went quiet {worst / best:.1f} times as often as after a healthy one"


def outcomes_finding(found: Scored) -> str:
    count = int(found.outcomes["accounts"].sum())
    return (
        f"Went quiet: no use at all in the {WEEKS_AFTER} weeks after a score. Over {numbers.plural(count, 'score')} of "
        f"accounts in use before, under this recipe"
    )
