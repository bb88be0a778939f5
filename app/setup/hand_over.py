"""Hand-over files: a setup's values and progress in one file for a colleague, without any secret.

The colleague adds the secrets again; the opened setup asks for them as it does after a lost keyring.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, Strict, ValidationError

from app import __version__
from app.guide.placeholders import fill_guide
from app.guide.vocabulary import Milestone
from app.setup import journey
from app.setup.document import Document, Moment, migrated
from app.setup.journey import CLOCK_SKEW
from app.setup.sentences import setup_name
from app.setup.status import summary
from app.setup.store import LIMIT_BYTES
from app.text.legible import legible
from app.values.rules import read

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from app.guide.model import Guide
    from app.setup.state import Setup

SUFFIX: Final = ".ciescim"
KIND: Final = "cie-scim-assistant/setup"
FORMAT: Final = 2
"""The same as the format of the setup in it."""
LONGEST_NAME, LONGEST_CLIENT, LONGEST_VERSION, LONGEST_ID = 120, 80, 40, 80
"""Characters. Values have the limits of their rules."""
AHEAD: Final = timedelta(days=1)
"""How far the clock of the computer that wrote a file may be ahead."""


# Texts of a stranger stay short also once their invisible characters are shown.
Name = Annotated[str, Field(max_length=LONGEST_NAME), AfterValidator(partial(legible, longest=LONGEST_NAME))]
Client = Annotated[str, Field(max_length=LONGEST_CLIENT), AfterValidator(partial(legible, longest=LONGEST_CLIENT))]
Id = Annotated[str, Field(pattern=rf"^[A-Za-z0-9_.-]{{0,{LONGEST_ID}}}$")]


class ReceivedDocument(Document):
    """A setup that another person may have written."""

    guide: Id
    client: Client
    name: Name
    position: Id
    answers: Annotated[dict[Id, Id], Field(max_length=100)]


class Envelope(BaseModel):
    """The content of the file: a setup, and when and by which version it was written."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["cie-scim-assistant/setup"]
    format: Annotated[int, Strict(), Field(ge=1, le=FORMAT)]
    made: Moment
    version: Annotated[str, Field(max_length=LONGEST_VERSION)]
    setup: ReceivedDocument


@dataclass(frozen=True, slots=True)
class ReceivedSetup:
    """The setup in a hand-over file, ready to import."""

    setup: Setup
    """With a new id, so that it replaces nothing."""
    made: datetime
    """When it was written, UTC."""
    dropped: tuple[str, ...] = ()
    """Names of values that the guide's rules don't accept; the admin enters them again."""
    opens: tuple[OpenedValue, ...] = ()
    """What leads Open to a console that the sender named."""


@dataclass(frozen=True, slots=True)
class OpenedValue:
    """A value that a console's address contains."""

    label: str
    value: str
    warnings: tuple[str, ...]
    """What is unusual about it, as when it is typed."""


@dataclass(frozen=True, slots=True)
class HandOverRefusal:
    """The file cannot be opened."""

    sentence: str
    field: str = ""
    """The place of what can't be, such as ``setup.name``; empty if the file as a whole is wrong."""


def pack(setup: Setup, now: datetime) -> bytes:
    """Return the file's content, UTF-8 JSON. Raises ValueError for practice, whose consoles stay on this computer."""
    if setup.practice:
        raise ValueError("a practice setup cannot be handed over")
    # The runs describe this computer and its network, and the summary depends on them. Tags are the sender's own order.
    given = setup.with_(runs=(), control=None, baseline=None, tags=(), name=legible(setup.name, LONGEST_NAME))
    document = ReceivedDocument.of(given).model_copy(update={"summary": None})
    envelope = Envelope(kind=KIND, format=FORMAT, made=now, version=__version__, setup=document)
    return envelope.model_dump_json(indent=1).encode()


def file_name(setup: Setup) -> str:
    """Return a name for the file that every system accepts."""
    plain = "".join(c if c.isascii() and (c.isalnum() or c in "._-") else "-" for c in setup_name(setup))
    return (plain.strip("-.")[:60] or "setup") + SUFFIX


def unpack(
    content: bytes,
    guides: Iterable[Guide],
    taken: frozenset[str] = frozenset(),
    *,
    now: datetime | None = None,
    file: str = "This file",
) -> ReceivedSetup | HandOverRefusal:
    """Return the setup in an untrusted file.

    ``taken`` are the names of existing setups. ``now`` is compared with the times in the file. ``file`` is its name.
    """
    try:
        return _received(_parsed(content, file), guides, taken, now, file)
    except _HandOverError as refused:
        return HandOverRefusal(str(refused), refused.field)


class _HandOverError(Exception):
    def __init__(self, sentence: str, field: str = "") -> None:
        super().__init__(sentence)
        self.field = field


def _received(
    data: dict[str, Any], guides: Iterable[Guide], taken: frozenset[str], now: datetime | None, file: str
) -> ReceivedSetup:
    try:
        envelope = Envelope.model_validate_json(json.dumps(data))
    except ValidationError as error:
        raise _at(file, *_first(error)) from None
    setup: Setup = envelope.setup.state()
    if setup.practice:
        raise _HandOverError("This is a practice setup. Practice stays on the computer where it was made.")
    guide = next((each for each in guides if each.id == setup.guide), None)
    if guide is None:
        raise _HandOverError(
            f"This version has no guide named {setup.guide}. Install the newest version, then open {file} again."
        )
    for place in _impossible(guide, setup, envelope.made, now):
        raise _at(file, place, "is a time that can't be")
    values, dropped = _checked(guide, setup)
    own = {"id": secrets.token_hex(16), "client": guide.name, "name": _free(setup.name, taken)}
    fitted = journey.receive(guide, journey.fit(guide, setup.with_(**own, values=values)))
    opens = tuple(_opened(guide, fitted))
    fitted = fitted.with_(summary=summary(fill_guide(guide, fitted.values), fitted))
    return ReceivedSetup(fitted, envelope.made, dropped, opens)


def _parsed(content: bytes, file: str) -> dict[str, Any]:
    """Return the content without what describes the sender's computer or repeats what the guide says."""
    if len(content) > LIMIT_BYTES:
        raise _HandOverError(f"{file} is too large to be a hand-over file.")
    try:
        data: object = json.loads(content, object_pairs_hook=partial(_object, file))
    except (ValueError, RecursionError):
        data = None
    if not isinstance(data, dict) or data.get("kind") != KIND:
        raise _HandOverError(
            f"{file} isn't a hand-over file. Hand-over files end in {SUFFIX} and are made by this program."
        )
    number, setup = data.get("format"), data.get("setup")
    if isinstance(number, int) and number > FORMAT:
        raise _HandOverError(f"{file} was made by a newer version. Install that version, then open it again.")
    if isinstance(setup, dict):
        data["setup"] = migrated(setup | {"runs": [], "control": None, "summary": None, "tags": []})
    return data


def _object(file: str, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        raise _at(file, next(name for name in names if names.count(name) > 1), "occurs twice")
    for name, value in pairs:
        if any(isinstance(text, str) and not _is_text(text) for text in (name, value)):
            raise _at(file, name, "has half of a character")
    return found


def _is_text(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:  # a lone surrogate, which JSON can write but no file can hold
        return False
    return True


_PROBLEMS: Final = {
    "string_too_long": "is too long",
    "too_long": "has too many entries",
    "missing": "is missing",
    "extra_forbidden": "isn't known to this version",
    "int_type": "isn't a whole number",
    **dict.fromkeys(("greater_than_equal", "less_than_equal"), "is too small or too large"),
}
"""What pydantic calls a problem → how the admin reads it."""


def _first(error: ValidationError) -> tuple[str, str]:
    """Return the place of the first problem, and the problem."""
    found = error.errors(include_url=False, include_context=False, include_input=False)[0]
    return ".".join(str(part) for part in found["loc"] if part != "[key]"), _PROBLEMS.get(
        found["type"], "isn't as this program writes it"
    )


def _at(file: str, place: str, problem: str) -> _HandOverError:
    field = legible(place, LONGEST_ID)
    return _HandOverError(f"{file} can't be opened: the field {field} {problem}. Ask for the file again.", field)


def _impossible(guide: Guide, setup: Setup, made: datetime, now: datetime | None) -> Iterator[str]:
    """Yield the fields whose times can't be: later than the file, or Submit later than what only follows it."""
    if now is not None and made > now + AHEAD:
        yield "made"
    latest = made + CLOCK_SKEW
    for part in ("created", "changed", "sync_ended"):
        if (at := getattr(setup, part)) is not None and at > latest:
            yield f"setup.{part}"
    for part in ("done", "kept", "reached"):
        yield from (f"setup.{part}.{name}" for name, at in getattr(setup, part).items() if at > latest)
    submitted = setup.reached.get(Milestone.SUBMITTED)
    for step in guide.steps:
        at = setup.reached.get(step.marks or "")
        follows = step.marks in journey.AFTER_SUBMIT and step.id not in setup.stale
        if follows and at and submitted and at < submitted - CLOCK_SKEW:
            yield f"setup.reached.{step.marks}"


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


def _opened(guide: Guide, setup: Setup) -> Iterator[OpenedValue]:
    for name in sorted(setup.unconfirmed):
        spec, value = guide.values[name], setup.values[name]
        yield OpenedValue(spec.label, value, read(spec.kind, value, hosts=spec.hosts).warnings)


def _free(name: str, taken: frozenset[str]) -> str:
    if not name or name not in taken:
        return name
    return next(other for number in range(2, len(taken) + 3) if (other := f"{name} ({number})") not in taken)
