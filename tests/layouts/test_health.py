"""Bands and parts are told in words, and what is unknown is no zero."""

import re
from html import unescape
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest
from dash import Dash

from layouts import health, health_accounts, health_bands, health_segments
from layouts.links import Query
from layouts.markup import text

EVERY = ["Healthy", "At-Risk", "Critical", "Insufficient data"]


@pytest.fixture(autouse=True)
def application() -> Dash:
    """Addresses are relative to one."""
    return Dash(__name__)


def words(tree: Any) -> str:
    return " ".join(unescape(re.sub("<[^>]*>", " ", text(tree))).split())


def account(**known: float) -> SimpleNamespace:
    points = {f"{name}_points": known.get(name, float("nan")) for name in health_bands.COMPONENTS}
    return SimpleNamespace(**points)


def test_a_band_is_told_by_mark_and_word():
    assert [words(health_bands.band_chip(band)) for band in EVERY] == [
        "✓ Healthy", "◇ At-Risk", "◆ Critical", "? Insufficient data",
    ]  # fmt: skip


def test_weights_of_what_is_known_count_more():
    weights = {
        "usage_frequency": 25,
        "logins": 20,
        "ticket_responses": 15,
        "feature_adoption": 25,
        "csm_engagement": 15,
    }
    own = health_bands.weights_of(account(usage_frequency=10, logins=0), weights)
    assert own == pytest.approx({"usage_frequency": 100 * 25 / 45, "logins": 100 * 20 / 45})
    assert health_bands.weights_of(account(), weights) == {}


def test_a_part_says_its_points_and_an_unknown_one_that_it_is_unknown():
    row = account(logins=5)
    assert words(health_bands.part_cell("logins", row, 20)) == "5.0"
    assert "width:25%" in text(health_bands.part_cell("logins", row, 20))
    assert words(health_bands.part_cell("csm_engagement", row, 0)) == "–"
    assert "not known; the other weights count more instead" in text(health_bands.part_cell("csm_engagement", row, 0))


@pytest.mark.parametrize(
    ("now", "before", "said"), [(58.04, 37.5, "▲ 20.5"), (40, 51.02, "▼ 11.0"), (50, 50.01, "= 0.0"), (50, None, "–")]
)
def test_a_change_of_points_has_a_sign(now: float, before: float, said: str):
    assert words(health_bands.moved(now, before)) == said


def test_a_share_of_nothing_is_unknown_and_none_is_zero():
    assert [health_bands.share_of(count, total) for count, total in ((1, 4), (0, 4), (0, 0))] == ["25 %", "0 %", "–"]


def test_a_chosen_band_can_be_taken_away_again():
    chosen = Query.parse("?band=critical&was=healthy")
    assert words(health.heading("Sentence.", [], chosen)).endswith("Health: Critical ✕ A month ago: Healthy ✕")
    assert 'href="?was=healthy"' in text(health.heading("Sentence.", [], chosen))


def test_a_count_of_moves_leads_to_its_accounts():
    matrix = pd.DataFrame(0, index=EVERY, columns=EVERY)
    matrix.loc["Healthy", "Critical"] = 2
    fallen = pd.DataFrame(columns=["account_id", "account", "band", "band_month_ago", "score", "score_month_ago"])
    card = text(health_accounts.moves(matrix, fallen, "2 accounts fell", "Finding", Query(), "/x"))
    assert 'href="?band=critical&amp;was=healthy"' in card
    assert "2 accounts: Healthy a month ago, Critical now. Show them in the list" in card
    nothing = health_accounts.moves(matrix * 0, fallen, "Nobody fell", "Finding", Query(), "/x")
    assert "Nothing is known of a month ago." in words(nothing)


def test_a_segment_is_a_bar_of_its_bands_that_filters():
    counts = pd.DataFrame({"Critical": [1, 0], "At-Risk": [3, 1], "Healthy": [0, 1]}, index=["City", "Town"])
    card = health_segments.segments("industry", counts, "Finding", Query(), "/x")
    assert "City 1 · 25 % 4 Town 0 · 0 % 2" in words(card)
    assert 'href="?industry=City"' in text(card)
    assert "City: Critical 1, At-Risk 3, Healthy 0. Show it alone" in text(card)
    assert "No account has a plan." in words(health_segments.segments("plan", pd.DataFrame(), "", Query(), "/x"))


def test_how_sure_a_share_is_stands_beside_it():
    rows = pd.DataFrame(
        [("Healthy", 0, 0, float("nan"), float("nan"), float("nan")), ("Critical", 10, 2, 0.2, 0.0567, 0.5098)],
        columns=["band", "accounts", "went_quiet", "share", "low", "high"],
    )
    said = words(health.outcomes(rows, 0.75, "Title", "Finding", Query(), "/x"))
    assert "✓ Healthy 0 0 – – ◆ Critical 10 2 20 % 5.7 to 51.0 %" in said
    assert "lower for the one that went quiet in 75 % of the cases (ROC AUC 0.750; 50 % is a coin)" in said
    assert "Too few went quiet" in words(health.outcomes(rows, float("nan"), "Title", "Finding", Query(), "/x"))
