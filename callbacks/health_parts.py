"""Health: how is a component spread, which go together, and do the accounts we talk to score higher?"""

import numpy as np
import pandas as pd
from dash import html

from analytics.health import BANDS, COMPONENTS, INSUFFICIENT
from callbacks.health_lists import recipe_of
from callbacks.health_scores import Scored, scored
from callbacks.health_versions import Version
from callbacks.health_words import definition, export_base, why
from data_access.filters import Filters
from figures import health_parts as figures
from figures.theme import Chart, Theme, layout
from layouts import health_parts as view
from layouts import links, numbers
from layouts.controls import empty
from layouts.health import PARTS_HEIGHT
from layouts.health_bands import BANDS as KEYS
from layouts.health_bands import SHORT
from layouts.links import Query
from layouts.markup import text

POINTS = 2_000  # more cannot be told apart, and are slow to draw
BINS = 20
FEWEST = 3  # accounts of which two components are known, before it is said how they go together
AXES = (*COMPONENTS, view.SCORE)
CardParts = tuple[Chart, str, str]


def update_parts(
    filters: Filters, query: Query, versions: tuple[Version, ...], theme: Theme
) -> tuple[Chart | str, ...]:
    found = scored(filters, recipe_of(query, versions))
    accounts = chosen(found, query)
    return (
        *component(accounts, query, theme, found),
        *engagement(accounts, query, theme, found),
        *pair(accounts, query, theme, found),
        *together(accounts, query, theme),
    )


def chosen(found: Scored, query: Query) -> pd.DataFrame:
    """Those of the bands of the address, of all where it has none."""
    accounts = found.accounts
    accounts = accounts.assign(feature_adoption=100 * accounts["feature_adoption"])  # read as a percentage
    bands = [KEYS[key] for key in query.all("band")]
    return accounts[accounts["band"].isin(bands)] if bands else accounts


def component(accounts: pd.DataFrame, query: Query, theme: Theme, found: Scored) -> CardParts:
    name = query.one("component") or COMPONENTS[0]
    known = accounts[name].dropna()
    if known.empty:
        head = view.component_head(name, "Not known of any account here", definition(name), query, export_base())
        return _blank(theme), text(head), text(_unknown(name, found))
    starts, width, counts = spread(accounts, name)
    head = view.component_head(name, _spread_words(accounts, known), definition(name), query, export_base())
    chart = figures.spread(starts, width, counts, box(known), definition(name), theme, PARTS_HEIGHT)
    return chart, text(head), text(view.spread_table(starts, width, counts))


def spread(accounts: pd.DataFrame, name: str) -> tuple[list[float], float, dict[str, list[int]]]:
    """Where each bin begins, its width, and by band how many accounts lie in it. Whole numbers have their own bins."""
    known = accounts[accounts[name].notna()]
    low, high = float(known[name].min()), float(known[name].max())
    are_whole = bool((known[name] % 1 == 0).all())
    if are_whole and high - low < BINS:
        edges = np.arange(low - 0.5, high + 1)
    else:
        edges = np.linspace(low, high if high > low else low + 1, BINS + 1)
    counts = {
        band: np.histogram(known.loc[known["band"] == band, name], edges)[0].tolist()
        for band in (*BANDS, INSUFFICIENT)
        if (known["band"] == band).any()
    }
    return edges[:-1].tolist(), float(edges[1] - edges[0]), counts


def box(known: pd.Series) -> figures.Box:
    """Quartiles, and the last values within 1.5 times their distance (Tukey 1977)."""
    lower, median, upper = (float(known.quantile(share)) for share in (0.25, 0.5, 0.75))
    reach = 1.5 * (upper - lower)
    within = known[(known >= lower - reach) & (known <= upper + reach)]
    return figures.Box(float(within.min()), lower, median, upper, float(within.max()))


def _spread_words(accounts: pd.DataFrame, known: pd.Series) -> str:
    unknown = len(accounts) - len(known)
    quartiles = " to ".join(f"{known.quantile(share):,.3g}" for share in (0.25, 0.75))
    rest = f"; not known of {numbers.full(unknown)}" if unknown else ""
    middle = f"the middle one {known.median():,.3g}"
    return f"Half of {numbers.plural(len(known), 'account')} have {quartiles}, {middle}{rest}"


def engagement(accounts: pd.DataFrame, query: Query, theme: Theme, found: Scored) -> CardParts:
    rows = points(accounts, "csm_engagement", view.SCORE)
    words = view.axis_title("csm_engagement"), view.axis_title(view.SCORE)
    if rows.empty:
        head = view.engagement_head("CSM engagement is not known of any account here", query, export_base())
        return _blank(theme), text(head), text(_unknown("csm_engagement", found))
    head = view.engagement_head(_pair_words(rows), query, export_base())
    chart = figures.against(_drawn(rows, query), words, theme, PARTS_HEIGHT)
    return chart, text(head), text(view.points_table(rows, words, query))


def pair(accounts: pd.DataFrame, query: Query, theme: Theme, found: Scored) -> CardParts:
    across, up = axes(query)
    rows = points(accounts, across, up)
    words = view.axis_title(across), view.axis_title(up)
    if rows.empty:
        head = view.pair_head(across, up, "No account here is known by both", query, export_base())
        lacking = next((name for name in (across, up) if name in COMPONENTS and accounts[name].isna().all()), across)
        return _blank(theme), text(head), text(_unknown(lacking, found))
    head = view.pair_head(across, up, _pair_words(rows), query, export_base())
    chart = figures.against(_drawn(rows, query), words, theme, PARTS_HEIGHT)
    return chart, text(head), text(view.points_table(rows, words, query))


def axes(query: Query) -> tuple[str, str]:
    across, up = query.one("component") or COMPONENTS[0], query.one("against") or COMPONENTS[3]
    if across == up:  # nothing would be told
        up = COMPONENTS[3] if across != COMPONENTS[3] else COMPONENTS[0]
    return across, up


def points(accounts: pd.DataFrame, across: str, up: str) -> pd.DataFrame:
    """One row per account of which both are known, the largest across first: account_id, account, band, x, y."""
    rows = accounts.assign(x=accounts[across], y=accounts[up])[["account_id", "account", "band", "x", "y"]]
    return rows.dropna(subset=["x", "y"]).sort_values("x", ascending=False, kind="stable")


def _drawn(rows: pd.DataFrame, query: Query) -> pd.DataFrame:
    """At most so many as can be told apart, evenly among all; each leads to its account."""
    places = np.unique(np.linspace(0, len(rows) - 1, min(len(rows), POINTS)).round().astype(int))
    drawn = rows.iloc[places]
    return drawn.assign(href=[links.account(account, query) for account in drawn["account_id"]])


def _pair_words(rows: pd.DataFrame) -> str:
    told = rank_correlation(rows["x"], rows["y"])
    if pd.isna(told):
        return f"{numbers.plural(len(rows), 'account')}: too few, or all alike, to say how they go together"
    drawn = f"{POINTS:,} of {len(rows):,} points"
    written = f"{told:+.2f}".replace("-", "−")
    rest = f"; {drawn} drawn" if len(rows) > POINTS else ""
    return f"Rank correlation {written} over {numbers.full(len(rows))} accounts: {_strength(told)}{rest}"


def _strength(told: float) -> str:
    if abs(told) < 0.1:
        return "hardly any"
    strength = "weak" if abs(told) < 0.3 else "moderate" if abs(told) < 0.6 else "strong"
    return f"{strength}, {'rising together' if told > 0 else 'one falls as the other rises'}"


def rank_correlation(one: pd.Series, other: pd.Series) -> float:
    """Spearman's; missing where there are too few, or all alike."""
    if len(one) < FEWEST or one.nunique() < 2 or other.nunique() < 2:
        return float("nan")
    return float(np.corrcoef(one.rank(), other.rank())[0, 1])


def together(accounts: pd.DataFrame, query: Query, theme: Theme) -> CardParts:
    matrix, count = correlations(accounts)
    named = {name: view.AXES[name] for name in matrix}
    wide, known = matrix.rename(index=named, columns=named), count.rename(index=named, columns=named)
    head = view.correlations_head(_strongest(wide, known), query, export_base())
    if matrix.empty:
        return _blank(theme), text(head), text(empty("Too little is known of the accounts here.", "See above."))
    hrefs = [[_compared(row, column, query) for column in matrix] for row in matrix.index]
    short_names = [SHORT.get(name, view.AXES[name]) for name in matrix]
    chart = figures.correlations(wide, known, short_names, hrefs, theme, PARTS_HEIGHT)
    return chart, text(head), text(view.correlations_table(wide, known))


def correlations(accounts: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Spearman's of each two of what is known, and on how many accounts each rests."""
    names = [name for name in AXES if accounts[name].notna().any()]
    values = accounts[names]
    is_known = values.notna().to_numpy().astype(int)
    count = pd.DataFrame(is_known.T @ is_known, index=names, columns=names)
    return values.corr(method="spearman", min_periods=FEWEST), count


def _strongest(matrix: pd.DataFrame, count: pd.DataFrame) -> str:
    """The two components that go together most; with the score each goes by construction."""
    parts = matrix.drop(index="Score", columns="Score", errors="ignore")
    upper = parts.where(np.triu(np.ones(parts.shape, dtype=bool), 1)).stack().dropna()
    if upper.empty:
        return "Rank correlations; at least two components are needed"
    one, other = upper.abs().idxmax()
    told = f"{upper[one, other]:+.2f}".replace("-", "−")
    return (
        f"Most: {one} and {other[0].lower() if not other.startswith('CSM') else other[0]}{other[1:]}, {told} over "
        f"{numbers.full(count.loc[one, other])} accounts (rank correlation). A click compares two"
    )


def _compared(row: str, column: str, query: Query) -> str:
    """The address that draws these two against each other; a component across, the score only up."""
    across, up = (column, row) if column != view.SCORE else (row, column)
    if across == view.SCORE or across == up:
        return query.search
    return query.only("component", across).only("against", up).search


def _unknown(name: str, found: Scored) -> html.Div:
    reason = why(name, found)
    return empty(f"{view.AXES[name]} is not known of the accounts here.", f"{reason[0].upper()}{reason[1:]}.")


def _blank(theme: Theme) -> Chart:
    return {"data": [], "layout": layout(theme, PARTS_HEIGHT, xaxis={"visible": False}, yaxis={"visible": False})}
