"""What screen readers are given to say: each event once, and only what is true."""

from __future__ import annotations

import ast
import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QItemSelectionModel, QStringListModel, Qt
from PySide6.QtGui import QAccessible, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractItemView, QApplication, QListView, QPushButton, QTableView, QWidget

from app.diagnosis.findings import summary
from app.guide import catalog
from app.guide.placeholders import fill_guide
from app.setup import journey
from app.setup.action import ActionKind
from tests.support.accessibility import Reports, recorded
from tests.support.controller import CANARY, walk
from tests.support.screen import child, part
from tests.support.until import until
from tests.ui.showing import shown
from ui.companion.window import Companion
from ui.desktop import clipboard_words
from ui.desktop.clearing import ClipboardState, CopyStage
from ui.widgets import speech
from ui.widgets.accessibility import give_name
from ui.widgets.fields import CaptureField
from ui.widgets.speech import describe, say
from ui.wizard.page import WizardPage
from ui.wizard.step_card import words_of
from ui.wizard.test_results import ResultCard

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from ui.session.controller import SetupController

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")

AFTER_FOCUS_MS = 300
"""Instead of the time that Orca needs."""


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(speech, "AFTER_FOCUS_MS", AFTER_FOCUS_MS)


UI = Path(__file__).resolve().parents[2] / "ui"
ONE_WAY = {
    "speech.py": {
        "QAccessibleAnnouncementEvent",
        "QAccessibleEvent",
        "updateAccessibility",
        "setAccessibleDescription",
    },
    "accessibility.py": {"setAccessibleName", "QAccessibleWidget", "installFactory"},
}


@pytest.mark.parametrize("module", ONE_WAY)
def test_no_other_module_says_or_names_anything(module: str) -> None:
    found = {
        path.relative_to(UI).as_posix()
        for path in UI.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if getattr(node, "attr", getattr(node, "id", "")) in ONE_WAY[module]
    }
    assert found == {f"widgets/{module}"}


class Two:
    """Two buttons in a window; the first has the focus."""

    def __init__(self, qtbot: QtBot) -> None:
        self.qtbot = qtbot
        self.first, self.second = QPushButton("First"), QPushButton("Second")
        self.page = shown(qtbot, self.first, self.second)
        self.page.activateWindow()
        qtbot.waitUntil(self.page.isActiveWindow)
        self.first.setFocus()

    def said(self, reports: Reports) -> list[str]:
        """Return what was said since the last call."""
        self.qtbot.wait(AFTER_FOCUS_MS * 2)
        said = reports.utterances()
        reports.all.clear()
        return said


@pytest.fixture
def two(qtbot: QtBot) -> Two:
    return Two(qtbot)


def test_a_sentence_is_the_description_of_what_has_the_focus_until_it_leaves(two: Two) -> None:
    two.first.setAccessibleDescription("Its own")
    with recorded() as reports:
        say("**Captured.**")
        assert two.said(reports) == ["Captured."]
        say("Captured.")
        assert two.said(reports) == ["Captured."], "a second time it is news again"
        two.second.setFocus()
        assert two.said(reports) == ["Second"]
    assert two.first.accessibleDescription() == "Its own"


def test_what_one_event_leads_to_is_one_utterance(two: Two) -> None:
    with recorded() as reports:
        say("Captured.")
        describe(two.first, "Captured. A GUID of 36 characters.")
        say("Captured.")
        assert two.said(reports) == ["Captured. A GUID of 36 characters."]
        say("Token copied.")
        say("Redo step 4.")
        assert two.said(reports) == ["Token copied. Redo step 4."]


def test_what_the_focus_says_already_is_not_said_again(two: Two) -> None:
    describe(two.second, "All checks passed.")
    with recorded() as reports:
        say("All checks passed.")
        two.second.setFocus()
        assert two.said(reports) == ["Second All checks passed."]


@pytest.mark.parametrize("kind", [QListView, QTableView])
def test_the_item_under_the_keyboard_is_said_after_its_list(two: Two, kind: type[QAbstractItemView]) -> None:
    view = kind(two.page)
    view.setModel(QStringListModel(["Okta"], view))
    view.setTabKeyNavigation(False)
    give_name(view, "Clients")
    view.show()
    two.second.setFocus()
    with recorded() as reports:
        two.said(reports)
        QTest.keyClick(two.second, Qt.Key.Key_Tab)
        assert two.said(reports)[-2:] == ["Clients", "Okta"]
        two.second.setFocus()
        view.selectionModel().select(view.model().index(0, 0), QItemSelectionModel.SelectionFlag.Select)
        two.said(reports)
        QTest.keyClick(two.second, Qt.Key.Key_Tab)
        assert two.said(reports) == ["Clients"], "a screen reader says a selected item itself"


def test_a_description_elsewhere_is_silent_and_one_of_the_focus_stays(two: Two) -> None:
    with recorded() as reports:
        describe(two.second, "36 of 40 characters")
        assert two.said(reports) == []
        describe(two.first, "Open")
        assert two.said(reports) == ["Open"]
        describe(two.first, "Open")
        assert two.said(reports) == []
        two.second.setFocus()
        assert two.said(reports) == ["Second 36 of 40 characters"]
    assert two.first.accessibleDescription() == "Open"


def test_a_sentence_is_forgotten(two: Two, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(speech, "FORGET_MS", 150)
    say("Captured.")
    two.qtbot.waitUntil(lambda: two.first.accessibleDescription() == "Captured.")
    two.qtbot.waitUntil(lambda: two.first.accessibleDescription() == "")


def test_a_sentence_waits_for_the_next_window_and_for_no_other_program(two: Two) -> None:
    with recorded() as reports:
        say("Token copied.")
        two.first.clearFocus()
        two.qtbot.wait(AFTER_FOCUS_MS + 200)
        two.second.setFocus()
        assert two.said(reports)[-2:] == ["Second", "Token copied."]
        say("Captured.")
        two.second.clearFocus()
        two.qtbot.wait(AFTER_FOCUS_MS * 2 + speech.BETWEEN_WINDOWS_MS)
        two.second.setFocus()
        assert "Captured." not in two.said(reports)


def test_windows_and_macos_announce(two: Two, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(speech, "ANNOUNCES", True)
    with recorded() as reports:
        say("Captured.")
        describe(two.first, "Captured. A GUID.")
        two.qtbot.wait(AFTER_FOCUS_MS * 2)
        announced = [each.carried for each in reports.all if each.event is QAccessible.Event.Announcement]
    assert announced == [("Captured. A GUID.",)]
    assert two.first.accessibleDescription() == "Captured. A GUID."


def test_a_copied_secret_is_said_at_its_start_and_end() -> None:
    seconds = [ClipboardState("Token", secret=True, seconds_left=left) for left in (45, 45, 44, 43, 1, 45)]
    after = [ClipboardState("Token", secret=True, stage=stage) for stage in (CopyStage.CLEARING, CopyStage.CLEARED)]
    states = [ClipboardState("Directory ID", secret=False), *seconds, *after, ClipboardState("Token", secret=False)]
    said = [clipboard_words.spoken(before, now) for before, now in zip([None, *states], states, strict=False)]
    spoken = [index for index, text in enumerate(said) if text]
    assert spoken == [0, 1, 6, 8, 9]
    assert all(states[index].label in said[index] for index in spoken)
    assert said[0] == "Directory ID copied."
    assert "45" in said[1]


async def opened(
    controller: SetupController, step: str, window: type[WizardPage | Companion] = WizardPage
) -> WizardPage | Companion:
    """Return the window with this step open, in front."""
    await controller.session.go(step)
    page = window(controller)
    page.resize(1000, 680)
    page.show()
    page.activateWindow()
    await until(page.isActiveWindow)
    await asyncio.sleep(AFTER_FOCUS_MS * 3 / 1000)
    return page


def field_of(page: QWidget, name: str) -> CaptureField:
    return part(page, CaptureField, f"capture-{name}")


@pytest.mark.slow(50, "waits until nothing more is said")
@pytest.mark.usefixtures("secret_service")
@pytest.mark.parametrize("by", ["keys", "button"])
@pytest.mark.parametrize(
    ("guide", "step", "name", "wrong", "right"),
    [
        ("entra", "note-tenant-id", "tenant_id", "7c1e3a52", "7c1e3a52-9b1f-4c77-8d2a-0e5b6f3d9a10"),
        ("entra", "generate-token", "token", "a b", CANARY * 4),
        ("okta", "note-okta-domain", "okta_domain", "a b", "acme.okta.com"),
        ("others", "name-client", "client_name", "x" * 60, "Duo"),
    ],
)
def test_each_paste_is_answered_once(
    qapp: QApplication, tmp_path: Path, guide: str, step: str, name: str, wrong: str, right: str, by: str
) -> None:
    async def story(controller: SetupController) -> None:
        page = await opened(controller, step)
        field = field_of(page, name)
        pressed = part(field, QPushButton, "paste") if by == "button" else field.focusProxy()
        assert pressed is not None
        pressed.setFocus()
        await asyncio.sleep(AFTER_FOCUS_MS * 2 / 1000)
        for text in (wrong, wrong, right):
            QGuiApplication.clipboard().setText(text)
            with recorded() as reports:
                if by == "button":
                    QTest.keyClick(pressed, Qt.Key.Key_Space)
                else:
                    QTest.keyClick(pressed, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
                await asyncio.sleep(0.01)
                await until(lambda: not controller.giving and not controller.busy)
                await asyncio.sleep(AFTER_FOCUS_MS * 3 / 1000)
            # What is said a second time replaces an empty description, for which Qt gives the placeholder.
            placeholders = ("Paste it here", "Paste to replace")
            assert [each for each in reports.utterances() if each not in placeholders] == [field.hint]
            assert controller.given[name].accepted is (text == right)
            assert field_of(page, name) is field, "the card was drawn again"
        page.deleteLater()

    walk(qapp, tmp_path, story, guide=guide)


@pytest.mark.parametrize("guide_id", catalog.ids())
def test_a_captured_value_leaves_the_words_of_its_card(guide_id: str) -> None:
    guide = catalog.guide(guide_id)
    before = fill_guide(guide, {})
    for step in before.steps:
        for name in step.captures:
            after = fill_guide(guide, {name: "acme"})
            assert words_of(after, after.step(step.id)) == words_of(before, step), (step.id, name)


@pytest.mark.usefixtures("secret_service")
@pytest.mark.parametrize("window", [WizardPage, Companion])
def test_the_end_of_a_test_is_one_utterance(
    qapp: QApplication, tmp_path: Path, window: type[WizardPage | Companion]
) -> None:
    async def story(controller: SetupController) -> None:
        page = await opened(controller, journey.test_step(controller.session.guide).id, window)
        main = child(page, "done")
        main.setFocus()
        await asyncio.sleep(AFTER_FOCUS_MS * 2 / 1000)
        with recorded() as reports:
            QTest.keyClick(main, Qt.Key.Key_Space)
            await until(lambda: controller.testing)
            await until(lambda: not controller.testing)
            await asyncio.sleep(AFTER_FOCUS_MS * 3 / 1000)
            testing, why = controller.session.testing, controller.session.testing.diagnosis
            assert why is not None
            result = f"{summary(testing.findings)}. {why.causes[0].sentence}"
            assert [each for each in reports.utterances() if each != ActionKind.STOP_TEST.words] == [result]
            assert isinstance(page.focusWidget(), ResultCard)
            reports.all.clear()
            QTest.keyClick(page.focusWidget(), Qt.Key.Key_Tab)
            assert page.focusWidget() is main
            assert reports.utterances() == [main.text()] == [ActionKind.TEST_AGAIN.words]
        page.deleteLater()

    walk(qapp, tmp_path, story, base_url="http://127.0.0.1:9/scim/v2")


@pytest.mark.usefixtures("secret_service")
def test_the_end_of_a_test_leaves_the_focus_where_it_went_meanwhile(qapp: QApplication, tmp_path: Path) -> None:
    async def story(controller: SetupController) -> None:
        page = await opened(controller, journey.test_step(controller.session.guide).id)
        box = child(page, "back")
        child(page, "done").setFocus()
        controller.test()
        box.setFocus()
        await until(lambda: not controller.testing)
        await asyncio.sleep(AFTER_FOCUS_MS / 1000)
        assert page.focusWidget() is box
        assert child(page, "done").text() == ActionKind.TEST_AGAIN.words
        page.deleteLater()

    walk(qapp, tmp_path, story, base_url="http://127.0.0.1:9/scim/v2")


@pytest.mark.usefixtures("secret_service")
def test_a_failed_test_is_said_with_its_cause(qapp: QApplication, tmp_path: Path) -> None:
    async def story(controller: SetupController) -> None:
        said: list[str] = []
        controller.announced.connect(said.append)
        controller.test()
        await until(lambda: not controller.testing)
        why = controller.session.testing.diagnosis
        assert why is not None
        assert said[-1] == why.causes[0].sentence

    walk(qapp, tmp_path, story, base_url="http://127.0.0.1:9/scim/v2")
