"""Past runs of the connection test: what is stored of one, and what differs between two."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from app.diagnosis.findings import sentence, summary
from app.scim.details import (
    AnswerDetails,
    CertificateDetails,
    Details,
    NameDetails,
    RouteDetails,
    TokenIssueDetails,
    kept_fields,
    result_of,
)
from app.scim.finding import Check, Finding, Verdict
from app.scim.observation import Observation
from app.setup.state import CheckRecord, RunRecord

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from pydantic import TypeAdapter


@dataclass(frozen=True, slots=True)
class Difference:
    """A check with different results."""

    check: Check
    was: Finding | None
    now: Finding | None
    """None if the check was not part of the run."""


@cache
def _adapters() -> Mapping[Check, TypeAdapter[Details]]:
    """What reads and writes the details of each check. Of several classes, the stored fields tell which it is."""
    # pydantic is imported with the first setup that is read, not on the way to the first window.
    from pydantic import TypeAdapter

    answer: TypeAdapter[Details] = TypeAdapter(AnswerDetails)
    return {
        Check.ISSUED: TypeAdapter(TokenIssueDetails | NameDetails | RouteDetails | CertificateDetails),
        Check.NAME: TypeAdapter(NameDetails),
        Check.ROUTE: TypeAdapter(RouteDetails),
        Check.CERTIFICATE: TypeAdapter(CertificateDetails),
        **dict.fromkeys((Check.TOKEN, Check.USERS, Check.GROUPS, Check.CONTROL), answer),
    }


def keep(findings: Sequence[Finding], at: datetime) -> RunRecord:
    """What is stored of a run that ended ``at`` (UTC)."""
    return RunRecord(at, tuple(map(_record, findings)))


def _record(finding: Finding) -> CheckRecord:
    details = finding.details
    stored = {}
    if details is not None:
        adapter = _adapters()[finding.check]
        stored = adapter.dump_python(details, mode="json", include=kept_fields(details), exclude_defaults=True)
    return CheckRecord(
        check=finding.check.value,
        verdict=finding.verdict.value,
        observation=finding.observation.value,
        seconds=finding.seconds,
        details=stored,
    )


def findings_of(run: RunRecord) -> tuple[Finding, ...]:
    """The findings of a stored run, without those that this version does not know."""
    found = []
    for record in run.checks:
        try:
            check, seen = Check(record.check), Observation(record.observation)
            found.append(Finding(check, Verdict(record.verdict), seen, record.seconds, _details(check, record.details)))
        except ValueError:
            continue
    return tuple(found)


def _details(check: Check, stored: Mapping[str, str | int]) -> Details | None:
    """Raises ValueError for values that this version does not know."""
    return _adapters()[check].validate_python(stored) if stored and check in _adapters() else None


def headline(run: RunRecord) -> str:
    """The result of a run in a few words."""
    return summary(findings_of(run))


def compare(older: RunRecord, newer: RunRecord) -> tuple[Difference, ...]:
    """The checks with different results, in their order. Times and other measured numbers are not compared."""
    before, after = ({each.check: each for each in findings_of(run)} for run in (older, newer))
    return tuple(
        Difference(check, before.get(check), after.get(check))
        for check in Check
        if _result(before.get(check)) != _result(after.get(check))
    )


def _result(finding: Finding | None) -> object:
    if finding is None:
        return None
    return finding.verdict, finding.observation, result_of(finding.details) if finding.details is not None else {}


def outcome(finding: Finding | None) -> str:
    """The result of a check of one run in a sentence."""
    return "Not part of this test" if finding is None else sentence(finding)
