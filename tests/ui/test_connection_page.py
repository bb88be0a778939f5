"""A failed test is shown with its causes, the evidence for each, and a link to the step."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from app.diagnosis.causes import reasons
from app.diagnosis.findings import meaning, sentence
from app.diagnosis.offers import rows
from app.diagnosis.runs import headline, keep
from app.diagnosis.ticket import sent_lines
from app.guide.vocabulary import Page
from app.net.names import AddressScope
from app.scim.capabilities import Feature, Offered, ServiceOffer, ServicePart
from app.scim.connection_test import Check, Finding, Observation, Verdict
from app.scim.details import AnswerDetails, Exchange, NameDetails
from app.setup.action import ActionKind
from app.vault import Vault
from tests.support.clock import NOW
from tests.support.controller import walk
from tests.support.screen import child, words
from tests.support.until import until
from ui.companion.short_result import NOT_TESTED
from ui.companion.window import Companion
from ui.wizard.connection_page import ConnectionPage
from ui.wizard.page import WizardPage

if TYPE_CHECKING:
    from pathlib import Path

    from ui.session.controller import SetupController

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")


@pytest.mark.usefixtures("secret_service")
def test_each_cause_says_what_speaks_for_it(qapp: QApplication, tmp_path: Path) -> None:
    async def story(controller: SetupController) -> None:
        page = ConnectionPage(controller)
        page.show()
        refused = Finding(Check.TOKEN, Verdict.FAILED, Observation.UNAUTHORIZED, 0.1, AnswerDetails(status=401))
        controller.session.testing.findings = (refused,)
        controller.test_changed.emit()
        diagnosis = controller.session.testing.diagnosis
        assert diagnosis is not None
        assert diagnosis.causes[0].step == "submit"
        await until(lambda: diagnosis.title in words(page))
        told = words(page)
        for cause in diagnosis.causes:
            assert cause.sentence in told
            assert cause.evidence in told
        # In its row, for screen readers on the row's button and the result, and once for all causes based on it: seen
        # and heard.
        assert told.count(sentence(refused)) == 5
        child(page, "cause-submit").click()
        await until(lambda: controller.session.here.step.id == "submit")
        page.deleteLater()

    walk(qapp, tmp_path, story)


REFUSED = (
    Finding(Check.ADDRESS, Verdict.PASSED, Observation.GOOD),
    Finding(
        Check.NAME,
        Verdict.WARNED,
        Observation.SPLIT_DNS,
        0.014,
        NameDetails(1, 1, scope=AddressScope.PRIVATE),
    ),
    Finding(
        Check.TOKEN,
        Verdict.FAILED,
        Observation.UNAUTHORIZED,
        0.048,
        AnswerDetails("GET \u2026/Users", 401, exchange=Exchange(server="envoy", size=12)),
    ),
)
PASSED = tuple(Finding(check, Verdict.PASSED, Observation.GOOD, 0.01) for check in Check if check is not Check.ISSUED)
OFFER = ServiceOffer(
    {
        ServicePart.CONFIGURATION: Offered.YES,
        ServicePart.USERS: Offered.YES,
        ServicePart.GROUPS: Offered.NO,
        ServicePart.SCHEMAS: Offered.UNKNOWN,
    },
    users=1204,
    features={Feature.FILTER: True, Feature.BULK: False},
    page=200,
)


def shown(page: QWidget, name: str) -> bool:
    found = page.findChild(QWidget, name)
    return found is not None and found.isVisibleTo(page)


def test_a_row_opens_by_keyboard_and_its_evidence_can_be_copied(qapp: QApplication, tmp_path: Path) -> None:
    async def story(controller: SetupController) -> None:
        page = ConnectionPage(controller)
        page.show()
        controller.session.testing.findings = REFUSED
        controller.test_changed.emit()
        more = child(page, "details-token")
        assert more.accessibleDescription() == f"Failed. {sentence(REFUSED[-1])}"
        assert not shown(page, "copy-token")
        QTest.keyClick(more, Qt.Key.Key_Return)
        await until(lambda: shown(page, "copy-token"))
        told = words(page)
        for line in ("GET \u2026/Users", "Bearer \u2022\u2022", "envoy", "12 bytes, not kept", "48 ms"):
            assert line in told, line
        child(page, "copy-token").click()
        assert "Server: envoy" in QApplication.clipboard().text()
        QTest.keyClick(more, Qt.Key.Key_Return)
        assert not shown(page, "copy-token")
        # A remark states what it does not mean, and a check that was not tried has no details.
        await until(lambda: meaning(REFUSED[1]) in words(page))
        assert not shown(page, "details-control")
        page.deleteLater()

    walk(qapp, tmp_path, story, Vault("setup"))


def test_the_check_under_way_is_marked_and_rows_keep_the_keyboard(qapp: QApplication, tmp_path: Path) -> None:
    async def story(controller: SetupController) -> None:
        page = ConnectionPage(controller)
        page.show()
        controller.session.testing.running = True
        controller.session.testing.findings = REFUSED[:2]
        controller.test_changed.emit()
        row = page.findChild(QWidget, "check-route")
        assert row is not None
        assert "Checking" in words(row)
        more = child(page, "details-name")
        controller.session.testing.findings = REFUSED
        controller.session.testing.running = False
        controller.test_changed.emit()
        assert child(page, "details-name") is more
        assert "Checking" not in words(page)
        page.deleteLater()

    walk(qapp, tmp_path, story, Vault("setup"))


def test_without_the_proof_by_a_wrong_token_nothing_is_green_and_the_admin_may_go_on(
    qapp: QApplication, tmp_path: Path
) -> None:
    unproven = Finding(Check.CONTROL, Verdict.FAILED, Observation.SERVER_ERROR, 0.02, AnswerDetails(status=500))

    async def story(controller: SetupController) -> None:
        page = ConnectionPage(controller)
        page.show()
        controller.session.testing.findings = (*PASSED[:-1], unproven)
        controller.test_changed.emit()
        await until(lambda: reasons().unproven.title in words(page))
        assert not shown(page, "test-again")
        assert shown(page, "skip-test"), "the portal may still get through"
        controller.session.testing.findings = (*PASSED[:-1], replace(unproven, observation=Observation.OPEN_DOOR))
        controller.test_changed.emit()
        await until(lambda: reasons().observations[Observation.OPEN_DOOR].title in words(page))
        assert not shown(page, "skip-test"), "what takes any token is no CIE"
        page.deleteLater()

    walk(qapp, tmp_path, story, Vault("setup"))


def test_earlier_tests_are_compared_with_the_newest(qapp: QApplication, tmp_path: Path) -> None:
    async def story(controller: SetupController) -> None:
        runs = (*(keep(REFUSED, NOW + timedelta(minutes=m)) for m in range(4)), keep(PASSED, NOW + timedelta(hours=1)))
        controller.session.setup = controller.session.setup.with_(runs=runs)
        controller.session.testing.findings, controller.session.testing.offer = PASSED, OFFER
        page = ConnectionPage(controller)
        page.show()
        assert shown(page, "earlier-2")
        assert not shown(page, "earlier-3")
        child(page, "earlier-all").click()
        child(page, "earlier-3").click()
        await until(lambda: f"Then: {sentence(REFUSED[-1])}" in words(page))
        told = words(page)
        assert f"Latest: {sentence(PASSED[4])}" in told
        for name, value in rows(OFFER):
            assert name in told
            assert value in told
        page.deleteLater()

    walk(qapp, tmp_path, story, Vault("setup"))


def test_the_companion_shows_the_last_result(qapp: QApplication, tmp_path: Path) -> None:
    async def story(controller: SetupController) -> None:
        step = next(s for s in controller.session.guide.steps if s.page is Page.TEST)
        await controller.session.go(step.id)
        companion = Companion(controller)
        companion.show()
        assert NOT_TESTED in words(companion)
        controller.session.setup = controller.session.setup.with_(runs=(keep(REFUSED, NOW),))
        controller.test_changed.emit()
        assert headline(keep(REFUSED, NOW)) in words(companion)
        companion.deleteLater()

    walk(qapp, tmp_path, story, Vault("setup"))


@pytest.mark.usefixtures("secret_service")
def test_the_keyboard_goes_where_a_test_can_be_stopped(qapp: QApplication, tmp_path: Path) -> None:
    async def story(controller: SetupController) -> None:
        page = WizardPage(controller)
        await controller.session.go(next(step.id for step in controller.session.guide.steps if step.page is Page.TEST))
        controller.session.testing.findings = PASSED
        controller.test_changed.emit()
        page.show()
        await until(lambda: page.focusWidget() is not None)
        again = child(page, "test-again")
        again.setFocus()
        controller.session.testing.running = True
        controller.session.testing.findings = ()
        controller.test_changed.emit()
        assert page.focusWidget() is child(page, "done")
        assert child(page, "done").text() == ActionKind.STOP_TEST.words
        controller.session.testing.running = False
        page.deleteLater()

    walk(qapp, tmp_path, story)


def test_what_was_sent_is_shown_only_if_something_was() -> None:
    assert sent_lines(REFUSED[:2]) == []
    assert sent_lines(REFUSED)[-1].startswith("Authorization: Bearer \u2022")


def switched(controller: SetupController, *, off: bool) -> bool:
    return controller.session.setup.without_control is off


@pytest.mark.usefixtures("secret_service")
def test_the_made_up_token_can_be_switched_off(qapp: QApplication, tmp_path: Path) -> None:
    async def story(controller: SetupController) -> None:
        page = ConnectionPage(controller)
        page.show()
        box = child(page, "made-up-token")
        for off in (True, False):
            box.click()
            await until(partial(switched, controller, off=off))
        await controller.session.change(lambda setup: setup.with_(without_control=True))
        assert not box.isChecked()
        page.deleteLater()

    walk(qapp, tmp_path, story)
