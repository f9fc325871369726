"""How is this installation set up? Every setting is an environment variable DASHBOARD_<NAME>."""

import os
import re
import secrets
import tempfile
from collections.abc import Callable
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from analytics.health import Recipe

PREFIX = "DASHBOARD_"
MINIMUM_SECRET_CHARACTERS = 16
# An atom, one @, a host name. Nothing that a list, a display name or a log line is made of.
ADDRESS = re.compile(r"[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[a-z0-9.-]{1,253}")
DATABASE = re.compile(r"postgresql\+psycopg://([^\s/@]+@)?(\[[0-9A-Fa-f:]+\]|[^\s/@:\[]*)(:\d{1,5})?/[^\s/?]+(\?\S*)?")

Network = IPv4Network | IPv6Network


class SettingsError(Exception):
    """Settings that the dashboard refuses to start with; the text says what to change."""


def address(text: str) -> str:
    """`text` as one e-mail address in lower case; ValueError where it is anything else."""
    lowered = text.lower()
    if len(text) > 254 or not text.isascii() or not ADDRESS.fullmatch(lowered):
        raise ValueError("is not one e-mail address")
    return lowered


def network(text: str) -> Network:
    """One network of peers; an address alone is a network of one, in IPv4 only."""
    if text == "*":
        raise ValueError("'*' trusts everybody: name the proxy's network, such as 10.0.0.0/24")
    if ":" in text and "/" not in text:
        raise ValueError(f"'{text}' needs its prefix length: '{text}/128' is that one address")
    try:
        found = ip_network(text)
    except ValueError:
        raise ValueError(f"'{text}' is not a network such as 10.0.0.0/24 or fd00::/64") from None
    if found.prefixlen < 7:
        raise ValueError(f"'{text}' trusts far too many peers: name the proxy's own network")
    if isinstance(found, IPv6Network) and found.network_address.ipv4_mapped:
        raise ValueError(f"'{text}' must be written as IPv4: mapped peers are compared as such")
    return found


def number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise ValueError(f"'{text}' is not a number such as 25 or 12.5") from None


def _each(read: Callable[[str], Any]) -> BeforeValidator:
    """Reads values separated by commas, or a list of them."""

    def parts(value: Any) -> list[Any]:
        pieces = value.split(",") if isinstance(value, str) else map(str, value)
        return [read(part) for piece in pieces if (part := piece.strip())]

    return BeforeValidator(parts)


Addresses = Annotated[frozenset[str], NoDecode, _each(address)]
Networks = Annotated[tuple[Network, ...], NoDecode, _each(network)]
Numbers = Annotated[tuple[float, ...], NoDecode, _each(number)]


class Settings(BaseSettings):
    """Checked once, at start; frozen afterwards."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_file=".env", extra="ignore", frozen=True, validate_default=True
    )

    data_dir: Path = Field(Path("var"), description="folder of the store, the cache and the secret")
    store_url: str = Field("", description="postgresql+psycopg://… for a database; empty: files in data_dir/store")
    workspace_url: str = Field(
        "",
        description="postgresql+psycopg://… for notes and follow-ups; empty: that of store_url, or a file in data_dir",
    )
    url_prefix: str = Field("/", description="path the dashboard is served under; begins and ends with /")
    identity: Literal["local", "header"] = Field(
        "local", description="local: one built-in user on this machine; header: the proxy says who asks"
    )
    identity_header: str = Field("X-Forwarded-User", description="header in which the proxy puts the address")
    trusted_networks: Networks = Field((), description="networks of the proxy, separated by commas")
    leaders: Addresses = Field(frozenset(), description="addresses of leadership, separated by commas")
    administrators: Addresses = Field(frozenset(), description="addresses of administrators")
    managers_see_all: bool = Field(True, description="whether account managers see each other's accounts")
    cache_url: str = Field("", description="redis://… for a shared cache; empty: files in data_dir/cache")
    secret_key: SecretStr = Field(
        SecretStr(""), description="signs cached answers; empty: made once and kept in data_dir/secret"
    )
    frame_ancestors: str = Field("'none'", description="who may frame the pages, as in a content policy")
    health_weights: Numbers = Field(
        (25, 20, 15, 25, 15),
        description="weights of usage frequency, logins, ticket responses, feature adoption and CSM engagement in the "
        "health score, separated by commas",
    )
    health_scaling: Literal["percentile", "min-max"] = Field(
        "percentile", description="how the parts of the health score are brought to 0-100: percentile or min-max"
    )
    health_limits: Numbers = Field(
        (75, 50), description="points from which an account is Healthy and At-Risk, separated by a comma"
    )
    metrics_networks: Networks = Field(
        (network("127.0.0.0/8"), network("::1/128")), description="networks that may read /metrics"
    )
    max_request_bytes: int = Field(1_000_000, ge=1_000, le=100_000_000, description="largest request body")
    max_upload_bytes: int = Field(
        15_000_000, ge=1_000, le=100_000_000, description="largest request body that brings a workbook to be scored"
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="least event logged")

    @property
    def secret(self) -> bytes:
        return self.secret_key.get_secret_value().encode() or kept_secret(self.data_dir / "secret")

    @property
    def workspace_address(self) -> str:
        return self.workspace_url or self.store_url

    @property
    def health(self) -> Recipe:
        """How health is scored before anybody kept a version of their own."""
        return Recipe(self.health_scaling, self.health_weights, *self.health_limits)

    @field_validator("url_prefix")
    @classmethod
    def _is_a_path(cls, value: str) -> str:
        if not re.fullmatch(r"/(\w[\w.~-]*/)*", value, re.ASCII):
            raise ValueError("must begin and end with '/', such as /usage/")
        return value

    @field_validator("identity_header")
    @classmethod
    def _is_a_header(cls, value: str) -> str:
        # WSGI reads X_User and X-User as one: an underscore would be a second door.
        if not re.fullmatch(r"[A-Za-z][A-Za-z0-9-]*", value):
            raise ValueError("must be one header name of letters, digits and hyphens")
        return value

    @field_validator("cache_url")
    @classmethod
    def _is_redis(cls, value: str) -> str:
        if value and not value.startswith(("redis://", "rediss://", "unix://")):
            raise ValueError("must be empty, or begin with redis://, rediss:// or unix://")
        return value

    @field_validator("store_url", "workspace_url")
    @classmethod
    def _is_postgresql(cls, value: str) -> str:
        if value and not DATABASE.fullmatch(value):
            raise ValueError("must be empty, or postgresql+psycopg://user:password@host:port/database")
        return value

    @field_validator("frame_ancestors")
    @classmethod
    def _is_one_directive(cls, value: str) -> str:
        if not value.strip() or not re.fullmatch(r"[\x21-\x2b\x2d-\x3a\x3c-\x7e ]+", value):
            raise ValueError("must be sources separated by spaces, such as 'self' https://intranet.example")
        return value

    @field_validator("health_weights")
    @classmethod
    def _are_weights(cls, value: tuple[float, ...]) -> tuple[float, ...]:
        return Recipe(weights=value).weights

    @field_validator("health_limits")
    @classmethod
    def _are_limits(cls, value: tuple[float, ...]) -> tuple[float, ...]:
        if len(value) != 2:
            raise ValueError("There are two limits, that of Healthy and that of At-Risk, such as 75,50")
        healthy, at_risk = value
        Recipe(healthy=healthy, at_risk=at_risk)
        return value

    @field_validator("secret_key")
    @classmethod
    def _is_hard_to_guess(cls, value: SecretStr) -> SecretStr:
        text = value.get_secret_value()
        if text and (len(text) < MINIMUM_SECRET_CHARACTERS or len(set(text)) < 8):
            raise ValueError(
                f"is too easy to guess: leave it empty, or set {MINIMUM_SECRET_CHARACTERS} random characters"
            )
        return value

    @model_validator(mode="after")
    def _header_needs_a_proxy(self) -> Self:
        if self.identity == "header" and not self.trusted_networks:
            raise ValueError(
                f"{PREFIX}IDENTITY=header needs {PREFIX}TRUSTED_NETWORKS: set it to the network "
                "that the proxy connects from, such as 10.0.0.0/24"
            )
        return self


def load_settings(**given: Any) -> Settings:
    """Settings from the environment and .env; SettingsError lists everything to put right."""
    try:
        return Settings(**given)
    except ValidationError as invalid:
        problems = [_problem(error["loc"], error["msg"]) for error in invalid.errors(include_input=False)]
        raise SettingsError("The dashboard does not start:\n" + "\n".join(problems)) from None


def _problem(where: tuple[int | str, ...], message: str) -> str:
    message = message.removeprefix("Value error, ")
    if not where:
        return f"  {message}"
    name = str(where[0])
    return f"  {PREFIX}{name.upper()}: {message} ({Settings.model_fields[name].description})"


def kept_secret(path: Path) -> bytes:
    """The secret in `path`, made by whoever comes first; no reader sees half of one."""
    try:
        if not path.exists():
            _make_secret(path)
        secret = path.read_bytes().strip()
    except OSError as error:
        raise SettingsError(f"{path} cannot be made or read ({error.strerror}): set {PREFIX}SECRET_KEY") from None
    if len(secret) < MINIMUM_SECRET_CHARACTERS:
        raise SettingsError(f"{path} holds no usable secret: remove it, and a new one is made")
    return secret


def _make_secret(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, draft = tempfile.mkstemp(dir=path.parent, prefix=".secret-")  # mode 0600
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(48))
            file.flush()
            os.fsync(file.fileno())
        # A link fails where the name exists, so the first one wins.
        path.hardlink_to(draft)
    except FileExistsError:
        pass
    finally:
        Path(draft).unlink()
