"""The tags of a setup: set on home, shown there, kept in its file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QLineEdit, QPushButton

from app.guide import catalog
from app.session.open_setup import new_setup, utc_now
from app.setup.store import Store
from tests.support.screen import child, words
from tests.support.until import until
from ui.home.tags import TagsDialog

if TYPE_CHECKING:
    from tests.support.running import Program
    from ui.application import Application

TOKEN = "0123456789abcdefghijklmnopqr"


def test_tags_are_set_on_home_and_kept(program: Program) -> None:
    setup = new_setup(catalog.guide("okta"), utc_now(), practice=False).with_(name="contoso.com")
    program.holding(setup)

    def stored() -> tuple[str, ...]:
        return Store(program.data).list().setups[0].tags

    async def story(application: Application) -> None:
        home = application.home

        async def dialog() -> TagsDialog:
            child(home, f"tags-{setup.id}").click()
            return await until(lambda: next((each for each in home.findChildren(TagsDialog) if each.isVisible()), None))

        def field(shown: TagsDialog) -> QLineEdit:
            found = shown.findChild(QLineEdit, "tags")
            assert found is not None
            return found

        def press(shown: TagsDialog, name: str) -> None:
            found = shown.findChild(QPushButton, name)
            assert found is not None
            found.click()

        shown = await dialog()
        for wrong in ("a/b", TOKEN):
            field(shown).setText(wrong)
            press(shown, "save-tags")
            assert shown.isVisible(), "nothing typed is lost"
            assert TOKEN not in words(shown)
        field(shown).setText(" Prod , eu, prod")
        press(shown, "save-tags")
        await until(lambda: "Prod, eu" in words(home))
        assert stored() == ("Prod", "eu")

        shown = await dialog()
        assert field(shown).text() == "Prod, eu"
        field(shown).setText("other")
        press(shown, "cancel-tags")
        assert stored() == ("Prod", "eu")

        await application.open_setup(setup.id)
        await application.show_home()
        shown = await dialog()
        field(shown).setText("")
        press(shown, "save-tags")
        await until(lambda: stored() == ())
        await until(lambda: "Prod" not in words(home))

    program.play(story)
