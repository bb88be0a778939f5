"""The card of a step: what to do, its values, and folded why and what can go wrong."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from PySide6.QtWidgets import QApplication

from app.guide.model import Step
from app.setup import journey
from tests.support.controller import walk
from tests.support.until import until
from ui.widgets.cards import Note
from ui.widgets.disclosure import DisclosureLink
from ui.widgets.fields import ValueField
from ui.wizard.question import Question
from ui.wizard.step_card import StepCard

if TYPE_CHECKING:
    from pathlib import Path

    from ui.session.controller import SetupController

pytestmark = pytest.mark.usefixtures("secret_service")

TYPED = {"field": "User Identifier", "choose": "userName", "why": "It finds users.", "typed": True}
CHOSEN = {"field": "Version", "choose": "2.0", "why": "CIE has this one."}


def test_a_typed_choice_is_copied_like_a_value_and_by_the_key_after_them(qapp: QApplication, tmp_path: Path) -> None:
    async def story(controller: SetupController) -> None:
        session = controller.session
        step = next(step for step in session.guide.steps if step.carries)
        await session.go(step.id)
        made = Step.model_validate({**step.model_dump(), "choices": [CHOSEN, TYPED]})
        assert [each.field for each in made.copies] == [*(each.field for each in step.carries), "User Identifier"]
        card = StepCard(replace(session.here, step=made), controller)
        fields = card.findChildren(ValueField)
        assert len(fields) == len(made.copies)
        fields[-1].copy.click()
        await until(lambda: QApplication.clipboard().text() == "userName")
        card.deleteLater()

    walk(qapp, tmp_path, story)


@pytest.mark.parametrize("guide", ["entra", "others"])
def test_a_question_with_one_possible_answer_is_not_asked(qapp: QApplication, tmp_path: Path, guide: str) -> None:
    async def story(controller: SetupController) -> None:
        session = controller.session
        for branch in session.guide.branches:
            if branch.at is not None:
                card = StepCard(journey.place(session.guide, session.setup, branch.at), controller)
                asked = card.findChild(Question, f"question-{branch.id}")
                assert (asked is not None) == (len(branch.possible) > 1), branch.id
                card.deleteLater()

    walk(qapp, tmp_path, story, guide=guide)


def test_all_that_is_no_instruction_is_folded_and_counted(qapp: QApplication, tmp_path: Path) -> None:
    async def story(controller: SetupController) -> None:
        for place in journey.places(controller.session.guide, controller.session.setup):
            step = place.step
            card = StepCard(place, controller)
            link = card.findChild(DisclosureLink, f"trouble-{step.id}")
            assert link is not None
            fixed = [b for b in controller.session.guide.branches if b.at == step.id and len(b.possible) == 1]
            why = len(step.notes) + len(step.choices) + len(step.advice) + sum(len(b.options) - 1 for b in fixed)
            assert f"({why + len(step.failures)})" in link.text(), step.id
            shown = [note for note in card.findChildren(Note) if note.isVisibleTo(card)]
            link.turn(on=True)
            opened = [note for note in card.findChildren(Note) if note.isVisibleTo(card)]
            assert len(opened) == len(shown) + why + len(step.failures), step.id
            card.deleteLater()

    walk(qapp, tmp_path, story)
