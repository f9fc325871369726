"""What a load keeps of most people at once: of each application and of all, for the months that are compared."""

from datetime import date, datetime

import pandas as pd

from tests.given import Given


def test_two_years_and_the_december_before_are_kept_of_each_application_and_of_all(tmp_path):
    given = Given(tmp_path)
    for day in ("2023-11-30", "2023-12-31", "2025-02-10"):
        given.use("a", "permit", f"{day} 09:00", times=31).use("b", "fleet", f"{day} 09:10", user="bob")
    given.loaded()
    kept = given.rows("select coalesce(application_id, 'all'), min(month), max(month), count(*) from peaks "
                      "left join applications using (application_key) group by all order by 1")  # fmt: skip
    months = (date(2023, 12, 1), date(2025, 2, 1), 15)
    assert kept == [("all", *months), ("fleet", *months), ("permit", *months)]
    assert given.rows(
        "select month, users, reached_at from peaks where application_key is null and users > 0 order by 1"
    ) == [
        (date(2023, 12, 1), 2, datetime(2023, 12, 31, 9, 10)),
        (date(2025, 2, 1), 2, datetime(2025, 2, 10, 9, 10)),
    ]
    assert given.rows("select max(users) from peaks where application_key is not null") == [(1,)]


def test_a_session_over_the_end_of_a_year_is_open_in_both(tmp_path):
    given = Given(tmp_path).use("a", "permit", "2025-12-31 23:50", times=20).loaded()
    assert given.rows("select month, users, reached_at from peaks where application_key is null order by 1") == [
        (date(2025, 12, 1), 1, datetime(2025, 12, 31, 23, 50)),
        (date(2026, 1, 1), 1, datetime(2026, 1, 1)),
    ]


def test_rows_of_sums_have_no_instants(tmp_path):
    given = Given(tmp_path).use("a", "permit", "2026-01-05 09:00", times=5).write()
    text = (
        given.mapping.read_text().split("[usage.actions]")[0].replace('action = "event"\nautomated = "channel"\n', "")
    )
    given.mapping.write_text(text.replace('duplicates = "event_id"', 'duplicates = "rows are real"\ngrain = "day"')
                             + '[usage.amounts]\nclicks = "feature"\nseconds = "feature"\n')  # fmt: skip
    frame = next(tmp_path.glob("log/*/*/*.parquet"))
    pd.read_parquet(frame).assign(feature=3).to_parquet(frame, index=False)
    given.load_again()
    assert given.rows("select sum(seconds) from usage_daily") == [(15,)]
    assert given.rows("select count(*) from peaks") == [(0,)]
