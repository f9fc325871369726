"""Who asks, and which accounts may they see?"""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What a person does here; decided once per request from their identity."""

    MANAGER = "manager"
    LEADER = "leader"
    ADMINISTRATOR = "administrator"


@dataclass(frozen=True, slots=True)
class Scope:
    """A person's permission. Part of every filter and of every cache key.

    `portfolio` is the account manager's e-mail address where they may see
    their own accounts only, and None where they may see every account.
    """

    user: str
    role: Role
    portfolio: str | None = None

    @property
    def digest(self) -> str:
        """Equal for people who see the same: they may share a cached answer."""
        return "all" if self.portfolio is None else f"own:{self.portfolio}"
