"""Validates the settings of a policy as written in its file or in the registry."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Final

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, Strict, ValidationError

from app.text.legible import legible

if TYPE_CHECKING:
    from collections.abc import Mapping

SHORTEST_SECONDS, LONGEST_SECONDS = 5, 300
"""How long a copied secret may be allowed to stay in the clipboard."""
LONGEST_CONTACT: Final = 200
"""Characters."""

_HOST = re.compile(r"(\*\.)?[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})+")

_EXPECTED: Final = {
    "keyring_required": "takes true or false",
    "clipboard_seconds": f"takes a whole number of seconds from {SHORTEST_SECONDS} to {LONGEST_SECONDS}",
    "reveal": "takes true or false",
    "practice": "takes true or false",
    "base_url_hosts": 'takes a list of host names, such as "*.example.com"',
    "contact": f"takes one line of at most {LONGEST_CONTACT} characters",
}


@dataclass(frozen=True, slots=True)
class InvalidSetting:
    """The first invalid setting, with its name made safe to show and the reason as the end of a sentence."""

    name: str
    reason: str


def _flag(value: object) -> object:
    # The registry has no booleans, only 0 and 1.
    return bool(value) if isinstance(value, int) and value in (0, 1) else value


def _host(value: str) -> str:
    host = value.strip().lower()
    if not _HOST.fullmatch(host):
        raise ValueError("not a host name")
    return host


Flag = Annotated[bool, Strict(), BeforeValidator(_flag)]
Host = Annotated[str, Strict(), AfterValidator(_host)]


class PolicySettings(BaseModel):
    """The settings by name. ``Policy`` describes them and has the defaults."""

    model_config = ConfigDict(extra="forbid")

    keyring_required: Flag = False
    clipboard_seconds: Annotated[int, Strict(), Field(ge=SHORTEST_SECONDS, le=LONGEST_SECONDS)] = LONGEST_SECONDS
    reveal: Flag = True
    practice: Flag = True
    base_url_hosts: Annotated[tuple[Host, ...], Field(min_length=1)] = ()
    contact: Annotated[
        str, Strict(), Field(max_length=LONGEST_CONTACT, pattern=r"^[^\n]*$"), AfterValidator(legible)
    ] = ""


def validate(settings: Mapping[str, object]) -> dict[str, Any] | InvalidSetting:
    """Return the given settings with their validated values, or the first invalid one. Unknown names come first."""
    try:
        return PolicySettings.model_validate(dict(settings)).model_dump(exclude_unset=True)
    except ValidationError as error:
        problems = {str(each["loc"][0]): each["type"] for each in error.errors(include_url=False)}
    unknown = sorted(name for name, kind in problems.items() if kind == "extra_forbidden")
    name = (unknown or list(problems))[0]
    return InvalidSetting(legible(name, 40), "is not known to this version" if unknown else _EXPECTED[name])
