"""A workspace closes in time, whatever the disk does."""

from __future__ import annotations

import asyncio
import threading
import time
from typing import TYPE_CHECKING

import pytest

from app.guide import catalog
from app.session import workspace
from app.session.open_setup import new_setup, utc_now
from app.session.session import SetupSession
from app.setup.lock import FolderTaken
from app.setup.store import Store
from app.system import files
from app.system.policy import NO_POLICY

if TYPE_CHECKING:
    from pathlib import Path


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
