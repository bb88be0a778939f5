"""Diagnostics for a ticket, built from an allow-list: they contain nothing that is not named here.

Left out on purpose: names of setups, directories and folders; hosts; values and their lengths; messages.
"""

from __future__ import annotations

import platform
import re
import sys
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app import __version__
from app.guide.vocabulary import Milestone
from app.scim.changes import LookFailed
from app.setup.journey import waiting_since
from app.setup.status import status

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from app.session.session import SetupSession
    from app.setup.state import Setup, Status

_WORDS = re.compile(r"[A-Za-z0-9][A-Za-z0-9 .,_()/+-]{0,59}\Z")
_DIGITS = re.compile(r"\d{1,5}(\.\d{1,5}){0,3}")


@dataclass(frozen=True, slots=True)
class WindowFacts:
    """What only the window knows."""

    qt: str
    """Version of Qt."""
    binding: str
    """Version of PySide6."""
    platform_plugin: str
    """Qt's platform plug-in: ``xcb``, ``wayland``, ``windows`` or ``cocoa``."""
    theme: str
    scale: float
    """Device pixels per layout pixel."""


@dataclass(frozen=True, slots=True)
class SetupTally:
    """How many setups the data folder has."""

    statuses: Mapping[Status, int]
    """Setups per status."""
    troubles: int
    """Files that could not be read."""

    @classmethod
    def of(cls, setups: Sequence[Setup], troubles: int) -> SetupTally:
        """Count them."""
        return cls(Counter(setup.summary.status for setup in setups), troubles)


def report(
    surface: WindowFacts, keyring: str, tally: SetupTally, opened: Sequence[SetupSession], *, practice: bool
) -> str:
    """The text, safe to paste into a ticket. ``opened`` are the setups opened in this run."""
    lines = [
        f"Program: {__version__} ({'package' if getattr(sys, 'frozen', False) else 'source'})",
        f"System: {_system()}",
        f"Python: {_digits(platform.python_version())}",
        f"Qt: {_digits(surface.qt)}, PySide6 {_digits(surface.binding)}, {_words(surface.platform_plugin)}",
        f"Look: {_words(surface.theme)}, scale {surface.scale:g}",
        f"Keyring: {_words(keyring)}",
        f"Mode: {'practice' if practice else 'real'}",
        f"Setups: {', '.join([str(sum(tally.statuses.values())), *_counted(tally.statuses)])}; "
        f"unreadable files: {tally.troubles}",
    ]
    for number, session in enumerate(opened, start=1):
        lines += ["", f"Opened setup {number}", *(f"  {line}" for line in _setup(session))]
    return "\n".join(lines) + "\n"


def _counted(statuses: Mapping[Status, int]) -> Iterator[str]:
    return (f"{status.value} {count}" for status, count in sorted(statuses.items()) if count)


def _setup(session: SetupSession) -> Iterator[str]:
    # Identifiers of the guide, never of the setup's file, which anybody may have written.
    yield f"Guide: {session.guide.id}"
    yield f"Step: {session.here.step.id}"
    yield f"Status: {status(session.guide, session.setup).value}"
    for milestone in Milestone:
        if (when := session.setup.reached.get(milestone)) is not None:
            received = ", received" if milestone in session.setup.received else ""
            yield f"Reached {milestone.value}: {_moment(when)}{received}"
    for finding in session.testing.findings:
        code = f", status {finding.status}" if finding.status is not None else ""
        yield f"Test {finding.check.value}: {finding.verdict.value}, {finding.observation.value}{code}"
    yield f"Watch: {_watch(session)}"


def _watch(session: SetupSession) -> str:
    if (sighting := session.setup.sighting) is not None:
        how = "entered" if sighting.entered else "replaced by growth" if sighting.grew else "seen"
        return f"timestamp {how} {_moment(sighting.seen_at)}"
    if waiting_since(session.setup) is None:
        return "not started"
    report = session.waiting.report
    if report is None:
        return "no look yet"
    match report.result:
        case LookFailed():
            state = f"no answer, {report.result.observation.value}, in a row {report.failures}"
        case seen:
            state = f"no change yet, sees {seen.coverage.value}"
    return f"{state}, last look {_moment(report.looked)}"


def _system() -> str:
    machine = _words(platform.machine())
    if platform.system() == "Linux":
        try:
            known = platform.freedesktop_os_release()
        except OSError:
            known = {}
        # Debian testing and rolling distributions have no VERSION_ID (os-release(5)).
        version = (
            _digits(known["VERSION_ID"]) if "VERSION_ID" in known else _words(known.get("VERSION_CODENAME", "rolling"))
        )
        name = f"{_words(known.get('ID', 'Linux'))} {version}"
        return f"{name}, kernel {_digits(platform.release())}, {machine}"
    release = platform.mac_ver()[0] or platform.version()
    return f"{_words(platform.system())} {_digits(release)}, {machine}"


def _words(text: str) -> str:
    return text if _WORDS.match(text) else "other"


def _digits(text: str) -> str:
    """The version number at the start. Distributions may add any text after it."""
    found = _DIGITS.match(text)
    return found.group() if found else "unknown"


def _moment(when: datetime) -> str:
    return when.strftime("%Y-%m-%dT%H:%M:%SZ")
