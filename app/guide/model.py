"""The shape of a guide: one YAML file per SCIM client is checked against these models.

A guide holds every fact that differs between SCIM clients. Python code reads it and knows none of them.
"""

from __future__ import annotations

import re
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

if TYPE_CHECKING:
    from collections.abc import Mapping

Identifier = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]*$", max_length=60)]
"""A name used inside guides: lower case, digits, hyphens, underscores."""

Text = Annotated[str, Field(min_length=1, max_length=1200)]
"""Words for the admin. Portal labels stand between double asterisks: ``**Tenant URL**``.

``{primary_domain}`` stands for what the admin gave as that value, see ``app.guide.words``.
"""

PLACE = re.compile(r"\{([a-z][a-z0-9_]*)\}")
"""Where a value stands in the words of a guide."""


Verb = Annotated[str, Field(pattern=r"^(PATCH|PUT)$")]
"""The HTTP method of a change."""


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
    OKTA_DOMAIN = "okta-domain"
    """The host of an Okta organisation, without ``-admin``."""
    SYSTEM_ID = "system-id"
    """PingFederate's id of a data store, with or without ``LDAP-`` in front."""
    PING_USER = "ping-user"
    """PingFederate's user of a data store, ``name@domain``, or that domain alone."""
    DIRECTORY_ID = "directory-id"
    """CIE's Directory ID: at most 40 letters, digits, hyphens."""
    DIRECTORY_NAME = "directory-name"
    """CIE's Directory Name: at most 50 lower-case letters, digits, ``.``, ``-``, ``_``."""
    BASE_URL = "base-url"
    """The SCIM Base URL copied from CIE. Secret."""
    TOKEN = "token"  # noqa: S105 - the name of a kind
    """A bearer token. Secret."""
    SERVICE_ACCOUNT = "service-account"
    """The name of a service account, ``name@<tsg id>.iam.panserviceaccount``."""
    CLIENT_ID = "client-id"
    """The Client ID of a service account. Secret."""
    CLIENT_SECRET = "client-secret"  # noqa: S105 - the name of a kind
    """The Client Secret of a service account. Secret."""
    TOKEN_URL = "token-url"  # noqa: S105 - the name of a kind
    """Where tokens are fetched with Client ID and Client Secret."""
    SCOPE = "scope"
    """The OAuth 2.0 scope of such a token, ``tsg_id:<tsg id>``."""
    TEXT = "text"
    """One line of free text, at most 120 characters."""
    LABEL = "label"
    """The label of a field, as on the admin's screen, at most 40 characters."""
    COUNT = "count"
    """A whole number, zero or more."""


SECRET_KINDS = frozenset({Kind.BASE_URL, Kind.TOKEN, Kind.CLIENT_ID, Kind.CLIENT_SECRET})
"""Kept in the keyring and nowhere else."""


class Builder(StrEnum):
    """A small workshop inside a step, where the admin would otherwise type from memory."""

    PROVMGR = "provmgr"
    """PingFederate's ``provmgr`` command from the table that ``--show-channels`` prints."""
    GROUP_DN = "group-dn"
    """A distinguished name of a group, escaped by RFC 4514."""
    LDAP_FILTER = "ldap-filter"
    """A filter for users or groups, escaped by RFC 4515."""
    PINGONE_FILTER = "pingone-filter"
    """PingOne's User Filter Expression."""
    IDENTITIES_CSV = "identities-csv"
    """A check of the file with IMEI, IMSI and APN for SASE 5G."""


class Tool(StrEnum):
    """A page beside the steps, where the admin looks closer at something; it completes no step."""

    PORTAL_ERROR = "portal-error"
    """Reads an error that the portal or CIE showed."""
    GROUPS_EXPORT = "groups-export"
    """Checks an export of groups for duplicate names and what else stops a sync."""
    ARRIVED = "arrived"
    """Looks at the users and groups that arrived at the endpoint."""
    DIRECTORY_SYNC_API = "directory-sync-api"
    """Asks CIE itself how the directory stands."""


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
    means: Text | None = None
    """What follows from it, where that is more than other steps."""
    unavailable: Text | None = None
    """Why it cannot be chosen for this SCIM client; the answer stays visible with its reason."""
    shuts_gate: Text | None = None
    """Why Full Sync stays locked under this answer."""


class Branch(_Part):
    """A question about the admin's situation. Its answer decides which steps are shown, or what follows."""

    id: Identifier
    ask: Text
    options: Annotated[tuple[Option, ...], Field(min_length=2)]
    """The first option is the answer until the admin chooses."""
    at: Identifier | None = None
    """The step whose card asks it. Without one it is asked above the steps that depend on it."""

    @model_validator(mode="after")
    def _first_is_possible(self) -> Self:
        if self.options[0].unavailable is not None or self.options[0].shuts_gate is not None:
            raise ValueError(f"branch {self.id}: the first option has to lead to Full Sync")
        return self


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
    """The value from the start, until the admin gives another one."""
    own: bool = False
    """The admin may choose another value than the suggested or derived one."""
    optional: bool = False
    """The step that captures it can be done without it; it only feeds an estimate."""

    @property
    def secret(self) -> bool:
        """Whether the value belongs into the keyring only."""
        return self.kind in SECRET_KINDS


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
    reads_errors: bool = False
    """It tests or waits, so its card offers to read an error that is shown there."""
    done_label: Text | None = None
    """A verb for the button, where ``Done, next step`` is too weak."""
    needs: tuple[Need, ...] = ()
    depends_on: tuple[Identifier, ...] = ()
    """Values whose change makes this step to be redone, besides those it carries."""
    builder: Builder | None = None
    tools: tuple[Tool, ...] = ()
    """Pages beside the steps that help here; the card links to them."""
    when: dict[Identifier, Identifier | tuple[Identifier, ...]] = Field(default_factory=dict)
    """Branch → option, or several of them: the step is shown only under these answers."""
    covers: tuple[str, ...] = ()
    """Steps of the vendor's page that this step carries, e.g. ``E2.4``."""
    sources: tuple[Identifier, ...] = ()

    def shown_under(self, answers: Mapping[str, str]) -> bool:
        """Whether these answers (branch → option, all of them) lead to this step."""
        return all(
            answers[branch] == wanted if isinstance(wanted, str) else answers[branch] in wanted
            for branch, wanted in self.when.items()
        )

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
    tool: Tool | None = None
    """The page beside the steps that looks for it."""


class Console(_Part):
    """A console that the admin works in."""

    name: Text
    address: Text
    """Shown under the name: the host, without scheme."""
    url: Annotated[str, Field(pattern=r"^https://")]


class Cadence(_Part):
    """How soon and how often the SCIM client sends changes."""

    first_minutes: tuple[int, int] | None = None
    """The usual span until first data, in minutes, as documented; None where nothing is."""
    interval_minutes: Annotated[int, Field(ge=1, le=1440)] | None = None
    """Time between cycles afterwards, in minutes; None where changes are sent as they happen, or nothing is known."""
    per_object_minutes: tuple[float, float] | None = None
    """Documented estimate: minutes per assigned object, shortest and longest."""
    words: Text
    """The same for the admin, in a sentence."""
    meanwhile: Annotated[tuple[Text, ...], Field(min_length=1)]
    """What to check while nothing has arrived."""
    on_demand: Text | None = None
    """How to have something sent at once, where the portal has that."""
    source: Identifier


class ProbeStyle(StrEnum):
    """Whose connection test the assistant imitates; all requests are GET."""

    ENTRA = "entra"
    """``/Users?filter=userName eq "<GUID>"``, then the group likewise without members (Microsoft, "Use SCIM to
    provision users and groups")."""
    OKTA = "okta"
    """``/Users?startIndex=1&count=2``, then ``/Groups?startIndex=1&count=100`` (Okta, SCIM 2.0 reference)."""
    CYBERARK = "cyberark"
    """``/Users?count=1``, then ``/ServiceProviderConfig`` (CyberArk, "More information about SCIM provisioning")."""
    PING = "ping"
    """``/Users?filter=userName Eq "<GUID>"``, then ``/Groups?startIndex=1&count=1``: the lookup that Ping's SCIM
    connectors are configured with. What their own test sends is not documented."""
    GENERIC = "generic"
    """``/Users?filter=userName eq "<GUID>"`` and ``/Groups?startIndex=1&count=1`` (RFC 7644 section 3.4.2)."""


PORTAL_COUNTS = ("portal_users", "portal_groups")
"""The values that hold how many users and groups the portal has sent; the same names in every guide."""
CIE_COUNTS = ("synced_users", "synced_groups")
"""The values that hold how many users and groups the Directories page shows."""
ASSIGNED = "assigned_objects"
"""The value that holds how many users and groups are assigned, for the estimate of the waiting time."""


class PracticeField(_Part):
    """A field of the practice portal and the value that belongs into it."""

    label: Text
    value: Identifier


class PracticeModes(_Part):
    """A switch of the portal between trying and doing."""

    field: Text
    live: Text
    preview: Text
    """Nothing is sent in this mode."""


class PracticeForm(_Part):
    """What the practice portal shows and how it provisions; labels come from the guide."""

    details_title: Text = "Overview"
    tenant_values: dict[Identifier, str] = Field(default_factory=dict)
    """Sample values that the practice portal shows for the values captured in the portal."""
    catalogue_title: Text | None = None
    """The heading of the list that the application is added from; None where there is nothing to add."""
    catalogue: tuple[Text, ...] = ()
    """Its entries: the right one first, then look-alikes."""
    fields: Annotated[tuple[PracticeField, ...], Field(min_length=1)]
    """The connection's fields under a static bearer token."""
    oidc_fields: tuple[PracticeField, ...] = ()
    """Its fields under OIDC, where this client can."""
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
    """What the codes of the portal's own error messages begin with."""


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

    def answers(self, given: Mapping[str, str]) -> dict[str, str]:
        """The answer to every branch: the given one where it can be chosen, else the first option."""
        return {branch.id: _answer(branch, given.get(branch.id)) for branch in self.branches}

    def option(self, branch_id: str, option_id: str) -> Option:
        """The option of that id. Raises StopIteration where there is none."""
        branch = next(b for b in self.branches if b.id == branch_id)
        return next(o for o in branch.options if o.id == option_id)

    @model_validator(mode="after")
    def _references_hold(self) -> Self:
        steps = [step.id for step in self.steps]
        problems = [f"step {i} occurs twice" for i in set(steps) if steps.count(i) > 1]
        for step in self.steps:
            problems += self._problems_of(step, steps)
        for name, spec in self.values.items():
            if spec.derived_from is not None and spec.derived_from not in self.values:
                problems.append(f"value {name}: no value {spec.derived_from}")
        if self.named_by not in self.values or self.values[self.named_by].secret:
            problems.append("named_by must be a value that is not secret")
        problems += [f"branch {b.id}: no step {b.at}" for b in self.branches if b.at and b.at not in steps]
        form = self.practice
        used = (*form.tenant_values, *(f.value for f in (*form.fields, *form.oidc_fields)))
        problems += [f"practice: no value {name}" for name in used if name not in self.values]
        for name in set(PLACE.findall(" ".join(_strings(self.model_dump(mode="json"))))):
            if name not in self.values or self.values[name].secret:
                problems.append(f"{{{name}}} is no value that may stand in words")
        if self.cadence.source not in self.sources:
            problems.append("the cadence names no known source")
        if problems:
            raise ValueError("; ".join(sorted(problems)))
        return self

    def _problems_of(self, step: Step, steps: list[str]) -> list[str]:
        named = [*step.captures, *(c.value for c in step.carries), *step.depends_on]
        problems = [f"step {step.id}: no value {n}" for n in named if n not in self.values]
        wanted = [f.revisit for f in step.failures if f.revisit] + [n.step for n in step.needs]
        problems += [f"step {step.id}: no step {w}" for w in wanted if w not in steps]
        problems += [f"step {step.id}: no source {s}" for s in step.sources if s not in self.sources]
        for branch, answer in step.when.items():
            for option in (answer,) if isinstance(answer, str) else answer:
                if not any(b.id == branch and any(o.id == option for o in b.options) for b in self.branches):
                    problems.append(f"step {step.id}: no answer {branch}={option}")
        return problems


def _answer(branch: Branch, given: str | None) -> str:
    possible = [option.id for option in branch.options if option.unavailable is None]
    return given if given in possible else possible[0]


def _strings(part: Any) -> list[str]:
    if isinstance(part, str):
        return [part]
    parts = part.values() if isinstance(part, dict) else part if isinstance(part, (list, tuple)) else ()
    return [text for each in parts for text in _strings(each)]
