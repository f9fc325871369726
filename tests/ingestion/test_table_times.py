"""Times of tables stand by the clock of the reporting zone; a time without a zone as written, unless the mapping says whose."""

from pathlib import Path

import pandas as pd
import pytest

from tests.given import Given

DENVER = "America/Denver"
SENT = "select channel, sent_at::varchar from messages order by channel"


def messages(folder: Path, times: dict[str, str], keys: str = "") -> Given:
    """One message for each time, by the channel of its name."""
    given = Given(folder, zone=DENVER).use("a", "permit", "2026-01-05 18:00").write()
    frame = pd.DataFrame({"account": "a", "sent": list(times.values()), "by": list(times), "status": "delivered"})
    frame.to_csv(folder / "messages.csv", index=False)
    columns = {"account": "account", "sent_at": "sent", "channel": "by", "status": "status"}
    mapped = "\n".join(f'{ours} = "{theirs}"' for ours, theirs in columns.items())
    with given.mapping.open("a") as file:
        file.write(f'\n[messages]\nuri = "messages.csv"\n{keys}\n[messages.columns]\n{mapped}\n')
    given.load_again()
    return given


TIMES = {
    "a": "2026-01-05T18:00:00Z",
    "b": "2026-07-05 20:00:00+02:00",
    "c": "2026-01-05 18:00:00",
    "d": "2026-01-05",
}


def test_instants_are_turned_and_others_count_as_written(tmp_path: Path):
    assert messages(tmp_path, TIMES).rows(SENT) == [
        ("a", "2026-01-05 11:00:00"), ("b", "2026-07-05 12:00:00"), ("c", "2026-01-05 18:00:00"),
        ("d", "2026-01-05 00:00:00"),
    ]  # fmt: skip


def test_a_zone_in_the_mapping_turns_times_without_one_but_no_days(tmp_path: Path):
    assert messages(tmp_path, TIMES, 'timezone = "UTC"').rows(SENT) == [
        ("a", "2026-01-05 11:00:00"), ("b", "2026-07-05 12:00:00"), ("c", "2026-01-05 11:00:00"),
        ("d", "2026-01-05 00:00:00"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("form", "written", "local"),
    [
        ("%d.%m.%Y %H:%M", "05.01.2026 18:00", "2026-01-05 18:00:00"),
        ("%d.%m.%Y %H:%M%z", "05.01.2026 18:00+0000", "2026-01-05 11:00:00"),
    ],
)
def test_a_time_format_with_an_offset_is_an_instant(tmp_path: Path, form: str, written: str, local: str):
    given = messages(tmp_path, {"a": written, "b": written}, f'time_format = "{form}"')
    assert given.rows(SENT) == [("a", local), ("b", local)]


def test_time_stamps_with_a_zone_are_turned_over_the_change_of_clocks(tmp_path: Path):
    given = Given(tmp_path, zone=DENVER).use("a", "permit", "2026-01-05 18:00").write()
    times = pd.to_datetime(["2026-03-08 08:59", "2026-03-08 09:00"], utc=True)
    frame = pd.DataFrame({"account": "a", "at": times, "by": ["a", "b"], "status": "delivered"})
    frame.to_parquet(tmp_path / "messages.parquet")
    with given.mapping.open("a") as file:
        file.write('\n[messages]\nuri = "messages.parquet"\n[messages.columns]\naccount = "account"\nsent_at = "at"\n'
                   'channel = "by"\nstatus = "status"\n')  # fmt: skip
    given.load_again()
    assert given.rows(SENT) == [("a", "2026-03-08 01:59:00"), ("b", "2026-03-08 03:00:00")]
