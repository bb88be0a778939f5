"""The home page also shows the end of a wait in the background."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from app.guide import catalog
from app.guide.vocabulary import Milestone, Page
from app.session.open_setup import new_setup, utc_now
from app.setup.sentences import status_line
from app.setup.state import Status, Wait
from app.setup.status import summary
from tests.support.screen import words
from tests.support.until import until

if TYPE_CHECKING:
    from app.setup.state import Setup
    from tests.support.running import Program
    from ui.application import Application


def waiting() -> Setup:
    guide, now = catalog.guide("okta"), utc_now()
    steps = guide.steps[: next(n for n, step in enumerate(guide.steps) if step.page is Page.WATCH)]
    setup = new_setup(guide, now, practice=False).with_(
        done={step.id: now for step in steps},
        reached={Milestone.SUBMITTED.value: now - timedelta(hours=1), Milestone.STARTED.value: now},
    )
    return setup.with_(summary=summary(guide, setup))


@pytest.mark.usefixtures("secret_service")
def test_home_tells_of_a_timestamp_that_came_meanwhile(program: Program) -> None:
    setup = waiting()
    program.holding(setup)

    async def story(application: Application) -> None:
        assert Wait.TIMESTAMP.words in words(application.home)
        assert application.workspace is not None
        session = application.workspace.opened[setup.id]
        await until(lambda: session.waiting.report)
        assert await session.waiting.enter_timestamp(utc_now().isoformat()) is None
        await until(lambda: status_line(session.setup) in words(application.home))
        assert session.setup.summary.status is not Status.WAITING
        assert Wait.TIMESTAMP.words not in words(application.home)

    program.play(story)
