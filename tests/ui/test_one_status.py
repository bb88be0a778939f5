"""Home, the wizard and the setup's file agree on the status of a setup."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtWidgets import QWidget

from app.guide import catalog
from app.guide.vocabulary import Milestone
from app.session.open_setup import new_setup
from app.setup import journey
from app.setup.state import Setup, Status
from app.setup.status import summary
from tests.support.clock import NOW
from tests.support.screen import words
from tests.support.setups import advance, redo
from tests.support.until import until

if TYPE_CHECKING:
    from tests.support.running import Program
    from ui.application import Application


def replaced_under_another_answer() -> Setup:
    """Finish, choose the other screens, redo, replace the token, redo: a step that is now hidden is stale."""
    guide = catalog.guide("entra")
    setup = advance(guide, new_setup(guide, NOW, practice=False), Milestone.FINISHED)
    setup = redo(guide, journey.answer(setup, "screens", "classic"))
    setup = redo(guide, journey.record_secret(guide, setup, "token", NOW, replaced=True))
    setup = journey.open_step(setup, guide.steps[-1].id)
    assert setup.stale
    return setup.with_(summary=summary(guide, setup))


@pytest.mark.usefixtures("secret_service")
def test_a_hidden_stale_step_leaves_a_complete_setup_complete_everywhere(program: Program) -> None:
    setup = replaced_under_another_answer()
    program.holding(setup)

    async def story(application: Application) -> None:
        await until(lambda: setup.name in words(application.home))
        assert Status.COMPLETE.words in words(application.home).splitlines()
        await application.open_setup(setup.id)
        page = application.opened.page
        assert page is not None
        assert page.findChild(QWidget, "finish") is not None
        assert application.opened.controller is not None
        assert application.opened.controller.session.setup.summary.status is Status.COMPLETE

    program.play(story)
