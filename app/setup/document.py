"""The shape of a setup's file, checked at the border; imported only when a file is read or written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from app.guide import catalog
from app.guide.placeholders import fill_guide
from app.setup import journey
from app.setup.state import MOST_RUNS, CheckRecord, Counts, RunRecord, Setup, Sighting, Status, Summary, Wait
from app.setup.status import summary
from app.text.legible import legible
from app.text.times import in_utc
from app.values.api_regions import Access, Address, Issuer
from app.values.rules import TSG_ID

if TYPE_CHECKING:
    from datetime import datetime

FORMAT = 2
"""Raised with every change of shape that an older program would misread. Format 1 held a sentence as the status."""


def _believed(moment: datetime) -> datetime:
    found = in_utc(moment)
    if found is None:
        raise ValueError("not a time of a setup")
    return found


Moment = Annotated[AwareDatetime, AfterValidator(_believed)]

Words = Annotated[str, AfterValidator(legible)]
"""Text that is shown. The admin's own has nothing unseen in it; a file may have been changed by others."""


class _FilePart(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class CountsPart(_FilePart):
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


class SightingPart(_FilePart):
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


class AccessPart(_FilePart):
    """How the Directory Sync API is reached."""

    tsg_id: Annotated[str, Field(pattern=rf"^({TSG_ID})?$")]
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


class CheckPart(_FilePart):
    """What one check of Test Connection came to."""

    check: Annotated[Word, Field(alias="rung")]
    """Files name it as the first versions did."""
    verdict: Word
    observation: Word
    seconds: float | None = None
    details: Annotated[
        dict[Word, int | Annotated[Words, Field(max_length=200)]], Field(max_length=20, alias="facts")
    ] = {}
    """Likewise."""


class RunPart(_FilePart):
    """One run of Test Connection."""

    at: Moment
    checks: Annotated[tuple[CheckPart, ...], Field(max_length=20)]

    @classmethod
    def of(cls, run: RunRecord) -> Self:
        """From the state."""
        checks = [
            CheckPart(
                check=c.check, verdict=c.verdict, observation=c.observation, seconds=c.seconds, details=dict(c.details)
            )
            for c in run.checks
        ]
        return cls(at=run.at, checks=tuple(checks))

    def state(self) -> RunRecord:
        """To the state."""
        checks = (CheckRecord(c.check, c.verdict, c.observation, c.seconds, c.details) for c in self.checks)
        return RunRecord(self.at, tuple(checks))


class SummaryPart(_FilePart):
    """What a list shows of the setup."""

    status: Status
    wait: Wait | None
    number: Annotated[int, Field(ge=0, le=1000)]
    total: Annotated[int, Field(ge=0, le=1000)]
    title: Annotated[Words, Field(max_length=200)]

    @classmethod
    def of(cls, summary: Summary) -> Self:
        """From the state."""
        return cls(**{name: getattr(summary, name) for name in cls.model_fields})

    def state(self) -> Summary:
        """To the state."""
        return Summary(self.status, self.wait, self.number, self.total, self.title)


class Document(_FilePart):
    """One setup as written to its file: every field of ``Setup``, and the format's number."""

    format: Literal[2]
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
    sync_ended: Moment | None = None
    """Not in files of format 1."""
    summary: SummaryPart | None = None
    """Without one, as in files of format 1 and on the way to a colleague, it is computed from the guide."""

    @model_validator(mode="before")
    @classmethod
    def _migrated(cls, data: Any) -> Any:
        if isinstance(data, dict) and data.get("format") == 1:
            return {name: part for name, part in data.items() if name != "status"} | {"format": FORMAT}
        return data

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
            sync_ended=setup.sync_ended,
            summary=SummaryPart.of(setup.summary),
        )

    def state(self) -> Setup:
        """To the state."""
        setup = Setup(
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
            sync_ended=self.sync_ended,
        )
        return setup.with_(summary=self.summary.state() if self.summary is not None else _summary(setup))


def _summary(setup: Setup) -> Summary:
    try:
        guide = catalog.guide(setup.guide)
    except KeyError:  # this version has no such guide
        return Summary()
    return summary(fill_guide(guide, setup.values), journey.fit(guide, setup))


def encode(setup: Setup) -> bytes:
    """The file's content, UTF-8 JSON. Raises ValueError for a bug in the state."""
    return Document.of(setup).model_dump_json(indent=1, by_alias=True).encode()


def decode(content: bytes) -> Setup:
    """The setup in the file. Raises ValueError where the content is not a setup of this format."""
    return Document.model_validate_json(content).state()
