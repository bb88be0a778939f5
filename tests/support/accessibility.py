"""What Qt reports to assistive programs while something happens, recorded where Qt hands it to the platform."""

from __future__ import annotations

import ctypes
import sys
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import PySide6
import pytest
import shiboken6
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QAccessibleEvent,
    QAccessibleTextInsertEvent,
    QAccessibleTextRemoveEvent,
    QAccessibleTextUpdateEvent,
    QAccessibleValueChangeEvent,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_INSTALL: Final = "_ZN11QAccessible20installUpdateHandlerEPFvP16QAccessibleEventE"
"""``QAccessible::installUpdateHandler``, which PySide6 does not offer, as the Itanium C++ ABI names it."""

_HANDLER: Final = ctypes.CFUNCTYPE(None, ctypes.c_void_p)

TEXTS: Final = (
    QAccessible.Text.Name,
    QAccessible.Text.Description,
    QAccessible.Text.Value,
    QAccessible.Text.Help,
    QAccessible.Text.Accelerator,
)


@dataclass(frozen=True, slots=True)
class Report:
    """One event for assistive programs, with all that can be asked then about the object that it names."""

    event: QAccessible.Event
    name: str
    description: str
    carried: tuple[str, ...]
    """The texts in the event itself, such as an inserted one."""
    answers: tuple[str, ...] = ()
    """The texts that the object answers to a listener who asks for them."""
    focused: bool = False
    """Whether the object has the focus."""
    source: int = 0
    """Identifies the object."""
    known: bool = False
    """It reports a name that Orca has from an event before, or the focus where it was. Qt reports some twice."""

    @property
    def utterance(self) -> str:
        """What both Orcas say: what takes the focus, and a changed name or description of what has it."""
        assert self.event is not QAccessible.Event.Announcement, "Orca 43 has no listener for it"
        match self.event:
            case QAccessible.Event.Focus if not self.known:
                return " ".join(filter(None, (self.name, self.description)))
            case QAccessible.Event.NameChanged if self.focused and not self.known:
                return self.name
            case QAccessible.Event.DescriptionChanged if self.focused:
                return self.description
        return ""


@dataclass(slots=True)
class Reports:
    """All events, in order."""

    all: list[Report] = field(default_factory=list)
    failures: list[Exception] = field(default_factory=list)
    names: dict[int, str] = field(default_factory=dict)
    """What had the focus → the name that it then had."""
    focus: int = 0
    """What took the focus last."""
    added: Callable[[Report], None] | None = None
    """Called with each new one."""

    def utterances(self) -> list[str]:
        """Return what both Orcas say."""
        return [report.utterance for report in self.all if report.utterance]

    def add(self, report: Report) -> None:
        """Add an event."""
        known = report.event is QAccessible.Event.NameChanged and self.names.get(report.source) == report.name
        if report.event is QAccessible.Event.Focus:  # QWidget.clearFocus() reports what had it
            known, self.focus = report.source == self.focus, report.source
        if report.focused:
            self.names[report.source] = report.name
        self.all.append(replace(report, known=known))
        if self.added is not None:
            self.added(self.all[-1])

    def texts(self) -> list[str]:
        """Return all texts of all events, and as the last one all that the events carried, joined."""
        carried = [text for report in self.all for text in report.carried]
        return [*carried, *(text for report in self.all for text in report.answers), "".join(carried)]


_TYPED: Final[dict[QAccessible.Event, tuple[type[QAccessibleEvent], tuple[str, ...]]]] = {
    QAccessible.Event.TextInserted: (QAccessibleTextInsertEvent, ("textInserted",)),
    QAccessible.Event.TextRemoved: (QAccessibleTextRemoveEvent, ("textRemoved",)),
    QAccessible.Event.TextUpdated: (QAccessibleTextUpdateEvent, ("textRemoved", "textInserted")),
    QAccessible.Event.ValueChanged: (QAccessibleValueChangeEvent, ("value",)),
    QAccessible.Event.Announcement: (QAccessibleAnnouncementEvent, ("message",)),
}


def _read(pointer: int) -> Report:
    plain: Any = shiboken6.wrapInstance(pointer, QAccessibleEvent)
    happened = plain.type()
    shiboken6.invalidate(plain)  # Shiboken would return this wrapper for every event at the same place of the stack
    kind, methods = _TYPED.get(happened, (QAccessibleEvent, ()))
    typed: Any = shiboken6.wrapInstance(pointer, kind)
    carried = tuple(str(getattr(typed, method)()) for method in methods)
    interface = typed.accessibleInterface()
    shiboken6.invalidate(typed)
    if interface is None or not interface.isValid():
        return Report(happened, "", "", carried)
    answers = [interface.text(part) for part in TEXTS]
    if (text := interface.textInterface()) is not None:
        answers.append(text.text(0, text.characterCount()))
    name, description = interface.text(QAccessible.Text.Name), interface.text(QAccessible.Text.Description)
    return Report(
        happened,
        name,
        description,
        carried,
        tuple(answers),
        bool(interface.state().focused),
        QAccessible.uniqueId(interface),
    )


@contextmanager
def recorded() -> Iterator[Reports]:
    """Record what Qt reports in this block. Only where Qt's libraries export C++ names as on Linux and macOS."""
    if sys.platform == "win32":
        pytest.skip("another C++ ABI")
    library = next(Path(PySide6.__file__).parent.rglob("libQt6Gui.so.6" if sys.platform == "linux" else "QtGui"))
    install = ctypes.CDLL(str(library))[_INSTALL]
    install.restype, install.argtypes = ctypes.c_void_p, [ctypes.c_void_p]
    reports = Reports()

    def record(pointer: int) -> None:
        try:
            reports.add(_read(pointer))
        except Exception as error:
            reports.failures.append(error)

    handler = _HANDLER(record)
    was_active = QAccessible.isActive()
    QAccessible.setActive(True)
    before = install(ctypes.cast(handler, ctypes.c_void_p))
    try:
        yield reports
    finally:
        install(before)
        QAccessible.setActive(was_active)
    assert not reports.failures
