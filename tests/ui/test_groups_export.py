"""The page of the groups export: dropped or chosen, checked in the background, saved and copied, nothing kept."""

from __future__ import annotations

import asyncio
import csv
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QFileDialog, QLineEdit, QListWidget, QWidget

from app.exports.groups_check import GroupIssue
from app.exports.problems import FileProblem, Unusable
from app.guide.vocabulary import Tool
from app.text.counts import counted
from tests.support.controller import walk
from tests.support.screen import by_tab, child, part, settled, words
from tests.support.until import until
from ui.tools.columns import ColumnsCard
from ui.tools.groups_export import STOPPED, GroupsExportPage
from ui.widgets.busy import ThinBar
from ui.widgets.drop import ELSEWHERE, SEVERAL, DropCard
from ui.widgets.findings import FindingsView
from ui.widgets.table import ResultTable
from ui.wizard.page import WizardPage

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.running import Program
    from ui.application import Application
    from ui.session.controller import SetupController

pytestmark = [pytest.mark.qt_log_ignore("propagateSizeHints"), pytest.mark.usefixtures("secret_service")]

TABLE = [["displayName", "id"], ["Sales", "1"], ["SALES", "2"], ["R&D", "3"], ["Finance", "4"], ["=Finance", "5"]]

MANY = "name,id\n" + "".join(f"Group {i},{i}\n" for i in range(200_000))
"""An export that takes a while to check."""


@pytest.fixture
def groups(tmp_path: Path) -> Path:
    """An export with a near duplicate and a forbidden character."""
    file = tmp_path / "canary-groups.csv"
    with file.open("w", newline="") as out:
        csv.writer(out).writerows(TABLE)
    return file


@pytest.fixture
def data(tmp_path: Path) -> Iterator[Path]:
    """The data folder, which must never contain anything of the export."""
    folder = tmp_path / "data"
    yield folder
    kept = [path for path in folder.rglob("*") if path.is_file()]
    assert kept
    for path in kept:
        assert b"Finance" not in path.read_bytes()
        assert b"canary" not in path.read_bytes()


def opened(controller: SetupController) -> tuple[WizardPage, GroupsExportPage]:
    wizard = WizardPage(controller)
    wizard.resize(1000, 680)
    wizard.show()
    wizard.activateWindow()
    controller.open_tool(Tool.GROUPS_EXPORT)
    page = wizard.findChild(GroupsExportPage)
    assert isinstance(page, GroupsExportPage)
    return wizard, page


def drop(card: QWidget, *urls: QUrl) -> None:
    mime = QMimeData()
    mime.setUrls(list(urls))
    buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    entering = QDragEnterEvent(QPointF(20, 20), Qt.DropAction.CopyAction, mime, buttons, keys)
    QApplication.sendEvent(card, entering)
    assert entering.isAccepted()
    assert card.property("role") == "card-current"
    QApplication.sendEvent(card, QDropEvent(QPointF(20, 20), Qt.DropAction.CopyAction, mime, buttons, keys))


def table(page: GroupsExportPage) -> list[tuple[str | int, ...]]:
    rows = part(page, ResultTable).rows
    return [rows.all.cells(row) for row in rows.shown]


def test_a_dropped_file_is_checked_and_its_findings_are_shown(qapp: QApplication, data: Path, groups: Path) -> None:
    async def story(controller: SetupController) -> None:
        said: list[str] = []
        controller.announced.connect(said.append)
        wizard, page = opened(controller)
        assert child(page, "choose-file").isVisibleTo(page)
        card = page.findChild(DropCard, "drop")
        assert card is not None
        drop(card, QUrl.fromLocalFile(str(groups)))
        assert child(page, "stop").isVisibleTo(page)
        await settled(page)
        assert [row[:2] for row in table(page)] == [(3, "SALES"), (4, "R&D")]
        kinds = page.findChild(QListWidget, "kinds")
        assert kinds is not None
        lines = [kinds.item(at).text() for at in range(kinds.count())]
        assert lines == ["All, 2", f"{GroupIssue.ALIKE.words}, 1", f"{GroupIssue.SIGNS.words}, 1"]
        assert said[-1].startswith("2 findings")
        everything = {"save-findings", "another-file", "open-columns", "kinds", "filter", "copy-rows", "rows"}
        assert everything <= by_tab(wizard)
        assert "canary-groups.csv" in words(page)
        assert f"{counted(5, 'group')}, UTF-8" in words(page)
        kinds.setCurrentRow(2)
        assert [row[1] for row in table(page)] == ["R&D"]
        assert GroupIssue.SIGNS.more[0] in words(page)
        wizard.deleteLater()

    walk(qapp, data, story)


def test_rows_are_filtered_sorted_and_copied_without_formulas(qapp: QApplication, data: Path, groups: Path) -> None:
    groups.write_text(groups.read_text() + "=Finance & Co,6\n")

    async def story(controller: SetupController) -> None:
        wizard, page = opened(controller)
        said: list[str] = []
        controller.clipboard.changed.connect(lambda state: said.append(state.label))
        page.open_file(groups)
        await settled(page)
        view = part(page, ResultTable)
        view.sortByColumn(1, Qt.SortOrder.DescendingOrder)
        assert [row[1] for row in table(page)] == ["SALES", "R&D", "=Finance & Co"]
        view.sortByColumn(0, Qt.SortOrder.AscendingOrder)
        field = page.findChild(QLineEdit, "filter")
        assert field is not None
        QTest.keyClicks(field, "HAS &")
        assert [row[0] for row in table(page)] == [4, 7]
        child(page, "copy-rows").click()
        await until(lambda: bool(said) and said[-1] == "2 rows")
        assert controller.paste_text().splitlines() == [
            "Row\tName\tFinding",
            "4\tR&D\tHas &",
            "7\t'=Finance & Co\tHas &",
        ]
        view.selectRow(1)
        QTest.keyClick(view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
        await until(lambda: said[-1] == "1 row")
        assert controller.paste_text().splitlines()[1:] == ["7\t'=Finance & Co\tHas &"]
        wizard.deleteLater()

    walk(qapp, data, story)


def test_unknown_columns_are_asked_for_and_can_be_chosen_by_keyboard(
    qapp: QApplication, data: Path, tmp_path: Path
) -> None:
    file = tmp_path / "groups.csv"
    file.write_text("Bezeichnung;Nummer\nSales;7\nSales;8\n")

    async def story(controller: SetupController) -> None:
        wizard, page = opened(controller)
        page.open_file(file)
        await settled(page)
        box = part(page, QComboBox, "column-name")
        assert box.accessibleName() == "Name"
        again = child(page, "check-again")
        assert not again.isEnabled()
        await until(lambda: wizard.focusWidget() is box)
        QTest.keyClick(box, Qt.Key.Key_Down)
        assert box.currentText() == "Bezeichnung (Sales)"
        again.click()
        await settled(page)
        assert [row[:2] for row in table(page)] == [(3, "Sales")]
        wizard.deleteLater()

    walk(qapp, data, story)


def test_how_the_file_was_read_is_shown_can_be_chosen_and_undone(
    qapp: QApplication, data: Path, tmp_path: Path
) -> None:
    file = tmp_path / "groups.csv"
    file.write_bytes("Group report\nGroup name;Group ID\nS\u00fcd;7\nS\u00fcd;8\n".encode("cp1252"))

    async def story(controller: SetupController) -> None:
        wizard, page = opened(controller)
        page.open_file(file)
        await settled(page)
        assert f"{counted(2, 'group')}, Windows-1252" in words(page)
        assert part(page, QWidget, "doubt").isVisibleTo(page)
        child(page, "open-columns").click()
        assert "S\u00fcd" in words(part(page, QWidget, "columns"))
        assert not part(page, FindingsView).isVisibleTo(page), "both do not fit into the smallest window"
        undo = child(page, "undo-choices")
        assert not undo.isVisibleTo(page)
        encoding, header = part(page, QComboBox, "encoding"), part(page, QComboBox, "header-line")
        assert encoding.currentText().startswith("Windows-1252")
        assert header.currentText() == "Line 2: Group name;Group ID"
        encoding.setCurrentIndex(encoding.findData("cp866"))
        child(page, "check-again").click()
        await settled(page)
        assert [row[:2] for row in table(page)] == [(4, "S\u2116d")]
        assert undo.isVisibleTo(page)
        header.setCurrentIndex(0)
        child(page, "check-again").click()
        await settled(page)
        assert part(page, ColumnsCard).is_open, "the column of the names must be chosen"
        undo.click()
        await settled(page)
        assert [row[:2] for row in table(page)] == [(4, "S\u00fcd")]
        kind = part(page, QComboBox, "rows-are")
        kind.setCurrentIndex(kind.findText("A member of a group"))
        child(page, "check-again").click()
        await settled(page)
        assert counted(2, "row") in words(page)
        wizard.deleteLater()

    walk(qapp, data, story)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("userPrincipalName,displayName\na@example.com,Ann\n", "These look like users."),
        ("Group,User\nSales,ann\nSales,bob\n", "This is a list of members: 2 rows. No problem was found in 1 group."),
        ("Name,Type\nSales,Security Group\nAnn,User\n", "This is a mixed list. Only its groups were checked"),
        ("Name,Mail\nSales,s@example.com\n", "Nothing here shows whether these are groups."),
    ],
)
def test_what_the_rows_are_is_said_before_what_is_wrong(
    qapp: QApplication, data: Path, tmp_path: Path, text: str, sentence: str
) -> None:
    file = tmp_path / "groups.csv"
    file.write_text(text)

    async def story(controller: SetupController) -> None:
        wizard, page = opened(controller)
        page.open_file(file)
        await settled(page)
        assert sentence in words(page)
        wizard.deleteLater()

    walk(qapp, data, story)


def test_findings_are_saved_through_the_systems_dialog(
    qapp: QApplication, data: Path, groups: Path, tmp_path: Path
) -> None:
    async def story(controller: SetupController) -> None:
        wizard, page = opened(controller)
        page.open_file(groups)
        await settled(page)
        child(page, "save-findings").click()
        dialog = wizard.window().findChild(QFileDialog)
        assert dialog is not None
        assert not dialog.testAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.emit(str(tmp_path / "findings.csv"))
        dialog.reject()
        assert part(page, FindingsView).isVisibleTo(page), "what is shown stays while it is saved"
        await settled(page)
        assert "findings.csv" in words(page)
        with (tmp_path / "findings.csv").open(encoding="utf-8-sig", newline="") as back:
            assert [row[0] for row in csv.reader(back)] == ["Row", "3", "4"]
        page.save_findings(groups)
        await settled(page)
        assert Unusable(FileProblem.ITSELF).sentence in words(page)
        assert groups.read_text().startswith("displayName")
        child(page, "open-columns").click()
        child(page, "check-again").click()
        await settled(page)
        assert len(table(page)) == 2, "a path that could not be written is not tried again"
        wizard.deleteLater()

    walk(qapp, data, story)


def test_a_running_check_is_stopped_at_once(qapp: QApplication, data: Path, tmp_path: Path) -> None:
    file = tmp_path / "groups.csv"
    file.write_text(MANY)

    async def story(controller: SetupController) -> None:
        wizard, page = opened(controller)
        await until(lambda: wizard.focusWidget() is child(page, "choose-file"))
        page.open_file(file)
        stop = child(page, "stop")
        assert wizard.focusWidget() is stop
        await until(lambda: part(page, ThinBar).value() > 0)
        QTest.keyClick(stop, Qt.Key.Key_Return)
        assert STOPPED in words(page)
        await settled(page)
        assert not part(page, FindingsView).isVisibleTo(page)
        wizard.deleteLater()

    walk(qapp, data, story)


def test_leaving_the_setup_ends_the_check(program: Program, tmp_path: Path) -> None:
    file = tmp_path / "groups.csv"
    file.write_text(MANY)

    async def story(application: Application) -> None:
        await application.new_setup("entra")
        assert application.opened.controller is not None
        application.opened.controller.open_tool(Tool.GROUPS_EXPORT)
        page = part(application.window, GroupsExportPage)
        before = asyncio.all_tasks()
        page.open_file(file)
        begun = asyncio.all_tasks() - before
        assert begun
        await until(lambda: part(page, ThinBar).value() > 0)
        await application.show_home()
        await until(lambda: all(task.done() for task in begun))
        assert all(task.cancelled() for task in begun)

    program.play(story)


def test_what_cannot_be_used_says_why(qapp: QApplication, data: Path, tmp_path: Path, groups: Path) -> None:
    book = tmp_path / "groups.xlsx"
    book.write_bytes(b"PK\x03\x04")

    async def story(controller: SetupController) -> None:
        wizard, page = opened(controller)
        card = page.findChild(DropCard, "drop")
        assert card is not None
        drop(card, QUrl.fromLocalFile(str(book)), QUrl.fromLocalFile(str(groups)))
        assert SEVERAL in words(page)
        drop(card, QUrl("https://example.com/groups.csv"))
        assert ELSEWHERE in words(page)
        drop(card, QUrl.fromLocalFile(str(book)))
        await settled(page)
        assert Unusable(FileProblem.WORKBOOK).sentence in words(page)
        drop(card, QUrl.fromLocalFile(str(groups)))
        await settled(page)
        assert len(table(page)) == 2
        assert Unusable(FileProblem.WORKBOOK).sentence not in words(page)
        wizard.deleteLater()

    walk(qapp, data, story)


def test_no_problem_is_said_as_such(qapp: QApplication, data: Path, tmp_path: Path) -> None:
    file = tmp_path / "groups.csv"
    file.write_text("name\nSales\nMarketing\n")

    async def story(controller: SetupController) -> None:
        wizard, page = opened(controller)
        page.open_file(file)
        await settled(page)
        assert counted(2, "group") in words(page)
        assert not part(page, FindingsView).isVisibleTo(page)
        assert not child(page, "save-findings").isVisibleTo(page)
        wizard.deleteLater()

    walk(qapp, data, story)


def test_fifty_thousand_rows_sort_and_filter_within_a_blink(qapp: QApplication) -> None:
    import time

    from ui.widgets.table import ResultTable, Rows

    host = QWidget()
    view = ResultTable(("Row", "Name"), "Findings", host)
    rows, many = Rows(2), range(50_000)
    rows.add(["a" if at % 2 else "b" for at in many], list(many), [f"Group {at * 7919 % 50_000}" for at in many])
    view.rows.set_rows(rows)
    started = time.perf_counter()
    view.sortByColumn(1, Qt.SortOrder.AscendingOrder)
    view.rows.set_filter("9", "a")
    assert time.perf_counter() - started < 1, "a model that is asked for each cell takes seconds"
    shown = view.rows.shown
    assert shown
    assert all("9" in f"{rows.cells(row)}" and rows.groups[row] == "a" for row in shown)
    names = [str(rows.cells(row)[1]) for row in shown]
    assert names == sorted(names)
    host.deleteLater()
