"""What an export is and what was found in it, in a sentence: the same on the page and on the command line."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from app.exports.columns import ColumnRole
from app.exports.groups_check import HELD
from app.exports.kinds import ExportKind
from app.exports.shape import SEPARATORS
from app.text.counts import counted

if TYPE_CHECKING:
    from app.exports.reading import Checked, ExportReading


class ExportVerdict(StrEnum):
    """What a check came to."""

    CLEAN = "clean"
    """Nothing was found."""
    FOUND = "found"
    """There are findings."""
    NOT_GROUPS = "not-groups"
    """The file lists something else."""
    ASKS = "asks"
    """Something has to be chosen first."""


@dataclass(frozen=True, slots=True)
class VerdictText:
    """The verdict and its words."""

    verdict: ExportVerdict
    sentence: str
    """What the rows are, where that has to be said, and what was found."""


def verdict(answer: Checked) -> VerdictText:
    """What a check came to."""
    report, seen = answer.report, answer.seen
    if seen.kind is ExportKind.USERS:
        return VerdictText(ExportVerdict.NOT_GROUPS, "These look like users. Choose an export of groups.")
    if report is None and seen.kind is ExportKind.MEMBERS:
        return VerdictText(
            ExportVerdict.ASKS,
            "This lists members, but no known column names their group. Choose that column, or an export of groups.",
        )
    if report is None:
        return VerdictText(ExportVerdict.ASKS, "Which column holds the names? Choose it, then check.")
    if not report.groups:
        none = "No row is a group." if report.rows else "There are no rows below the header."
        return VerdictText(ExportVerdict.NOT_GROUPS, f"{none} Choose an export of groups.")
    total = report.counts.total()
    if not total:
        found = f"No problem was found in {counted(report.groups, 'group')}."
    elif total > HELD:
        found = f"{total:,} findings. The first {HELD:,} are shown; all can be saved."
    else:
        found = f"{counted(total, 'finding')} in {counted(report.groups, 'group')}."
    what = ExportVerdict.FOUND if total else ExportVerdict.CLEAN
    return VerdictText(what, " ".join(filter(None, (_rows_are(answer), found))))


def _rows_are(answer: Checked) -> str:
    """What the rows are, unless each is a group as expected."""
    report = answer.report
    assert report is not None
    match report.kind:
        case ExportKind.MEMBERS:
            return f"This is a list of members: {counted(report.rows, 'row')}."
        case ExportKind.MIXED:
            return f"This is a mixed list. Only its groups were checked, not {counted(report.others, 'other object')}."
        case ExportKind.UNKNOWN if report.groups * 2 <= report.rows - report.others:
            return "Most names are repeated, as in a list of members. Each name was checked once."
        case ExportKind.UNKNOWN:
            return "Nothing here shows whether these are groups. They were checked as groups."
    return ""


def facts(answer: Checked) -> list[str]:
    """Numbers and layout, as short phrases."""
    seen, report = answer.seen, answer.report
    words = [seen.label.partition(" (")[0], SEPARATORS.get(seen.separator, seen.separator)]
    if seen.skipped:
        words.append(f"{counted(seen.skipped, 'line')} above the header")
    if report is None:
        return words
    words.insert(0, counted(report.groups, "group"))
    if report.others:
        words.append(f"{counted(report.others, 'row')} of other objects")
    if report.uneven:
        words.append(f"{counted(report.uneven, 'row')} with more or fewer fields than columns")
    return words


def doubt(seen: ExportReading) -> str:
    """What is not certain about the reading, or nothing."""
    if seen.encoding_certain:
        return ""
    return f"The encoding isn't certain: {seen.label}. If letters look wrong, choose another one."


def column_names(seen: ExportReading) -> dict[str, str]:
    """Role → header, of the roles that a list of that kind has."""
    hidden = {ColumnRole.MAIL} if seen.kind is ExportKind.USERS else {ColumnRole.MAIL, ColumnRole.USER_NAME}
    return {role.value: seen.headers[at] for role, at in seen.roles.items() if role not in hidden}
