"""A setup on its way to a colleague: one file with the values and the progress, and without any secret.

The colleague captures the secrets again; the opened setup asks for them as after a lost keyring.
"""

from __future__ import annotations

import json
import secrets
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from app import __version__
from app.guide.placeholders import fill_guide
from app.setup import journey
from app.setup.document import Document, Moment, Words
from app.setup.sentences import setup_name
from app.setup.status import summary
from app.values.rules import read

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from app.guide.model import Guide
    from app.setup.state import Setup

SUFFIX: Final = ".ciescim"
KIND: Final = "cie-scim-assistant/setup"
FORMAT: Final = 2
"""As the format of the setup in it."""
LIMIT_BYTES: Final = 4_000_000
"""As for a setup's own file; a larger file is not one of ours."""


class Envelope(BaseModel):
    """The file: a setup, and when and by which version it was written."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["cie-scim-assistant/setup"]
    format: Literal[1, 2]
    made: Moment
    version: Annotated[Words, Field(max_length=40)]
    setup: Document


@dataclass(frozen=True, slots=True)
class ReceivedSetup:
    """What a file brought."""

    setup: Setup
    """Under an id of its own, so that it replaces nothing."""
    made: datetime
    """When it was written, UTC."""
    dropped: tuple[str, ...] = ()
    """Names of values that the guide's rules do not accept; they are to be given again."""


@dataclass(frozen=True, slots=True)
class HandOverRefusal:
    """The file cannot be opened."""

    sentence: str


def pack(setup: Setup, now: datetime) -> bytes:
    """The file's content, UTF-8 JSON. Raises ValueError for practice, whose consoles stay on this computer."""
    if setup.practice:
        raise ValueError("practice is not handed over")
    # The runs are of this computer and its network, and the summary counts them.
    document = Document.of(setup.with_(runs=())).model_copy(update={"summary": None})
    envelope = Envelope(kind=KIND, format=FORMAT, made=now, version=__version__, setup=document)
    return envelope.model_dump_json(indent=1).encode()


def file_name(setup: Setup) -> str:
    """A name for the file that every system accepts."""
    plain = "".join(sign if sign.isascii() and (sign.isalnum() or sign in "._-") else "-" for sign in setup_name(setup))
    return (plain.strip("-.")[:60] or "setup") + SUFFIX


def unpack(
    content: bytes, guides: Iterable[Guide], taken: frozenset[str] = frozenset()
) -> ReceivedSetup | HandOverRefusal:
    """The setup in a file that anybody may have written. ``taken`` are names of setups that are here already."""
    problem = _problem(content)
    if problem is not None:
        return HandOverRefusal(problem)
    try:
        envelope = Envelope.model_validate_json(content)
    except ValueError:
        return HandOverRefusal("This hand-over file is damaged or was changed. Ask for it once more.")
    setup = envelope.setup.state()
    guide = next((each for each in guides if each.id == setup.guide), None)
    if guide is None:
        return HandOverRefusal(
            f"This version has no guide for {setup.client}. Install the newest version, then open it again."
        )
    if setup.practice:
        return HandOverRefusal("This is a practice setup. Practice stays on the computer where it was made.")
    values, dropped = _checked(guide, setup)
    name = _free(setup.name, taken)
    fresh = setup.with_(id=secrets.token_hex(16), client=guide.name, values=values, name=name, runs=())
    fitted = journey.fit(guide, fresh)
    return ReceivedSetup(fitted.with_(summary=summary(fill_guide(guide, values), fitted)), envelope.made, dropped)


def _problem(content: bytes) -> str | None:
    """Why this is not a hand-over file of this version; None where it may be one."""
    if len(content) > LIMIT_BYTES:
        return "This file is too large for a hand-over file."
    parsed: object = None
    with suppress(ValueError, RecursionError):
        parsed = json.loads(content)
    if not isinstance(parsed, dict) or parsed.get("kind") != KIND:
        return f"This is not a hand-over file. Its name ends in {SUFFIX}, and it comes from this program."
    number = parsed.get("format")
    if isinstance(number, int) and number > FORMAT:
        return "This hand-over file was made by a newer version. Install that version, then open it again."
    return None


def _checked(guide: Guide, setup: Setup) -> tuple[dict[str, str], tuple[str, ...]]:
    """The values as the guide's rules read them; a file from elsewhere gets no other way in than the keyboard."""
    values: dict[str, str] = {}
    dropped = []
    for name, text in setup.values.items():
        spec = guide.values.get(name)
        if spec is None:
            continue
        value = None if spec.secret else read(spec.kind, text, hosts=spec.hosts).value
        if value is None:
            dropped.append(name)
        else:
            values[name] = value
    return values, tuple(dropped)


def _free(name: str, taken: frozenset[str]) -> str:
    if not name or name not in taken:
        return name
    return next(other for number in range(2, len(taken) + 3) if (other := f"{name} ({number})") not in taken)
