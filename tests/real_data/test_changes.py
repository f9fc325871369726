"""Real logs without subscriptions: the parts of every change add up to it."""

import os
from dataclasses import replace
from datetime import timedelta
from itertools import product
from math import fsum
from pathlib import Path

import pytest
from flask import Flask, g

from callbacks.changes_parts import difference
from data_access.engine import Store
from data_access.filters import Filters, Measure, Period
from ingestion.load import load
from layouts.links import Query
from tests.given import LEADER

pytestmark = pytest.mark.real_data
EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture(scope="module", params=["openstack", "oulad"])
def store(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Store:
    if "REAL_DATA_DIR" not in os.environ:
        pytest.skip("REAL_DATA_DIR is not set")
    folder = tmp_path_factory.mktemp(request.param)
    load(EXAMPLES / f"{request.param}.toml", folder, processes=2)
    return Store(folder)


def test_every_change_is_the_sum_of_its_parts(store: Store):
    with Flask("test").app_context(), store.pin() as generation:
        g.scope, g.generation = LEADER, generation
        monday = generation.as_of - timedelta(days=generation.as_of.weekday())
        for weeks, measure in product((4, 13), generation.measures):
            now = Period(monday - timedelta(weeks=weeks), monday)
            before = Period(now.start - timedelta(weeks=weeks), now.start)
            filters = Filters(LEADER, generation.number, now, before, Measure(measure))
            found = difference(filters, Query())
            assert found.before > 0
            assert fsum([found.before, *found.contributed["amount"], -found.now]) == pytest.approx(0, abs=1e-9)
            largest = found.contributed.dropna(subset="account_id")["account_id"].mode()[0]
            own = difference(replace(filters, account=largest), Query())
            assert fsum([own.before, *own.contributed["amount"], -own.now]) == pytest.approx(0, abs=1e-9)
