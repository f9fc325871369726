"""Health from the store to the page: against plain Python, under versions, and who may keep one."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest

from analytics.health import COMPONENTS, INSUFFICIENT, Recipe
from callbacks.health_scores import (
    account_history,
    recipe_in_force,
    scored,
    versions,
    what_if,
)
from callbacks.query import filters
from callbacks.request import canonical
from dashboard.app import create_app
from dashboard.settings import load_settings
from data_access.audit import audit_log
from data_access.scope import Role, Scope
from data_access.score_versions import all_versions, save
from data_access.workspace import Act, open_workspace
from tests.given import LEADER, Given

MIA = "mia@example.org"
ADA = Scope("ada@example.org", Role.ADMINISTRATOR)
FIRST, WEEKS = date(2026, 1, 5), 30
NEWEST = pd.Timestamp(FIRST) + timedelta(weeks=WEEKS)
STEPS = [NEWEST - timedelta(weeks=4 * ago) for ago in (4, 3, 2, 1, 0)]
DAYS = {"a": 1, "b": 2, "c": 3, "d": 4, "e": 5}
BY_LOGINS = Recipe(weights=(10, 80, 0, 10, 0), healthy=60, at_risk=40)


class Desk:
    """Managers see their own accounts only: Mia a and b."""

    def __init__(self, folder: Path, **changes: object) -> None:
        settings = load_settings(
            data_dir=folder, identity="header", trusted_networks="127.0.0.1", managers_see_all=False,
            leaders=LEADER.user, administrators=ADA.user, **changes,
        )  # fmt: skip
        self.server = create_app(settings).server
        self.workspace = open_workspace("", folder)
        self.clicks = 0

    @contextmanager
    def asking(self, search: str = "", user: str = LEADER.user):
        environ = {"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_USER": user}
        with self.server.test_request_context("/", environ_base=environ):
            self.server.preprocess_request()
            yield filters(search)

    def keep(self, recipe: Recipe, at: datetime) -> None:
        self.clicks += 1
        act = Act(ADA, at, f"{self.clicks:032x}")
        save(self.workspace, act, recipe.scaling, recipe.weights, recipe.healthy, recipe.at_risk, "why")

    def send(self, user: str, **fields: str) -> tuple[str, bool]:
        self.clicks += 1
        data = {"action": "score", "fields": fields, "nonce": f"{self.clicks:032x}"}
        answer = self.server.test_client().post(
            "/_dash-update-component",
            json={
                "output": "..answer.data...written.data..",
                "inputs": [{"id": "action", "property": "data", "value": data}],
                "changedPropIds": ["action.data"],
            },
            environ_base={"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_USER": user},
        )  # fmt: skip
        said = answer.json["response"]["answer"]["data"]
        return said["words"], said["kept"]


@pytest.fixture(scope="module")
def given(tmp_path_factory) -> Given:
    """Five accounts on one to five days a week, of which e stops in May, in two plans."""
    given = Given(tmp_path_factory.mktemp("usage"))
    for account, days in DAYS.items():
        manager = {"manager": "Mia Long", "manager_email": MIA} if account in "ab" else {}
        given.row("accounts", account=account, name=account.upper(), plan="x" if account in "abc" else "y", **manager)
        given.row("subscriptions", account=account, application="permit", started_on="2025-01-01")
        for week in range(17 if account == "e" else WEEKS):
            for day in range(days):
                at = f"{FIRST + timedelta(weeks=week, days=day)} 09:00"
                feature = "form" if day % 2 else "map"
                given.use(account, "permit", at, event="LOGIN", times=6 - days).use(
                    account, "permit", at, feature=feature
                )
    return given.use("a", "permit", f"{NEWEST.date() - timedelta(days=1)} 09:00", channel="api").loaded()


@pytest.fixture(scope="module")
def inputs(given) -> dict[str, list[tuple]]:
    """The rows of the store by scaling; read before a dashboard opens it, which lets no other reader in."""
    suffixes = {"min-max": "", "percentile": "_percentile"}
    return {
        scaling: given.rows(
            f"select day, account_id, {', '.join(name + suffix for name in COMPONENTS)} "
            "from health_inputs join accounts using (account_key) order by day, account_id"
        )
        for scaling, suffix in suffixes.items()
    }


def desk_in(folder: Path, given: Given, **changes: object) -> Iterator[Desk]:
    (folder / "store").symlink_to(given.store)
    desk = Desk(folder, **changes)
    yield desk
    desk.workspace.close()


@pytest.fixture
def desk(tmp_path, given, inputs):
    yield from desk_in(tmp_path, given)


@pytest.fixture(scope="module")
def untouched(tmp_path_factory, given, inputs):
    """For tests in which nothing is kept."""
    yield from desk_in(tmp_path_factory.mktemp("untouched"), given)


def by_hand(inputs: dict[str, list[tuple]], recipe: Recipe, accounts: str = "abcde") -> pd.DataFrame:
    """One row per step and account, in plain Python from the store's rows: score, raw, band."""
    rows = [row for row in inputs[recipe.scaling] if row[1] in accounts]
    found, last = [], {}
    for day in sorted({row[0] for row in rows}):
        of_day = {account: values for when, account, *values in rows if when == day}
        if recipe.scaling == "min-max":
            of_day = scaled_by_hand(of_day)
        for account, values in of_day.items():
            known = [(w, v) for w, v in zip(recipe.weights, values, strict=True) if v is not None]
            raw = sum(w * v for w, v in known) / sum(w for w, _ in known)
            score, band = raw, None
            if account in last:
                before, band = last[account]
                score = (before + raw) / 2
            last[account] = score, band_by_hand(score, band, recipe)
            found.append((pd.Timestamp(day), account, score, raw, last[account][1]))
    return pd.DataFrame(found, columns=["day", "account", "score", "raw", "band"])


def scaled_by_hand(of_day):
    scaled = {account: [] for account in of_day}
    for place in range(5):
        known = [values[place] for values in of_day.values() if values[place] is not None]
        for account, values in of_day.items():
            spread = max(known) - min(known) if known else 0
            value = values[place]
            scaled[account].append(None if value is None else 50 if not spread else 100 * (value - min(known)) / spread)
    return scaled


def band_by_hand(score, before, recipe):
    healthy, at_risk = recipe.healthy, recipe.at_risk
    if before == "Healthy":
        healthy, at_risk = healthy - 5, at_risk - 5
    if before == "At-Risk":
        healthy, at_risk = healthy + 5, at_risk - 5
    if before == "Critical":
        healthy, at_risk = healthy + 5, at_risk + 5
    return "Healthy" if score >= healthy else "At-Risk" if score >= at_risk else "Critical"


@pytest.mark.parametrize(
    "recipe", [Recipe(), Recipe("min-max"), BY_LOGINS], ids=["default", "min-max", "other weights"]
)
def test_the_newest_step_and_the_history_are_those_of_plain_python(untouched, inputs, recipe):
    expected = by_hand(inputs, recipe)
    newest = expected[expected["day"] == NEWEST]
    with untouched.asking() as asked:
        found = scored(asked, recipe)
        histories = {account: account_history(asked, recipe, account) for account in DAYS}
    accounts = found.accounts
    assert accounts["account_id"].tolist() == list(DAYS)
    assert accounts["score"].tolist() == pytest.approx(newest["score"].tolist())
    assert accounts["raw_score"].tolist() == pytest.approx(newest["raw"].tolist())
    assert accounts["band"].tolist() == newest["band"].tolist()
    assert accounts[[f"{name}_points" for name in COMPONENTS]].sum(axis=1).tolist() == pytest.approx(
        accounts["score"].tolist()
    )
    month_ago = expected[expected["day"] == STEPS[-2]]
    assert accounts["score_month_ago"].tolist() == pytest.approx(month_ago["score"].tolist())
    assert accounts["band_month_ago"].tolist() == month_ago["band"].tolist()
    if recipe == Recipe():  # the one in force throughout
        for account, history in histories.items():
            own = expected[expected["account"] == account]
            assert history["day"].tolist() == STEPS
            assert history["score"].tolist() == pytest.approx(own["score"].tolist(), abs=1e-4)
            assert history["raw_score"].tolist() == pytest.approx(own["raw"].tolist(), abs=1e-4)
            assert history["band"].tolist() == own["band"].tolist()
        counts = expected.groupby("day")["band"].value_counts().unstack(fill_value=0)
        for band in counts:
            assert found.steps[band].tolist() == counts[band].tolist()
        assert found.steps["mean"].tolist() == pytest.approx(expected.groupby("day")["score"].mean().tolist(), abs=1e-4)
        assert found.steps[INSUFFICIENT].tolist() == [0] * 5


def test_an_account_is_told_with_what_its_score_is_made_from(untouched):
    with untouched.asking() as asked:
        e = scored(asked, Recipe()).accounts.set_index("account_id").loc["e"]
        d = scored(asked, Recipe()).accounts.set_index("account_id").loc["d"]
    assert (e["account"], e["plan"], e["state"]) == ("E", "y", "inactive")
    assert e[[*COMPONENTS]].tolist()[:2] == [0, 0]
    # Four days in each of twelve weeks; two logins on each of the 16 such days since 4 July; both features.
    assert d[["usage_frequency", "logins", "feature_adoption"]].tolist() == [4, 2 * 16, 1]
    assert d[["ticket_responses", "csm_engagement"]].isna().all()
    assert d[["ticket_responses_points", "csm_engagement_points"]].isna().all()
    assert d["known"] == pytest.approx(0.7)


def test_bands_are_told_with_what_became_of_them(untouched):
    with untouched.asking() as asked:
        found = scored(asked, Recipe())
    # Steps in April, May and June are over; e stopped in May and went quiet at the two that saw use before.
    assert found.outcomes[["accounts", "went_quiet"]].sum().tolist() == [3 * 5, 2]
    assert 0 <= found.auc <= 1


def test_min_max_is_over_the_accounts_shown(untouched, inputs):
    expected = by_hand(inputs, Recipe("min-max"), "abc")
    with untouched.asking("?plan=x") as asked:
        found = scored(asked, Recipe("min-max")).accounts
    assert found["score"].tolist() == pytest.approx(expected[expected["day"] == NEWEST]["score"].tolist())


def test_a_manager_sees_the_health_of_their_own_accounts_only(untouched):
    with untouched.asking(user=MIA) as asked:
        own = scored(asked, Recipe())
        elsewhere = account_history(asked, Recipe(), "e")
    with untouched.asking() as asked:
        every = scored(asked, Recipe())
    assert own.accounts["account_id"].tolist() == ["a", "b"]
    assert own.accounts["score"].tolist() == every.accounts["score"].tolist()[:2]
    assert (own.steps["Healthy"] + own.steps["At-Risk"] + own.steps["Critical"]).tolist() == [2] * 5
    assert elsewhere.empty


def test_another_period_or_measure_is_no_other_question(untouched):
    with untouched.asking() as asked:
        first = scored(asked, Recipe())
    with untouched.asking("?period=52w&metric=clicks&vs=none", user=ADA.user) as asked:
        assert scored(asked, Recipe()) is first


def test_a_choice_of_plans_is_one_of_accounts(untouched):
    with untouched.asking("?plan=y") as asked:
        assert scored(asked, Recipe()).accounts["account_id"].tolist() == ["d", "e"]


def test_a_log_too_young_for_a_step_has_nobody(tmp_path):
    young = Given(tmp_path / "young").use("a", "permit", "2026-01-05 09:00")
    young.folder.mkdir()
    young.load()
    for desk in desk_in(tmp_path, young):
        with desk.asking() as asked:
            found = scored(asked, Recipe())
            assert account_history(asked, Recipe(), "a").empty
            assert what_if(asked, Recipe(), BY_LOGINS).empty
        assert found.accounts.empty and found.steps.empty
        assert {"score", "band", "band_month_ago", "usage_frequency_points"} <= set(found.accounts)
        assert found.outcomes["accounts"].tolist() == [0, 0, 0]


# What if, and versions


def test_what_if_tells_who_would_change_band(untouched, inputs):
    now, then = by_hand(inputs, Recipe()), by_hand(inputs, BY_LOGINS)
    both = now.merge(then, on=["day", "account"], suffixes=("_now", "_then"))
    both = both[(both["day"] == NEWEST) & (both["band_now"] != both["band_then"])]
    with untouched.asking() as asked:
        found = what_if(asked, Recipe(), BY_LOGINS)
    assert list(found) == ["account_id", "account", "band_now", "band_then", "score_now", "score_then"]
    assert len(found) > 0
    told = found.set_index("account_id").sort_index()
    assert told.index.tolist() == both["account"].tolist()
    for column in ("score_now", "score_then"):
        assert told[column].tolist() == pytest.approx(both[column].tolist())
    assert told[["band_now", "band_then"]].to_numpy().tolist() == both[["band_now", "band_then"]].to_numpy().tolist()
    change = (found["score_then"] - found["score_now"]).abs()
    assert change.is_monotonic_decreasing


def test_before_anybody_keeps_a_version_that_of_the_settings_is_in_force(tmp_path, given):
    changes = {"health_weights": "1,1,1,1,1", "health_scaling": "min-max", "health_limits": "80,40"}
    for desk in desk_in(tmp_path, given, **changes):
        with desk.asking():
            assert recipe_in_force() == Recipe("min-max", (1, 1, 1, 1, 1), 80, 40)
            assert [(version.number, version.made_at) for version in versions()] == [(0, None)]


def test_each_step_is_scored_whole_by_the_version_of_its_day(desk, inputs):
    desk.keep(BY_LOGINS, datetime(2026, 6, 1, 9, tzinfo=UTC))
    with desk.asking() as asked:
        assert recipe_in_force() == BY_LOGINS
        found = scored(asked, BY_LOGINS)
        history = account_history(asked, BY_LOGINS, "b")
    assert found.steps["version"].tolist() == [0, 0, 1, 1, 1]
    before, since = by_hand(inputs, Recipe()), by_hand(inputs, BY_LOGINS)
    own = [
        *before[(before["account"] == "b") & (before["day"] < "2026-06-01")]["score"],
        *since[(since["account"] == "b") & (since["day"] > "2026-06-01")]["score"],
    ]
    assert history["score"].tolist() == pytest.approx(own, abs=1e-4)
    # The month before is by the same recipe, so a difference is behaviour.
    b = found.accounts.set_index("account_id").loc["b"]
    assert b["score_month_ago"] == pytest.approx(own[-2])


def test_the_newest_step_is_by_the_version_kept_a_moment_ago(desk):
    desk.keep(BY_LOGINS, datetime.now(UTC))
    with desk.asking() as asked:
        kept, tried = scored(asked, BY_LOGINS), scored(asked, Recipe(healthy=99))
    assert kept.steps["version"].tolist() == [0, 0, 0, 0, 1]
    assert tried.steps["version"].isna().tolist() == [False] * 4 + [True]


FORM = {
    "scaling": "min-max", "usage_frequency": "30", "logins": "20", "ticket_responses": "10,5", "feature_adoption": "25",
    "csm_engagement": "0", "healthy": "80", "at_risk": "45", "note": "as agreed in May",
}  # fmt: skip


@pytest.mark.parametrize("user", [LEADER.user, ADA.user])
def test_leaders_and_administrators_keep_a_version(desk, user):
    assert desk.send(user, **FORM) == ("Kept: health is scored like this from now on.", True)
    with desk.asking():
        [_, kept] = versions()
        assert FORM["note"] in canonical(versions())  # a key of the cache can hold them
        assert recipe_in_force() == Recipe("min-max", (30, 20, 10.5, 25, 0), 80, 45)
    assert (kept.number, kept.made_by, kept.note, kept.recipe) == (1, user, FORM["note"], recipe_of_form())
    assert audit_log(desk.workspace, ADA, 1)["action"].tolist() == ["score"]


def test_what_is_in_force_already_is_no_new_version(desk):
    desk.send(LEADER.user, **FORM)
    assert desk.send(ADA.user, **FORM | {"note": "once more"}) == (
        "Health is scored like this already. Change a weight, the scaling or a limit.", False,
    )  # fmt: skip
    assert len(all_versions(desk.workspace, ADA)) == 1


def recipe_of_form():
    return Recipe("min-max", (30, 20, 10.5, 25, 0), 80, 45)


def test_an_account_manager_is_told_who_decides(untouched):
    assert untouched.send(MIA, **FORM) == (
        "How health is scored is decided by leaders and administrators. Show them the preview, and ask them.", False,
    )  # fmt: skip
    assert all_versions(untouched.workspace, ADA).empty


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"logins": "many"}, "A weight is a number from 0 to 1000. Correct it, then try again."),
        ({"logins": "-1"}, "A weight is a number from 0 to 1000. Correct it, then try again."),
        ({"logins": "nan"}, "A weight is a number from 0 to 1000. Correct it, then try again."),
        ({"healthy": "101"}, "The limit of Healthy is a number from 0 to 100. Correct it, then try again."),
        (
            {"at_risk": "80"},
            "The limits lie between 0 and 100, that of Healthy above that of At-Risk. Correct it, then try again.",
        ),
        (dict.fromkeys(COMPONENTS, "0"), "At least one weight is above 0. Correct it, then try again."),
        ({"scaling": "z"}, "The choice is none of those offered. Reload the page and choose again."),
        ({"note": " "}, "Nothing is written yet. Write a few words, then send it."),
    ],
)
def test_a_version_that_makes_no_score_is_refused_in_plain_words(untouched, changes, words):
    assert untouched.send(LEADER.user, **FORM | changes) == (words, False)
    assert all_versions(untouched.workspace, ADA).empty


def test_without_a_workspace_the_settings_count(desk, tmp_path):
    desk.workspace.close()
    for file in tmp_path.glob("workspace.sqlite*"):
        file.write_text("no database " * 100)
    with desk.asking() as asked:
        assert [version.number for version in versions()] == [0]
        assert scored(asked, recipe_in_force()).steps["version"].tolist() == [0] * 5
