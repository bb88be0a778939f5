"""The shape of a guide: one YAML file per SCIM client is checked against these models.

A guide holds every fact that differs between SCIM clients. Python code reads it and knows none of them.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Identifier = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]*$", max_length=60)]
"""A name used inside guides: lower case, digits, hyphens, underscores."""

Text = Annotated[str, Field(min_length=1, max_length=1200)]
"""Words for the admin. Portal labels stand between double asterisks: ``**Tenant URL**``."""


class Lane(StrEnum):
    """Where a step is done; each lane always has the same place in the window."""

    CIE = "cie"
    """In the Cloud Identity Engine: the left lane."""
    PORTAL = "portal"
    """In the SCIM client's own portal: the right lane."""
    ASSISTANT = "assistant"
    """In this program, on a page of its own."""


class Page(StrEnum):
    """The pages of the program that a step in the assistant lane opens."""

    CHECKLIST = "checklist"
    """The prerequisites, each to be ticked."""
    TEST = "test"
    """Test Connection: the ladder of read-only checks."""
    WATCH = "watch"
    """Waiting for the SCIM Change Timestamp, then Full Sync; shown inside the CIE lane."""


class Milestone(StrEnum):
    """A moment in the work that later steps depend on."""

    SUBMITTED = "submitted"
    """The admin confirmed Submit in CIE; changes are looked for from here on."""
    STARTED = "started"
    """Provisioning was started in the portal; waiting times count from here."""
    TIMESTAMP = "timestamp"
    """The SCIM Change Timestamp was seen."""
    FULL_SYNC = "full-sync"
    """Full Sync was started in CIE."""
    FINISHED = "finished"
    """Sync Status showed Success, with counts."""


class Kind(StrEnum):
    """What a value is; each kind has one rule and its repairs in ``app.guide.values``."""

    GUID = "guid"
    """A GUID, 36 characters with hyphens."""
    DOMAIN = "domain"
    """A DNS domain name."""
    DIRECTORY_ID = "directory-id"
    """CIE's Directory ID: at most 40 letters, digits, hyphens."""
    DIRECTORY_NAME = "directory-name"
    """CIE's Directory Name: at most 50 lower-case letters, digits, ``.``, ``-``, ``_``."""
    BASE_URL = "base-url"
    """The SCIM Base URL copied from CIE. Secret."""
    TOKEN = "token"  # noqa: S105 - the name of a kind
    """A bearer token. Secret."""
    TEXT = "text"
    """One line of free text, at most 120 characters."""
    COUNT = "count"
    """A whole number, zero or more."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Source(_Part):
    """A public page that a statement rests on."""

    title: Text
    url: Annotated[str, Field(pattern=r"^https://")]
    updated: date | None = None


class Option(_Part):
    """One answer to a branch."""

    id: Identifier
    label: Text
    sign: Text
    """How the admin recognises this case on the screen."""


class Branch(_Part):
    """A question whose answer decides which steps are shown."""

    id: Identifier
    ask: Text
    options: Annotated[tuple[Option, ...], Field(min_length=2)]
    """The first option is the answer until the admin chooses."""


class ValueSpec(_Part):
    """A value that the admin captures or that follows from another one."""

    label: Text
    """The exact label where the value is found."""
    kind: Kind
    origin: Text
    """Where it comes from, in a few words: shown as ``from …`` beside the value."""
    derived_from: Identifier | None = None
    """Taken over from that value, with the repairs of this kind."""
    suggestion: Text | None = None
    """A value CIE accepts, where the admin may choose one."""
    optional: bool = False
    """The step that captures it can be done without it; it only feeds an estimate."""

    @property
    def secret(self) -> bool:
        """Whether the value belongs into the keyring only."""
        return self.kind in (Kind.BASE_URL, Kind.TOKEN)


class Carry(_Part):
    """A value and the field it goes into."""

    value: Identifier
    field: Text
    """The exact label of the field on the screen."""


class Choice(_Part):
    """A setting to make on the screen."""

    field: Text
    choose: Text
    why: Text


class Failure(_Part):
    """Something that goes wrong at a step."""

    sign: Text
    cause: Text
    repair: Text
    revisit: Identifier | None = None
    """The step to go back to."""


class Need(_Part):
    """A step that must be done before this one, and why."""

    step: Identifier
    because: Text


class Step(_Part):
    """One thing the admin does on one screen."""

    id: Identifier
    lane: Lane
    title: Text
    """Starts with a verb, at most 60 characters."""
    path: tuple[Text, ...] = ()
    """The click path, label by label as on the screen."""
    text: Text
    notes: tuple[Text, ...] = ()
    """Remarks and warnings that belong to this step."""
    advice: tuple[Text, ...] = ()
    """What is deduced rather than documented; shown as advice."""
    captures: tuple[Identifier, ...] = ()
    carries: tuple[Carry, ...] = ()
    choices: tuple[Choice, ...] = ()
    success: Text
    failures: Annotated[tuple[Failure, ...], Field(min_length=1)]
    takes: Text | None = None
    """How long it takes, in words."""
    optional: bool = False
    link: Annotated[str, Field(pattern=r"^https://")] | None = None
    """A deep link; the click path stays the fallback."""
    page: Page | None = None
    marks: Milestone | None = None
    """The milestone reached when this step is done."""
    confirm: Text | None = None
    """A sentence the admin must tick before the step can be done."""
    done_label: Text | None = None
    """A verb for the button, where ``Done, next step`` is too weak."""
    needs: tuple[Need, ...] = ()
    depends_on: tuple[Identifier, ...] = ()
    """Values whose change makes this step to be redone, besides those it carries."""
    when: dict[Identifier, Identifier] = Field(default_factory=dict)
    """Branch → option: the step is shown only under these answers."""
    covers: tuple[str, ...] = ()
    """Steps of the vendor's page that this step carries, e.g. ``E2.4``."""
    sources: tuple[Identifier, ...] = ()

    @model_validator(mode="after")
    def _page_belongs_to_assistant(self) -> Self:
        if (self.page is not None) != (self.lane is Lane.ASSISTANT):
            raise ValueError(f"step {self.id}: exactly the steps of the assistant lane have a page")
        if len(self.title) > 60:
            raise ValueError(f"step {self.id}: the title is longer than 60 characters")
        return self


class Stage(_Part):
    """A stretch of the work with one aim; a line in the rail."""

    id: Identifier
    title: Annotated[str, Field(min_length=1, max_length=32)]
    lead: Text
    """One sentence under the page's title."""
    steps: Annotated[tuple[Step, ...], Field(min_length=1)]


class Prerequisite(_Part):
    """Something to have before starting."""

    id: Identifier
    text: Text
    why: Text
    link: Annotated[str, Field(pattern=r"^https://")] | None = None


class Console(_Part):
    """A console that the admin works in."""

    name: Text
    address: Text
    """Shown under the name: the host, without scheme."""
    url: Annotated[str, Field(pattern=r"^https://")]


class Cadence(_Part):
    """How soon and how often the SCIM client sends changes."""

    first_minutes: tuple[int, int]
    """The usual span until first data, in minutes, as documented."""
    interval_minutes: Annotated[int, Field(ge=1, le=1440)]
    """Time between cycles afterwards, in minutes."""
    per_object_minutes: tuple[float, float] | None = None
    """Documented estimate: minutes per assigned object, shortest and longest."""
    words: Text
    """The same for the admin, in a sentence."""
    meanwhile: tuple[Text, ...]
    """What to check while nothing has arrived."""
    source: Identifier


class ProbeStyle(StrEnum):
    """Whose connection test the assistant imitates."""

    ENTRA = "entra"
    """``GET /Users?filter=userName eq "<random GUID>"`` → 200 and an empty list."""


class PracticeForm(_Part):
    """What the practice portal shows and how it provisions; labels come from the guide."""

    endpoint_field: Text
    token_field: Text
    test_button: Text
    save_button: Text
    start_button: Text
    update_verb: Annotated[str, Field(pattern=r"^(PATCH|PUT)$")]
    match_users_by: Text = "userName"
    tenant_values: dict[Identifier, str] = Field(default_factory=dict)
    """Sample values that the practice portal shows for the values captured in the portal."""


class Guide(_Part):
    """All that is known about setting up one SCIM client."""

    id: Identifier
    name: Text
    """The product's full name."""
    short_name: Text
    """As CIE's list and running text call it."""
    aliases: tuple[Text, ...] = ()
    scim_client: Text
    """The entry in CIE's list of SCIM clients."""
    summary: Text
    cie: Console
    portal: Console
    verified_on: date
    """The day on which the statements were last compared with their sources."""
    prerequisites: Annotated[tuple[Prerequisite, ...], Field(min_length=1)]
    branches: tuple[Branch, ...] = ()
    values: dict[Identifier, ValueSpec]
    named_by: Identifier
    """The value that becomes the setup's name."""
    stages: Annotated[tuple[Stage, ...], Field(min_length=1)]
    cadence: Cadence
    probe: ProbeStyle
    practice: PracticeForm
    sources: dict[Identifier, Source]

    @property
    def steps(self) -> tuple[Step, ...]:
        """All steps of all stages, in order, whatever the answers."""
        return tuple(step for stage in self.stages for step in stage.steps)

    def step(self, step_id: str) -> Step:
        """The step of that id. Raises KeyError where there is none."""
        for step in self.steps:
            if step.id == step_id:
                return step
        raise KeyError(step_id)

    @model_validator(mode="after")
    def _references_hold(self) -> Self:
        steps = [step.id for step in self.steps]
        problems = [f"step {i} occurs twice" for i in set(steps) if steps.count(i) > 1]
        for step in self.steps:
            named = [*step.captures, *(c.value for c in step.carries), *step.depends_on]
            problems += [f"step {step.id}: no value {n}" for n in named if n not in self.values]
            wanted = [f.revisit for f in step.failures if f.revisit] + [n.step for n in step.needs]
            problems += [f"step {step.id}: no step {w}" for w in wanted if w not in steps]
            problems += [f"step {step.id}: no source {s}" for s in step.sources if s not in self.sources]
            for branch, option in step.when.items():
                if not any(b.id == branch and any(o.id == option for o in b.options) for b in self.branches):
                    problems.append(f"step {step.id}: no answer {branch}={option}")
        for name, spec in self.values.items():
            if spec.derived_from is not None and spec.derived_from not in self.values:
                problems.append(f"value {name}: no value {spec.derived_from}")
        if self.named_by not in self.values or self.values[self.named_by].secret:
            problems.append("named_by must be a value that is not secret")
        if self.cadence.source not in self.sources:
            problems.append("the cadence names no known source")
        if problems:
            raise ValueError("; ".join(sorted(problems)))
        return self
