"""The What arrived page with a real endpoint on loopback, a real keyring, and exports of the portal."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from PySide6.QtWidgets import QApplication, QComboBox, QFileDialog, QListWidget

from app.diagnosis.arrivals import ArrivalVerdict, counts
from app.guide.placeholders import fill
from app.guide.vocabulary import Milestone, Tool
from app.scim.arrivals import ArrivalKind, ResourceTally
from app.scim.observation import Observation
from app.text.counts import counted
from tests.hostile.server import TOKEN, Hostile, http
from tests.scim.directory import Directory, group, user
from tests.support.clock import NOW
from tests.support.controller import walk
from tests.support.pages import ShownPage, flaws, laid_out
from tests.support.screen import by_tab, child, part, settled, words
from tests.support.until import until
from ui.main_window import MainWindow
from ui.tools.arrivals import STOPPED, ArrivedPage
from ui.tools.catalog import TOOLS
from ui.tools.columns import ColumnsCard
from ui.widgets.findings import FindingsView
from ui.widgets.table import ResultTable
from ui.wizard.page import WizardPage

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from ui.session.controller import SetupController

    Story = Callable[[SetupController, WizardPage, ArrivedPage], Awaitable[None]]

pytestmark = [pytest.mark.qt_log_ignore("propagateSizeHints"), pytest.mark.usefixtures("secret_service")]

MISSING = fill(ArrivalKind.MISSING.more[1], {"values": "3"})
"""The finding about the object that occurs only in row 3 of the export."""


def play(qapp: QApplication, folder: Path, directory: Directory, story: Story) -> Hostile:
    """Open the page on a submitted setup whose endpoint is that directory; no written file contains its names."""

    async def whole(controller: SetupController) -> None:
        setup = controller.session.setup
        controller.session.setup = setup.with_(reached={**setup.reached, Milestone.SUBMITTED: NOW})
        window, wizard = MainWindow(), WizardPage(controller)
        window.resize(window.minimumSize())
        window.show_page(wizard)
        window.show()
        window.activateWindow()
        child(wizard, "tool-arrived").click()
        page = wizard.findChild(ArrivedPage)
        assert isinstance(page, ArrivedPage)
        await story(controller, wizard, page)
        await controller.session.tick("anything", on=True)  # saves
        window.deleteLater()
        await asyncio.sleep(0)

    with Hostile(directory) as server:
        walk(qapp, folder / "data", whole, base_url=server.base_url, token=TOKEN * 3)
    for path in (folder / "data").rglob("*"):
        assert path.is_dir() or b"Canary" not in path.read_bytes()
    return server


def table(page: ArrivedPage) -> list[tuple[str | int, ...]]:
    rows = part(page, ResultTable).rows
    return [rows.all.cells(row) for row in rows.shown]


def kinds(page: ArrivedPage) -> dict[str, int]:
    """Return the kinds of findings in order, with their counts."""
    found = part(page, QListWidget, "kinds")
    lines = (found.item(at).text().rpartition(", ") for at in range(found.count()))
    return {title: int(count) for title, _, count in lines}


def test_the_page_is_offered_once_something_can_have_arrived(qapp: QApplication, tmp_path: Path) -> None:
    async def story(controller: SetupController) -> None:
        page = TOOLS[Tool.ARRIVED]
        assert not page.offered(controller.session), "nothing answers before Submit"
        setup = controller.session.setup
        controller.session.setup = setup.with_(reached={**setup.reached, Milestone.SUBMITTED: NOW})
        assert page.offered(controller.session)
        controller.session.setup = controller.session.setup.with_(kept=())
        assert not page.offered(controller.session), "there are no secrets for the endpoint"

    walk(qapp, tmp_path, story)


def test_counts_and_findings_are_shown_sorted_and_copied(qapp: QApplication, tmp_path: Path) -> None:
    users = [user(1, displayName="Canary"), user(2, userName="CORP\\bob"), user(3, active=False)]
    groups = [group(1), group(2, displayName="Group 1"), group(3, displayName="=1", members=[])]

    async def story(controller: SetupController, wizard: WizardPage, page: ArrivedPage) -> None:
        said: list[str] = []
        controller.announced.connect(said.append)
        controller.clipboard.changed.connect(lambda state: said.append(state.label))
        await until(lambda: wizard.focusWidget() is child(page, "look-sample"))
        child(page, "look-sample").click()
        await settled(page)
        assert counts("users", ResourceTally(total=3, read=3, inactive=1)) in words(page)
        assert counts("groups", ResourceTally(total=3, read=3)) in words(page)
        assert {"look-sample", "look-all", "compare-users", "kinds"} <= by_tab(wizard)
        assert said[-1].startswith("3 findings")
        assert kinds(page) == {
            "All": 6,
            ArrivalKind.FORM.words: 1,
            ArrivalKind.SAME.words: 1,
            ArrivalKind.NO_MEMBERS.words: 1,
            ArrivalKind.NEWEST.words: 3,
        }
        assert wizard.focusWidget() is page.findChild(QListWidget, "kinds"), "the findings take the keyboard"
        part(page, QListWidget, "kinds").setCurrentRow(3)
        child(page, "copy-rows").click()
        await until(lambda: said[-1] == "1 row")
        assert controller.paste_text() == f"What\tName\tFinding\nGroup\t'=1\t{ArrivalKind.NO_MEMBERS.more[1]}"

    server = play(qapp, tmp_path, Directory(users, groups), story)
    assert all(request.startswith("GET ") for request in server.requests)


def test_a_large_directory_is_sampled_unless_all_is_asked_for(qapp: QApplication, tmp_path: Path) -> None:
    async def story(controller: SetupController, wizard: WizardPage, page: ArrivedPage) -> None:
        child(page, "look-sample").click()
        await settled(page)
        sampled, whole = ResourceTally(total=700, read=500), ResourceTally(total=700, read=700)
        assert counts("users", sampled) in words(page)
        child(page, "look-all").click()
        await settled(page)
        assert counts("users", sampled) not in words(page)
        assert counts("users", whole) in words(page)

    play(qapp, tmp_path, Directory([user(n) for n in range(700)], []), story)


def test_a_running_look_tells_how_far_it_is_and_is_stopped(qapp: QApplication, tmp_path: Path) -> None:
    def first(_path: str, query: dict[str, str]) -> bytes | None:
        return http(429, Retry_After="200") if query["startIndex"] == "101" else None

    async def story(controller: SetupController, wizard: WizardPage, page: ArrivedPage) -> None:
        child(page, "look-all").click()
        await until(lambda: "Waiting 3 min" in words(page))
        child(page, "stop").click()
        await settled(page)
        assert STOPPED in words(page)
        assert child(page, "look-all").isEnabled()

    play(qapp, tmp_path, Directory([user(n) for n in range(300)], [], first), story)


def test_an_export_of_users_is_compared_both_ways(qapp: QApplication, tmp_path: Path) -> None:
    file = tmp_path / "users.csv"
    file.write_text("displayName,userPrincipalName,mail\nA,ANN1@example.com,\nCanary,gone@example.com,\n")

    async def story(controller: SetupController, wizard: WizardPage, page: ArrivedPage) -> None:
        child(page, "compare-users").click()
        dialog = wizard.window().findChild(QFileDialog)
        assert dialog is not None
        dialog.fileSelected.emit(str(file))
        dialog.reject()
        await settled(page)
        assert f"users.csv, {counted(2, 'user')}" in words(page)
        assert kinds(page)[ArrivalKind.MISSING.words] == 1
        assert kinds(page)[ArrivalKind.EXTRA.words] == 1
        assert sorted(row for row in table(page) if row[2] in (MISSING, ArrivalKind.EXTRA.more[1])) == [
            ("User", "ann2@example.com", ArrivalKind.EXTRA.more[1]),
            ("User", "gone@example.com", MISSING),
        ]

    play(qapp, tmp_path, Directory([user(1), user(2)], []), story)


def test_a_dropped_export_of_groups_is_recognized_though_groups_have_mail(qapp: QApplication, tmp_path: Path) -> None:
    file = tmp_path / "groups.csv"
    file.write_text("id,displayName,mail\n1,group 1,g1@example.com\n2,Sales,s@example.com\n")

    async def story(controller: SetupController, wizard: WizardPage, page: ArrivedPage) -> None:
        page.compare(file, groups=None)
        await settled(page)
        assert f"groups.csv, {counted(2, 'group')}" in words(page)
        assert [row for row in table(page) if row[2] == MISSING] == [("Group", "Sales", MISSING)]

    play(qapp, tmp_path, Directory([user(1)], [group(1)]), story)


def test_an_unknown_column_is_asked_for_before_comparing(qapp: QApplication, tmp_path: Path) -> None:
    file = tmp_path / "users.csv"
    file.write_text("Konto;Nummer\nann1@example.com;1\n")

    async def story(controller: SetupController, wizard: WizardPage, page: ArrivedPage) -> None:
        page.compare(file, groups=False)
        await settled(page)
        card = next(card for card in page.findChildren(ColumnsCard) if card.isVisibleTo(page))
        part(card, QComboBox, "column-user-name").setCurrentIndex(1)
        child(card, "check-again").click()
        await settled(page)
        assert f"users.csv, {counted(1, 'user')}" in words(page)
        assert not {ArrivalKind.MISSING.words, ArrivalKind.EXTRA.words} & kinds(page).keys()

    play(qapp, tmp_path, Directory([user(1)], []), story)


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (http(401), f"Not all users and groups could be read. {Observation.UNAUTHORIZED.words}."),
        (http(404), ArrivalVerdict.NO_LISTS.words),
        (http(200, b"<html>"), f"Not all users and groups could be read. {Observation.HTML.words}."),
    ],
)
def test_an_endpoint_that_answers_badly_is_reported_plainly(
    qapp: QApplication, tmp_path: Path, answer: bytes, sentence: str
) -> None:
    async def story(controller: SetupController, wizard: WizardPage, page: ArrivedPage) -> None:
        child(page, "look-sample").click()
        await settled(page)
        assert sentence in words(page)
        assert ArrivalVerdict.NOTHING_YET.words not in words(page)
        assert not part(page, FindingsView).isVisibleTo(page)

    play(qapp, tmp_path, Directory([], [], lambda _path, _query: answer), story)


def test_an_empty_directory_is_reported_as_empty(qapp: QApplication, tmp_path: Path) -> None:
    async def story(controller: SetupController, wizard: WizardPage, page: ArrivedPage) -> None:
        child(page, "look-sample").click()
        await settled(page)
        assert ArrivalVerdict.NOTHING_YET.words in words(page)

    play(qapp, tmp_path, Directory([], []), story)


def test_the_choices_of_an_export_fit_into_a_small_window(qapp: QApplication, tmp_path: Path) -> None:
    file = tmp_path / "groups.csv"
    names = ("Vertrieb S\u00fcd", "Gesch\u00e4ftsf\u00fchrung", "B\u00fcro", "group 1")
    lines = "".join(f"{n};{name};x\r\n" for n, name in enumerate(names))
    file.write_bytes(f"Exportiert am 3.4.2026\r\nid;displayName;mail\r\n{lines}".encode("cp1252"))

    async def story(controller: SetupController, wizard: WizardPage, page: ArrivedPage) -> None:
        wizard.window().resize(1000, 680)
        size = wizard.window().size()
        page.compare(file, groups=None)
        await settled(page)
        assert f"groups.csv, {counted(4, 'group')}" in words(page)
        assert wizard.window().size() == size
        await laid_out()
        assert list(flaws(ShownPage("arrived", wizard.window()))) == []
        card = next(card for card in page.findChildren(ColumnsCard) if card.isVisibleTo(page))
        child(card, "open-columns").click()
        await asyncio.sleep(0.05)
        assert wizard.window().size() == size
        await laid_out()
        assert list(flaws(ShownPage("arrived", wizard.window()))) == []
        assert "Vertrieb S\u00fcd" in words(card)
        child(card, "open-columns").click()
        assert part(page, FindingsView).isVisibleTo(page)

    play(qapp, tmp_path, Directory([user(1)], [group(1)]), story)
