"""What the field of a step says while a value is entered is true at each moment."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from app.setup import journey
from tests.support.controller import CANARY, walk
from tests.support.until import until
from ui.widgets.fields import CaptureField
from ui.wizard.step_card import StepCard

if TYPE_CHECKING:
    from pathlib import Path

    from PySide6.QtWidgets import QApplication

    from ui.session.controller import SetupController

pytestmark = [pytest.mark.qt_log_ignore("propagateSizeHints"), pytest.mark.usefixtures("secret_service")]

WRONG, RIGHT = "7c1e3a52", "7c1e3a52-9b1f-4c77-8d2a-0e5b6f3d9a10"


@pytest.mark.parametrize(("name", "wrong", "right"), [("tenant_id", WRONG, RIGHT), ("token", "a b", CANARY * 4)])
def test_a_right_value_is_never_called_the_previous_one(
    qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, wrong: str, right: str
) -> None:
    said: list[tuple[str, str]] = []
    real = CaptureField.set_hint

    def recorded(field: CaptureField, text: str, tone: str) -> None:
        said.append((text, tone))
        real(field, text, tone)

    async def story(controller: SetupController) -> None:
        session = controller.session
        step = next(step for step in session.guide.steps if name in step.captures)
        card = StepCard(journey.place(session.guide, session.setup, step.id), controller)
        monkeypatch.setattr(CaptureField, "set_hint", recorded)

        async def given(text: str) -> list[tuple[str, str]]:
            said.clear()
            card.findChild(CaptureField, f"capture-{name}").submitted.emit(text)  # type: ignore[union-attr]
            await until(lambda: said and not controller.giving and not controller.busy)
            return [each for each in said if each[0]]

        assert (await given(wrong))[-1][1] == "bad"
        after = await given(right)
        result = controller.given[name]
        assert result.accepted
        assert "bad" not in [tone for _, tone in after]
        assert {text for text, tone in after if tone != "muted"} == {after[-1][0]}
        assert after[-1][0].startswith(result.sentence)
        card.deleteLater()

    walk(qapp, tmp_path, story)
