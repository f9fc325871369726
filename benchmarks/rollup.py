"""How fast is a log rolled up? Rows a second beside decoding its columns, and beside one plain GROUP BY.

The generated log, and the real ones where REAL_DATA_DIR is set. Memory is that of the largest process of the load.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import duckdb

from ingestion.demo import generate

ACCOUNTS = int(os.environ.get("BENCH_LOG_ACCOUNTS", "1700"))  # about 20 million events
EXAMPLES = Path(__file__).parents[1] / "examples"


class Log(NamedTuple):
    """A log to load, and what a plain query over its files would do."""

    name: str
    mapping: Path
    files: str
    columns: str  # that the load needs, comma-separated
    group: str  # the plain roll-up: its selection


DEMO_GROUP = """application_id, account_id, date_trunc('day', occurred_at::timestamp) as day,
    count(*) filter (event = 'LOGIN'), count(*) filter (event = 'CLICK'),
    count(*) filter (event = 'RECORD_CREATED'), count(distinct user_id), count(distinct event_id)"""
OPENSTACK_GROUP = """application_id, account_id, date_trunc('day', occurred_at) as day,
    count(*) filter (action = 'record_created'), count(distinct user_id), count(distinct event_id)"""
OULAD_GROUP = "id_site, code_module, code_presentation, date, sum(sum_click), count(distinct id_student)"

# Kilobytes: of the process since it began, for the system counts in what its parent had; and of its workers.
LARGEST = (
    "import re, resource; status = Path('/proc/self/status').read_text(); "
    "print(max(int(re.search(r'VmHWM:\\s+(\\d+)', status)[1]), resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss))"
)


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        mapping = generate(Path(name) / "demo", accounts=ACCOUNTS)
        columns = "event_id, occurred_at, account_id, application_id, user_id, event"
        _report(Log("generated", mapping, f"{name}/demo/usage/**/*.parquet", columns, DEMO_GROUP))
    if data := os.environ.get("REAL_DATA_DIR"):
        columns = "event_id, occurred_at, account_id, application_id, user_id, action, feature"
        files = f"{data}/openstack/events/**/*.parquet"
        _report(Log("openstack", EXAMPLES / "openstack.toml", files, columns, OPENSTACK_GROUP))
        columns, files = "id_student, id_site, date, sum_click", f"{data}/oulad-2013/studentVle_ds/**/*.parquet"
        _report(Log("oulad", EXAMPLES / "oulad.toml", files, columns, OULAD_GROUP))


def _report(log: Log) -> None:
    source = f"read_parquet('{log.files}')"
    rows = duckdb.execute(f"select count(*) from {source}").fetchall()[0][0]
    decoded = ", ".join(f"count({column})" for column in log.columns.split(", "))
    decoding = _seconds(f"select {decoded} from {source}")
    naive = _seconds(f"create table answer as select {log.group} from {source} group by all")
    loading, megabytes = _loaded(log.mapping)
    print(f"\n{log.name}, {rows:,} rows".ljust(31) + "rows/s   × decoding   × plain GROUP BY")
    for what, seconds in (("decoding", decoding), ("plain GROUP BY", naive), ("load, store written", loading)):
        print(f"  {what:22} {rows / seconds:12,.0f} {decoding / seconds:10.3f} {naive / seconds:14.2f}")
    print(f"  largest process of the load: {megabytes:.0f} MB", flush=True)


def _seconds(statement: str) -> float:
    with duckdb.connect() as connection:
        connection.execute("set enable_progress_bar = false")
        started = time.perf_counter()
        connection.execute(statement).fetchall()
        return time.perf_counter() - started


def _loaded(mapping: Path) -> tuple[float, float]:
    """Seconds and megabytes of a load in processes of its own."""
    with tempfile.TemporaryDirectory() as store:
        call = f"load(Path({str(mapping)!r}), Path({store!r}), {os.cpu_count()})"
        code = f"from pathlib import Path; from ingestion.load import load; {call}; {LARGEST}"
        started = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-c", code], check=True, cwd=EXAMPLES.parent, stdout=subprocess.PIPE, text=True
        )
        return time.perf_counter() - started, float(done.stdout.splitlines()[-1]) / 1000


if __name__ == "__main__":
    main()
