"""An admin sets up Entra ID from the first page to Full Sync: real window, real keyring, real HTTP."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from app.setup.state import Counts, Status
from app.setup.status import status
from ui.tour.driver import TourDriver
from ui.tour.tour import Tour

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.running import Program
    from ui.application import Application


async def tour(application: Application, folder: Path, until: str | None) -> str:
    """Walk to that step, or to the end. Return the clipboard's content afterward."""
    code = await Tour(TourDriver(application, folder), until=until).run()
    assert (code == 0) == (until is None), (folder / "tour.json").read_text()
    return application.clipboard.take_text()


@pytest.mark.slow(20, "a whole setup, with the program started twice")
@pytest.mark.usefixtures("secret_service")
def test_from_the_first_page_to_full_sync_with_a_break(program: Program, tmp_path: Path) -> None:
    async def morning(application: Application) -> None:
        assert await tour(application, tmp_path / "morning", "test-connection") == ""

    async def afternoon(application: Application) -> None:
        left = await tour(application, tmp_path / "afternoon", None)
        assert left.isdigit(), "only the last count, which the browser copied"
        assert application.workspace is not None
        (session,) = application.workspace.opened.values()
        setup = session.setup
        assert status(session.guide, setup) is Status.COMPLETE
        assert setup.synced == Counts(int(setup.values["portal_users"]), int(setup.values["portal_groups"]))
        assert setup.synced.users > 0

    program.play(morning, practice=True)
    program.play(afternoon, practice=True)
    walked = json.loads((tmp_path / "afternoon" / "tour.json").read_text())
    assert walked["steps"][0]["step"] == "test-connection"
    for record in program.data.rglob("*.json"):
        assert "127.0.0.1" not in record.read_text()
