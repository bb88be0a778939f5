"""Why a check failed, most likely cause first, given what this setup has done so far.

``resources/diagnosis/causes.yaml`` lists the causes of each observation.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from app.diagnosis.facts import DataPart, Explanation, Remedy, load
from app.diagnosis.findings import sentence
from app.diagnosis.ranking import Cause, rank
from app.guide.vocabulary import StepRole
from app.scim.details import CertificateDetails, NameDetails, RouteDetails
from app.scim.finding import Check, Verdict
from app.scim.observation import Observation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.diagnosis.setup_facts import SetupFacts
    from app.scim.finding import Finding

__all__ = ["Cause", "Diagnosis", "explain", "reasons", "unreached"]


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What happened and why."""

    title: str
    causes: tuple[Cause, ...]


class Reasons(DataPart):
    """The causes of each observation."""

    elsewhere: Remedy
    """For most failures on the path: the portal uses another one."""
    unissued: Explanation
    """The token address cannot be reached."""
    unreached: Explanation
    """The Directory Sync API cannot be reached."""
    unproven: Explanation
    """The answer to a made-up token does not show whether tokens are checked."""
    otherwise: Explanation
    """For observations without an entry."""
    checks: dict[Check, dict[Observation, Explanation]]
    """The causes of an observation at one check, where they differ."""
    observations: dict[Observation, Explanation]

    @property
    def explanations(self) -> tuple[Explanation, ...]:
        """All explanations."""
        apart = (explanation for of_check in self.checks.values() for explanation in of_check.values())
        return (self.unissued, self.unreached, self.unproven, self.otherwise, *apart, *self.observations.values())


@cache
def reasons() -> Reasons:
    """All causes. Reading the file takes tens of milliseconds, so it is read when first needed."""
    return Reasons.model_validate(load("causes"))


def explain(findings: Sequence[Finding], facts: SetupFacts) -> Diagnosis | None:
    """The diagnosis of the first failed check; None if none failed."""
    failed = next((f for f in findings if f.verdict is Verdict.FAILED), None)
    if failed is None:
        return None
    explanation = _explanation(failed)
    return Diagnosis(explanation.title, rank([(f"{sentence(failed)}.", explanation.causes)], facts))


_ISSUING = frozenset({Observation.CLIENT_REFUSED, Observation.NO_TOKEN, Observation.NO_SECRET})


def _explanation(failed: Finding) -> Explanation:
    """The explanation of a failed check, on the path to the endpoint or to the token address."""
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


def unreached(failure: Finding) -> Explanation:
    """Why the Directory Sync API cannot be reached, given the check on the path that failed."""
    return _elsewhere(failure, failure.check, reasons().unreached)


def _elsewhere(failed: Finding, at: Check, otherwise: Explanation) -> Explanation:
    """The explanation for another host than the endpoint, without what concerns the Base URL or the portal."""
    known = reasons()
    seen = _of(at, failed.observation)
    causes = tuple(remedy for remedy in seen.causes if remedy.at is not StepRole.BASE_URL and remedy != known.elsewhere)
    return Explanation(title=otherwise.title, causes=(*causes, *otherwise.causes))


def _of(check: Check, observation: Observation) -> Explanation:
    known = reasons()
    return known.checks.get(check, {}).get(observation) or known.observations.get(observation, known.otherwise)
