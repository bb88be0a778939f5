"""Why a check failed, most likely cause first, given what this setup has done so far.

What each observation points to stands in ``resources/diagnosis/causes.yaml``.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from app.diagnosis.facts import DataPart, Explanation, Remedy, load
from app.diagnosis.findings import sentence
from app.diagnosis.history import history
from app.diagnosis.ranking import Cause, rank
from app.guide.vocabulary import StepRole
from app.scim.details import CertificateDetails, NameDetails, RouteDetails
from app.scim.finding import Check, Verdict
from app.scim.observation import Observation

if TYPE_CHECKING:
    from app.guide.model import Guide
    from app.scim.finding import Finding
    from app.setup.state import Setup

__all__ = ["Cause", "Diagnosis", "explain", "reasons", "unreached"]


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What happened and why."""

    title: str
    causes: tuple[Cause, ...]


class Reasons(DataPart):
    """What each observation points to."""

    elsewhere: Remedy
    """Said of most of what fails on the way: the portal has another one."""
    unissued: Explanation
    """The way to the token address failed."""
    unreached: Explanation
    """The way to the Directory Sync API failed."""
    unproven: Explanation
    """A made-up token got no answer that tells whether it counts."""
    otherwise: Explanation
    """The failure has no entry of its own."""
    checks: dict[Check, dict[Observation, Explanation]]
    """What an observation points to at one check, where that differs."""
    observations: dict[Observation, Explanation]

    @property
    def explanations(self) -> tuple[Explanation, ...]:
        """All explanations."""
        apart = (explanation for of_check in self.checks.values() for explanation in of_check.values())
        return (self.unissued, self.unreached, self.unproven, self.otherwise, *apart, *self.observations.values())


@cache
def reasons() -> Reasons:
    """What is known. Read when first needed: it takes some ten milliseconds."""
    return Reasons.model_validate(load("causes"))


def explain(findings: tuple[Finding, ...], guide: Guide, setup: Setup) -> Diagnosis | None:
    """The diagnosis of the first failed check; None where none failed."""
    failed = next((f for f in findings if f.verdict is Verdict.FAILED), None)
    if failed is None:
        return None
    explanation = _explanation(failed)
    causes = rank([(f"{sentence(failed)}.", explanation.causes)], history(guide, setup), guide, setup)
    return Diagnosis(explanation.title, causes)


_ISSUING = frozenset({Observation.CLIENT_REFUSED, Observation.NO_TOKEN, Observation.NO_SECRET})


def _explanation(failed: Finding) -> Explanation:
    """By what failed, and whether it was the way to the token address or to the endpoint."""
    known = reasons()
    if failed.check is Check.CONTROL and failed.observation is not Observation.OPEN_DOOR:
        return known.unproven
    seen = _of(failed.check, failed.observation)
    if failed.check is not Check.ISSUED or failed.observation in _ISSUING:
        return seen
    return _elsewhere(failed, _on_the_path(failed), known.unissued)


def _on_the_path(failed: Finding) -> Check:
    """The check on the path to the token address that failed."""
    match failed.details:
        case NameDetails():
            return Check.NAME
        case RouteDetails():
            return Check.ROUTE
        case CertificateDetails():
            return Check.CERTIFICATE
    return Check.ISSUED


def unreached(broke: Finding) -> Explanation:
    """Why the Directory Sync API is not reached, given the check of the way that failed."""
    return _elsewhere(broke, broke.check, reasons().unreached)


def _elsewhere(failed: Finding, at: Check, otherwise: Explanation) -> Explanation:
    """The trouble of a way that is not that to the endpoint: neither the Base URL nor the portal has a part in it."""
    known = reasons()
    seen = _of(at, failed.observation)
    way = tuple(remedy for remedy in seen.causes if remedy.at is not StepRole.BASE_URL and remedy != known.elsewhere)
    return Explanation(title=otherwise.title, causes=(*way, *otherwise.causes))


def _of(check: Check, observation: Observation) -> Explanation:
    known = reasons()
    return known.checks.get(check, {}).get(observation) or known.observations.get(observation, known.otherwise)
