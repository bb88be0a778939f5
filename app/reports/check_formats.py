"""What ``check`` prints: for people, as JSON, as OpenMetrics, and as a monitoring plug-in does."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from app import __version__
from app.diagnosis.findings import sentence
from app.reports.exit_code import Exit
from app.reports.open_metrics import open_metrics
from app.setup.sentences import setup_name
from app.system import clock

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from app.reports.setup_check import CheckResult
    from app.setup.state import Setup


class CheckFormat(StrEnum):
    """How a report is printed."""

    TEXT = "text"
    JSON = "json"
    OPENMETRICS = "openmetrics"
    """For Prometheus and the textfile collector of its node exporter."""
    NAGIOS = "nagios"
    """The output and exit codes of a plug-in for Nagios, Icinga and Naemon."""


@dataclass(frozen=True, slots=True)
class CheckReport:
    """What one run of ``check`` has to say."""

    code: Exit
    results: tuple[CheckResult, ...] = ()
    why: str = ""
    """Why no setup was checked; empty if at least one was, or all of them say it themselves."""
    every: bool = False
    """All setups were asked for, not a single one."""
    names: bool = False
    """Names of setups were asked for."""


def entry(setup: Setup, *, names: bool) -> dict[str, Any]:
    """Return a setup by its id, its client and its tags, and by its name if that was asked for."""
    named = {"name": setup_name(setup)} if names else {}
    return {"setup": setup.id, "client": setup.guide} | ({"tags": list(setup.tags)} if setup.tags else {}) | named


def line(setup: Setup, *, names: bool) -> str:
    """Return the same in one line."""
    return "  ".join(", ".join(part) if isinstance(part, list) else part for part in entry(setup, names=names).values())


def head() -> dict[str, Any]:
    """Return what every JSON object begins with."""
    return {"version": __version__, "at": clock.now().astimezone().isoformat(timespec="seconds")}


def render(report: CheckReport, form: CheckFormat) -> str:
    """Return the report in that format, without a line break at its end."""
    return _RENDERERS[form](report)


# -- for people --------------------------------------------------------------------------


def _text(report: CheckReport) -> str:
    """Say nothing if nothing was checked: the reason belongs on standard error."""
    if report.why:
        return ""
    if not report.every:
        return "".join(_whole(result, names=report.names) for result in report.results)
    lines = [f"{_VERDICTS.get(result.code, 'not tested'):<10}  {_line(result, report)}" for result in report.results]
    return "\n".join([*lines, f"\n{_passed(report)}."])


_VERDICTS: Final = {Exit.PASSED: "passed", Exit.FAILED: "failed"}


def _line(result: CheckResult, report: CheckReport) -> str:
    known = line(result.setup, names=report.names) if result.setup is not None else result.setup_id
    return f"{known}  {result.title}".rstrip()


def _passed(report: CheckReport) -> str:
    count = sum(result.code is Exit.PASSED for result in report.results)
    return f"{count} of {len(report.results)} {'setup passes' if len(report.results) == 1 else 'setups pass'}"


def _whole(result: CheckResult, *, names: bool) -> str:
    if result.setup is None or result.status is None:
        return ""
    lines = []
    for finding in result.findings:
        took = f"  {finding.seconds * 1000:,.0f} ms" if finding.seconds is not None else ""
        lines.append(f"{finding.verdict.value:<11} {finding.check.words}: {sentence(finding)}{took}")
    if result.diagnosis is not None:
        lines.append(f"\n{result.diagnosis.title}")
        for number, cause in enumerate(result.diagnosis.causes, start=1):
            at = f" (step {cause.action.number}, {cause.action.title})" if cause.action is not None else ""
            lines.append(f"{number}. {cause.sentence}{at}\n   {cause.evidence}")
    about = "  ".join([*head().values(), line(result.setup, names=names)])
    return "\n".join([*lines, f"\nSetup: {result.status.words}", about])


# -- JSON --------------------------------------------------------------------------------


def _json(report: CheckReport) -> str:
    if not report.every:
        found = [_object(result, report) for result in report.results] or [{"title": report.why}]
        whole = head() | {"exit": int(report.code)} | found[0]
    else:
        why = {"title": report.why} if report.why else {}
        setups = [_object(result, report) for result in report.results]
        whole = head() | {"exit": int(report.code)} | why | {"setups": setups}
    return json.dumps(whole, indent=2)


def _object(result: CheckResult, report: CheckReport) -> dict[str, Any]:
    known = entry(result.setup, names=report.names) if result.setup is not None else {"setup": result.setup_id}
    known |= {"exit": int(result.code)}
    if result.status is None:
        return known | {"title": result.title}
    checks = [
        {
            "check": finding.check.value,
            "verdict": finding.verdict.value,
            "observation": finding.observation.value,
            "seconds": finding.seconds,
            "status": finding.status,
            "sentence": sentence(finding),
        }
        for finding in result.findings
    ]
    causes = []
    for cause in result.diagnosis.causes if result.diagnosis is not None else ():
        step = cause.action
        where = {"step": step.step, "number": step.number, "title": step.title} if step is not None else None
        causes.append({"id": cause.id, "sentence": cause.sentence, "evidence": cause.evidence, "revisit": where})
    return known | {
        "status": result.status.value,
        "checks": checks,
        "title": result.title or None,
        "causes": causes,
    }


# -- a monitoring plug-in ----------------------------------------------------------------

OK, CRITICAL, UNKNOWN = 0, 2, 3
"""The exit codes of a plug-in. 1, a warning, has no reason yet. Nagios discards the text of any other code."""

_STATES: Final = {OK: "OK", CRITICAL: "CRITICAL", UNKNOWN: "UNKNOWN"}


def plugin_state(code: Exit) -> int:
    """Return the exit code of a plug-in."""
    return {Exit.PASSED: OK, Exit.FAILED: CRITICAL}.get(code, UNKNOWN)


def plugin_line(code: Exit, words: str) -> str:
    """Return the first line, which says it all.

    A semicolon begins another command in Nagios' own files, and a bar begins the numbers.
    """
    return f"CIE {_STATES[plugin_state(code)]} - {words.replace('|', '/').replace(';', ',').removesuffix('.')}"


def _nagios(report: CheckReport) -> str:
    if report.why or not report.results:
        return plugin_line(report.code, report.why)
    total = len(report.results)
    wrong = [result for result in report.results if result.code is not Exit.PASSED]
    count = Counter(_VERDICTS.get(result.code, "untested") for result in report.results)
    words = _passed(report)
    if wrong:
        # The one that the state is about: a failure before what was not tested.
        worst = next((result for result in wrong if result.code is Exit.FAILED), wrong[0])
        words += f", {_line(worst, report)}"
    numbers = " ".join(f"{name}={count[name]};;;0;{total}" for name in ("passed", "failed", "untested"))
    further = [plugin_line(result.code, _line(result, report)) for result in wrong] if total > 1 else []
    return "\n".join([f"{plugin_line(report.code, words)} | {numbers}", *further])


_RENDERERS: Final[Mapping[CheckFormat, Callable[[CheckReport], str]]] = {
    CheckFormat.TEXT: _text,
    CheckFormat.JSON: _json,
    CheckFormat.OPENMETRICS: lambda report: open_metrics(report.results, names=report.names),
    CheckFormat.NAGIOS: _nagios,
}
