"""How fast is a log rolled up? Rows a second beside decoding its columns, and beside one plain GROUP BY.

The generated log, and the real ones where REAL_DATA_DIR is set. Memory is that of the largest process.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb

from ingestion.demo import generate
from ingestion.load import load

ACCOUNTS = int(os.environ.get("BENCH_LOG_ACCOUNTS", "1600"))  # about 20 million events
DECODED = "count(event_id), count(occurred_at), count(account_id), count(application_id), count(user_id), count(event)"
NAIVE = """
    select application_id, account_id, date_trunc('day', occurred_at::timestamp) as day,
        count(*) filter (event = 'LOGIN'), count(*) filter (event = 'CLICK'),
        count(*) filter (event = 'RECORD_CREATED'), count(distinct user_id), count(distinct event_id)
    from read_parquet('{files}') group by all
"""

# Kilobytes: of the process since it began, for the system counts in what its parent had; and of its workers.
LARGEST = (
    "import re, resource; status = Path('/proc/self/status').read_text(); "
    "print(max(int(re.search(r'VmHWM:\\s+(\\d+)', status)[1]), resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss))"
)


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        mapping = generate(folder / "demo", accounts=ACCOUNTS)
        files = f"{folder}/demo/usage/**/*.parquet"
        rows = duckdb.execute(f"select count(*) from read_parquet('{files}')").fetchall()[0][0]
        decoding = _seconds(f"select {DECODED} from read_parquet('{files}')")
        naive = _seconds(f"create table answer as {NAIVE.format(files=files)}")
        ours, megabytes = _loaded(mapping, folder / "store")
    print(f"\n{rows:,} generated events      rows/s   × decoding   × plain GROUP BY")
    for what, seconds in (("decoding", decoding), ("plain GROUP BY", naive), ("load, store written", ours)):
        print(f"  {what:22} {rows / seconds:12,.0f} {decoding / seconds:10.2f} {naive / seconds:14.2f}")
    print(f"  largest process of the load: {megabytes:.0f} MB")
    for example in ("openstack", "oulad") if "REAL_DATA_DIR" in os.environ else ():
        with tempfile.TemporaryDirectory() as name:
            started = time.perf_counter()
            summary = load(Path(__file__).parents[1] / f"examples/{example}.toml", Path(name), os.cpu_count() or 1)
            print(f"  {example}: {summary.rows_read / (time.perf_counter() - started):,.0f} rows/s")


def _seconds(statement: str) -> float:
    with duckdb.connect() as connection:
        connection.execute("set enable_progress_bar = false")
        started = time.perf_counter()
        connection.execute(statement).fetchall()
        return time.perf_counter() - started


def _loaded(mapping: Path, store: Path) -> tuple[float, float]:
    """Seconds and megabytes of a load in processes of its own."""
    call = f"load(Path({str(mapping)!r}), Path({str(store)!r}), {os.cpu_count()})"
    code = f"from pathlib import Path; from ingestion.load import load; {call}; {LARGEST}"
    started = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", code], check=True, cwd=Path(__file__).parents[1], stdout=subprocess.PIPE, text=True
    )
    return time.perf_counter() - started, float(done.stdout) / 1000


if __name__ == "__main__":
    main()
