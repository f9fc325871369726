import socket
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.identity import Forbidden, Unauthenticated, resolve
from dashboard.settings import load_settings
from data_access.scope import Role, Scope
from tests.services import gunicorn

SETTINGS = load_settings(
    identity="header",
    trusted_networks="10.0.0.0/24,fd00::/64",
    leaders="lea@example.com",
    administrators="adam@example.com",
)
LOCAL = load_settings()
HERE = {"REMOTE_ADDR": "127.0.0.1", "HTTP_HOST": "localhost:8050"}


def asked(user, *, settings=SETTINGS, peer="10.0.0.9", **more):
    environ = {"REMOTE_ADDR": peer, "HTTP_X_FORWARDED_USER": user, **more}
    return resolve(environ, settings, {"mia@example.com"}.__contains__)


def test_roles_come_from_the_settings_and_the_accounts():
    assert asked("adam@example.com") == Scope("adam@example.com", Role.ADMINISTRATOR)
    assert asked("lea@example.com") == Scope("lea@example.com", Role.LEADER)
    assert asked("mia@example.com") == Scope("mia@example.com", Role.MANAGER)


def test_a_manager_sees_their_own_accounts_where_the_settings_say_so():
    settings = SETTINGS.model_copy(update={"managers_see_all": False})
    assert asked("mia@example.com", settings=settings).portfolio == "mia@example.com"
    assert asked("lea@example.com", settings=settings).portfolio is None


def test_capitals_make_no_other_person():
    assert asked("Mia@Example.COM").user == "mia@example.com"


def test_anybody_else_is_known_but_has_no_access():
    with pytest.raises(Forbidden):
        asked("nobody@example.com")


@pytest.mark.parametrize("peer", ["10.0.0.9", "::ffff:10.0.0.9", "fd00::1"])
def test_the_proxy_itself_is_believed(peer):
    assert asked("lea@example.com", peer=peer).role == Role.LEADER


@pytest.mark.parametrize("peer", ["10.0.1.9", "::ffff:10.0.1.9", "fd01::1", "::1", "127.0.0.1", "", "unix:", None])
def test_no_other_peer_is_believed(peer):
    with pytest.raises(Unauthenticated):
        asked("adam@example.com", peer=peer)


@pytest.mark.parametrize("header", ["HTTP_X_FORWARDED_FOR", "HTTP_X_REAL_IP", "HTTP_FORWARDED"])
def test_what_headers_say_of_the_peer_is_not_heard(header):
    with pytest.raises(Unauthenticated):
        asked("adam@example.com", peer="203.0.113.5", **{header: "10.0.0.9"})


@pytest.mark.parametrize(
    "value",
    [
        "",
        " ",
        "adam",
        "@",
        "adam@",
        "@example.com",
        "adam@example.com,lea@example.com",
        "adam@example.com, ",
        " adam@example.com",
        "adam@example.com ",
        "adam@example.com\n",
        "adam@example.com\0",
        "adam@@example.com",
        "adam@example.com@example.com",
        "Adam <adam@example.com>",
        '"adam"@example.com',
        "adam@example.com;lea@example.com",
        "adam@exa\u017fmple.com",
        "\u212aim@example.com",
        "a" * 250 + "@example.com",
    ],
)
def test_a_value_that_is_not_one_address_is_nobody(value):
    with pytest.raises(Unauthenticated):
        resolve({"REMOTE_ADDR": "10.0.0.9", "HTTP_X_FORWARDED_USER": value}, SETTINGS, lambda _: True)


def test_without_the_header_nobody_asks():
    with pytest.raises(Unauthenticated):
        resolve({"REMOTE_ADDR": "10.0.0.9", "HTTP_X_FORWARDED_USER_": "adam@example.com"}, SETTINGS, lambda _: True)


@given(st.text() | st.from_regex(r"[ -~]{0,20}@[ -~]{0,20}", fullmatch=True))
def test_whatever_the_header_holds_is_one_address_in_lower_case_or_nobody(value):
    try:
        user = resolve({"REMOTE_ADDR": "10.0.0.9", "HTTP_X_FORWARDED_USER": value}, SETTINGS, lambda _: True).user
    except Unauthenticated:
        return
    assert user == value.lower()
    assert user.isascii()
    assert user.count("@") == 1
    assert not set(user) & set(', ;"<>()[]:\\\t\r\n\0')


@pytest.mark.parametrize("host", ["localhost", "localhost:8050", "127.0.0.1:8050", "[::1]:8050", "LOCALHOST"])
def test_on_its_own_machine_there_is_one_user(host):
    scope = resolve({**HERE, "HTTP_HOST": host}, LOCAL, lambda _: False)
    assert scope == Scope("you@localhost", Role.ADMINISTRATOR)


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "localhost:8050@evil.example", "", "localhost\n"]
)
def test_a_foreign_name_for_this_machine_is_refused(host):
    with pytest.raises(Unauthenticated):
        resolve({**HERE, "HTTP_HOST": host}, LOCAL, lambda _: True)


@pytest.mark.parametrize("peer", ["192.0.2.1", "::ffff:192.0.2.1", "", "fe80::1"])
def test_another_machine_is_not_the_local_user(peer):
    with pytest.raises(Unauthenticated):
        resolve({**HERE, "REMOTE_ADDR": peer}, LOCAL, lambda _: True)


@pytest.mark.parametrize(
    "header", ["X_FORWARDED_FOR", "X_FORWARDED_HOST", "FORWARDED", "X_REAL_IP", "X_FORWARDED_USER"]
)
def test_a_proxy_in_front_of_the_local_user_is_refused_with_the_setting_to_set(header):
    with pytest.raises(Unauthenticated) as refusal:
        resolve({**HERE, f"HTTP_{header}": ""}, LOCAL, lambda _: True)
    assert "DASHBOARD_IDENTITY=header" in refusal.value.remedy


@pytest.mark.services
def test_gunicorn_hands_over_no_header_that_was_forged(tmp_path: Path):
    environment = {
        "DASHBOARD_DATA_DIR": str(tmp_path),
        "DASHBOARD_IDENTITY": "header",
        "DASHBOARD_TRUSTED_NETWORKS": "127.0.0.0/8",
        "DASHBOARD_ADMINISTRATORS": "adam@example.com",
    }
    with gunicorn("tests.dashboard.conftest:served()", tmp_path, environment) as (port, _):

        def status(*headers):
            head = "\r\n".join(("GET /who HTTP/1.1", "Host: dashboard", "Connection: close", *headers, "", ""))
            with socket.create_connection(("127.0.0.1", port)) as connection:
                connection.sendall(head.encode())
                return int(connection.recv(100).split()[1])

        good = "X-Forwarded-User: adam@example.com"
        assert status(good) == 200
        assert status("x-forwarded-user: ADAM@example.com") == 200
        assert status("X_Forwarded_User: adam@example.com") == 401
        assert status("X-Forwarded_User: adam@example.com") == 401
        assert status(good, good) == 401
        assert status("X-Forwarded-User: nobody@example.com", good) == 401
        assert status("X-Forwarded-User:") == 401
        assert status(good, "X_Forwarded_User: lea@example.com") == 200
