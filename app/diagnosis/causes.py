"""Why a check failed, most likely cause first, given what this setup has done so far.

``resources/diagnosis/causes.yaml`` lists the causes of each observation.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from pydantic import model_validator

from app.diagnosis.codes import Status
from app.diagnosis.facts import DataPart, Explanation, Fact, Remedy, load, name_causes
from app.diagnosis.findings import BY_STATUS, sentence
from app.diagnosis.ranking import Cause, rank
from app.guide.vocabulary import StepRole
from app.net.inspection import Authority
from app.scim.details import AnswerDetails, BodyKind, CertificateDetails, NameDetails, RouteDetails
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
    bodies: dict[BodyKind, dict[Observation, Explanation]]
    """The causes of an observation with that body, where they differ."""
    checks: dict[Check, dict[Observation, Explanation]]
    """The causes of an observation at one check, where they differ."""
    statuses: dict[Status, Explanation]
    """The causes of a status that no observation stands for alone. ``{status}`` in a title is replaced by it."""
    observations: dict[Observation, Explanation]

    @model_validator(mode="before")
    @classmethod
    def _named(cls, data: Any) -> Any:
        single = ("unissued", "unreached", "unproven", "otherwise")
        named = {**data, **name_causes({name: data[name] for name in single})}
        for part in ("statuses", "observations"):
            named[part] = name_causes(data[part])
        for part in ("bodies", "checks"):
            named[part] = {key: name_causes(inner, f"{key}.") for key, inner in data[part].items()}
        return named

    @property
    def explanations(self) -> tuple[Explanation, ...]:
        """All explanations."""
        nested = (*self.bodies.values(), *self.checks.values())
        apart = (explanation for inner in nested for explanation in inner.values())
        single = (self.unissued, self.unreached, self.unproven, self.otherwise)
        return (*single, *apart, *self.statuses.values(), *self.observations.values())


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
    title = explanation.title.replace(" ({status})", f" ({failed.status})" if failed.status is not None else "")
    facts = facts.and_(_seen(findings, failed))
    return Diagnosis(title, rank([(f"{sentence(failed)}.", explanation.causes)], facts))


def _seen(findings: Sequence[Finding], failed: Finding) -> frozenset[Fact]:
    """What the other checks show about the failed one."""
    if isinstance(failed.details, AnswerDetails) and failed.details.body is BodyKind.SCIM:
        return frozenset({Fact.SCIM_ANSWERED})
    routes = [each.details for each in findings if isinstance(each.details, RouteDetails)]
    seen = {Fact.PROXIED} if any(each.proxy_from is not None for each in routes) else set()
    if any(each.credentials and (not each.sign_in or "Basic" in each.sign_in) for each in routes):
        seen.add(Fact.PROXY_CREDENTIALS)
    if any("Basic" in each.sign_in for each in routes):
        seen.add(Fact.PROXY_BASIC)
    certificates = (each.details for each in findings if isinstance(each.details, CertificateDetails))
    inspected = any(each.observation is Observation.INSPECTED for each in findings)
    inspected = inspected or any(each.authority is Authority.INSPECTION for each in certificates)
    return frozenset(seen | {Fact.INSPECTED} if inspected else seen)


_ISSUING = frozenset({Observation.CLIENT_REFUSED, Observation.NO_TOKEN, Observation.NO_SECRET})


def _explanation(failed: Finding) -> Explanation:
    """The explanation of a failed check, on the path to the endpoint or to the token address."""
    known = reasons()
    if failed.check is Check.CONTROL and failed.observation is not Observation.OPEN_DOOR:
        return known.unproven
    details = failed.details
    if isinstance(details, AnswerDetails) and details.works is None:
        of_body = known.bodies.get(details.body, {}) if details.body is not None else {}
        of_status = known.statuses.get(details.status or 0) if failed.observation in BY_STATUS else None
        if found := of_body.get(failed.observation) or of_status:
            return found
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
    causes = tuple(
        remedy for remedy in seen.causes if remedy.at is not StepRole.BASE_URL and remedy.say != known.elsewhere.say
    )
    return Explanation(title=otherwise.title, causes=(*causes, *otherwise.causes))


def _of(check: Check, observation: Observation) -> Explanation:
    known = reasons()
    return known.checks.get(check, {}).get(observation) or known.observations.get(observation, known.otherwise)
