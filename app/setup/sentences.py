"""What the enums of a setup say on the screen, in one table each; nothing here is stored or compared."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from app.setup.state import Status, Wait
from app.text.counts import both

if TYPE_CHECKING:
    from app.setup.state import Setup

STATUSES: Final = {
    Status.IN_PROGRESS: "In progress",
    Status.WAITING: "Waiting",
    Status.READY: "Ready",
    Status.COMPLETE: "Complete",
    Status.REDO: "Redo needed",
    Status.FAILING: "Failing",
}
"""The status in a word or two."""

WAITS: Final = {
    Wait.TIMESTAMP: "Waiting for the SCIM Change Timestamp",
    Wait.FULL_SYNC: "Waiting for Full Sync to finish",
}

_LINES: Final = {
    Status.IN_PROGRESS: "Step {number} of {total}, {title}",
    Status.READY: "Ready for Full Sync",
    Status.COMPLETE: "Full Sync is complete",
    Status.REDO: "Redo step {number} of {total}, {title}",
    Status.FAILING: "The last Test Connection failed",
}


def status_line(setup: Setup) -> str:
    """One line on a listed setup, from its summary; empty where the summary names no step."""
    summary = setup.summary
    if summary.status is Status.WAITING and summary.wait is not None:
        return WAITS[summary.wait]
    if summary.status is Status.COMPLETE and setup.synced is not None:
        return f"{_LINES[summary.status]}: {both(setup.synced.users, setup.synced.groups)}"
    if not summary.number and summary.status in (Status.IN_PROGRESS, Status.REDO, Status.WAITING):
        return ""
    title = summary.title[:1].lower() + summary.title[1:]
    return _LINES[summary.status].format(number=summary.number, total=summary.total, title=title)
