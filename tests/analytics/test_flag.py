from analytics.flag import sentence


def test_the_sentence():
    assert sentence("one week", 41.2, 9, 0.88, 1 / 4000, "Permit") == (
        "expected 41 (others on Permit are 12 % down this week), saw 9: about 1 in 4,000."
    )
    assert sentence("one week", 5.06, 14, 1.0, 1 / 257, "Permit") == (
        "expected 5.1 (others on Permit are as usual this week), saw 14: about 1 in 260."
    )
    assert sentence("level shift", 160, 51, 1.1, 1e-9) == (
        "in four weeks, expected 160, saw 51: less than 1 in 1,000,000."
    )
