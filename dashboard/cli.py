"""The command line: `dashboard demo`, `load`, `backtest`, `migrate`, `serve`."""

import os
import shutil
import sys
import tempfile
import time
from concurrent.futures.process import BrokenProcessPool
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated
from uuid import uuid4

import pandas as pd
import rich.table
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from dashboard.settings import Settings, SettingsError, load_settings
from data_access.engine import NoData, StoreUnavailable, open_store
from data_access.evaluations import keep_evaluations
from data_access.scope import Role, Scope
from data_access.workspace import Act, WorkspaceUnavailable, open_workspace
from ingestion.demo import generate
from ingestion.load import Summary, load
from ingestion.mapping import MappingError
from ingestion.partition import Receipt
from ingestion.publish import Busy
from ingestion.published import published
from ingestion.sources import SourceError
from ingestion.space import DiskFull

cli = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False)
out = Console(highlight=False)
PROBLEMS_SHOWN = 10
WORKSPACE = "The workspace, where notes and follow-ups are"


def main() -> None:
    """Runs a command; what a person can put right is one message and exit code 1."""
    try:
        cli()
    except (SettingsError, MappingError, SourceError, Busy, DiskFull, StoreUnavailable) as error:
        _fail(str(error))
    except NoData:
        _fail("There are no data of this version yet: run `dashboard load <mapping.toml>` or `dashboard demo`.")
    except WorkspaceUnavailable as error:
        _fail(f"{WORKSPACE}: {error}")
    except BrokenProcessPool:
        _fail(
            "A process that read the log was ended from outside, often for lack of memory. What is done is kept: "
            "load again, with --processes 1 where memory is short. The last published data is still served."
        )
    except OSError as error:
        _fail(f"{error.filename or 'file'}: {error.strerror or error}. The last published data is still served.")


def _fail(message: str) -> None:
    Console(stderr=True, highlight=False).print(message, style="red", markup=False, soft_wrap=True)
    sys.exit(1)


@cli.command("load")
def load_command(
    mapping: Annotated[
        Path, typer.Argument(help="The TOML file that says where the log is and what its columns mean.")
    ],
    processes: Annotated[int, typer.Option(min=1, help="Weeks read at the same time.")] = os.cpu_count() or 1,
) -> None:
    """Read what is new in the usage log and publish it."""
    _load(mapping, load_settings(), processes)


@cli.command()
def demo(
    accounts: Annotated[int, typer.Option(min=1, max=50_000, help="Agencies to invent.")] = 400,
    seed: Annotated[int, typer.Option(help="Another seed invents other agencies.")] = 7,
    weeks: Annotated[int, typer.Option(min=4, max=520, help="Length of the history.")] = 104,
    until: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Last day; default: last Sunday.")
    ] = None,
    keep: Annotated[bool, typer.Option(help="Do nothing where demo data is already loaded.")] = False,
    processes: Annotated[int, typer.Option(min=1, help="Weeks read at the same time.")] = os.cpu_count() or 1,
) -> None:
    """Invent agencies, write their raw usage logs, and load them like any other log."""
    settings = load_settings()
    folder = settings.data_dir / "demo"
    if keep and _is_loaded(settings):
        out.print("Data is already loaded; `dashboard demo` makes it anew.")
        return
    shutil.rmtree(folder, ignore_errors=True)
    with _progress() as progress:
        task = progress.add_task("Writing raw logs", total=weeks)
        mapping = generate(
            folder, accounts=accounts, seed=seed, until=until.date() if until else None, weeks=weeks,
            on_progress=lambda done, total: progress.update(task, completed=done, total=total),
        )  # fmt: skip
    _load(mapping, settings, processes)


@cli.command()
def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535)] = 8050,
    workers: Annotated[int, typer.Option(min=1)] = 2,
    threads: Annotated[int, typer.Option(min=1)] = 4,
) -> None:
    """Serve the dashboard with gunicorn."""
    settings = load_settings()
    house = Path(__file__).parents[1]
    shown = "localhost" if host in ("127.0.0.1", "::1") else host
    out.print(f"\nThe dashboard is at [bold]http://{shown}:{port}{settings.url_prefix}[/bold]   (Ctrl+C ends it)")
    if settings.identity == "local":
        out.print("One built-in user, from this machine only. docs/deploy.md: how to serve it to others.")
    os.environ.update(
        DASHBOARD_BIND=f"{host}:{port}", DASHBOARD_WORKERS=str(workers), DASHBOARD_THREADS=str(threads),
        DASHBOARD_DATA_DIR=str(settings.data_dir.resolve()),
    )  # fmt: skip
    sys.stdout.flush()
    arguments = [
        "--config",
        str(house / "deploy" / "gunicorn.conf.py"),
        "--no-control-socket",
        "--chdir",
        str(house),
    ]
    os.execv(sys.executable, [sys.executable, "-m", "gunicorn", *arguments, "wsgi:server"])  # noqa: S606


@cli.command()
def migrate() -> None:
    """Bring the workspace, where notes and follow-ups are, to this version."""
    settings = load_settings()
    open_workspace(settings.workspace_address, settings.data_dir).migrate()
    out.print("The workspace is as this version needs it.")


@cli.command()
def backtest(
    source: Annotated[
        Path | None, typer.Option(help="Judge the log of this mapping file instead, and keep nothing of it.")
    ] = None,
) -> None:
    """Judge flags and outlook on the loaded log's own past, beside simple rules."""
    settings = load_settings()
    if source is None:
        found, name = _judged(settings.data_dir / "store", settings.store_url)
        act = Act(Scope("dashboard backtest", Role.ADMINISTRATOR), datetime.now(UTC), uuid4().hex)
        keep_evaluations(open_workspace(settings.workspace_address, settings.data_dir), act, name, found)
        return
    with tempfile.TemporaryDirectory() as folder:
        load(source, Path(folder), os.cpu_count() or 1)
        _judged(Path(folder), "")


def _judged(store: Path, url: str) -> tuple[dict[str, pd.DataFrame], str]:
    """Prints each table as it is found; the tables by title, and the name of the source."""
    from ingestion.evaluation import evaluations  # and with it scikit-learn, for this command alone

    found = {}
    with published(store, url) as connection:
        [(source, as_of)] = connection.execute("select source, as_of from generation").fetchall()
        out.print(f"{source}, up to {as_of}", markup=False)
        for title, rows in evaluations(connection):
            found[title] = rows
            out.print(f"\n[bold]{title}[/bold]")
            out.print(_table(rows) if len(rows) else "Too little history, or use, to judge.")
    return found, source


def _table(rows: pd.DataFrame) -> rich.table.Table:
    table = rich.table.Table(box=None, pad_edge=False)
    for name in rows:
        table.add_column(str(name).replace("_", " "), justify="left" if name == "method" else "right")
    for row in rows.itertuples(index=False):
        table.add_row(*(f"{value:,.3f}" if isinstance(value, float) else f"{value}" for value in row))
    return table


def _is_loaded(settings: Settings) -> bool:
    try:
        open_store(settings.store_url, settings.data_dir / "store").current()
    except NoData:
        return False
    return True


def _load(mapping: Path, settings: Settings, processes: int) -> None:
    started, rows = time.monotonic(), 0
    with _progress() as progress:
        task = progress.add_task("Reading weeks", total=None)

        def advance(receipt: Receipt, total: int) -> None:
            nonlocal rows
            rows += receipt.rows_read
            speed = rows / max(time.monotonic() - started, 0.001)
            words = f"Reading weeks  {rows:,} rows, {speed:,.0f}/s"
            progress.update(task, advance=1, total=total, description=words)

        summary = load(mapping, settings.data_dir / "store", processes, advance, settings.store_url)
    _print_summary(summary, time.monotonic() - started)
    try:
        # Who loads may make tables, which who serves perhaps may not. What is written there stays as it is.
        open_workspace(settings.workspace_address, settings.data_dir).migrate()
    except WorkspaceUnavailable as error:
        out.print(f"{WORKSPACE}: {error}", markup=False, style="yellow", soft_wrap=True)


def _print_summary(summary: Summary, seconds: float) -> None:
    for problem in summary.problems[:PROBLEMS_SHOWN]:
        out.print(f"Left out: {problem}", markup=False, style="yellow", soft_wrap=True)
    if len(summary.problems) > PROBLEMS_SHOWN:
        out.print(f"… and {len(summary.problems) - PROBLEMS_SHOWN} more files left out.", style="yellow")
    for reason, rows in summary.rejected_by_reason.items():
        out.print(f"Rejected: {rows:,} × {reason}. The Data page has them.", markup=False, style="yellow")
    if summary.generation is None:
        out.print(f"Nothing new: {summary.partitions} weeks are as they were. Still serving what was loaded before.")
        return
    out.print(
        f"Read {summary.partitions_read} of {summary.partitions} weeks: {summary.rows_read:,} rows, "
        f"{summary.rows_kept:,} kept, {summary.rows_duplicate:,} duplicate, {summary.rows_rejected:,} rejected.\n"
        f"Published as generation {summary.generation} after {seconds:.1f} s."
    )


def _progress() -> Progress:
    return Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), console=out
    )
