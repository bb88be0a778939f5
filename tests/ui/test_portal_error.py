"""The card for a pasted error: explains it in the background, links to the step, and keeps nothing."""

from __future__ import annotations

import asyncio
import threading
from functools import partial
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QMimeData, Qt
from PySide6.QtGui import QGuiApplication, QKeySequence, QTextCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QPlainTextEdit, QWidget

import app.session.session
from app.diagnosis import portal_errors
from app.guide import catalog
from app.guide.vocabulary import Lane
from app.session.open_setup import new_setup
from app.setup import journey
from app.vault import Vault
from tests.support.accessibility import recorded
from tests.support.clock import NOW
from tests.support.controller import CANARY, walk
from tests.support.keyrings import SilentKeyring
from tests.support.screen import appears, child, words
from tests.support.until import until
from ui.tools.portal_error import SHOWN, PortalErrorCard
from ui.wizard.connection_page import ConnectionPage
from ui.wizard.step_card import StepCard

if TYPE_CHECKING:
    from pathlib import Path

    from ui.session.controller import SetupController

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")
ENTRA = catalog.guide("entra")
TEXT = f"GET https://scim.example.org/canary-tenant/v2/Users\nAuthorization: Bearer {CANARY}\n401 Unauthorized"


def without_base_url(text: str) -> portal_errors.DecodedError:
    """Return the explanation without a known Base URL; the tests of diagnosis assert that it is right."""
    return portal_errors.decode(text, ENTRA, new_setup(ENTRA, NOW, practice=False), None)


def title(text: str) -> str:
    """Return the heading of the explanation."""
    return without_base_url(text).title


def editor(root: QWidget) -> QPlainTextEdit:
    found = root.findChild(QPlainTextEdit, "portal-error-text")
    assert isinstance(found, QPlainTextEdit)
    return found


def paste(field: QPlainTextEdit, text: str) -> None:
    data = QMimeData()
    data.setText(text)
    field.insertFromMimeData(data)


@pytest.mark.usefixtures("secret_service")
def test_a_pasted_error_is_read_beside_the_stored_base_url(qapp: QApplication, tmp_path: Path) -> None:
    announced: list[str] = []

    async def story(controller: SetupController) -> None:
        page = ConnectionPage(controller)
        page.resize(760, 330)
        page.show()
        controller.announced.connect(announced.append)
        threads: list[threading.Thread] = []
        real = portal_errors.decode

        def spy(*given: object) -> portal_errors.DecodedError:
            threads.append(threading.current_thread())
            return real(*given)  # type: ignore[arg-type]

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(portal_errors, "decode", spy)
            paste(editor(page), TEXT)
            await until(lambda: page.findChild(QAbstractButton, "error-cause-paste-credentials") is not None)
        assert threads
        assert threads[0] is not threading.main_thread()
        told = words(page)
        assert "HTTP 401" in told
        heading = next(w for w in page.findChildren(QLabel) if w.text() == title(TEXT))
        await until(lambda: not heading.visibleRegion().isEmpty())  # was below the visible part of this window
        results = told.replace(editor(page).toPlainText(), "")
        assert "canary" not in results
        assert announced
        assert all("canary" not in line for line in announced)
        # A redraw of the page, as during a running test, does not change the card.
        controller.session.testing.running = True
        controller.test_changed.emit()
        assert title(TEXT) in words(page)
        child(page, "error-cause-paste-credentials").click()
        await until(lambda: controller.session.here.step.id == "paste-credentials")
        page.deleteLater()

    walk(qapp, tmp_path, story)
    for path in tmp_path.rglob("*"):
        if path.is_file():
            assert b"canary" not in path.read_bytes(), path


@pytest.mark.usefixtures("secret_service")
def test_what_is_out_of_sight_is_gone(qapp: QApplication, tmp_path: Path) -> None:
    async def story(controller: SetupController) -> None:
        card = PortalErrorCard(controller)
        card.show()
        field = editor(card)
        for vanish in (card.hide, controller.concealed.emit, child(card, "clear-error").click):
            card.show()
            paste(field, TEXT)
            await appears(card, title(TEXT))
            vanish()
            assert "canary" not in words(card)
            assert title(TEXT) not in words(card)
            card.show()
            assert field.toPlainText() == ""
            assert not field.isUndoRedoEnabled()
            QTest.keySequence(field, QKeySequence(QKeySequence.StandardKey.Undo))
            assert field.toPlainText() == ""
        card.deleteLater()

    walk(qapp, tmp_path, story)


@pytest.mark.usefixtures("secret_service")
def test_a_reading_under_way_ends_with_its_card(qapp: QApplication, tmp_path: Path) -> None:
    async def story(controller: SetupController) -> None:
        first, second = PortalErrorCard(controller), PortalErrorCard(controller)
        first.show()
        second.show()
        heard: list[object] = []
        controller.error_read.connect(heard.append)
        paste(editor(first), TEXT)
        first.hide()
        await asyncio.sleep(0.3)
        assert heard == []
        paste(editor(second), "HTTP 403")
        await appears(second, title("HTTP 403"))
        assert title("HTTP 403") not in words(first), "the result belongs to the card that asked"
        # Only the last of two readings counts.
        paste(editor(second), " HTTP 404")
        editor(second).setPlainText("HTTP 429")
        child(second, "read-error").click()
        await appears(second, title("HTTP 429"))
        await asyncio.sleep(0.2)
        assert title("HTTP 429") in words(second)
        first.deleteLater()
        second.deleteLater()

    walk(qapp, tmp_path, story)


@pytest.mark.usefixtures("secret_service")
def test_typed_dropped_long_and_empty_texts(qapp: QApplication, tmp_path: Path) -> None:
    async def story(controller: SetupController) -> None:
        card = PortalErrorCard(controller)
        card.show()
        field = editor(card)
        QTest.keyClicks(field, "HTTP 404")
        child(card, "read-error").click()
        await appears(card, title("HTTP 404"))
        QGuiApplication.clipboard().setText("nobody knows this")
        field.selectAll()
        QTest.keySequence(field, QKeySequence(QKeySequence.StandardKey.Paste))
        await appears(card, title("nobody knows this"))
        paste(field, "x" * SHOWN + " HTTP 401")
        await appears(card, title("HTTP 401"))
        assert field.toPlainText() == "", "a long text is not laid out"
        assert f"{SHOWN + 9:,}" in field.placeholderText()
        field.setPlainText("   ")
        child(card, "read-error").click()
        assert title("HTTP 401") not in words(card)
        assert field.accessibleName() == "Error message"
        assert field.inputMethodHints() & Qt.InputMethodHint.ImhSensitiveData
        card.deleteLater()

    walk(qapp, tmp_path, story)


@pytest.mark.usefixtures("secret_service")
def test_steps_that_test_or_wait_offer_it(qapp: QApplication, tmp_path: Path) -> None:
    async def story(controller: SetupController) -> None:
        guide, setup = controller.session.guide, controller.session.setup
        for step, who in (("test-in-portal", guide.portal.name), ("full-sync", "CIE")):
            await controller.session.go(step)
            card = StepCard(journey.place(guide, controller.session.setup, step), controller)
            card.show()
            opener = child(card, "open-portal-error")
            assert who in opener.text()
            inside = card.findChild(PortalErrorCard)
            assert isinstance(inside, PortalErrorCard)
            assert not inside.isVisible()
            opener.click()
            assert inside.isVisible()
            paste(editor(inside), "401 Unauthorized")
            await until(partial(inside.findChild, QAbstractButton, "error-cause-submit"))
            opener.click()
            assert title("HTTP 401") not in words(inside)
            card.deleteLater()
        other = StepCard(journey.place(guide, setup, "enter-details"), controller)
        assert other.findChild(PortalErrorCard) is None
        other.deleteLater()

    walk(qapp, tmp_path, story)


@pytest.mark.usefixtures("secret_service")
def test_no_secret_of_a_message_reaches_the_accessibility_bus(qapp: QApplication, tmp_path: Path) -> None:
    async def story(controller: SetupController) -> None:
        card = PortalErrorCard(controller)
        card.show()
        field = editor(card)
        read: list[str] = []
        field.given.connect(read.append)  # type: ignore[attr-defined]
        with recorded() as reports:
            paste(field, TEXT)
            await appears(card, title(TEXT))
            field.moveCursor(QTextCursor.MoveOperation.Start)
            paste(field, "AADSTS90002: \U0001f600\r\n")
            child(card, "read-error").click()
        heard = "\n".join((*reports.texts(), field.toPlainText()))
        assert "canary" not in heard
        assert "401 Unauthorized" in heard, "it can be read, by eyes and ears"
        assert read == [TEXT, f"AADSTS90002: \ufffd\n{TEXT}"], "and it is understood as it was pasted"
        card.deleteLater()

    walk(qapp, tmp_path, story)


def test_every_guide_has_such_a_step_in_the_portal_and_in_cie() -> None:
    for guide in catalog.guides():
        lanes = {step.lane for step in guide.steps if step.reads_errors}
        assert {Lane.PORTAL, Lane.CIE} <= lanes, guide.id


def test_a_keyring_that_never_answers_does_not_hold_it_up(
    qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app.session.session, "KEYRING_PATIENCE", 0.2)
    silent = SilentKeyring()

    async def story(controller: SetupController) -> None:
        controller.session.setup = journey.record_secret(
            controller.session.guide, controller.session.setup, "base_url", NOW, replaced=False
        )
        card = PortalErrorCard(controller)
        card.show()
        paste(editor(card), TEXT)
        await appears(card, title(TEXT))
        compared = without_base_url(TEXT).compared
        assert compared
        assert all(sentence in words(card) for sentence in compared), "it says that there was nothing to compare with"
        card.deleteLater()

    try:
        walk(qapp, tmp_path, story, Vault("setup", silent))
    finally:
        silent.release.set()
