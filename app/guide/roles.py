"""Which step of a guide has which role: declared in the guide, or evident from what the step does."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from app.guide.vocabulary import Kind, Lane, Milestone, Page, StepRole

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from app.guide.model import Guide, Step

INSTEAD: Mapping[StepRole, StepRole] = MappingProxyType(
    {
        StepRole.PORTAL_ADDRESS: StepRole.PORTAL_TOKEN,
        StepRole.SCOPE_FIELD: StepRole.PORTAL_TOKEN,
        StepRole.PORTAL_TEST: StepRole.START,
        StepRole.PROGRESS: StepRole.START,
        StepRole.SOURCE_GROUPS: StepRole.GROUP_CHOICE,
        StepRole.SOURCE_FILTER: StepRole.ASSIGNMENT,
    }
)
"""The role to look for where no step has the wanted one: a portal without a test shows its errors at the start."""

_OF_PAGE = {Page.CHECKLIST: StepRole.CHECKLIST, Page.TEST: StepRole.TEST, Page.WATCH: StepRole.TIMESTAMP}
_OF_MILESTONE = {
    Milestone.SUBMITTED: StepRole.SUBMIT,
    Milestone.STARTED: StepRole.START,
    Milestone.FULL_SYNC: StepRole.FULL_SYNC,
}
_OF_CAPTURE = {Kind.BASE_URL: StepRole.BASE_URL, Kind.TOKEN: StepRole.TOKEN, Kind.CLIENT_SECRET: StepRole.TOKEN}
_OF_CARRY = {
    (Lane.CIE, Kind.DIRECTORY_ID): StepRole.DIRECTORY_DETAILS,
    (Lane.PORTAL, Kind.BASE_URL): StepRole.PORTAL_ADDRESS,
    (Lane.PORTAL, Kind.TOKEN): StepRole.PORTAL_TOKEN,
    (Lane.PORTAL, Kind.CLIENT_SECRET): StepRole.PORTAL_TOKEN,
    (Lane.PORTAL, Kind.SCOPE): StepRole.SCOPE_FIELD,
}


def roles_of(guide: Guide, step: Step) -> frozenset[StepRole]:
    """All roles of a step."""
    return frozenset((*step.roles, *_evident(guide, step)))


def step_with(role: StepRole, guide: Guide, shown: Iterable[Step]) -> Step | None:
    """The first of these steps that has the role, or the role to look for instead; None where there is none."""
    steps = tuple(shown)
    wanted: StepRole | None = role
    while wanted is not None:
        for step in steps:
            if wanted in roles_of(guide, step):
                return step
        wanted = INSTEAD.get(wanted)
    return None


def _evident(guide: Guide, step: Step) -> Iterator[StepRole]:
    if step.page in _OF_PAGE:
        yield _OF_PAGE[step.page]
    if step.marks in _OF_MILESTONE:
        yield _OF_MILESTONE[step.marks]
    for name in step.captures:
        if (kind := guide.values[name].kind) in _OF_CAPTURE:
            yield _OF_CAPTURE[kind]
    for carry in step.carries:
        if (entered := (step.lane, guide.values[carry.value].kind)) in _OF_CARRY:
            yield _OF_CARRY[entered]
