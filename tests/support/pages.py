"""Opens every page of the program in its real window, and finds what of a page can't be reached or read."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPoint, QRect
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractScrollArea,
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QListWidget,
    QPlainTextEdit,
    QScrollArea,
    QWidget,
)

from app.guide import catalog
from app.guide.vocabulary import Milestone, Tool
from app.scim.connection_test import Check, Finding, Observation, Verdict
from app.scim.details import AnswerDetails
from app.setup import journey
from app.setup.state import Status, Summary
from app.system.release import Release
from tests.support.clock import NOW
from tests.support.setups import a_setup, fresh
from ui.companion.window import Companion
from ui.desktop.clipboard import ClipboardGuard
from ui.dialogs.about import AboutDialog, LicensesDialog
from ui.dialogs.find_step import FindStep
from ui.dialogs.keys import KeysDialog
from ui.dialogs.message import MessageBox
from ui.dialogs.report import ReportDialog
from ui.home.page import HomePage
from ui.home.picker import Picker
from ui.widgets.disclosure import DisclosureLink
from ui.wizard.page import WizardPage

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from ui.main_window import MainWindow
    from ui.session.controller import SetupController

CONTROLS = (QAbstractButton, QComboBox, QLineEdit, QPlainTextEdit, QLabel, QListWidget)
PASSED = tuple(Finding(check, Verdict.PASSED, Observation.GOOD, 0.1) for check in Check)
REFUSED = (Finding(Check.TOKEN, Verdict.FAILED, Observation.UNAUTHORIZED, 0.1, AnswerDetails(status=401)),)


@dataclass(frozen=True, slots=True)
class ShownPage:
    """A page that is open now, in its window."""

    name: str
    window: QWidget
    resizable: bool = True


async def laid_out() -> None:
    """Let every layout settle: a height that follows from a width takes some rounds."""
    for _ in range(4):
        await asyncio.sleep(0.002)
        QApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)


async def first_pages(window: MainWindow) -> AsyncIterator[ShownPage]:
    """Home without and with setups, and the picker with each client."""
    home = HomePage()
    home.show_mode(practice=False, keyring="GNOME Keyring")
    window.show_page(home)
    home.show_setups((), (), NOW)
    yield ShownPage("home-empty", window)
    setups = []
    for number, guide in enumerate(catalog.guides()):
        status = tuple(Status)[number % len(Status)]
        setup = fresh(guide, values={"directory_name": f"org{number}.example"}, name=f"org{number}.example")
        setups.append(setup.with_(id=f"{number:032x}", summary=Summary(status, number=4)))
    home.show_setups(tuple(setups), (), NOW)
    yield ShownPage("home-many", window)
    picker = Picker(catalog.guides())
    window.show_page(picker)
    clients = picker.findChild(QListWidget, "clients")
    assert clients is not None
    for row, guide in enumerate(catalog.guides()):
        clients.setCurrentRow(row)
        yield ShownPage(f"picker-{guide.id}", window)


async def setup_pages(controller: SetupController, window: MainWindow) -> AsyncIterator[ShownPage]:
    """Every step of the open setup, its tools, its test with results, its end, and the companion at every step."""
    session = controller.session
    guide, known = session.guide, session.setup
    advanced = a_setup(guide, "submitted")
    session.setup = known.with_(done=advanced.done, reached=advanced.reached)
    wizard = WizardPage(controller)
    window.show_page(wizard)
    steps = [step for _, step in journey.visible(guide, session.setup)]
    for step in steps:
        await session.go(step.id)
        controller.setup_changed.emit()
        yield ShownPage(step.id, window)
        for link in wizard.findChildren(DisclosureLink):
            if link.isVisible():
                link.turn(on=True)
        yield ShownPage(f"{step.id}-opened", window)
    await session.go(journey.test_step(guide).id)
    for name, findings in (("passed", PASSED), ("failed", REFUSED)):
        session.testing.findings = findings
        controller.test_changed.emit()
        yield ShownPage(f"test-{name}", window)
    for tool in Tool:
        controller.open_tool(tool)
        yield ShownPage(f"tool-{tool.value}", window)
    controller.close_tool()
    companion = Companion(controller)
    for step in steps:
        await session.go(step.id)
        companion.show()
        yield ShownPage(f"companion-{step.id}", companion)
    companion.hide()
    companion.deleteLater()
    at = NOW + timedelta(hours=1)
    finished = dict.fromkeys((step.id for step in guide.steps), at)
    values = {
        "directory_id": "contoso-1",
        "directory_name": "contoso.com",
        "portal_users": "1204",
        "portal_groups": "17",
    }
    session.setup = session.setup.with_(
        done=finished,
        reached={mark.value: at for mark in Milestone},
        values={**session.setup.values, **{name: text for name, text in values.items() if name in guide.values}},
        stale=frozenset(),
    )
    session.testing.findings = PASSED
    controller.open_summary()
    controller.setup_changed.emit()
    yield ShownPage("finish", window)


async def dialogs(controller: SetupController, window: MainWindow) -> AsyncIterator[ShownPage]:
    """Every dialog, each with much to show."""
    long = "The directory in CIE and the portal don't change. " * 30
    about = Release("1.2.3", "https://downloads.example.com/scim/releases", "A license\n" * 500)
    report = ReportDialog("Diagnostics", long[:200], "Copy report", "line\n" * 200, ClipboardGuard(window), window)
    box = MessageBox(window, f"Delete \u201c{long[:300]}\u201d?", long)
    box.offer("Delete setup", "Keep it")
    for name, dialog in {
        "report": report,
        "message": box,
        "about": AboutDialog(about, window),
        "licenses": LicensesDialog(about.licenses, window),
        "find-step": FindStep(controller, window),
        "keys": KeysDialog(window),
    }.items():
        dialog.open()
        yield ShownPage(f"dialog-{name}", dialog, resizable=False)
        dialog.close()


def flaws(page: ShownPage) -> Iterator[str]:
    """Yield what of the page is cut, outside the window, or reached only by scrolling sideways."""
    window = page.window
    inside = QRect(QPoint(0, 0), window.size())
    for area in window.findChildren(QAbstractScrollArea):
        if area.isVisible() and area.horizontalScrollBar().maximum() > 0:
            yield f"{_name(area)} scrolls sideways by {area.horizontalScrollBar().maximum()}"
    for widget in window.findChildren(QWidget):
        if not isinstance(widget, CONTROLS) or not widget.isVisible() or isinstance(widget.parent(), CONTROLS):
            continue
        place = QRect(widget.mapTo(window, QPoint(0, 0)), widget.size())
        around = _around(widget, window)
        if around is None:
            if not inside.contains(place):
                yield f"{_name(widget)} at {_numbers(place)} is outside the window {_numbers(inside)}"
        else:
            room = QRect(around.viewport().mapTo(window, QPoint(0, 0)), around.viewport().size())
            if place.left() < room.left() or place.right() > room.right():
                yield f"{_name(widget)} at {_numbers(place)} is beside its column {_numbers(room)}"
            elif _below_the_end(widget, around):
                yield f"{_name(widget)} is below what can be scrolled to"
            elif widget.property("role") == "primary" and not room.contains(place):
                yield f"{_name(widget)}, the main button, is scrolled out of view"
        yield from _cut(widget)


def _cut(widget: QWidget) -> Iterator[str]:
    least = widget.minimumSizeHint()
    if widget.hasHeightForWidth():
        least.setHeight(widget.heightForWidth(widget.width()))
    elif isinstance(widget, QPlainTextEdit | QListWidget):
        return
    if isinstance(widget, QLabel) and (not widget.text() and widget.pixmap().isNull()):
        return
    if widget.width() < least.width() or widget.height() < least.height():
        size = f"{widget.width()}x{widget.height()}"
        yield f"{_name(widget)} is {size} and needs {least.width()}x{least.height()}"


def _around(widget: QWidget, window: QWidget) -> QAbstractScrollArea | None:
    while (parent := widget.parentWidget()) is not None and parent is not window:
        if isinstance(parent, QAbstractScrollArea):
            return parent
        widget = parent
    return None


def _below_the_end(widget: QWidget, around: QAbstractScrollArea) -> bool:
    content = around.widget() if isinstance(around, QScrollArea) else None
    return content is not None and widget.mapTo(content, widget.rect().bottomLeft()).y() >= content.height()


def _name(widget: QWidget) -> str:
    text = widget.text() if isinstance(widget, QLabel | QAbstractButton) else ""
    return f"{type(widget).__name__} {widget.objectName() or repr(text[:40])}"


def _numbers(place: QRect) -> str:
    return f"{place.left()},{place.top()} {place.width()}x{place.height()}"
