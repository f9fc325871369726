"""What all sections of a mapping have in common."""

from typing import Annotated
from zoneinfo import available_timezones

from pydantic import AfterValidator, BaseModel, ConfigDict


def _known_timezone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError(f"'{name}' is not a time zone; use a name such as 'America/Denver' or 'UTC'")
    return name


Timezone = Annotated[str, AfterValidator(_known_timezone)]


class Section(BaseModel):
    """A key that is not known is an error, never ignored: it is a spelling mistake."""

    model_config = ConfigDict(extra="forbid", frozen=True)
