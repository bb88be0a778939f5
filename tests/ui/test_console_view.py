"""The console's page of a step, drawn beside its instructions or folded below them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget

from app.guide.screen import ConsoleScreen
from app.session.captures import DisplayedValue
from tests.support.accessibility import recorded
from tests.support.controller import CANARY, walk
from tests.support.pages import laid_out
from tests.support.screen import child, in_front, part
from tests.support.until import until
from ui.theme import style
from ui.widgets.badge import NumberBadge
from ui.wizard.console_view import ConsoleView
from ui.wizard.page import WizardPage

if TYPE_CHECKING:
    from pathlib import Path

    from PySide6.QtWidgets import QApplication

    from ui.session.controller import SetupController

EVERYTHING = {
    "breadcrumb": ["Apps", "Provisioning"],
    "menu": ["Overview", "Provisioning"],
    "tabs": ["Settings", "Mappings"],
    "here": ["Provisioning", "Settings"],
    "parts": [
        {"kind": "heading", "text": "Credentials"},
        {"kind": "field", "label": "Secret Token", "value": "token", "do": 1},
        {"kind": "select", "label": "Scope", "shows": "Assigned only"},
        {"kind": "checkbox", "label": "Enabled", "on": True, "do": 2},
        {"kind": "radio", "label": "All", "on": True},
        {"kind": "switch", "label": "Sync", "on": True},
        {"kind": "table", "columns": ["Name", "State"], "rows": [["a", "b"]], "column": "State", "do": 2},
        {"kind": "button", "label": "Save"},
        {"kind": "link", "label": "Cancel"},
        {"kind": "remark", "text": "Other fields aren't shown."},
    ],
}


def test_every_kind_of_part_is_drawn_and_nothing_can_be_pressed(qapp: QApplication, tmp_path: Path) -> None:
    def shown(name: str) -> DisplayedValue:
        return DisplayedValue("\u2022" * 8, "8 characters", present=True, secret=True)

    async def story(controller: SetupController) -> None:
        style.apply(qapp, dark=False)
        step = controller.session.guide.step("paste-credentials")
        view = ConsoleView(step, ConsoleScreen.model_validate(EVERYTHING), shown)
        view.resize(420, 640)
        view.show()
        await laid_out()
        words = [each.text() for each in view.findChildren(QLabel)]
        assert {"Credentials", "Secret Token", "\u2022" * 8, "Assigned only", "On", "Save", "Cancel"} <= set(words)
        # The list of the step begins with opening the page, so its first instruction is number 2.
        assert [each.accessibleName() for each in view.findChildren(NumberBadge)] == ["2", "3", "3"]
        assert view.read_out().endswith("Provisioning, Settings. 2: Secret Token; 3: Enabled; 3: State.")
        assert {each.focusPolicy() for each in view.findChildren(QWidget)} == {Qt.FocusPolicy.NoFocus}
        view.deleteLater()

    walk(qapp, tmp_path, story)


def test_a_wide_card_has_it_beside_its_text_and_a_narrow_one_folded(qapp: QApplication, tmp_path: Path) -> None:
    async def story(controller: SetupController) -> None:
        session = controller.session
        page = WizardPage(controller)
        page.resize(1600, 1000)
        page.show()
        await session.go("paste-credentials")
        controller.setup_changed.emit()
        await laid_out()
        view, link = part(page, ConsoleView), child(page, "show-screen-paste-credentials")
        assert view.isVisible()
        assert not link.isVisible()
        assert not [each.text() for each in view.findChildren(QLabel) if CANARY in each.text()]
        assert any("\u2022" in each.text() for each in view.findChildren(QLabel))
        page.resize(1000, 680)
        await laid_out()
        assert (view.isVisible(), link.isVisible()) == (False, True)
        await in_front(page)  # only then is the focus said
        link.setFocus()
        with recorded() as reports:
            link.click()
            await until(lambda: view.read_out() in reports.utterances())
        assert view.isVisible()
        page.resize(1600, 1000)
        await laid_out()
        assert view.isVisible()
        page.deleteLater()

    walk(qapp, tmp_path, story)
