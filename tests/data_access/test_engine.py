"""A store that is empty, slow, silent or away, and one that changes while it is read."""

import os
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic

import psycopg
import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from dashboard.app import create_app
from dashboard.settings import SettingsError, load_settings
from data_access import engine, schema
from data_access.choices import account_name
from data_access.engine import Database, NoData, OtherVersion, Store, StoreUnavailable, _opened, open_store, read
from data_access.schema import accounts, usage_daily
from tests.given import LEADER, Given
from tests.services import free_port, plain

TOTAL = select(func.sum(usage_daily.c.records))
FOREVER = select(func.count(), func.pg_sleep(60)).select_from(accounts)


def total(store: Database | Store) -> int:
    with store.pin():
        return read(LEADER, TOTAL, {"records": "int64"})["records"][0]


@pytest.fixture
def impatient(database: str, tmp_path: Path) -> Iterator[Database]:
    """A database that nobody waits for, with one record in it."""
    Given(tmp_path, url=database).use("a", "permit", "2026-01-05 09:00").load()
    store = Database(database, answer_seconds=0.2, connect_seconds=2)
    yield store
    store.close()


@contextmanager
def within(seconds: float) -> Iterator[None]:
    started = monotonic()
    yield
    assert monotonic() - started < seconds


@contextmanager
def frozen(*processes: int) -> Iterator[None]:
    for process in processes:
        os.kill(process, signal.SIGSTOP)
    try:
        yield
    finally:
        for process in processes:
            os.kill(process, signal.SIGCONT)


def backend_of(store: Database) -> tuple[int, int]:
    """The process that serves the connection in the pool, and the one that takes new ones."""
    with store.current().engine.connect() as connection:
        backend = connection.execute(text("select pg_backend_pid()")).scalar_one()
    return backend, int(Path(f"/proc/{backend}/stat").read_text().rsplit(")", 1)[1].split()[1])


def test_before_the_first_load_there_is_no_data(given: Given):
    with pytest.raises(NoData):
        given.opened.current()


def test_a_generation_of_another_version_is_not_read_and_the_next_load_makes_it_anew(given: Given, monkeypatch):
    given.use("a", "permit", "2026-01-05 09:00").load()
    with monkeypatch.context() as patched:
        patched.setattr(schema, "LAYOUT", "another")
        _opened.cache_clear()
        with pytest.raises(OtherVersion):
            given.opened.current()
        patched.setattr("ingestion.load.LAYOUT", "another")
        summary = given.load_again()
        assert (summary.generation, summary.partitions_read) == (2, 0)
        assert total(given.opened) == 1


def test_a_generation_says_what_it_is(given: Given):
    given.use("a", "permit", "2026-01-05 09:00").use("a", "permit", "2026-01-14 09:00").load()
    newest = given.opened.current()
    assert (newest.number, newest.source, newest.has_subscriptions) == (1, "Test", False)
    assert (str(newest.first_day), str(newest.as_of)) == ("2026-01-05", "2026-01-14")
    assert newest.measures == ("logins", "users", "hours", "clicks", "records")


def test_what_was_pinned_is_read_to_the_end_while_the_next_is_there_already(given: Given):
    given.use("a", "permit", "2026-01-05 09:00").load()
    with given.opened.pin():
        given.use("a", "permit", "2026-01-06 09:00").load()
        assert read(LEADER, TOTAL, {"records": "int64"})["records"].tolist() == [1]
    assert total(given.opened) == 2


def test_nobody_writes_through_the_door_for_readers(given: Given):
    given.use("a", "permit", "2026-01-05 09:00").load()
    with given.opened.current().engine.connect() as connection, pytest.raises(DBAPIError, match="read-only"):
        connection.execute(accounts.delete())


def test_a_database_that_refuses_is_unavailable(tmp_path: Path):
    store = open_store(f"postgresql+psycopg://nobody@127.0.0.1:{free_port()}/usage", tmp_path)
    with within(2), pytest.raises(StoreUnavailable, match="refused"):
        store.current()


def test_a_database_that_never_answers_is_given_up_after_one_attempt():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.setblocking(False)
        store = Database(f"postgresql+psycopg://nobody@127.0.0.1:{silent.getsockname()[1]}/usage", connect_seconds=2)
        with within(4), pytest.raises(StoreUnavailable, match="timeout"):
            store.current()
        silent.accept()[0].close()
        with pytest.raises(BlockingIOError):
            silent.accept()


@pytest.mark.parametrize("url", ["usage.db", "postgresql://host/usage", "postgresql+psycopg://host:port/usage"])
def test_an_address_that_is_none_is_refused_at_the_start(url: str):
    with pytest.raises(SettingsError, match="DASHBOARD_STORE_URL: must be empty, or postgresql"):
        load_settings(store_url=url)


@pytest.mark.parametrize("place", ["/usage?host=/run/postgresql", "ann:p%40ss@[::1]:5432/usage?sslmode=require"])
def test_an_address_is_written_as_sqlalchemy_has_it(place: str):
    assert load_settings(store_url=f"postgresql+psycopg://{place}").store_url.endswith(place)


def test_a_page_says_when_the_database_is_away_and_when_to_come_again(tmp_path: Path):
    url = f"postgresql+psycopg://nobody:hunter2@127.0.0.1:{free_port()}/usage"
    server = create_app(load_settings(data_dir=tmp_path, store_url=url)).server
    client = server.test_client()
    client.environ_base.update(REMOTE_ADDR="127.0.0.1", HTTP_HOST="localhost:8050")
    for path in ("/", "/readyz", "/_dash-layout"):
        answer = client.get(path)
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
        assert "The data cannot be read now." in answer.text
        assert "hunter2" not in answer.text
    assert client.get("/healthz").status_code == 200


@pytest.mark.services
def test_a_question_that_takes_too_long_is_ended(impatient: Database):
    with impatient.pin(), within(1), pytest.raises(StoreUnavailable, match="statement timeout"):
        read(LEADER, FOREVER, {"count": "int64", "slept": "str"})
    assert total(impatient) == 1


@pytest.mark.services
def test_a_connection_that_goes_silent_is_replaced(impatient: Database):
    with frozen(backend_of(impatient)[0]), within(3):
        assert total(impatient) == 1


@pytest.mark.services
def test_a_server_that_goes_silent_is_unavailable_until_it_speaks_again(
    impatient: Database, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(engine, "REST_SECONDS", 0)
    with frozen(*backend_of(impatient)), within(6):
        assert not impatient.current().is_reached
    assert total(impatient) == 1


@contextmanager
def closed(store: Database) -> Iterator[None]:
    """Nobody gets in, as when the server is away."""
    administrator = psycopg.connect(plain(store.url).rpartition("/")[0] + "/postgres", autocommit=True)
    name = plain(store.url).rpartition("/")[2]
    with administrator:
        administrator.execute(f'alter database "{name}" allow_connections false')
        administrator.execute(f"select pg_terminate_backend(pid) from pg_stat_activity where datname = '{name}'")
        try:
            yield
        finally:
            administrator.execute(f'alter database "{name}" allow_connections true')


@pytest.mark.services
def test_while_the_database_is_away_the_last_generation_and_what_is_remembered_of_it_stay(
    impatient: Database, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(engine, "REST_SECONDS", 0)
    with impatient.pin() as before:
        assert account_name(LEADER, "a") == "a"
    with closed(impatient), impatient.pin() as meanwhile:
        assert (meanwhile.number, meanwhile.is_reached, meanwhile.identity) == (1, False, before.identity)
        assert account_name(LEADER, "a") == "a"
        with pytest.raises(StoreUnavailable, match="does not answer"):
            read(LEADER, TOTAL, {"records": "int64"})
    assert impatient.current().is_reached
    assert total(impatient) == 1


@pytest.mark.services
def test_while_the_database_is_away_pages_show_what_was_asked_before(impatient: Database, tmp_path: Path):
    app = create_app(load_settings(data_dir=tmp_path / "served", store_url=impatient.url))
    client = app.server.test_client()
    client.environ_base.update(REMOTE_ADDR="127.0.0.1", HTTP_HOST="localhost:8050")

    def asked(output: str, **address: str) -> tuple[int, str]:
        given = [{"id": "url", "property": part, "value": value} for part, value in address.items()]
        body = {"output": output, "inputs": given, "state": [], "changedPropIds": []}
        answer = client.post("/_dash-update-component", json=body)
        return answer.status_code, answer.text

    rail = asked("accounts-rail.html", search="")
    assert rail[0] == 200
    with closed(impatient):
        assert asked("accounts-rail.html", search="") == rail
        assert asked("accounts-rail.html", search="?period=4w")[0] == 503
        assert "Not reached" in asked("shell-as-of.html", pathname="/", search="")[1]


@pytest.mark.services
def test_a_database_that_did_not_answer_is_left_in_peace_for_a_while(impatient: Database):
    impatient.current()
    with closed(impatient):
        assert not impatient.current().is_reached
    with within(0.05):
        assert not impatient.current().is_reached


@pytest.mark.services
def test_closed_connections_are_replaced(impatient: Database):
    assert total(impatient) == 1
    with psycopg.connect(plain(impatient.url), autocommit=True) as administrator:
        administrator.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity "
            "where datname = current_database() and pid <> pg_backend_pid()"
        )
    assert total(impatient) == 1


@pytest.mark.services
def test_a_generation_that_was_dropped_meanwhile_can_be_asked_for_again(impatient: Database):
    with impatient.pin(), psycopg.connect(plain(impatient.url)) as administrator:
        administrator.execute("drop schema generation_1 cascade")
        administrator.commit()
        with pytest.raises(StoreUnavailable, match="does not exist"):
            read(LEADER, TOTAL, {"records": "int64"})


@pytest.mark.services
def test_a_reader_without_rights_is_told_so_and_not_that_nothing_was_loaded(impatient: Database):
    with psycopg.connect(plain(impatient.url)) as administrator:
        administrator.execute("create role stranger login")
        administrator.commit()
        try:
            stranger = Database(impatient.url.replace("postgres@", "stranger@"))
            with pytest.raises(StoreUnavailable, match="permission denied"):
                stranger.current()
            stranger.close()
        finally:
            administrator.execute("drop role stranger")
