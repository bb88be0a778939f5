"""Past runs of Test Connection: what is kept of one, and what differs between two."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from app.diagnosis.findings import sentence, title
from app.scim.finding import Check, Finding, Verdict
from app.scim.observation import Observation
from app.setup.state import CheckRecord, RunRecord

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

KEPT_FACTS: Final = frozenset(
    {
        *("addresses", "ipv4", "ipv6", "scope", "proxied", "proxy_from", "sign_in", "issuer", "days", "authority"),
        *("clock", "status", "retry_after", "expect", "error", "page", "scim", "leads", "works", "minutes"),
    }
)
"""Nothing that names the host, the path or a person."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A check that came out otherwise."""

    check: Check
    was: str
    """In a sentence."""
    now: str


def keep(findings: Sequence[Finding], at: datetime) -> RunRecord:
    """What is kept of a run that ended ``at`` (UTC)."""
    checks = (
        CheckRecord(
            check=finding.check.value,
            verdict=finding.verdict.value,
            observation=finding.observation.value,
            seconds=finding.seconds,
            facts={name: fact for name, fact in finding.facts.items() if name in KEPT_FACTS},
        )
        for finding in findings
    )
    return RunRecord(at, tuple(checks))


def findings_of(run: RunRecord) -> tuple[Finding, ...]:
    """The findings of a kept run; what this version has no word for is left out."""
    found = []
    for record in run.checks:
        try:
            check, verdict, seen = Check(record.check), Verdict(record.verdict), Observation(record.observation)
            finding = Finding(check, verdict, seen, record.seconds, record.facts)
            sentence(finding)  # its facts come from a file too
        except (ValueError, KeyError, TypeError):
            continue
        found.append(finding)
    return tuple(found)


def headline(run: RunRecord) -> str:
    """What a run came to, in a few words: its first failure, its warnings, or that all was well."""
    found = findings_of(run)
    failed = next((each for each in found if each.verdict is Verdict.FAILED), None)
    if failed is not None:
        return f"{title(failed.check)}: {sentence(failed)}"
    warned = sum(each.verdict is Verdict.WARNED for each in found)
    if warned:
        return f"Passed, with {'a remark' if warned == 1 else f'{warned} remarks'}"
    return "All checks passed"


def compare(older: RunRecord, newer: RunRecord) -> tuple[Difference, ...]:
    """The checks that came out otherwise, in their order. How long they took is not compared."""
    before, after = ({each.check: each for each in findings_of(run)} for run in (older, newer))
    differences = []
    for check in Check:
        was, now = before.get(check), after.get(check)
        if was is None and now is None:
            continue
        words = [sentence(each) if each is not None else "Not part of this test" for each in (was, now)]
        if words[0] != words[1]:
            differences.append(Difference(check, *words))
    return tuple(differences)
