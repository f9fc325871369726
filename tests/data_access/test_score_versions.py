from datetime import UTC, datetime

from data_access.audit import audit_log
from data_access.score_versions import VERSIONS, all_versions, save
from tests.data_access.conftest import ADA, ANN

WEIGHTS = (25.0, 20.0, 15.0, 25.0, 15.0)


def test_versions_are_numbered_and_none_replaces_another(workspace, clicks):
    save(workspace, clicks.by(ADA), "percentile", WEIGHTS, 75, 50, "as agreed")
    save(workspace, clicks.by(ADA), "min-max", (1, 2, 3, 4, 5.5), 80, 40, "a try")
    found = all_versions(workspace, ANN)
    assert list(found) == list(VERSIONS)
    assert found.drop(columns="made_at").to_numpy().tolist() == [
        [1, ADA.user, "percentile", *WEIGHTS, 75, 50, "as agreed"],
        [2, ADA.user, "min-max", 1, 2, 3, 4, 5.5, 80, 40, "a try"],
    ]
    assert found["made_at"][1] == datetime(2026, 11, 2, 9, 1, tzinfo=UTC)


def test_there_is_no_version_before_the_first(workspace):
    assert all_versions(workspace, ANN).empty


def test_the_same_click_makes_one_version(workspace, clicks):
    click = clicks.by(ADA)
    for _ in range(2):
        save(workspace, click, "percentile", WEIGHTS, 75, 50, "as agreed")
    assert all_versions(workspace, ANN)["number"].tolist() == [1]


def test_a_version_stands_in_the_audit_log(workspace, clicks):
    save(workspace, clicks.by(ADA), "percentile", WEIGHTS, 75, 50, "as agreed")
    entry = audit_log(workspace, ADA, 1).iloc[0]
    assert (entry["who"], entry["action"], entry["detail"]) == (
        ADA.user, "score", "percentile, weights 25, 20, 15, 25, 15, Healthy from 75, At-Risk from 50: as agreed",
    )  # fmt: skip
