"""Two admins: one hands a setup over as a file, the other opens it, captures the secrets again and continues."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtWidgets import QFileDialog, QLabel

from app.guide.vocabulary import Lane
from app.setup.hand_over import pack
from app.setup.state import Status, Summary, Wait
from tests.support import strange
from tests.support.screen import child, drop, message, messages, press
from tests.support.until import until
from ui.dialogs.message import MessageBox

if TYPE_CHECKING:
    from tests.support.running import Program
    from ui.application import Application

ROOT = Path(__file__).resolve().parents[2]
TENANT = "8a7b6c5d-1234-4abc-9def-0123456789ab"
URL = "https://scim.example.paloaltonetworks.com/canary-path-5f1d/v2"


@pytest.mark.usefixtures("secret_service")
def test_from_one_admin_to_another(program: Program, tmp_path: Path) -> None:
    file = tmp_path / "given.ciescim"

    async def first(application: Application) -> None:
        await application.new_setup("entra")
        assert application.opened.controller is not None
        session = application.opened.controller.session
        assert (await session.captures.give("tenant_id", TENANT)).accepted
        assert (await session.captures.give("base_url", URL)).accepted
        await application.show_home()
        child(application.home, f"hand-over-{session.setup.id}").click()
        dialog = await until(lambda: application.window.findChild(QFileDialog))
        dialog.fileSelected.emit(str(file))
        dialog.reject()
        assert "doesn't contain the Base URL and the token" in (await message(application.window)).informativeText()
        assert file.exists()
        await application.delete(session.setup.id)

    async def second(application: Application) -> None:
        drop(application.home, file)
        press(await message(application.window), "Import")
        await until(lambda: application.opened.controller)
        assert application.opened.controller is not None
        session = application.opened.controller.session
        assert session.setup.values["tenant_id"] == TENANT
        assert session.trouble == "Not in the keyring of this computer: Base URL. Capture it again."
        assert (await session.captures.give("base_url", URL)).accepted
        assert session.trouble is None
        await application.delete(session.setup.id)

    program.play(first)
    assert "canary-path" not in file.read_text()
    assert file.stat().st_mode & 0o777 == 0o600
    program.data = tmp_path / "another computer"
    program.play(second)


@pytest.mark.usefixtures("secret_service")
def test_what_cannot_be_opened_is_said_and_changes_nothing(program: Program, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.ciescim"
    wrong.write_text("{}")

    async def refused(application: Application) -> None:
        for path, says in ((wrong, "a hand-over file"), (tmp_path / "gone.ciescim", "gone.ciescim no longer exists")):
            application.home.file_dropped.emit(str(path))
            box = await message(application.window)
            assert says in box.text()
            box.close()
        assert application.workspace is not None
        assert application.workspace.store.list().setups == ()

    async def practising(application: Application) -> None:
        assert not child(application.home, "open-file").isVisible()
        application.home.file_dropped.emit(str(wrong))
        press(await message(application.window), "Leave practice")
        await until(lambda: application.workspace is not None and not application.workspace.practice)
        await until(lambda: any("a hand-over file" in box.text() for box in messages(application.window)))

    program.play(refused)
    program.play(practising, practice=True)


@pytest.mark.usefixtures("secret_service")
def test_an_address_of_the_sender_is_confirmed_before_the_first_open(program: Program, tmp_path: Path) -> None:
    file = tmp_path / "from-ann.ciescim"
    data = json.loads(pack(strange.whole(), strange.whole().changed))
    data["setup"]["values"]["okta_domain"] = "okta.example.net"
    file.write_text(json.dumps(data))

    async def story(application: Application) -> None:
        drop(application.home, file)
        box = await message(application.window)
        assert "okta.example.net" in box.informativeText()
        assert "not a host of okta.com" in box.informativeText()
        press(box, "Import")
        controller = await until(lambda: application.opened.controller)
        assert controller is not None
        session = controller.session
        assert session.setup.sighting is None
        controller.open_console(Lane.CIE)
        assert len(program.browsed) == 1, "the address of CIE is the guide's"
        for answer in ("Cancel", "Open"):
            controller.open_console(Lane.PORTAL)
            box = await message(application.window)
            assert "okta.example.net" in box.text()
            assert "not a host of okta.com" in box.informativeText()
            assert len(program.browsed) == 1
            press(box, answer)
        await until(lambda: len(program.browsed) == 2)
        assert program.browsed[-1] == "https://okta.example.net"
        await until(lambda: not session.setup.unconfirmed)
        controller.open_console(Lane.PORTAL)
        assert len(program.browsed) == 3, "once is enough"
        await application.delete(session.setup.id)

    program.play(story)


@pytest.mark.usefixtures("secret_service")
def test_a_setup_whose_guide_is_gone_is_a_line_in_its_row(program: Program) -> None:
    waiting = strange.whole().with_(summary=Summary(Status.WAITING, Wait.TIMESTAMP), guide="gone", client="Gone IdP")
    program.holding(*(waiting.with_(id=f"{number:032x}") for number in range(3)))

    async def story(application: Application) -> None:
        lines = [each.text() for each in application.home.findChildren(QLabel)]
        assert lines.count("This version has no guide for Gone IdP.") == 3
        assert application.window.findChildren(MessageBox) == []
        assert not child(application.home, f"continue-{0:032x}").isEnabled()

    program.play(story)
    program.play(story)


def test_macos_tells_which_file_was_double_clicked() -> None:
    program = (
        "import ui\nfrom PySide6.QtGui import QFileOpenEvent\nfrom ui.desktop.file_open import DesktopApplication\n"
        "qt = DesktopApplication([])\nqt.file_opened.connect(print)\n"
        "qt.sendEvent(qt, QFileOpenEvent('first.ciescim'))\nprint(qt.asked_for)"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, timeout=60, text=True)
    assert (done.returncode, done.stdout.split()) == (0, ["first.ciescim"] * 2), done.stderr
