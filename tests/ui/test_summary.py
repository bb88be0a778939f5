"""A complete setup opens at its summary, which the rail leads to; every step behind it is reached without a test."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from app.guide import catalog
from app.guide.vocabulary import Milestone
from app.setup import journey
from app.setup.status import summary
from app.vault import VaultStatus
from tests.support.controller import BASE, CANARY
from tests.support.screen import child
from tests.support.setups import advance, fresh
from tests.support.until import until
from ui.session.view_state import FINISH

if TYPE_CHECKING:
    from app.setup.state import Setup
    from tests.support.running import Program
    from ui.application import Application


def complete_at_its_test() -> Setup:
    """A complete setup that was left at Test Connection."""
    guide = catalog.guide("entra")
    setup = advance(guide, fresh(guide), Milestone.FINISHED)
    setup = journey.open_step(replace(setup, id="a" * 32), journey.test_step(guide).id)
    return setup.with_(summary=summary(guide, setup))


@pytest.mark.usefixtures("secret_service")
def test_a_complete_setup_opens_at_its_summary_and_leads_anywhere_and_back(program: Program) -> None:
    setup = complete_at_its_test()
    program.holding(setup)

    async def story(application: Application) -> None:
        await application.open_setup(setup.id)
        page, controller = application.opened.page, application.opened.controller
        assert page is not None
        assert controller is not None
        assert controller.view.page == FINISH
        for name, text in (("base_url", BASE), ("token", CANARY * 3)):
            assert (await controller.session.captures.give(name, text)).accepted
        assert controller.view.page == FINISH
        summary_entry = child(page, "summary")
        assert summary_entry.isVisible()
        page.window().resize(944, 500)  # too low for all stages
        await until(lambda: summary_entry.visibleRegion().boundingRect() == summary_entry.rect())
        guide, test = controller.session.guide, journey.test_step(controller.session.guide).id
        (stage,) = [each for each in guide.stages if any(step.id == test for step in each.steps)]
        controller.go(test)  # the step that the summary covered
        await until(lambda: controller.view.page == test)
        child(page, "summary").click()
        assert controller.view.page == FINISH
        child(page, f"stage-{stage.id}").click()
        await until(lambda: controller.view.page == stage.steps[0].id)
        while controller.view.page != test:
            before = controller.view.page
            child(page, "done").click()
            await until(lambda before=before: controller.view.page != before)  # type: ignore[misc]
        following = journey.neighbor(guide, controller.session.setup, 1)
        child(page, "jump").click()
        await until(lambda: controller.view.page == following)
        assert not controller.session.setup.runs, "nothing was tested"
        child(page, "summary").click()
        child(page, "back").click()
        await until(lambda: controller.view.page == guide.steps[-1].id)
        child(page, "done").click()
        await until(lambda: controller.view.page == FINISH)
        assert (await controller.session.vault.purge(setup.id)).status is VaultStatus.DELETED

    program.play(story)


@pytest.mark.usefixtures("secret_service")
def test_a_setup_that_is_not_complete_has_no_summary(program: Program) -> None:
    async def story(application: Application) -> None:
        await application.new_setup("entra")
        page, controller = application.opened.page, application.opened.controller
        assert page is not None
        assert controller is not None
        assert not child(page, "summary").isVisible()
        assert controller.view.page == controller.session.here.step.id

    program.play(story)
