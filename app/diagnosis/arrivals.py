"""What arrived, in words: the kinds of findings, what to do about them, and how much was read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from app.guide.placeholders import fill
from app.scim.arrivals import ArrivalKind
from app.text.counts import counted
from app.text.times import clock
from app.text.worded import WordedEnum

if TYPE_CHECKING:
    from app.scim.arrivals import Arrival, ArrivalReport, ResourceTally


class ArrivalVerdict(WordedEnum):
    """The result."""

    FINDINGS = "findings", "{findings}.{newest}"
    FINE = "fine", "Nothing is missing or unusual in what was read."
    NOTHING_YET = "nothing-yet", "Nothing has arrived yet."
    NO_LISTS = "no-lists", "The endpoint doesn't list users or groups, so nothing can be checked from here."
    UNKNOWN = "unknown", ""
    """Nothing could be read."""


MEMBERS_UNKNOWN: Final = "The endpoint doesn't return members, so empty groups can't be found."


def detail(arrival: Arrival) -> str:
    """What a row says."""
    words = {
        "values": (", " if arrival.kind is ArrivalKind.INCOMPLETE else " ").join(arrival.values),
        "change": "Created" if arrival.created else "Changed",
        "time": clock(arrival.at) if arrival.at is not None else "",
    }
    return fill(arrival.kind.more[1], words)


def problems(report: ArrivalReport) -> int:
    """How many findings are more than a change."""
    return report.counts.total() - report.counts[ArrivalKind.NEWEST]


def verdict_of(report: ArrivalReport) -> ArrivalVerdict:
    """The result of reading."""
    if problems(report):
        return ArrivalVerdict.FINDINGS
    if report.users.read or report.groups.read:
        return ArrivalVerdict.FINE
    if report.users.complete and not report.users.total:
        return ArrivalVerdict.NOTHING_YET
    tallies = (report.users, report.groups)
    listed = [tally for tally in tallies if tally.stopped is None or tally.stopped.offered]
    return ArrivalVerdict.UNKNOWN if listed else ArrivalVerdict.NO_LISTS


def verdict(report: ArrivalReport) -> str:
    """The result in a sentence; empty if there is nothing to say."""
    newest = " The newest changes are listed as well." if report.counts[ArrivalKind.NEWEST] else ""
    words = {"findings": counted(problems(report), "finding"), "newest": newest}
    return fill(verdict_of(report).words, words)


def limits(report: ArrivalReport) -> list[str]:
    """What could not be read or checked."""
    stopped: dict[str, list[str]] = {}
    for what, tally in (("users", report.users), ("groups", report.groups)):
        if tally.stopped is not None and tally.stopped.offered:
            stopped.setdefault(tally.stopped.observation.words, []).append(what)
    found = [f"Not all {' and '.join(whats)} could be read. {why}." for why, whats in stopped.items()]
    return [*found, MEMBERS_UNKNOWN] if report.groups.read and not report.has_members else found


def counts(what: str, tally: ResourceTally) -> str:
    """How many there are; ``what`` is ``users`` or ``groups``."""
    if tally.total is None and tally.stopped is not None and tally.stopped.offered:
        return f"{what.capitalize()}: unknown"
    if tally.total is None:
        return f"The endpoint does not list {what}."
    words = counted(tally.total, what.removesuffix("s")) + (" or more" if tally.more else "")
    if tally.read < tally.total:
        words += f", {tally.read:,} of them read"
    return f"{words}, {tally.inactive:,} not active" if tally.inactive else words
