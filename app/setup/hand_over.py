"""Hand-over files: a setup's values and progress in one file for a colleague, without any secret.

The colleague adds the secrets again; the opened setup asks for them as it does after a lost keyring.
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
"""The same as the format of the setup in it."""
LIMIT_BYTES: Final = 4_000_000
"""The same as for a setup's file; a larger file isn't a hand-over file."""


class Envelope(BaseModel):
    """The content of the file: a setup, and when and by which version it was written."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["cie-scim-assistant/setup"]
    format: Literal[1, 2]
    made: Moment
    version: Annotated[Words, Field(max_length=40)]
    setup: Document


@dataclass(frozen=True, slots=True)
class ReceivedSetup:
    """The setup in a hand-over file, ready to import."""

    setup: Setup
    """With a new id, so that it replaces nothing."""
    made: datetime
    """When it was written, UTC."""
    dropped: tuple[str, ...] = ()
    """Names of values that the guide's rules don't accept; the admin enters them again."""


@dataclass(frozen=True, slots=True)
class HandOverRefusal:
    """The file cannot be opened."""

    sentence: str


def pack(setup: Setup, now: datetime) -> bytes:
    """Return the file's content, UTF-8 JSON. Raises ValueError for practice, whose consoles stay on this computer."""
    if setup.practice:
        raise ValueError("a practice setup cannot be handed over")
    # The runs describe this computer and its network, and the summary depends on them.
    document = Document.of(setup.with_(runs=(), control=None, baseline=None)).model_copy(update={"summary": None})
    envelope = Envelope(kind=KIND, format=FORMAT, made=now, version=__version__, setup=document)
    return envelope.model_dump_json(indent=1).encode()


def file_name(setup: Setup) -> str:
    """Return a name for the file that every system accepts."""
    plain = "".join(c if c.isascii() and (c.isalnum() or c in "._-") else "-" for c in setup_name(setup))
    return (plain.strip("-.")[:60] or "setup") + SUFFIX


def unpack(
    content: bytes, guides: Iterable[Guide], taken: frozenset[str] = frozenset()
) -> ReceivedSetup | HandOverRefusal:
    """Return the setup in an untrusted file. ``taken`` are the names of existing setups."""
    problem = _problem(content)
    if problem is not None:
        return HandOverRefusal(problem)
    try:
        envelope = Envelope.model_validate_json(content)
    except ValueError:
        return HandOverRefusal("This hand-over file is damaged or was changed. Ask for it again.")
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
    fresh = setup.with_(id=secrets.token_hex(16), client=guide.name, values=values, name=name, runs=(), control=None)
    fitted = journey.fit(guide, fresh)
    return ReceivedSetup(fitted.with_(summary=summary(fill_guide(guide, values), fitted)), envelope.made, dropped)


def _problem(content: bytes) -> str | None:
    """Return why this isn't a hand-over file of this version, or None if it may be one."""
    if len(content) > LIMIT_BYTES:
        return "This file is too large to be a hand-over file."
    parsed: object = None
    with suppress(ValueError, RecursionError):
        parsed = json.loads(content)
    if not isinstance(parsed, dict) or parsed.get("kind") != KIND:
        return f"This isn't a hand-over file. Hand-over files end in {SUFFIX} and are made by this program."
    number = parsed.get("format")
    if isinstance(number, int) and number > FORMAT:
        return "This hand-over file was made by a newer version. Install that version, then open it again."
    return None


def _checked(guide: Guide, setup: Setup) -> tuple[dict[str, str], tuple[str, ...]]:
    """Return the values that the guide's rules accept, and the names of the others.

    A file has to pass the same checks as the keyboard.
    """
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
