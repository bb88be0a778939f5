"""The shape of a setup's file, checked at the border; imported only when a file is read or written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal, Self

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

from app.setup.state import MOST_RUNS, CheckRecord, Counts, RunRecord, Setup, Sighting
from app.text.legible import legible
from app.text.times import in_utc
from app.values.api_regions import Access, Address, Issuer

if TYPE_CHECKING:
    from datetime import datetime

FORMAT = 1
"""Raised with every change of shape that an older program would misread."""


def _believed(moment: datetime) -> datetime:
    found = in_utc(moment)
    if found is None:
        raise ValueError("not a time of a setup")
    return found


Moment = Annotated[AwareDatetime, AfterValidator(_believed)]

Words = Annotated[str, AfterValidator(legible)]
"""Text that is shown. The admin's own has nothing unseen in it; a file may have been changed by others."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class CountsPart(_Part):
    """Users and groups."""

    users: int
    groups: int

    @classmethod
    def of(cls, counts: Counts) -> Self:
        """From the state."""
        return cls(users=counts.users, groups=counts.groups)

    def state(self) -> Counts:
        """To the state."""
        return Counts(users=self.users, groups=self.groups)


class SightingPart(_Part):
    """A SCIM Change Timestamp that was seen."""

    at: Moment
    seen_at: Moment
    entered: bool
    counts: CountsPart | None

    @classmethod
    def of(cls, sighting: Sighting) -> Self:
        """From the state."""
        counts = CountsPart.of(sighting.counts) if sighting.counts else None
        return cls(at=sighting.at, seen_at=sighting.seen_at, entered=sighting.entered, counts=counts)

    def state(self) -> Sighting:
        """To the state."""
        counts = self.counts.state() if self.counts else None
        return Sighting(at=self.at, seen_at=self.seen_at, entered=self.entered, counts=counts)


class AccessPart(_Part):
    """How the Directory Sync API is reached."""

    tsg_id: Annotated[str, Field(pattern=r"^([0-9]{4,20})?$")]
    address: Address
    issuer: Issuer

    @classmethod
    def of(cls, access: Access) -> Self:
        """From the state."""
        return cls(tsg_id=access.tsg_id, address=access.address, issuer=access.issuer)

    def state(self) -> Access:
        """To the state."""
        return Access(self.tsg_id, self.address, self.issuer)


Word = Annotated[str, Field(pattern=r"^[a-z0-9_-]{1,40}$")]


class CheckPart(_Part):
    """What one check of Test Connection came to."""

    check: Annotated[Word, Field(alias="rung")]
    """Files name it as the first versions did."""
    verdict: Word
    observation: Word
    seconds: float | None = None
    facts: Annotated[dict[Word, int | Annotated[Words, Field(max_length=200)]], Field(max_length=20)] = {}


class RunPart(_Part):
    """One run of Test Connection."""

    at: Moment
    checks: Annotated[tuple[CheckPart, ...], Field(max_length=20)]

    @classmethod
    def of(cls, run: RunRecord) -> Self:
        """From the state."""
        checks = [
            CheckPart(
                check=c.check, verdict=c.verdict, observation=c.observation, seconds=c.seconds, facts=dict(c.facts)
            )
            for c in run.checks
        ]
        return cls(at=run.at, checks=tuple(checks))

    def state(self) -> RunRecord:
        """To the state."""
        checks = (CheckRecord(c.check, c.verdict, c.observation, c.seconds, c.facts) for c in self.checks)
        return RunRecord(self.at, tuple(checks))


class Document(_Part):
    """One setup as written to its file: every field of ``Setup``, and the format's number."""

    format: Literal[1]
    id: Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
    guide: str
    client: Words
    name: Words
    created: Moment
    changed: Moment
    practice: bool
    position: str
    done: dict[str, Moment]
    stale: list[str]
    answers: dict[str, str]
    values: dict[str, Words]
    kept: dict[str, Moment]
    ticked: list[str]
    reached: dict[str, Moment]
    sighting: SightingPart | None
    synced: CountsPart | None
    api: AccessPart | None = None
    """Not in files of before this part existed."""
    runs: Annotated[tuple[RunPart, ...], Field(max_length=MOST_RUNS)] = ()
    """Likewise."""
    status: Words

    @classmethod
    def of(cls, setup: Setup) -> Self:
        """From the state. Raises ValueError for a state that no file may hold: that is a bug."""
        return cls(
            format=FORMAT,
            id=setup.id,
            guide=setup.guide,
            client=setup.client,
            name=setup.name,
            created=setup.created,
            changed=setup.changed,
            practice=setup.practice,
            position=setup.position,
            done=dict(setup.done),
            stale=sorted(setup.stale),
            answers=dict(setup.answers),
            values=dict(setup.values),
            kept=dict(setup.kept),
            ticked=sorted(setup.ticked),
            reached=dict(setup.reached),
            sighting=SightingPart.of(setup.sighting) if setup.sighting else None,
            synced=CountsPart.of(setup.synced) if setup.synced else None,
            api=AccessPart.of(setup.api) if setup.api else None,
            runs=tuple(RunPart.of(run) for run in setup.runs[-MOST_RUNS:]),
            status=setup.status,
        )

    def state(self) -> Setup:
        """To the state."""
        return Setup(
            id=self.id,
            guide=self.guide,
            client=self.client,
            name=self.name,
            created=self.created,
            changed=self.changed,
            practice=self.practice,
            position=self.position,
            done=self.done,
            stale=frozenset(self.stale),
            answers=self.answers,
            values=self.values,
            kept=self.kept,
            ticked=frozenset(self.ticked),
            reached=self.reached,
            sighting=self.sighting.state() if self.sighting else None,
            synced=self.synced.state() if self.synced else None,
            api=self.api.state() if self.api else None,
            runs=tuple(run.state() for run in self.runs),
            status=self.status,
        )


def encode(setup: Setup) -> bytes:
    """The file's content, UTF-8 JSON. Raises ValueError for a bug in the state."""
    return Document.of(setup).model_dump_json(indent=1, by_alias=True).encode()


def decode(content: bytes) -> Setup:
    """The setup in the file. Raises ValueError where the content is not a setup of this format."""
    return Document.model_validate_json(content).state()
