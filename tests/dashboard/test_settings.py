import os
import stat
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from analytics.health import Recipe
from dashboard.settings import SettingsError, kept_secret, load_settings


@pytest.fixture(autouse=True)
def _empty_environment(monkeypatch, tmp_path):
    for name in [name for name in os.environ if name.startswith("DASHBOARD_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def refused(monkeypatch):
    def text(**environment):
        for name, value in environment.items():
            monkeypatch.setenv(f"DASHBOARD_{name.upper()}", value)
        with pytest.raises(SettingsError) as refusal:
            load_settings()
        return str(refusal.value)

    return text


def test_nothing_needs_to_be_set():
    settings = load_settings()
    assert (settings.identity, settings.url_prefix, settings.cache_url) == ("local", "/", "")


def test_lists_are_separated_by_commas(monkeypatch):
    monkeypatch.setenv("DASHBOARD_LEADERS", "Ann@Example.com, bob@example.com,")
    monkeypatch.setenv("DASHBOARD_TRUSTED_NETWORKS", "10.0.0.0/24, fd00::/64,192.0.2.7")
    settings = load_settings()
    assert settings.leaders == {"ann@example.com", "bob@example.com"}
    assert [str(one) for one in settings.trusted_networks] == ["10.0.0.0/24", "fd00::/64", "192.0.2.7/32"]


@pytest.mark.parametrize(
    ("store", "workspace", "expected"),
    [
        ("", "", ""),
        ("postgresql+psycopg://store/usage", "", "postgresql+psycopg://store/usage"),
        ("postgresql+psycopg://store/usage", "postgresql+psycopg://other/notes", "postgresql+psycopg://other/notes"),
    ],
)
def test_the_workspace_is_in_the_database_of_the_store_unless_another_is_named(store, workspace, expected):
    assert load_settings(store_url=store, workspace_url=workspace).workspace_address == expected


@pytest.mark.parametrize("networks", ["*", "0.0.0.0/0", "::/0", "10.0.0.0/24,*", "0.0.0.0/1"])
def test_trusting_everybody_is_refused(refused, networks):
    assert "DASHBOARD_TRUSTED_NETWORKS: '" in refused(trusted_networks=networks)


def test_an_ipv6_address_needs_its_prefix_length(refused):
    assert "'::1/128' is that one address" in refused(trusted_networks="::1")


@pytest.mark.parametrize("networks", ["proxy", "10.0.0.1/24", "::ffff:10.0.0.0/120", "10.0.0.0/33"])
def test_a_network_that_is_none_is_refused(refused, networks):
    assert "DASHBOARD_TRUSTED_NETWORKS" in refused(trusted_networks=networks)


def test_a_header_without_a_trusted_proxy_is_refused_with_the_setting_to_set(refused):
    assert "DASHBOARD_IDENTITY=header needs DASHBOARD_TRUSTED_NETWORKS" in refused(identity="header")


@pytest.mark.parametrize("prefix", ["usage", "/usage", "usage/", "//", "/a//b/", "/a b/", "/../", ""])
def test_a_prefix_begins_and_ends_with_a_slash(refused, prefix):
    assert "DASHBOARD_URL_PREFIX: must begin and end with '/'" in refused(url_prefix=prefix)


@pytest.mark.parametrize(
    "secret", ["changeme", "secret", "fifteen-letters", "changemechangeme", "aaaaaaaaaaaaaaaaaaaa"]
)
def test_a_weak_secret_is_refused_and_not_shown(refused, secret):
    text = refused(secret_key=secret)
    assert "DASHBOARD_SECRET_KEY: is too easy to guess" in text
    assert secret not in text.replace("DASHBOARD_SECRET_KEY", "").replace("kept in data_dir/secret", "")


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("identity", "ldap"),
        ("identity_header", "X_User"),
        ("leaders", "everybody"),
        ("cache_url", "memcached://host"),
        ("workspace_url", "sqlite:///notes.sqlite"),
        ("frame_ancestors", "'self'; script-src *"),
        ("max_request_bytes", "many"),
        ("log_level", "chatty"),
    ],
)
def test_a_wrong_value_is_refused_by_the_name_of_its_setting(refused, setting, value):
    assert f"DASHBOARD_{setting.upper()}: " in refused(**{setting: value})


@pytest.mark.parametrize(
    ("setting", "value", "words"),
    [
        ("health_weights", "1,2,many,4,5", "'many' is not a number such as 25 or 12.5"),
        ("health_weights", "1,2,3", "There are 5 weights, one for each component."),
        ("health_weights", "0,0,0,0,0", "At least one weight is above 0."),
        ("health_limits", "75", "There are two limits, that of Healthy and that of At-Risk, such as 75,50"),
        ("health_limits", "50,75", "The limits lie between 0 and 100, that of Healthy above that of At-Risk."),
        ("health_scaling", "z-score", "Input should be 'percentile' or 'min-max'"),
    ],
)
def test_a_health_score_that_is_none_is_refused_in_plain_words(refused, setting, value, words):
    assert f"DASHBOARD_{setting.upper()}: {words}" in refused(**{setting: value})


def test_the_health_score_can_be_set(monkeypatch):
    monkeypatch.setenv("DASHBOARD_HEALTH_WEIGHTS", "30, 20, 10.5, 25, 0")
    monkeypatch.setenv("DASHBOARD_HEALTH_LIMITS", "80,40")
    monkeypatch.setenv("DASHBOARD_HEALTH_SCALING", "min-max")
    assert load_settings().health == Recipe("min-max", (30, 20, 10.5, 25, 0), 80, 40)


def test_all_that_is_wrong_is_listed_at_once(refused):
    assert refused(url_prefix="x", identity="y", log_level="z").count("\n") == 3


def test_a_secret_is_made_once_for_its_owner_only(tmp_path):
    settings = load_settings(data_dir=tmp_path / "new")
    assert settings.secret == settings.secret
    assert len(settings.secret) >= 48
    assert stat.S_IMODE((tmp_path / "new" / "secret").stat().st_mode) == 0o600


def test_all_who_come_at_once_get_the_same_secret(tmp_path):
    barrier = Barrier(16)

    def come():
        barrier.wait()
        return kept_secret(tmp_path / "secret")

    with ThreadPoolExecutor(16) as threads:
        secrets = {future.result() for future in [threads.submit(come) for _ in range(16)]}
    assert len(secrets) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["secret"]


def test_an_emptied_secret_file_is_refused(tmp_path):
    (tmp_path / "secret").touch()
    with pytest.raises(SettingsError, match="holds no usable secret"):
        kept_secret(tmp_path / "secret")


def test_where_no_secret_can_be_kept_the_setting_is_named(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(SettingsError, match="set DASHBOARD_SECRET_KEY"):
        kept_secret(tmp_path / "file" / "secret")
