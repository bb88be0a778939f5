"""The models that a guide, one YAML file per SCIM client, is checked against.

A guide contains every fact that differs between SCIM clients. Python code reads it and knows no client by name.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from app.guide.screen import ConsoleScreen
from app.guide.vocabulary import (
    EVIDENT_ROLES,
    PORTAL_COUNTS,
    RANDOM_GUID,
    SECRET_KINDS,
    Builder,
    Expect,
    Hosting,
    Kind,
    Lane,
    Milestone,
    Page,
    StepRole,
    Tool,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

Identifier = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]*$", max_length=60)]
"""A name used inside guides: lowercase letters, digits, hyphens and underscores."""

Text = Annotated[str, Field(min_length=1, max_length=1200)]
"""Words for the admin, with portal labels between double asterisks: ``**Tenant URL**``.

``{primary_domain}`` is replaced by what the admin entered for that value, see ``app.guide.placeholders``.
"""

QueryParameter = Annotated[str, Field(pattern=r"^(filter|startIndex|count|attributes|excludedAttributes)$")]
"""A parameter of RFC 7644 section 3.4.2."""

Verb = Annotated[str, Field(pattern=r"^(PATCH|PUT)$")]
"""The HTTP method of a change."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Source(_Part):
    """A public page that supports a statement."""

    title: Text
    url: Annotated[str, Field(pattern=r"^https://")]
    updated: date | None = None


class Option(_Part):
    """One answer to a branch."""

    id: Identifier
    label: Text
    sign: Text
    """How the admin recognizes this case on the screen."""
    means: Text | None = None
    """What follows from it, besides other steps."""
    unavailable: Text | None = None
    """Why it cannot be chosen for this SCIM client; the answer stays visible with its reason."""
    shuts_gate: Text | None = None
    """Why Full Sync stays locked under this answer."""


class Branch(_Part):
    """A question about the admin's situation. The answer decides which steps are shown."""

    id: Identifier
    ask: Text
    options: Annotated[tuple[Option, ...], Field(min_length=2)]
    """The first option applies until the admin chooses."""
    at: Identifier | None = None
    """The step whose card asks it. Without one, it is asked above the first step that depends on it."""

    @model_validator(mode="after")
    def _first_is_possible(self) -> Self:
        if self.options[0].unavailable is not None or self.options[0].shuts_gate is not None:
            raise ValueError(f"branch {self.id}: the first option has to lead to Full Sync")
        return self

    @property
    def possible(self) -> tuple[str, ...]:
        """The options that can be chosen. With one alone, there is nothing to ask."""
        return tuple(option.id for option in self.options if option.unavailable is None)


class ValueSpec(_Part):
    """A value that the admin captures or that follows from another one."""

    label: Text
    """The exact label where the value is found."""
    kind: Kind
    origin: Text
    """Where it comes from, in a few words, shown beside the value; after ``from`` if another value is meant."""
    derived_from: Identifier | None = None
    """Derived from that value by the rule of this kind."""
    suggestion: Text | None = None
    """The value until the admin enters another one."""
    own: bool = False
    """The admin may replace the suggested or derived value."""
    optional: bool = False
    """The step that captures it can be completed without it; it only feeds an estimate."""
    hosts: tuple[Annotated[str, Field(pattern=r"^[a-z0-9.-]+$")], ...] = ()
    """For a tenant host: the domains under which the client has its hosts. Others cause a warning."""

    @property
    def secret(self) -> bool:
        """Whether the value is stored in the keyring only."""
        return self.kind in SECRET_KINDS


class Carry(_Part):
    """A value and the field it goes into."""

    value: Identifier
    field: Text
    """The exact label of the field on the screen."""

    @property
    def key(self) -> str:
        """What identifies it among all that the step offers to copy."""
        return self.value

    @property
    def words(self) -> str | None:
        """The text to copy, which is no value's."""
        return None


class Choice(_Part):
    """A setting to choose on the screen."""

    field: Text
    choose: Text
    why: Text
    typed: bool = False
    """It has to be typed exactly, and so can be copied."""

    @property
    def key(self) -> str:
        """What identifies it among all that the step offers to copy; no value has such a name."""
        return f"*{self.field}"

    @property
    def words(self) -> str | None:
        """The text to copy."""
        return self.choose


class StepFailure(_Part):
    """Something that can go wrong at a step."""

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
    """One task on one screen."""

    id: Identifier
    lane: Lane
    roles: tuple[StepRole, ...] = ()
    """What the step is for, where that is not evident from what it does."""
    title: Text
    """Starts with a verb; at most 60 characters."""
    path: tuple[Text, ...] = ()
    """The click path, label by label as on the screen."""
    do: Annotated[tuple[Text, ...], Field(min_length=1)]
    """What to do after the path, one action each."""
    notes: tuple[Text, ...] = ()
    """Remarks and warnings that belong to this step."""
    advice: tuple[Text, ...] = ()
    """What is deduced rather than documented; shown as advice."""
    captures: tuple[Identifier, ...] = ()
    carries: tuple[Carry, ...] = ()
    choices: tuple[Choice, ...] = ()
    success: Text
    failures: Annotated[tuple[StepFailure, ...], Field(min_length=1)]
    takes: Text | None = None
    """How long it takes, in words."""
    optional: bool = False
    link: Annotated[str, Field(pattern=r"^https://")] | None = None
    """A deep link; the click path remains as the fallback."""
    page: Page | None = None
    marks: Milestone | None = None
    """The milestone that completing this step reaches."""
    confirm: Text | None = None
    """A sentence to tick before the step can be completed."""
    reads_errors: bool = False
    """The step tests or waits, so its card offers to read a pasted error."""
    done_label: Text | None = None
    """The label of the button, where ``Done, next step`` says too little."""
    needs: tuple[Need, ...] = ()
    depends_on: tuple[Identifier, ...] = ()
    """Values that make this step stale when they change, besides those it carries."""
    builder: Builder | None = None
    tools: tuple[Tool, ...] = ()
    """Tools that help here, in addition to those that follow from its role and its values."""
    when: dict[Identifier, Identifier | tuple[Identifier, ...]] = Field(default_factory=dict)
    """Branch → option, or several of them: the step is shown only under these answers."""
    covers: tuple[str, ...] = ()
    """Steps of the vendor's page that this step covers, e.g. ``E2.4``."""
    sources: tuple[Identifier, ...] = ()
    screen: ConsoleScreen | None = None
    """The page of the console that it works on."""

    @property
    def numbered(self) -> tuple[str, ...]:
        """The list of its actions, which begins with opening the page."""
        if not self.path:
            return self.do
        path = " \u203a ".join(self.path)
        return (f"Open **{path}**.", *self.do)

    @property
    def copies(self) -> tuple[Carry | Choice, ...]:
        """All that can be copied: values, then choices that are typed."""
        return (*self.carries, *(choice for choice in self.choices if choice.typed))

    def number(self, do: int) -> int:
        """The place of an instruction in the list of actions, from 1."""
        return do + len(self.numbered) - len(self.do)

    @property
    def console(self) -> Lane:
        """The lane that shows the step: the timestamp that is watched here is on a page of CIE."""
        return Lane.CIE if self.page is Page.WATCH else self.lane

    @property
    def helpful_tools(self) -> tuple[Tool, ...]:
        """The tools that the card links to, each once."""
        found = list(self.tools)
        if StepRole.GROUP_CHOICE in self.roles:
            found.append(Tool.GROUPS_EXPORT)
        if self.page is Page.WATCH or self.marks is Milestone.FINISHED or set(self.captures) & set(PORTAL_COUNTS):
            found.append(Tool.ARRIVED)
        if self.marks is Milestone.FINISHED:
            found.append(Tool.DIRECTORY_SYNC_API)
        return tuple(dict.fromkeys(found))

    def shown_under(self, answers: Mapping[str, str]) -> bool:
        """Whether these answers (branch → option, all of them) lead to this step."""
        # Most steps have no condition, and every redraw asks all of them many times.
        return not self.when or all(
            answers[branch] == wanted if isinstance(wanted, str) else answers[branch] in wanted
            for branch, wanted in self.when.items()
        )

    @model_validator(mode="after")
    def _page_title_and_roles_fit(self) -> Self:
        if (self.page is not None) != (self.lane is Lane.ASSISTANT):
            raise ValueError(f"step {self.id}: exactly the steps of the assistant lane have a page")
        if len(self.title) > 60:
            raise ValueError(f"step {self.id}: the title is longer than 60 characters")
        if evident := EVIDENT_ROLES.intersection(self.roles):
            raise ValueError(f"step {self.id}: the role {min(evident)} follows from what a step does")
        return self

    @model_validator(mode="after")
    def _screen_fits(self) -> Self:
        for number, label in self.screen.outlined if self.screen else ():
            if number > len(self.do):
                raise ValueError(
                    f"step {self.id}: the screen outlines {label} for instruction {number}, which is missing"
                )
        return self


class Stage(_Part):
    """A group of steps with one goal; a line in the rail."""

    id: Identifier
    title: Annotated[str, Field(min_length=1, max_length=32)]
    lead: Text
    """One sentence under the page's title."""
    steps: Annotated[tuple[Step, ...], Field(min_length=1)]


class Prerequisite(_Part):
    """Something the admin needs before starting."""

    id: Identifier
    text: Text
    why: Text
    link: Annotated[str, Field(pattern=r"^https://")] | None = None
    tool: Tool | None = None
    """The tool that checks it."""


class Console(_Part):
    """A web console that the admin works in."""

    name: Text
    address: Text
    """The host without scheme, shown under the name."""
    url: Annotated[str, Field(pattern=r"^https://")]


class Cadence(_Part):
    """How soon and how often the SCIM client sends changes."""

    first_minutes: tuple[int, int] | None = None
    """The documented time until first data, in minutes; None where nothing is documented."""
    interval_minutes: Annotated[int, Field(ge=1, le=1440)] | None = None
    """Time between later cycles, in minutes; None where changes are sent at once, or nothing is known."""
    per_object_minutes: tuple[float, float] | None = None
    """Documented estimate: minutes per assigned object, shortest and longest."""
    words: Text
    """The same for the admin, in a sentence."""
    meanwhile: Annotated[tuple[Text, ...], Field(min_length=1)]
    """What to check while nothing has arrived."""
    on_demand: Text | None = None
    """How to send something at once, where the portal can."""
    source: Identifier


class RequestSpec(_Part):
    """A read-only request (GET) that the client's own connection test sends, as far as it is known."""

    path: Annotated[str, Field(pattern=r"^/(Users|Groups|ServiceProviderConfig|ResourceTypes|Schemas)$")]
    """What the client appends to the Base URL."""
    query: dict[QueryParameter, Annotated[str, Field(max_length=200)]] = Field(default_factory=dict)
    """In the order sent. ``<random GUID>`` in a filter is a new GUID each time."""
    expect: Expect

    @model_validator(mode="after")
    def _only_a_random_guid_finds_nothing(self) -> Self:
        if (self.expect is Expect.EMPTY) != any(RANDOM_GUID in value for value in self.query.values()):
            raise ValueError(f"{self.path}: exactly a filter with {RANDOM_GUID} expects an empty list")
        return self


class PracticeField(_Part):
    """A field of the practice portal and the value that belongs in it."""

    label: Text
    value: Identifier


class PracticeModes(_Part):
    """A switch of the portal between a trial run and sending."""

    field: Text
    live: Text
    preview: Text
    """Nothing is sent in this mode."""


class PracticeForm(_Part):
    """What the practice portal shows and how it sends; labels come from the guide."""

    details_title: Text = "Overview"
    tenant_values: dict[Identifier, str] = Field(default_factory=dict)
    """Sample values that the practice portal shows for the values captured in the portal."""
    catalog_title: Text | None = None
    """The title of the list that the application is added from; None where there is nothing to add."""
    catalog: tuple[Text, ...] = ()
    """Its entries: the right one first, then similar ones."""
    fields: Annotated[tuple[PracticeField, ...], Field(min_length=1)]
    """The connection's fields under a static bearer token."""
    oidc_fields: tuple[PracticeField, ...] = ()
    """Its fields under OIDC, where the client supports it."""
    modes: PracticeModes | None = None
    test_button: Text | None = None
    """None where the portal has no test."""
    save_button: Text
    save_needs_test: bool = False
    """The portal saves a connection only after its test has passed."""
    assign_title: Text
    start_button: Text
    update_users: Verb
    update_groups: Verb
    match_users_by: Text = "userName"
    reads_all_groups: bool = False
    """The client matches groups by reading all of them, instead of asking for one by its name."""
    error_code: Text | None = None
    """The prefix of the portal's own error codes."""
    running: Text = "Sending"
    """What the portal shows while it sends."""
    completed: Text = "Everything was sent"
    """What it shows when it has sent everything once."""
    settled: Text = "No more changes"
    """The label of the time from which nothing was left to send."""
    failing: Text = "Stopped after errors"
    """What it shows when CIE refused too much."""


class Guide(_Part):
    """Everything that is known about setting up one SCIM client."""

    id: Identifier
    name: Text
    """The product's full name."""
    short_name: Text
    """The name used in sentences."""
    aliases: tuple[Text, ...] = ()
    scim_client: Text
    """The entry in CIE's list of SCIM clients."""
    hosting: Hosting
    """Where the client runs."""
    errors: Identifier | None = None
    """The file in ``errors`` with what its portal says when something fails; None where nothing is known."""
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
    test_requests: tuple[RequestSpec, RequestSpec]
    """What the client's own connection test sends: the request that checks the token, then one more."""
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

    def answers(self, given: Mapping[str, str]) -> dict[str, str]:
        """The answer to every branch: the given one where it can be chosen, else the first option."""
        return {branch.id: _answer(branch, given.get(branch.id)) for branch in self.branches}

    def option(self, branch_id: str, option_id: str) -> Option:
        """The option of that id. Raises StopIteration where there is none."""
        branch = next(b for b in self.branches if b.id == branch_id)
        return next(o for o in branch.options if o.id == option_id)


def _answer(branch: Branch, given: str | None) -> str:
    possible = branch.possible
    return given if given in possible else possible[0]
