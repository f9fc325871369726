"""Who asks? The proxy's word, or the one user of this machine; nobody else."""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any

from callbacks.request import Refused
from dashboard.settings import Network, Settings, address, network
from data_access.scope import Role, Scope

LOCAL_USER = "you@localhost"
LOCAL_HOST = re.compile(r"(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?", re.IGNORECASE)
PROXY_HEADERS = ("X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "Forwarded", "X-Real-IP")

LOOPBACK = (network("127.0.0.0/8"), network("::1/128"))

Environ = Mapping[str, Any]


class Unauthenticated(Refused):
    """Nobody that we know of asks."""

    status = 401


class Forbidden(Refused):
    """We know who asks, and they have no part here."""

    status = 403


def resolve(environ: Environ, settings: Settings, is_manager: Callable[[str], bool]) -> Scope:
    """The permission of whoever sent this request (a WSGI environment)."""
    return authorise(identify(environ, settings), settings, is_manager)


def identify(environ: Environ, settings: Settings) -> str:
    """The address of whoever asks; Unauthenticated where that cannot be trusted."""
    return _by_header(environ, settings) if settings.identity == "header" else _local(environ, settings)


def authorise(user: str, settings: Settings, is_manager: Callable[[str], bool]) -> Scope:
    """What `user` may see; Forbidden where that is nothing."""
    if settings.identity == "local" or user in settings.administrators:
        return Scope(user, Role.ADMINISTRATOR)
    if user in settings.leaders:
        return Scope(user, Role.LEADER)
    if is_manager(user):
        return Scope(user, Role.MANAGER, portfolio=None if settings.managers_see_all else user)
    raise Forbidden("You have no access to this dashboard.", "Ask its administrator to add you.")


@lru_cache(maxsize=1024)
def inside(peer: str | None, networks: tuple[Network, ...]) -> bool:
    """Whether the address of the connection itself belongs to one of `networks`."""
    try:
        found: IPv4Address | IPv6Address = ip_address(peer or "")
    except ValueError:
        return False
    if isinstance(found, IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    return any(found in network for network in networks)


def sign_of_a_proxy(environ: Environ, settings: Settings) -> str | None:
    """A header that only a proxy adds, if there is one."""
    telling = (*PROXY_HEADERS, settings.identity_header)
    return next((name for name in telling if _variable(name) in environ), None)


def _by_header(environ: Environ, settings: Settings) -> str:
    # The connection's own address: what headers say about it, anybody can say.
    if not inside(environ.get("REMOTE_ADDR"), settings.trusted_networks):
        raise Unauthenticated("This address is not open to you.", "Open the dashboard by its usual address.")
    # Servers join repeated headers with commas, which no single address contains.
    value = environ.get(_variable(settings.identity_header), "")
    try:
        return address(value)
    except ValueError:
        raise Unauthenticated("You are not signed in.", "Sign in again, then reload this page.") from None


def _local(environ: Environ, settings: Settings) -> str:
    if header := sign_of_a_proxy(environ, settings):
        raise Unauthenticated(
            f"A proxy is in front of this dashboard ({header}), and it is set up for one local user.",
            "Set DASHBOARD_IDENTITY=header and DASHBOARD_TRUSTED_NETWORKS.",
        )
    # The host is checked too: a foreign page may point its own name at this machine.
    is_local_host = LOCAL_HOST.fullmatch(environ.get("HTTP_HOST", ""))
    if not (is_local_host and inside(environ.get("REMOTE_ADDR"), LOOPBACK)):
        raise Unauthenticated(
            "This dashboard answers on its own machine only.",
            "Open it as http://localhost, or set DASHBOARD_IDENTITY=header behind a proxy.",
        )
    return LOCAL_USER


def _variable(header: str) -> str:
    return "HTTP_" + header.upper().replace("-", "_")
