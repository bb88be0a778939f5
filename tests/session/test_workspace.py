"""A workspace closes in time even if the disk hangs, and restarts practice consoles that ended."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
import time
from typing import TYPE_CHECKING

import pytest

from app.guide import catalog
from app.guide.vocabulary import Lane
from app.net import LoopbackClient
from app.practice import process
from app.session import workspace
from app.session.open_setup import new_setup, utc_now
from app.session.session import SetupSession
from app.setup.lock import FolderTaken
from app.setup.store import Store
from app.system import files
from app.system.policy import NO_POLICY, NO_PRACTICE, Policy
from tests.support.until import until

if TYPE_CHECKING:
    from pathlib import Path

    from app.practice.process import Started


@pytest.mark.usefixtures("secret_service")
def test_a_drive_that_hangs_does_not_keep_the_program_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workspace, "LAST_TRY", 0.2)
    back = threading.Event()

    def hang(*_: object) -> None:
        back.wait(20)

    async def story() -> float:
        left = workspace.Workspace(tmp_path, practice=False, policy=NO_POLICY, proxy_for=None)
        assert await left.take() is None
        session = await left.open(new_setup(catalog.guide("okta"), utc_now(), practice=False))
        assert isinstance(session, SetupSession)
        session.unsaved = "The disk is full."
        monkeypatch.setattr(files, "replace_atomically", hang)
        began = time.monotonic()
        await left.leave()
        took = time.monotonic() - began
        back.set()
        return took

    assert asyncio.run(story()) < 3


@pytest.mark.usefixtures("secret_service")
def test_a_broken_guide_is_named_and_opens_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    guide = catalog.guide("okta").model_copy(update={"id": "broken"})
    (tmp_path / "guides").mkdir()
    (tmp_path / "guides/broken.yaml").write_text("id: broken\nid: other\n", "utf-8")
    monkeypatch.setattr(catalog, "resources", lambda: tmp_path)
    monkeypatch.setattr(catalog, "ids", lambda: ("broken",))

    async def story() -> object:
        opened = workspace.Workspace(tmp_path, practice=False, policy=NO_POLICY, proxy_for=None)
        assert await opened.take() is None
        answer = await opened.open(new_setup(guide, utc_now(), practice=False))
        await opened.leave()
        return answer

    refused = asyncio.run(story())
    assert isinstance(refused, workspace.WorkspaceRefusal)
    assert "broken.yaml, line 2: the key id occurs twice" in refused.sentence


@pytest.mark.usefixtures("secret_service")
def test_consoles_that_ended_are_started_again_and_that_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "LOOK_SECONDS", 0.02)
    said: list[str] = []

    async def killed(here: workspace.Workspace) -> Started | None:
        """End the consoles from outside, and return what runs once the end was reported."""
        before, count = here.consoles, len(said)
        assert before is not None
        assert here._process is not None
        assert here._process.pid is not None
        os.kill(here._process.pid, signal.SIGKILL)
        await until(lambda: len(said) > count, 20)
        return here.consoles

    async def story() -> None:
        here = workspace.Workspace(
            tmp_path, practice=True, policy=NO_POLICY, proxy_for=None, consoles_ended=said.append
        )
        assert await here.take() is None
        async with LoopbackClient() as client:
            first = here.consoles
            assert first is not None
            opened = await client.request("GET", first.cie_url)
            cookie = {"cookie": getattr(opened, "headers", {})["set-cookie"].partition(";")[0]}
            assert (await client.request("GET", f"{first.origin}/cie", cookie)).status == 200
            unused = first.cie_url
            for _ in range(workspace.MOST_RESTARTS):
                again = await killed(here)
                assert again is not None
                assert said[-1] == workspace.RESTARTED, "the port is free again"
                assert (await client.request("GET", f"{again.origin}/cie", cookie)).status == 403
                assert (await client.request("GET", unused)).status == 403
                opening = again.cie_url
                assert (await client.request("GET", opening)).status == 303
                assert (await client.request("GET", opening)).status == 403
        assert await killed(here) is None
        assert said[-1] == workspace.STOPPED
        session = await here.open(new_setup(catalog.guide("okta"), utc_now(), practice=True))
        assert isinstance(session, SetupSession)
        assert {here.console(session, lane) for lane in Lane} == {""}
        await here.leave()

    asyncio.run(story())


@pytest.mark.usefixtures("secret_service")
def test_the_policy_keeps_practice_out_of_every_workspace(tmp_path: Path) -> None:
    async def story() -> None:
        forbidden = Policy(practice=False, contact="Ask the help desk.")
        here = workspace.Workspace(tmp_path / "practice", practice=True, policy=forbidden, proxy_for=None)
        refused = await here.take()
        assert refused == workspace.WorkspaceRefusal(f"{NO_PRACTICE} Ask the help desk.")
        assert list(tmp_path.iterdir()) == []

    asyncio.run(story())


@pytest.mark.usefixtures("secret_service")
def test_what_is_left_can_be_taken_by_another(tmp_path: Path) -> None:
    async def story() -> None:
        left = workspace.Workspace(tmp_path, practice=False, policy=NO_POLICY, proxy_for=None)
        assert await left.take() is None
        second = workspace.Workspace(tmp_path, practice=False, policy=NO_POLICY, proxy_for=None)
        refused = await second.take()
        assert refused is not None
        assert "already open" in refused.sentence
        await left.leave()

    asyncio.run(story())
    store = Store(tmp_path)
    assert isinstance(store.lock(), FolderTaken)
    store.close()
