"""``cie-scim-assistant groups FILE``: checks an export of groups without a window, for scripts and tickets.

Reads that file and writes nothing. Exit codes: see ``Exit``.
"""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.exports.encodings import CHOICES
from app.exports.groups_check import GroupIssue
from app.exports.kinds import LISTS, ExportKind
from app.exports.problems import FileProblem, Unusable
from app.exports.reading import ExportOrder, check
from app.exports.verdict import ExportVerdict, column_names, doubt, facts, verdict
from app.reports.command import Parser, put, run, say
from app.reports.exit_code import Exit
from app.system import policy
from app.text.legible import legible

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from app.exports.reading import Checked

FIRST = 20
"""Findings that are printed."""
_NOT_READ = frozenset({FileProblem.ABSENT, FileProblem.DENIED, FileProblem.FOLDER})
"""What the command line is wrong about."""
_LIMITS = frozenset({FileProblem.TOO_LARGE, FileProblem.TOO_MANY})


def main(arguments: Sequence[str]) -> Exit:
    """Check one file."""
    return run(_check, arguments)


def _check(arguments: Sequence[str]) -> Exit:
    parser = Parser(
        prog="cie-scim-assistant groups",
        description="Check an export of groups for what stops a sync or breaks a policy. Nothing is kept.",
        epilog="Exit codes: 0 no finding, 1 findings or not a list of groups, 2 usage error, 5 forbidden by policy, "
        "6 limit reached, 7 output not written, 8 internal error.",
        allow_abbrev=False,
    )
    parser.add_argument(
        "file", metavar="FILE", type=Path, help="a CSV from Entra ID, Okta, Active Directory or another"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--encoding", choices=tuple(CHOICES), help="instead of recognizing it")
    parser.add_argument("--skip", type=int, metavar="N", help="lines above the header, instead of recognizing them")
    known = parser.parse_args(arguments)
    if known.skip is not None and known.skip < 0:
        parser.error("--skip takes a number of lines")
    if isinstance(refused := policy.read(), policy.InvalidPolicy):
        say(refused.sentence)
        return Exit.FORBIDDEN
    answer = asyncio.run(check(ExportOrder(known.file, encoding=known.encoding, skipped=known.skip)))
    if isinstance(answer, Unusable):
        return _refuse(answer, as_json=known.json)
    if known.json:
        put(json.dumps(as_json(answer), indent=2, ensure_ascii=False))
    else:
        put("\n".join(_lines(answer)))
    return Exit.PASSED if verdict(answer).verdict is ExportVerdict.CLEAN else Exit.FAILED


def as_json(answer: Checked) -> dict[str, Any]:
    """The answer as the command prints it."""
    seen, report = answer.seen, answer.report
    found = list(report.found)[:FIRST] if report is not None else []
    return {
        "kind": answer.kind.value,
        "certain": seen.kind_certain and answer.kind is not ExportKind.UNKNOWN,
        "encoding": seen.encoding,
        "encoding_certain": seen.encoding_certain,
        "separator": seen.separator,
        "skipped": seen.skipped,
        "columns": column_names(seen),
        "rows": answer.rows,
        "groups": report.groups if report is not None else None,
        "findings": {issue.value: report.counts[issue] for issue in GroupIssue if report.counts[issue]}
        if report is not None
        else {},
        "first": [
            {"row": each.row, "name": each.name, "kind": each.issue.value, "detail": each.detail} for each in found
        ],
        "verdict": verdict(answer).verdict.value,
        "sentence": verdict(answer).sentence,
    }


def _lines(answer: Checked) -> Iterator[str]:
    seen, report, told = answer.seen, answer.report, verdict(answer)
    what = LISTS.get(answer.kind, "not known")
    sure = "" if seen.kind_certain or answer.kind is ExportKind.UNKNOWN else ", as far as the headers show"
    yield f"Content: {what}{sure}"
    yield f"Layout: {', '.join(facts(answer))}"
    columns = [f"{legible(header, 40)} ({role})" for role, header in column_names(seen).items()]
    yield f"Columns: {', '.join(columns) or 'none recognized'}"
    if unsure := doubt(seen):
        yield unsure
    yield f"\n{told.sentence}"
    for issue in GroupIssue if report is not None else ():
        if report is not None and report.counts[issue]:
            yield f"\n{issue.words}, {report.counts[issue]:,}. {issue.more[0]}"
            for each in [each for each in report.found if each.issue is issue][:FIRST]:
                yield f"  row {each.row:,}: {each.name}. {each.detail}."


def _refuse(answer: Unusable, *, as_json: bool) -> Exit:
    code = Exit.FAILED
    if answer.problem in _NOT_READ:
        code = Exit.USAGE
    elif answer.problem in _LIMITS:
        code = Exit.LIMIT
    elif answer.problem is FileProblem.ENDED:
        code = Exit.INTERNAL
    if as_json:
        empty: dict[str, Any] = {
            "kind": ExportKind.UNKNOWN.value,
            "certain": False,
            "encoding": None,
            "separator": None,
        }
        nothing: dict[str, Any] = {"columns": {}, "rows": 0, "findings": {}, "first": []}
        said = {"problem": answer.problem.value, "row": answer.row, "sentence": answer.sentence}
        put(json.dumps(empty | nothing | said, indent=2))
    else:
        say(answer.sentence)
    return code
