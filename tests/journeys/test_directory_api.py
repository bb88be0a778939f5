"""An admin lets CIE report when Full Sync has ended: the real page, keyring, practice server and background wait."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from PySide6.QtWidgets import QApplication, QComboBox, QLineEdit, QWidget

from app.diagnosis.directory_sync import ApiResult
from app.directory_sync.full_sync import FullSyncProgress
from app.guide.vocabulary import CIE_COUNTS, Milestone, Tool
from app.net import LoopbackClient
from app.practice.process import PracticeProcess, Started
from app.practice.switchboard import ApiFault
from app.session.background import Job
from app.session.events import SessionEvent
from app.setup.state import Counts, Sighting, Status, Wait
from tests.directory_sync.practising import NAME, submitted
from tests.support.controller import walk
from tests.support.screen import appears, child, paste, words
from tests.support.until import until, until_answered
from ui.wizard.page import WizardPage

if TYPE_CHECKING:
    from pathlib import Path

    from ui.session.controller import SetupController
    from ui.tour.visitor import ConsoleVisitor

pytestmark = [pytest.mark.qt_log_ignore("propagateSizeHints"), pytest.mark.usefixtures("secret_service")]


async def check(page: QWidget, result: ApiResult) -> None:
    child(page, "check-api").click()
    await appears(page, result.words)


async def turn_on(controller: SetupController, page: QWidget, visitor: ConsoleVisitor) -> None:
    made = await visitor.create_service_account()
    assert isinstance(made, dict)
    paste(page, "client-id", made["Client ID"])
    await until(lambda: bool(controller.session.api.access.tsg_id) and not controller.busy)
    paste(page, "client-secret", made["Client Secret"])
    await until(lambda: controller.session.api.on and not controller.busy)
    assert made["Client Secret"] not in words(page)


async def stumble(page: QWidget, visitor: ConsoleVisitor) -> None:
    """Two vendor-side problems, each with its way out."""
    await visitor.break_api(ApiFault.ROLE.value)
    await check(page, ApiResult.FORBIDDEN)
    await visitor.break_api(ApiFault.ADDRESS.value)
    await check(page, ApiResult.NO_API_ADDRESS)
    child(page, "api-addresses").click()
    box = page.findChild(QComboBox, "api-address")
    assert box is not None
    box.setCurrentIndex(1)
    box.activated.emit(1)
    await until(lambda: "Not checked yet" in words(page))
    await check(page, ApiResult.REPORTED)
    await visitor.break_api(ApiFault.NONE.value)
    box.setCurrentIndex(0)
    box.activated.emit(0)
    await until(lambda: "Not checked yet" in words(page))


def go_to_full_sync(controller: SetupController) -> None:
    """A setup with everything outside this story done."""
    session = controller.session
    now = session.now()
    steps = [step.id for step in session.guide.steps]
    session.setup = session.setup.with_(
        done=dict.fromkeys(steps[: steps.index("full-sync")], now),
        reached={each.value: now for each in (Milestone.SUBMITTED, Milestone.STARTED, Milestone.TIMESTAMP)},
        sighting=Sighting(now, now, entered=True),
        position="full-sync",
    )


def test_cie_tells_that_full_sync_has_ended(qapp: QApplication, tmp_path: Path) -> None:
    process = PracticeProcess()
    started = asyncio.run(process.start(tmp_path / "state", "7b" * 32))
    assert isinstance(started, Started)

    async def story(controller: SetupController) -> None:
        session = controller.session
        assert (await session.captures.give("directory_name", NAME)).accepted
        page = WizardPage(controller)
        page.resize(1000, 680)
        page.show()
        events: list[SessionEvent] = []
        session.subscribe(events.append)
        session.background.begin()
        async with LoopbackClient() as client:
            visitor = await submitted(client, started)
            controller.open_tool(Tool.DIRECTORY_SYNC_API)
            await turn_on(controller, page, visitor)
            await stumble(page, visitor)
            child(page, "check-api").click()
            await appears(page, "not_synced")
            name = page.findChild(QLineEdit, "api-find-name")
            assert name is not None
            name.setText(f"jo@{NAME}")
            child(page, "find-user").click()
            await until(lambda: "CIE has no such user in this directory yet" in words(page))

            go_to_full_sync(controller)
            assert await visitor.full_sync() == "Sync started"
            assert session.background.running == set()
            controller.complete()
            await until(lambda: session.api.next_look is not None)
            assert session.background.running == {Job.FULL_SYNC}
            assert session.setup.summary.wait is Wait.FULL_SYNC
            assert session.here.step.id == "sync-status"
            await appears(page, FullSyncProgress.WAITING.words.partition("{")[0])
            assert SessionEvent.FULL_SYNC_ENDED not in events
            await until_answered(visitor.directories, lambda rows: rows[0].status == "Success")
            child(page, "look-at-sync").click()
            await appears(page, FullSyncProgress.COMPLETED.words.partition("{")[0])
            await until(lambda: "1 user and 1 group. They are filled in" in words(page))
            await until(lambda: SessionEvent.FULL_SYNC_ENDED in events)
            await until(lambda: session.background.running == set())
            assert [session.setup.values[each] for each in CIE_COUNTS] == ["1", "1"]
            assert Milestone.FINISHED not in session.setup.reached, "the admin confirms, not the program"
            controller.complete()
            await until(lambda: session.setup.synced == Counts(1, 1))
            assert session.setup.summary.status is Status.COMPLETE
            assert session.setup.summary.wait is None

            controller.open_tool(Tool.DIRECTORY_SYNC_API)
            child(page, "find-user").click()
            await until(lambda: f"CIE has this user: jo@{NAME}" in words(page))
            name.setText("admins")
            child(page, "find-group").click()
            await until(lambda: "CIE has this group: Admins" in words(page))
            child(page, "turn-api-off").click()
            await until(lambda: "was checked and no longer has the Client ID" in words(page))
        page.deleteLater()

    try:
        walk(qapp, tmp_path / "data", story, token_url=started.token_url, now=lambda: datetime.now(UTC))
    finally:
        asyncio.run(process.stop())
