"""A source never seen before is connected by one file of TOML, whatever its columns are called."""

import gzip
from pathlib import Path

from tests.given import Given

EPOCH = """
[source]
name = "Fachverfahren"
reporting_timezone = "Europe/Berlin"

[usage]
uri = "Nutzung & Co"
duplicates = "event_id"
time_unit = "ms"
csv = { separator = ";", decimal = "," }

[usage.columns]
event_id = "group"
occurred_at = "Zeit in ms"
account = 'Mandant "Nr."'
application = "select"
user = "Büro/Nutzer*in"
action = "what's done"
automated = "order"

[usage.actions]
"Öffnen" = "login"
"Klick, links" = "click"
"Akte 'neu'" = "record"

[usage.automated]
values = ["Stapel"]

[usage.amounts]
seconds = "Dauer (s)"

[accounts]
uri = "Mandanten.csv"
csv = { separator = ";", decimal = ",", encoding = "cp1252" }
[accounts.columns]
account = 'Mandant "Nr."'
name = "Straße"
annual_value = "from"
"""
EPOCH_LOG = '''\
group;Zeit in ms;"Mandant ""Nr.""";select;Büro/Nutzer*in;what's done;order;Dauer (s)
1;1774738799999;007;Wohngeld;Jürgen;Öffnen;Mensch;1,5
2;1774738800000;007;Wohngeld;Jürgen;Klick, links;Mensch;60
2;1774738800000;007;Wohngeld;Jürgen;Klick, links;Mensch;60
3;1774821540000;007;Wohngeld;"Zoë; Büro 2";Akte 'neu';Mensch;0,75
4;1774821540000;007;Wohngeld;;Akte 'neu';Stapel;
5;1774821600000;8;Wohngeld;Jürgen;Akte 'neu';Mensch;1.000,5
6;1774821600000;8;Wohngeld;Jürgen;Akte 'neu';Mensch;2
7;neulich;8;Wohngeld;Jürgen;Akte 'neu';Mensch;2
'''
ACCOUNTS = """\
Mandant "Nr.";Straße;from
007;"Köln; Süd";1234,50
"""

LOCAL = """
[source]
name = "Local"
reporting_timezone = "America/Denver"

[usage]
uri = "log.csv"
duplicates = "rows are real"
every_event_is = "click"
timezone = "Europe/Berlin"
time_format = "%d.%m.%Y %H:%M"

[usage.columns]
occurred_at = "Uhrzeit"
account = "from"
application = "table"
"""
LOCAL_LOG = """\
Uhrzeit,from,table
28.03.2026 06:59,a,permit
28.03.2026 07:00,a,permit
30.03.2026 07:59,a,permit
30.03.2026 08:00,a,permit
"""


def test_awkward_names_decimal_commas_and_milliseconds_since_1970(tmp_path: Path):
    (tmp_path / "Nutzung & Co").mkdir()
    (tmp_path / "Nutzung & Co/März 2026.csv.gz").write_bytes(gzip.compress(EPOCH_LOG.encode()))
    (tmp_path / "Mandanten.csv").write_text(ACCOUNTS, encoding="cp1252")
    given = Given(tmp_path)
    given.mapping.write_text(EPOCH)
    summary = given.load_again()
    assert (summary.rows_read, summary.rows_kept, summary.rows_duplicate, summary.problems) == (8, 6, 1, [])
    assert summary.rejected_by_reason == {"no valid time": 1}
    assert given.rows("select account_id, name, annual_value from accounts order by account_id") == [
        ("007", "Köln; Süd", 1234.5),
        ("8", "8", None),
    ]
    assert given.rows("""
        select name, account_key, cast(day as varchar), human_events, logins, clicks, records, seconds,
            automated_events, active_users
        from usage_daily join applications using (application_key) order by day, account_key
    """) == [
        ("Wohngeld", 1, "2026-03-28", 1, 1, 0, 0, 2, 0, 1),  # 23:59:59.999; 1.5 seconds
        ("Wohngeld", 1, "2026-03-29", 2, 0, 1, 1, 61, 1, 2),  # 00:00, and 23:59 in summer time; 60.75 seconds
        ("Wohngeld", 2, "2026-03-30", 2, 0, 0, 2, 1003, 0, 1),  # 00:00; a thousand and 2.5 seconds
    ]
    assert given.rows("select source, measures from generation") == [
        ("Fachverfahren", "logins,users,hours,clicks,records")
    ]


def test_times_of_clocks_that_change_elsewhere_than_those_of_the_reports(tmp_path: Path):
    """Midnight in Denver is 7 o'clock in Berlin while only America has summer time, and then 8."""
    (tmp_path / "log.csv").write_text(LOCAL_LOG)
    given = Given(tmp_path)
    given.mapping.write_text(LOCAL)
    given.load_again()
    assert given.rows("select cast(day as varchar), clicks, active_users from usage_daily order by day") == [
        ("2026-03-27", 1, 0),
        ("2026-03-28", 1, 0),
        ("2026-03-29", 1, 0),
        ("2026-03-30", 1, 0),
    ]
