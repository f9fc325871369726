import math

import pytest
from hypothesis import given as any_of
from hypothesis import strategies as st
from scipy.stats import binomtest

from analytics.wilson import wilson


@pytest.mark.parametrize(
    ("successes", "cases", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_the_examples_of_newcombe_1998_are_reproduced(successes: int, cases: int, low: float, high: float):
    """Newcombe, R. G. (1998), Two-sided confidence intervals for the single proportion, table I, method 3."""
    assert wilson(successes, cases) == pytest.approx((low, high), abs=5e-5)


def test_nothing_is_known_of_no_cases():
    assert all(math.isnan(bound) for bound in wilson(0, 0))


@any_of(st.integers(1, 10_000).flatmap(lambda cases: st.tuples(st.integers(0, cases), st.just(cases))))
def test_it_equals_that_of_scipy_and_stays_within_0_and_1(asked: tuple[int, int]):
    expected = binomtest(*asked).proportion_ci(0.95, "wilson")
    low, high = wilson(*asked)
    assert (low, high) == pytest.approx((expected.low, expected.high), abs=1e-9)
    assert 0 <= low <= asked[0] / asked[1] <= high <= 1
