"""What all sections of a mapping have in common."""

from typing import Annotated
from zoneinfo import available_timezones

from pydantic import AfterValidator, BaseModel, ConfigDict, Field


def _known_timezone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError(f"'{name}' is not a time zone; use a name such as 'America/Denver' or 'UTC'")
    return name


Timezone = Annotated[str, AfterValidator(_known_timezone)]


class Section(BaseModel):
    """A key that is not known is an error, never ignored: it is a spelling mistake."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class S3(Section):
    """How S3 is reached. Credentials come from the environment, never from a mapping."""

    endpoint: str | None = None  # http://… or https://…, where it is not Amazon's
    region: str | None = None
    anonymous: bool = False
    # The longest silence, and how often a request is made at most.
    timeout_seconds: float = Field(default=10, gt=0)
    attempts: int = Field(default=3, ge=1)
