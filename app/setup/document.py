"""The format of a setup's file, validated with pydantic. Imported only when a file is read or written."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated, Any, ClassVar, Self

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    PlainSerializer,
    Strict,
)

from app.guide import catalog
from app.guide.placeholders import fill_guide
from app.guide.vocabulary import Milestone
from app.setup import journey
from app.setup.state import (
    MOST_RUNS,
    CheckRecord,
    ControlRecord,
    Counts,
    RunRecord,
    Setup,
    Sighting,
    Status,
    Summary,
    Wait,
)
from app.setup.status import summary
from app.text.legible import legible
from app.text.times import EARLIEST, LATEST
from app.values.api_regions import Access, Address, Issuer
from app.values.rules import LONGEST, TSG_ID
from app.values.tags import parse_tags

FORMAT = 2
"""Increased with every change that an older program would misread. Format 1 stored the status as a sentence."""


def _reachable(reached: dict[str, datetime]) -> dict[str, datetime]:
    if set(reached) != set(tuple(Milestone)[: len(reached)]):
        raise ValueError("a milestone is missing before another")
    return reached


def _tags(tags: tuple[str, ...]) -> tuple[str, ...]:
    if parse_tags(", ".join(tags)) != tags:
        raise ValueError("these are not tags")
    return tags


MOST_ENTRIES = 1000
"""In each list of a setup, far above any guide's steps and values."""
LONGEST_KEY = 200
"""Characters of an id."""
MOST = 1_000_000_000
"""Users, groups, and whatever else is counted."""

Moment = Annotated[AwareDatetime, Strict(), Field(ge=EARLIEST, lt=LATEST)]
"""Strict, because a number would count as seconds since 1970."""

Words = Annotated[str, Field(max_length=LONGEST), AfterValidator(legible)]
"""Text that is shown. It must not contain invisible characters, because others may have changed the file."""

Key = Annotated[str, Field(max_length=LONGEST_KEY)]
Many = Field(max_length=MOST_ENTRIES)
Count = Annotated[int, Strict(), Field(ge=0, le=MOST)]
Times = Annotated[dict[Key, Moment], Many]


class _FilePart(BaseModel):
    """A part of the file, with the same fields as its dataclass."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)
    state_class: ClassVar[type[Any]]

    @classmethod
    def of(cls, state: Any) -> Self:
        """Convert from the dataclass. Raises ValueError for an invalid state, which is a bug."""
        return cls.model_validate(asdict(state))

    def state(self) -> Any:
        """Convert to the dataclass, with all its parts."""
        return self.state_class(**{name: _state(value) for name, value in self})


def _state(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC)
    if isinstance(value, tuple):
        return tuple(map(_state, value))
    if isinstance(value, dict):
        return {name: _state(part) for name, part in value.items()}
    return value.state() if isinstance(value, _FilePart) else value


class CountsPart(_FilePart):
    """Users and groups."""

    state_class = Counts
    users: Count
    groups: Count


class SightingPart(_FilePart):
    """An observed SCIM Change Timestamp."""

    state_class = Sighting
    at: Moment
    seen_at: Moment
    entered: Annotated[bool, Strict()]
    counts: CountsPart | None
    grew: Annotated[bool, Strict()] = False


class AccessPart(_FilePart):
    """The address and account of the Directory Sync API."""

    state_class = Access
    tsg_id: Annotated[str, Field(pattern=rf"^({TSG_ID})?$")]
    address: Address
    issuer: Issuer


Word = Annotated[str, Field(pattern=r"^[a-z0-9_-]{1,40}$")]


class CheckPart(_FilePart):
    """The result of one check of Test Connection. Two field names in the file date from the first versions."""

    state_class = CheckRecord
    check: Annotated[Word, Field(alias="rung")]
    verdict: Word
    observation: Word
    seconds: Annotated[float, Strict(), Field(ge=0, le=MOST, allow_inf_nan=False)] | None = None
    details: Annotated[
        dict[
            Word,
            Annotated[bool, Strict()]
            | Annotated[int, Strict(), Field(ge=-MOST, le=MOST)]
            | Annotated[Words, Field(max_length=200)],
        ],
        Field(max_length=20, alias="facts"),
    ] = {}


class ControlPart(_FilePart):
    """How the service answered a made-up token."""

    state_class = ControlRecord
    capture: Count
    verdict: Word
    observation: Word


class RunPart(_FilePart):
    """One run of Test Connection."""

    state_class = RunRecord
    at: Moment
    checks: Annotated[tuple[CheckPart, ...], Field(max_length=20)]


class SummaryPart(_FilePart):
    """What a list shows about the setup."""

    state_class = Summary
    status: Status
    wait: Wait | None
    number: Annotated[int, Strict(), Field(ge=0, le=1000)]
    total: Annotated[int, Strict(), Field(ge=0, le=1000)]
    title: Annotated[Words, Field(max_length=200)]


Names = Annotated[frozenset[Key], Many, PlainSerializer(sorted)]
"""Names, sorted in the file."""


class Document(_FilePart):
    """One setup as written to its file: every field of ``Setup``, and the format number."""

    state_class = Setup
    format: Annotated[int, Strict(), Field(ge=FORMAT, le=FORMAT)]
    id: Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
    guide: Key
    client: Words
    name: Words
    created: Moment
    changed: Moment
    practice: Annotated[bool, Strict()]
    position: Key
    done: Times
    stale: Names
    answers: Annotated[dict[Key, Key], Many]
    values: Annotated[dict[Key, Words], Many]
    kept: Times
    ticked: Names
    reached: Annotated[Times, AfterValidator(_reachable)]
    received: Names = frozenset()
    """Missing in files from before hand-over files were marked; so is ``unconfirmed``."""
    unconfirmed: Names = frozenset()
    sighting: SightingPart | None
    synced: CountsPart | None
    api: AccessPart | None = None
    """Missing in files from before the Directory Sync API was supported; so are ``runs``."""
    runs: Annotated[tuple[RunPart, ...], Field(max_length=MOST_RUNS)] = ()
    sync_ended: Moment | None = None
    """Missing in format 1."""
    baseline: CountsPart | None = None
    """Missing in earlier files, as ``SightingPart.grew`` and the next four are."""
    captures: Count = 0
    control: ControlPart | None = None
    without_control: Annotated[bool, Strict()] = False
    tags: Annotated[tuple[str, ...], AfterValidator(_tags)] = ()
    summary: SummaryPart | None = None
    """Computed from the guide if missing, as in format 1 and in hand-over files."""

    @classmethod
    def of(cls, setup: Setup) -> Self:
        """Convert from the state. Raises ValueError for an invalid state, which is a bug."""
        kept = setup.with_(runs=setup.runs[-MOST_RUNS:])
        return cls.model_validate({"format": FORMAT, **asdict(kept)})

    def state(self) -> Setup:
        """Convert to the state."""
        fields = {name: _state(value) for name, value in self if name not in ("format", "summary")}
        setup = Setup(**fields)
        return setup.with_(summary=self.summary.state() if self.summary is not None else _summary(setup))


def _summary(setup: Setup) -> Summary:
    try:
        guide = catalog.guide(setup.guide)
    except KeyError:  # this version has no such guide
        return Summary()
    return summary(fill_guide(guide, setup.values), journey.fit(guide, setup))


def encode(setup: Setup) -> bytes:
    """Return the file's content, UTF-8 JSON. Raises ValueError for an invalid state, which is a bug."""
    return Document.of(setup).model_dump_json(indent=1, by_alias=True).encode()


def decode(content: bytes) -> Setup:
    """Return the setup in the file. Raises ValueError if the content isn't a setup in this format."""
    try:
        return Document.model_validate_json(content).state()
    except ValueError:
        try:
            older: object = json.loads(content)
        except RecursionError as error:
            raise ValueError("nested too deeply") from error
        newer = migrated(older)
        if newer is older:
            raise
        return Document.model_validate_json(json.dumps(newer)).state()


def migrated(setup: object) -> object:
    """Return a setup of format 1 in the present format, and anything else as it is."""
    if isinstance(setup, dict) and type(setup.get("format")) is int and setup["format"] == 1:
        return {name: part for name, part in setup.items() if name != "status"} | {"format": FORMAT}
    return setup
