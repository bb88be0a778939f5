"""A failed test stands on the page with its causes, what speaks for each, and a way to the step."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from app.scim.ladder import Finding, Observation, Rung, Verdict
from tests.ui.test_portal_error import child, until, walk, words
from ui.wizard.connection_page import ConnectionPage

if TYPE_CHECKING:
    from pathlib import Path

    from PySide6.QtWidgets import QApplication

    from ui.wizard.desk import Desk

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")


@pytest.mark.usefixtures("secret_service")
def test_each_cause_says_what_speaks_for_it(qapp: QApplication, tmp_path: Path) -> None:
    async def story(desk: Desk) -> None:
        page = ConnectionPage(desk)
        page.show()
        refused = Finding(Rung.TOKEN, Verdict.FAILED, Observation.UNAUTHORIZED, 0.1, {"status": 401})
        desk.assistant.findings = (refused,)
        desk.changed.emit()
        await until(lambda: "The token was not accepted" in words(page))
        told = words(page)
        for sentence in (
            "CIE accepts the token only after Submit.",
            "Submit is not confirmed in this setup.",
            "The Base URL belongs to another directory than the token.",
        ):
            assert sentence in told, sentence
        # Once in its row, and once for all the causes that rest on it.
        assert told.count("The endpoint answered 401 Unauthorized") == 2
        child(page, "cause-submit").click()
        await until(lambda: desk.assistant.here.step.id == "submit")
        page.deleteLater()

    walk(qapp, tmp_path, story)
