"""One version, one write a click, one schema however many start at once; and a workspace that is away."""

import socket
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from pathlib import Path
from threading import Barrier
from time import monotonic

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import create_engine, text

from data_access.audit import audit_log
from data_access.care import assign, care_of, snooze
from data_access.follow_ups import complete_follow_up
from data_access.notes import add_note, delete_note, notes_of
from data_access.workspace import Workspace, WorkspaceUnavailable, open_workspace
from data_access.workspace_schema import metadata
from tests.data_access.conftest import ADA, ANN, BOB
from tests.services import free_port, plain


def test_the_version_changes_with_every_write(workspace, clicks):
    versions = [workspace.version()]
    for account in ("aurora", "boulder"):
        add_note(workspace, clicks.by(ANN), "hello", account_id=account)
        versions.append(workspace.version())
    assert versions[0] < versions[1] < versions[2]


def test_a_version_is_never_met_again_when_an_old_copy_is_put_back(tmp_path, clicks):
    workspace = open_workspace("", tmp_path)
    add_note(workspace, clicks.by(ANN), "kept", account_id="aurora")
    with sqlite3.connect(tmp_path / "workspace.sqlite") as live, sqlite3.connect(tmp_path / "copy.sqlite") as copy:
        live.backup(copy)
    add_note(workspace, clicks.by(ANN), "lost", account_id="aurora")
    seen = workspace.version()
    restored = Workspace(f"sqlite:///{tmp_path / 'copy.sqlite'}")
    add_note(restored, clicks.by(ANN), "new", account_id="aurora")
    assert restored.version() != seen
    for one in (workspace, restored, live, copy):
        one.close()


def test_what_finds_nothing_to_change_leaves_no_trace(workspace, clicks):
    assert not complete_follow_up(workspace, clicks.by(ANN), "aurora", 1)
    assert workspace.version() == 0
    assert audit_log(workspace, ADA, 10).empty


def test_a_click_is_written_once_however_often_it_is_sent(workspace, clicks):
    click = clicks.by(ANN)
    for _ in range(2):
        add_note(workspace, click, "hello", account_id="aurora")
    assert len(notes_of(workspace, ANN, "aurora")) == len(audit_log(workspace, ADA, 10)) == 1


def test_a_deletion_sent_again_is_still_a_success(workspace, clicks):
    add_note(workspace, clicks.by(ANN), "hello", account_id="aurora")
    click = clicks.by(ANN)
    assert [delete_note(workspace, click, "aurora", 1) for _ in range(2)] == [True, True]


def test_all_who_write_at_once_are_written_one_after_the_other(workspace, clicks):
    workspace.migrate()
    acts = [replace(clicks.by(ANN), nonce=f"click {number % 10}") for number in range(20)]
    barrier = Barrier(20)

    def one(act):
        barrier.wait()
        assign(workspace, act, "aurora", f"{act.nonce}@example.org")

    with ThreadPoolExecutor(20) as threads:
        list(threads.map(one, acts))
    assert len(audit_log(workspace, ADA, 100)) == 10


def test_all_who_start_at_once_find_one_schema(workspace, clicks):
    barrier = Barrier(8)

    def start(_):
        another = Workspace(workspace.url)
        barrier.wait()
        another.migrate()
        version = another.version()
        another.close()
        return version

    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(start, range(8))) == [0] * 8


def test_a_start_changes_nothing_that_was_written(workspace, clicks):
    add_note(workspace, clicks.by(ANN), "hello", account_id="aurora")
    again = Workspace(workspace.url)
    again.migrate()
    assert notes_of(again, BOB, "aurora")["text"].tolist() == ["hello"]
    again.close()


def test_the_steps_lead_to_the_tables_that_are_declared(workspace):
    workspace.migrate()
    engine = create_engine(workspace.url, connect_args=_own_schema(workspace))
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    engine.dispose()


def _own_schema(workspace):
    return {} if workspace.url.startswith("sqlite") else {"options": "-c search_path=workspace"}


def test_a_workspace_of_a_newer_version_is_left_alone(workspace):
    workspace.migrate()
    engine = create_engine(workspace.url, connect_args=_own_schema(workspace))
    with engine.begin() as connection:
        connection.execute(text("update alembic_version set version_num = '9999'"))
    engine.dispose()
    older = Workspace(workspace.url)
    with pytest.raises(WorkspaceUnavailable, match="newer version"):
        older.migrate()
    older.close()


def test_only_a_scope_opens_the_door(workspace):
    with pytest.raises(TypeError, match="scope"):
        notes_of(workspace, None, "aurora")


# In a file


def test_the_file_is_read_while_somebody_writes(tmp_path: Path, clicks):
    workspace = open_workspace("", tmp_path)
    add_note(workspace, clicks.by(ANN), "hello", account_id="aurora")
    with sqlite3.connect(tmp_path / "workspace.sqlite", isolation_level=None) as writer:
        writer.execute("begin immediate")
        assert len(notes_of(workspace, ANN, "aurora")) == 1
    writer.close()
    workspace.close()


def test_who_must_wait_too_long_to_write_is_told_so(tmp_path: Path, clicks):
    workspace = Workspace(f"sqlite:///{tmp_path / 'workspace.sqlite'}", answer_seconds=0.1, rest_seconds=0)
    workspace.migrate()
    with sqlite3.connect(tmp_path / "workspace.sqlite", isolation_level=None) as writer:
        writer.execute("begin immediate")
        with pytest.raises(WorkspaceUnavailable, match="locked"):
            add_note(workspace, clicks.by(ANN), "hello", account_id="aurora")
        writer.execute("rollback")
    writer.close()
    add_note(workspace, clicks.by(ANN), "hello", account_id="aurora")
    assert len(notes_of(workspace, ANN, "aurora")) == 1
    workspace.close()


def test_a_file_that_is_none_is_unavailable_and_left_alone(tmp_path: Path):
    (tmp_path / "workspace.sqlite").write_text("not a database, but somebody's text " * 100)
    workspace = open_workspace("", tmp_path)
    with pytest.raises(WorkspaceUnavailable, match="not a database"):
        workspace.version()
    assert (tmp_path / "workspace.sqlite").read_text().startswith("not a database")
    workspace.close()


# Away


def test_a_database_that_refuses_is_asked_again_after_a_rest():
    workspace = Workspace(f"postgresql+psycopg://nobody@127.0.0.1:{free_port()}/usage")
    with pytest.raises(WorkspaceUnavailable, match="refused"):
        workspace.version()
    with pytest.raises(WorkspaceUnavailable, match="a moment ago"):
        care_of(workspace, ANN, ["aurora"])
    workspace.close()


def test_a_database_that_never_answers_is_given_up():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        workspace = Workspace(f"postgresql+psycopg://nobody@127.0.0.1:{silent.getsockname()[1]}/usage")
        started = monotonic()
        with pytest.raises(WorkspaceUnavailable, match="timeout"):
            workspace.version()
        assert monotonic() - started < 5
        workspace.close()


@pytest.mark.services
def test_a_database_that_takes_too_long_is_given_up_and_asked_again(database: str, clicks):
    workspace = Workspace(database, answer_seconds=0.2, rest_seconds=0)
    workspace.migrate()
    with psycopg.connect(plain(database)) as other:
        other.execute("lock table workspace.version in access exclusive mode")
        with pytest.raises(WorkspaceUnavailable, match="timeout"):
            workspace.version()
        with pytest.raises(WorkspaceUnavailable, match="timeout"):
            snooze(workspace, clicks.by(ANN), "aurora", date(2026, 12, 1), "budget talks")
    assert workspace.version() == 0
    workspace.close()


@pytest.mark.services
def test_a_database_that_was_away_at_the_start_gets_its_tables_later(postgresql: str, clicks):
    with psycopg.connect(plain(postgresql) + "postgres", autocommit=True) as administrator:
        workspace = Workspace(f"{postgresql}made_later", rest_seconds=0)
        with pytest.raises(WorkspaceUnavailable, match="does not exist"):
            workspace.migrate()
        administrator.execute("create database made_later")
        try:
            add_note(workspace, clicks.by(ANN), "hello", account_id="aurora")
            assert len(notes_of(workspace, ANN, "aurora")) == 1
        finally:
            workspace.close()
            administrator.execute("drop database made_later with (force)")


@pytest.mark.services
def test_a_role_that_may_only_write_rows_is_enough_once_the_tables_are_there(database: str, clicks):
    owner = Workspace(database)
    owner.migrate()
    owner.close()
    with psycopg.connect(plain(database), autocommit=True) as administrator:
        administrator.execute("create role clerk login")
        try:
            clerk = Workspace(database.replace("postgres@", "clerk@"), rest_seconds=0)
            with pytest.raises(WorkspaceUnavailable):
                clerk.version()
            administrator.execute("grant usage on schema workspace to clerk")
            administrator.execute("grant select, insert, update, delete on all tables in schema workspace to clerk")
            add_note(clerk, clicks.by(ANN), "hello", account_id="aurora")
            assert len(notes_of(clerk, ANN, "aurora")) == 1
            clerk.close()
        finally:
            administrator.execute("drop owned by clerk")
            administrator.execute("drop role clerk")
