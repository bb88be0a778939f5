"""What is entered, copied, opened and listed behaves as the admin expects."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPoint, QStandardPaths, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QLineEdit, QListWidget, QWidget

from app.guide import catalog
from app.guide.placeholders import fill_guide
from app.guide.vocabulary import Kind, Lane
from app.values.rules import read
from app.vault import VaultStatus
from tests.support.screen import child, part
from tests.support.until import until
from ui.dialogs import files
from ui.home.picker import Picker
from ui.widgets.buttons import MainButton
from ui.widgets.fields import ValueField
from ui.widgets.layouts import column
from ui.widgets.table import ResultTable, Rows

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from tests.support.running import Program
    from ui.application import Application


# -- the picker --------------------------------------------------------------------------


def picker(qtbot: QtBot) -> tuple[Picker, QListWidget, list[str]]:
    """A picker with all guides, its list, and what it chooses."""
    made = Picker(tuple(fill_guide(guide, {}) for guide in catalog.guides()))
    qtbot.addWidget(made)
    made.show()
    chosen: list[str] = []
    made.chosen.connect(chosen.append)
    return made, part(made, QListWidget, "clients"), chosen


def test_the_picker_preselects_nothing(qtbot: QtBot) -> None:
    made, clients, chosen = picker(qtbot)
    assert clients.selectedItems() == []
    assert part(made, MainButton, "start-setup").obstacle
    clients.setFocus()
    search = part(made, QLineEdit, "find-client")
    for widget in (clients, search):
        QTest.keyClick(widget, Qt.Key.Key_Return) if widget is not search else None
    assert chosen == []
    QTest.mouseClick(
        clients.viewport(), Qt.MouseButton.LeftButton, pos=clients.visualItemRect(clients.item(1)).center()
    )
    assert [item.text() for item in clients.selectedItems()] == [clients.item(1).text()]
    child(made, "start-setup").click()
    assert chosen == [clients.item(1).data(Qt.ItemDataRole.UserRole)]


def test_a_name_that_fits_one_client_chooses_it_and_enter_starts_it(qtbot: QtBot) -> None:
    made, clients, chosen = picker(qtbot)
    search = part(made, QLineEdit, "find-client")
    QTest.keyClicks(search, "okta")
    assert clients.selectedItems() == []
    QTest.keyClick(search, Qt.Key.Key_Return)
    assert len(clients.selectedItems()) == 1
    assert chosen == [], "several fit: Enter only chooses the first"
    search.setFocus()
    search.clear()
    QTest.keyClicks(search, "federate")
    assert [item.data(Qt.ItemDataRole.UserRole) for item in clients.selectedItems()] == ["pingfederate"]
    QTest.keyClick(search, Qt.Key.Key_Return)
    assert chosen == ["pingfederate"]
    QTest.keyClicks(search, "nobody")
    assert part(made, MainButton, "start-setup").obstacle


# -- a setup exists once something was entered ---------------------------------------------


@pytest.mark.usefixtures("secret_service")
def test_looking_around_makes_no_setup_and_the_first_entry_does(program: Program) -> None:
    async def story(application: Application) -> None:
        assert application.workspace is not None
        store = application.workspace.store
        await application.new_setup("entra")
        controller = looked = application.opened.controller
        assert looked is not None
        assert controller is not None
        first, second = controller.session.guide.steps[:2]
        controller.go(second.id)
        await until(lambda: looked.session.here.step.id == second.id)
        await application.show_home()
        assert store.list().setups == ()
        await application.new_setup("entra")
        controller = application.opened.controller
        assert controller is not None
        controller.tick(controller.session.guide.prerequisites[0].id, on=True)
        await until(lambda: len(store.list().setups) == 1)
        assert first.id == store.list().setups[0].position

    program.play(story)


@pytest.mark.usefixtures("secret_service")
def test_a_secret_is_kept_only_for_a_setup_with_a_file(program: Program) -> None:
    async def story(application: Application) -> None:
        assert application.workspace is not None
        await application.new_setup("entra")
        controller = application.opened.controller
        assert controller is not None
        session = controller.session
        put = session.vault.put
        files_then: list[bool] = []

        async def watched(setup_id: str, name: str, value: str) -> object:
            assert application.workspace is not None
            files_then.append(application.workspace.store.has(setup_id))
            return await put(setup_id, name, value)

        session.vault.put = watched  # type: ignore[method-assign,assignment]
        assert (await session.captures.give("token", "canary-token-7f3d91" * 3)).accepted
        assert files_then == [True]
        assert (await session.vault.purge(session.setup.id)).status is VaultStatus.DELETED

    program.play(story)


# -- Open --------------------------------------------------------------------------------


@pytest.mark.usefixtures("secret_service")
def test_open_leads_to_the_page_of_the_step(program: Program) -> None:
    async def story(application: Application) -> None:
        await application.new_setup("entra")
        controller, page = application.opened.controller, application.opened.page
        assert controller is not None
        assert page is not None
        guide = controller.session.guide
        linked = next(step for step in guide.steps if step.link)
        controller.go(linked.id)
        await until(lambda: controller.session.here.step.id == linked.id)
        child(page, "open-portal").click()
        child(page, "open-cie").click()
        assert program.browsed == [linked.link, guide.cie.url]
        controller.go(guide.steps[0].id)
        await until(lambda: controller.session.here.step.id == guide.steps[0].id)
        controller.open_console(Lane.PORTAL)
        assert program.browsed[-1] == guide.portal.url

    program.play(story)


# -- fields, tables, files ---------------------------------------------------------------


def test_nothing_moves_when_copied_appears(qtbot: QtBot) -> None:
    page = QWidget()
    qtbot.addWidget(page)
    first, second = (ValueField(name, "CIE, Base URL") for name in ("Directory ID", "Directory Name"))
    column(first, second, inside=page)
    page.resize(410, 560)
    page.show()
    before = second.mapTo(page, QPoint())
    first.set_hint("Copied. Clears from the clipboard in 45 s.", "good")
    QTest.qWait(20)
    assert second.mapTo(page, QPoint()) == before


@pytest.mark.parametrize("hidden", [False, True])
@pytest.mark.parametrize("width", [560, 900])
def test_no_column_is_cut_beside_an_empty_one(qtbot: QtBot, width: int, *, hidden: bool) -> None:
    page = QWidget()
    qtbot.addWidget(page)
    table = ResultTable(("Row", "Name", "Finding"), "Findings", page)
    table.resize(width, 300)
    page.resize(width, 300)
    page.show()
    table.setHidden(hidden)
    name = "CN=A person with a long name,OU=Team,DC=example"
    rows = Rows(3)
    rows.add(["a"] * 3, [1, 2, 3], [name] * 3, ["Short"] * 3)
    table.rows.set_rows(rows)
    table.show()
    needs = [table.sizeHintForColumn(at) for at in range(3)]
    widths = [table.columnWidth(at) for at in range(3)]
    assert sum(widths) == table.viewport().width()
    assert sum(needs) < width
    assert all(has >= need for has, need in zip(widths, needs, strict=True)), (widths, needs)
    assert widths[0] >= needs[0]
    assert widths[2] >= needs[2], "a short column is never cut"
    font = table.font()
    font.setPixelSize(60)
    table.setFont(font)
    assert table.sizeHintForColumn(2) > widths[2]
    assert table.columnWidth(2) > widths[2], "measured again"


def test_a_column_moved_by_hand_stays(qtbot: QtBot) -> None:
    page = QWidget()
    qtbot.addWidget(page)
    table = ResultTable(("Row", "Name"), "Findings", page)
    page.show()
    table.horizontalHeader().resizeSection(0, 222)
    table.resize(700, 300)
    assert table.columnWidth(0) == 222


@pytest.mark.parametrize("there", [True, False])
def test_files_are_saved_in_the_documents(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, there: bool
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    documents = Path(QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation))
    assert documents.is_relative_to(tmp_path)
    if there:
        documents.mkdir(parents=True)
    window = QWidget()
    qtbot.addWidget(window)
    files.choose_target(window, "Save the findings", files.CSV, "findings.csv", lambda _path: None)
    dialog = window.findChild(QFileDialog)
    assert isinstance(dialog, QFileDialog)
    assert Path(dialog.directory().path()) == (documents if there else tmp_path)
    dialog.close()


def test_practice_never_asks_for_https() -> None:
    for text in ("scim.example", "ftp://127.0.0.1/scim", "http://scim.example/v2", "https://scim.example/v2"):
        problem = read(Kind.BASE_URL, text, practice=True).problem
        assert problem
        assert "https" not in problem
    real = read(Kind.BASE_URL, "scim.example").problem
    assert real
    assert "https://" in real
