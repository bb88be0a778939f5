"""The page of the Directory Sync API: secrets are pasted, dropped or read from a file, checked, and fully removed."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QLineEdit, QWidget

from app.diagnosis.directory_sync import ROLE, ApiResult, skew
from app.directory_sync.client import ApiFailure, ApiStage, DirectoryList
from app.directory_sync.directories import Directory
from app.directory_sync.full_sync import FullSyncProgress
from app.guide.vocabulary import CIE_COUNTS, Kind, Milestone, Tool
from app.scim.observation import Observation
from app.session.directory_sync import SECRETS
from app.setup.gate import Locked, gate
from app.setup.journey import place
from app.text.counts import users_and_groups
from app.values.api_regions import Access, Address
from app.vault import Vault
from tests.support.clock import NOW
from tests.support.controller import walk
from tests.support.screen import appears, child, paste, words
from tests.support.until import until
from ui.tools.api_account import AccountCard
from ui.tools.catalog import TOOLS
from ui.tools.directory_sync import DirectoryApiPage
from ui.widgets.text import rich
from ui.wizard.step_card import StepCard
from ui.wizard.watch_panel import WatchPanel

if TYPE_CHECKING:
    from pathlib import Path

    from ui.session.controller import SetupController

pytestmark = [pytest.mark.qt_log_ignore("propagateSizeHints"), pytest.mark.usefixtures("secret_service")]
CLIENT_ID = "canary-account@1102345678.iam.panserviceaccount.com"
CLIENT_SECRET = "canary-secret-of-the-api"
FILE = f"Client ID,Client Secret\n{CLIENT_ID},{CLIENT_SECRET}\n"


def field(page: QWidget, name: str) -> QLineEdit:
    around = page.findChild(QWidget, name)
    assert around is not None, name
    found = around.findChild(QLineEdit)
    assert found is not None
    return found


def opened(controller: SetupController) -> DirectoryApiPage:
    page = DirectoryApiPage(controller)
    page.resize(740, 500)
    page.show()
    return page


async def held(controller: SetupController) -> list[str | None]:
    other = Vault("setup")
    try:
        return [(await other.get(controller.session.setup.id, name)).value for name in SECRETS.values()]
    finally:
        other.close()


def drop(card: QWidget, path: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    copy, none = Qt.DropAction.CopyAction, Qt.KeyboardModifier.NoModifier
    card.dropEvent(QDropEvent(QPointF(QPoint(9, 9)), copy, data, Qt.MouseButton.LeftButton, none))


def test_check_enters_what_is_typed(qapp: QApplication, tmp_path: Path) -> None:
    async def story(controller: SetupController) -> None:
        page = opened(controller)
        check, api = child(page, "check-api"), controller.session.api
        for name, text in ((Kind.CLIENT_ID.value, CLIENT_ID), (Kind.CLIENT_SECRET.value, CLIENT_SECRET)):
            assert not check.isEnabled(), name
            QTest.keyClicks(field(page, name), text)
        assert check.isEnabled(), "the Client ID contains a TSG ID"
        QTest.keyClicks(field(page, "tsg-id"), "11x")
        assert not check.isEnabled()
        field(page, "tsg-id").clear()
        check.click()
        await until(lambda: api.look is not None)
        assert all(map(api.kept, SECRETS))
        field(page, "tsg-id").selectAll()
        QTest.keyClicks(field(page, "tsg-id"), "11x")
        looked = api.look
        check.click()
        await until(lambda: check.text() != "Stop")
        assert api.look is looked, "it wasn't asked with a TSG ID that was refused"
        field(page, "tsg-id").selectAll()
        QTest.keyClicks(field(page, "tsg-id"), "1102345679")
        check.click()
        await until(lambda: api.look is not looked and check.text() != "Stop")
        assert api.access.tsg_id == "1102345679"
        page.deleteLater()

    walk(qapp, tmp_path, story, token_url="http://127.0.0.1:9/token")


def test_what_is_pasted_is_kept_and_never_shown(qapp: QApplication, tmp_path: Path) -> None:
    async def story(controller: SetupController) -> None:
        page = opened(controller)
        assert "Off." in words(page)
        assert rich(ROLE) in words(page)
        assert not child(page, "check-api").isEnabled()
        paste(page, "client-id", "https://wrong.example")
        await until(lambda: "looks like a web address" in words(page))
        paste(page, "client-id", CLIENT_ID)
        await until(lambda: controller.session.api.kept(Kind.CLIENT_ID))
        await until(lambda: field(page, "tsg-id").text() == "1102345678")
        await until(lambda: QGuiApplication.clipboard().text() == "")
        paste(page, "client-secret", CLIENT_SECRET)
        await until(lambda: controller.session.api.on and not controller.busy)
        assert "canary" not in words(page)
        assert "canary" not in "".join(each.text() for each in page.findChildren(QLineEdit))
        assert child(page, "check-api").isEnabled()
        assert "API Client ID, API Client Secret" in controller.session.kept_line()
        paste(page, "tsg-id", "not a number")
        await until(lambda: "4 to 20 digits" in words(page))
        box = page.findChild(QComboBox, "api-address")
        assert box is not None
        box.setCurrentIndex(1)
        box.activated.emit(1)
        await until(lambda: controller.session.api.access == Access("1102345678", Address.SASE))
        child(page, "turn-api-off").click()
        await until(lambda: "was checked and no longer has the Client ID or the Client Secret" in words(page))
        assert not controller.session.api.begun
        assert await held(controller) == [None, None]
        assert field(page, "tsg-id").text() == ""
        page.deleteLater()

    walk(qapp, tmp_path, story)


def test_the_csv_file_is_taken_wherever_it_is_given(qapp: QApplication, tmp_path: Path) -> None:
    path = tmp_path / "account.csv"

    async def story(controller: SetupController) -> None:
        page = opened(controller)
        card = page.findChild(AccountCard)
        assert card is not None

        async def taken() -> None:
            await until(lambda: controller.session.api.on and "The file still contains both" in words(page))
            assert await held(controller) == [CLIENT_ID, CLIENT_SECRET]
            assert "canary" not in words(page)
            await controller.session.api.turn_off()

        for content in (FILE.encode(), FILE.encode("utf-16")):
            path.write_bytes(content)
            drop(card, path)
            await taken()
        secret = field(page, "client-secret")
        drop(secret, path)
        await taken()
        paste(page, "client-secret", FILE)
        await taken()
        await until(lambda: QGuiApplication.clipboard().text() == "")
        for content, told in (
            (b"\xff\xfe\x00", "can't be read"),
            (b"a,b\n1,2\n", "No Client ID"),
            (b"x" * 20_000, "long"),
        ):
            path.write_bytes(content)
            drop(card, path)
            await appears(page, told)
        drop(card, tmp_path)
        await until(lambda: "can't be read" in words(page))
        assert not controller.session.api.begun
        page.deleteLater()

    walk(qapp, tmp_path / "data", story)


async def turn_on(controller: SetupController) -> None:
    assert await controller.session.api.give_secret(Kind.CLIENT_ID, CLIENT_ID) is None
    assert await controller.session.api.give_secret(Kind.CLIENT_SECRET, CLIENT_SECRET) is None
    assert (await controller.session.captures.give("directory_name", "acme.example")).accepted


FULL = Directory(
    "acme.example",
    "SCIM",
    1204,
    87,
    "cache_applied",
    NOW + timedelta(seconds=75),
    NOW + timedelta(seconds=80),
    ("two objects were skipped",),
    3,
)


def test_what_cie_says_is_shown_and_causes_are_named(qapp: QApplication, tmp_path: Path) -> None:
    async def story(controller: SetupController) -> None:
        api, page = controller.session.api, opened(controller)
        await turn_on(controller)

        async def shown(look: DirectoryList | ApiFailure) -> str:
            api.look = look
            controller.api_changed.emit()
            await asyncio.sleep(0.02)  # Qt shows added widgets in the next turn of the event loop
            return words(page)

        behind = DirectoryList(NOW, (FULL, Directory("canary-other")), -190.0)
        said = await shown(behind)
        for part in ("1,204", "87", "24 Nov 2026, 12:01:15 UTC", "cache_applied", "two objects were skipped", "3 more"):
            assert part in said, part
        assert skew(behind) in said
        assert "canary" not in said
        assert child(page, "find-user").isVisibleTo(page)
        said = await shown(DirectoryList(NOW, (Directory("canary-other"),), 0.0))
        assert ApiResult.NOT_LISTED.words in said
        assert "canary" not in said
        assert not child(page, "find-user").isVisibleTo(page)
        for result, look in (
            (ApiResult.FORBIDDEN, ApiFailure(NOW, ApiStage.API, Observation.FORBIDDEN, 403)),
            (ApiResult.NO_API_ADDRESS, ApiFailure(NOW, ApiStage.API, Observation.NOT_FOUND, 404)),
            (ApiResult.ACCOUNT_REJECTED, ApiFailure(NOW, ApiStage.TOKEN, Observation.CLIENT_REFUSED, 401)),
        ):
            said = await shown(look)
            title, sentences = result.words, result.more
            assert title in said
            assert all(rich(sentence) in said for sentence in sentences), sentences
        page.deleteLater()

    walk(qapp, tmp_path, story)


def test_a_check_can_be_stopped(qapp: QApplication, tmp_path: Path) -> None:
    async def story(controller: SetupController) -> None:
        page = opened(controller)
        await turn_on(controller)
        never = asyncio.Event()
        controller.session.api.ask = never.wait  # type: ignore[assignment, method-assign]
        check = child(page, "check-api")
        check.click()
        await until(lambda: check.text() == "Stop")
        check.click()
        await until(lambda: check.text() == "Check")
        assert controller.session.api.look is None
        page.deleteLater()

    walk(qapp, tmp_path, story)


def test_the_steps_tell_what_the_api_adds(qapp: QApplication, tmp_path: Path) -> None:
    async def story(controller: SetupController) -> None:
        session = controller.session
        panel = WatchPanel(controller)
        panel.show()
        assert "The SCIM endpoint, read-only" in words(panel)
        card = StepCard(place(session.guide, session.setup, "sync-status"), controller)
        card.show()
        assert not child(card, "look-at-sync").isVisibleTo(card)
        child(card, "look-directory-sync-api").click()
        assert controller.tool is Tool.DIRECTORY_SYNC_API
        assert "Optional" in TOOLS[Tool.DIRECTORY_SYNC_API].lead
        await turn_on(controller)
        session.api.look = DirectoryList(NOW, (FULL,), 0.0)
        controller.api_changed.emit()
        said = words(panel)
        assert "SCIM endpoint, Directory Sync API" in said
        assert "doesn't replace the timestamp" in said
        assert isinstance(gate(session.guide, session.setup), Locked)
        before = (Milestone.SUBMITTED, Milestone.STARTED, Milestone.TIMESTAMP, Milestone.FULL_SYNC)
        session.setup = session.setup.with_(reached={milestone.value: NOW for milestone in before})
        controller.api_changed.emit()
        assert "24 Nov 2026, 12:01:15 UTC" in words(card)
        assert FullSyncProgress.COMPLETED.words.partition("{at}")[2] in words(card)
        assert "weren't changed" in words(card)
        for name, count in zip(CIE_COUNTS, ("1204", "87"), strict=True):
            assert (await session.captures.give(name, count)).accepted
        assert users_and_groups(1204, 87) in words(card)
        session.api.look = ApiFailure(datetime.now(UTC), ApiStage.API, Observation.SERVER_ERROR, 500)
        controller.api_changed.emit()
        assert ApiResult.SERVER_ERROR.words in words(card)
        assert not [w for w in card.findChildren(QLabel) if "canary" in w.text()]
        for widget in (panel, card):
            widget.hide()
            widget.deleteLater()

    walk(qapp, tmp_path, story)
