"""In preview mode the practice portal sends nothing, so no timestamp appears; in live mode it sends."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from app.guide import catalog
from app.guide.vocabulary import Kind
from app.net import LoopbackClient
from app.practice.process import PracticeProcess, Started
from tests.support.until import until_answered
from ui.tour.visitor import ConsoleVisitor

if TYPE_CHECKING:
    from pathlib import Path

WITH_MODES = [guide_id for guide_id in catalog.ids() if catalog.guide(guide_id).practice.modes]


@pytest.mark.parametrize("guide_id", WITH_MODES)
def test_preview_sends_nothing(guide_id: str, tmp_path: Path) -> None:
    guide = catalog.guide(guide_id)
    modes = guide.practice.modes
    assert modes is not None

    async def finished(visitor: ConsoleVisitor) -> tuple[str, str]:
        assert await visitor.start() == "Provisioning started."
        progress = await until_answered(visitor.status, lambda progress: progress.steady)
        return progress.users, progress.groups

    async def story() -> None:
        process = PracticeProcess()
        started = await process.start(tmp_path / "state", "3a" * 32)
        assert isinstance(started, Started), started
        try:
            async with LoopbackClient() as client:
                visitor = ConsoleVisitor(client, started, guide)
                base_url = await visitor.add_directory("one", "one")
                token = await visitor.generate_token()
                assert isinstance(base_url, str)
                assert isinstance(token, str)
                assert await visitor.submit() is None
                assert await visitor.create_app() is None
                known = {Kind.BASE_URL: base_url, Kind.TOKEN: token}
                fields = {field.label: known[guide.values[field.value].kind] for field in guide.practice.fields}
                assert await visitor.enter(fields) is None
                visitor.entered[modes.field] = modes.preview
                await visitor.test()
                assert await visitor.create() == "The connection was saved."
                await visitor.assign()
                assert await finished(visitor) == ("0", "0")
                assert (await visitor.directories())[0].timestamp == "-"
                assert await visitor.enter(fields) is None
                await visitor.test()
                assert await visitor.create() == "The connection was saved."
                assert await finished(visitor) == ("12", "3")
                assert (await visitor.directories())[0].timestamp != "-"
        finally:
            await process.stop()

    asyncio.run(story())


def test_only_the_expected_client_has_such_a_mode() -> None:
    assert WITH_MODES == ["cyberark"]
    mode = next(b for b in catalog.guide("cyberark").branches if any(o.shuts_gate for o in b.options))
    assert mode.at is not None
