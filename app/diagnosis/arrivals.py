"""What arrived, in words: the kinds of findings, what to do about them, and how much was read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from app.guide.placeholders import fill
from app.scim.arrivals import ArrivalKind
from app.text.counts import counted
from app.text.times import clock
from app.text.worded import WordedEnum

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.scim.arrivals import Arrival, ArrivalReport, ResourceTally

TITLES: Final[Mapping[ArrivalKind, str]] = {
    ArrivalKind.NEWEST: "Newest changes",
    ArrivalKind.INCOMPLETE: "Missing attributes",
    ArrivalKind.FORM: "User name form",
    ArrivalKind.SAME: "Duplicate groups",
    ArrivalKind.ALIKE: "Nearly identical groups",
    ArrivalKind.NO_MEMBERS: "Groups without members",
    ArrivalKind.RESERVED: "Reserved characters",
    ArrivalKind.MISSING: "Missing here",
    ArrivalKind.EXTRA: "Not in the export",
}

ADVICE: Final[Mapping[ArrivalKind, str]] = {
    ArrivalKind.NEWEST: "",
    ArrivalKind.INCOMPLETE: "Map these attributes in the portal, then have it send the users again.",
    ArrivalKind.FORM: "CIE uses userName as the User Principal Name. Policies that name users otherwise won't match.",
    ArrivalKind.SAME: "A sync can't complete with duplicate group names. Make them unique, then restart provisioning.",
    ArrivalKind.ALIKE: "It isn't documented whether CIE distinguishes these names. Rename one to be safe.",
    ArrivalKind.NO_MEMBERS: "A policy with this group matches nobody. Members may be unassigned or arrive later.",
    ArrivalKind.RESERVED: "Prisma Access can't commit a policy with a group whose name has one of \" ' < > &.",
    ArrivalKind.MISSING: "Not assigned, out of scope, or not sent yet. The portal's provisioning log shows which.",
    ArrivalKind.EXTRA: "Assigned after the export, or left from before. Compare with a new export.",
}

DETAILS: Final[Mapping[ArrivalKind, str]] = {
    ArrivalKind.NEWEST: "{change} {time}",
    ArrivalKind.INCOMPLETE: "No {values}",
    ArrivalKind.FORM: "Not in the form name@domain",
    ArrivalKind.SAME: "Another group has the same name",
    ArrivalKind.ALIKE: "Another group has nearly the same name",
    ArrivalKind.NO_MEMBERS: "No members",
    ArrivalKind.RESERVED: "Has {values}",
    ArrivalKind.MISSING: "Row {values} of the export",
    ArrivalKind.EXTRA: "Not in the export",
}
"""What a row says."""


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
    return fill(DETAILS[arrival.kind], words)


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
