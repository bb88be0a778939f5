"""Files and folders that others put in the way, and disks that are full, read-only or unplugged during a run."""

from __future__ import annotations

import os
import resource
import shutil
import signal
import socket
import subprocess
import sys
import threading
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from app.practice.server_state import ServerState
from app.setup.lock import AlreadyOpen, CannotUse, FolderTaken
from app.setup.state import Setup
from app.setup.store import FileTrouble, NotSaved, Saved, Store
from app.system import files

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).resolve().parents[2]
ID = "0123456789abcdef0123456789abcdef"
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def setup(name: str = "Example") -> Setup:
    return Setup(id=ID, guide="entra", client="Microsoft Entra ID", name=name, created=NOON, changed=NOON)


def file_of(data: Path) -> Path:
    return data / "setups" / f"{ID}.json"


def in_time(work: Callable[[], object]) -> object:
    """Return the result of a thread that must not hang."""
    found: list[object] = []
    thread = threading.Thread(target=lambda: found.append(work()), daemon=True)
    thread.start()
    thread.join(5)
    assert found, "it hangs"
    return found[0]


# Instead of a file ------------------------------------------------------------------------------------------


def a_pipe(path: Path) -> None:
    os.mkfifo(path)


def a_socket(path: Path) -> None:
    here = Path.cwd()
    os.chdir(path.parent)  # the address of a socket is short
    try:
        with socket.socket(socket.AF_UNIX) as made:
            made.bind(path.name)
    finally:
        os.chdir(here)


def a_folder(path: Path) -> None:
    path.mkdir()


def an_endless_device(path: Path) -> None:
    path.symlink_to("/dev/zero")


@pytest.mark.parametrize("put", [a_pipe, a_socket, a_folder, an_endless_device])
@pytest.mark.parametrize("what", ["setup", "lock", "beside", "practice"])
def test_what_is_no_file_is_refused_at_once(tmp_path: Path, put: Callable[[Path], None], what: str) -> None:
    store = Store(tmp_path)
    assert store.save(setup()) == Saved()
    target = {
        "setup": file_of(tmp_path),
        "lock": tmp_path / "lock",
        "beside": file_of(tmp_path).with_name(f".{ID}.json.new"),
        "practice": tmp_path / "practice.json",
    }[what]
    target.unlink(missing_ok=True)
    put(target)
    if what == "setup":
        assert isinstance(in_time(lambda: store.load(ID)), FileTrouble)
        assert isinstance(in_time(lambda: store.save(setup("new"))), NotSaved)
    elif what == "lock":
        assert isinstance(in_time(store.lock), CannotUse)
    elif what == "practice":
        state = in_time(lambda: ServerState(tmp_path))
        assert isinstance(state, ServerState)
        state.port = 1
        in_time(state.save)
        assert ServerState(tmp_path).port == 1, "what was in the way is aside"
    else:
        result = in_time(lambda: store.save(setup("new")))
        assert isinstance(result, NotSaved if put is a_folder else Saved)
        kept = store.load(ID)
        assert isinstance(kept, Setup)
        assert kept.name == ("Example" if put is a_folder else "new")


def test_another_name_of_the_file_keeps_its_content(tmp_path: Path) -> None:
    store = Store(tmp_path / "data")
    store.save(setup())
    victim = tmp_path / "victim"
    victim.write_bytes(b"of another program")
    for target in (file_of(tmp_path / "data"), file_of(tmp_path / "data").with_name(f".{ID}.json.new")):
        target.unlink(missing_ok=True)
        os.link(victim, target)
        assert store.save(setup("new")) == Saved()
        assert victim.read_bytes() == b"of another program"


# By another user ---------------------------------------------------------------------------------------------


@contextmanager
def seen_by_another(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Make existing files appear to belong to another account."""
    with monkeypatch.context() as patch:
        patch.setattr(os, "geteuid", lambda: os.getuid() + 4242)
        yield


def test_folders_and_files_of_another_account_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = tmp_path / "data"
    store = Store(data)
    store.save(setup())
    (data / "lock").touch()
    with seen_by_another(monkeypatch):
        with pytest.raises(PermissionError):
            files.make_private_folder(data / "setups")
        with pytest.raises(PermissionError):
            files.open_private(data / "lock", os.O_RDWR)
        assert isinstance(store.load(ID), FileTrouble)
        refused = store.save(setup("new"))
        assert isinstance(refused, NotSaved)
        assert "another account" in refused.sentence
    assert store.load(ID) == setup()


def test_a_data_folder_that_another_account_made_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = tmp_path / "data"
    data.mkdir()
    link = tmp_path / "link"
    link.symlink_to(data)
    if os.geteuid() == 0:
        os.chown(data, 4242, 4242)
        assert isinstance(Store(data).lock(), CannotUse)
        assert isinstance(Store(link).lock(), CannotUse)
    else:  # only root can create files of another account
        with seen_by_another(monkeypatch):
            assert isinstance(Store(data).lock(), CannotUse)
            assert isinstance(Store(link).lock(), CannotUse)
    assert not (data / "setups").exists()


def test_a_link_of_ones_own_to_another_disk_is_ones_own_affair(tmp_path: Path) -> None:
    (tmp_path / "other-disk").mkdir()
    (tmp_path / "data").symlink_to(tmp_path / "other-disk")
    store = Store(tmp_path / "data")
    assert store.lock() == FolderTaken()
    assert store.save(setup()) == Saved()
    store.close()


@pytest.mark.parametrize("mask", [0o000, 0o022, 0o277, 0o777])
def test_modes_hold_under_any_umask(tmp_path: Path, mask: int) -> None:
    script = (
        "import os, sys; from pathlib import Path; from app.practice.server_state import ServerState;"
        "from tests.setup.test_store_tricks import setup; from app.setup.store import Store;"
        f"os.umask({mask}); data = Path(sys.argv[1]); store = Store(data);"
        "print(store.lock(), store.save(setup()), store.save(setup('b')), Store(data).load(setup().id).name);"
        "ServerState(data / 'consoles').save()"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "data")], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["FolderTaken()", "Saved()", "Saved()", "b"]
    modes = {path: path.stat().st_mode & 0o777 for path in (tmp_path / "data", *(tmp_path / "data").rglob("*"))}
    assert len(modes) == 8
    for path, mode in modes.items():
        assert mode == (0o700 if path.is_dir() else 0o600), path.name


# Disks ------------------------------------------------------------------------------------------------------


def test_a_full_file_leaves_the_setup_as_it_was_and_saves_once_there_is_room(tmp_path: Path) -> None:
    # The kernel's refusal in the middle of a write, without a separate disk.
    store = Store(tmp_path)
    store.save(setup("first"))
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (64, before[1]))
        refused = store.save(setup("second"))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)
    assert isinstance(refused, NotSaved)
    assert "larger than the system allows" in refused.sentence
    assert store.load(ID) == setup("first")
    assert {path.name for path in (tmp_path / "setups").iterdir()} == {f"{ID}.json", "known"}
    assert store.save(setup("second")) == Saved()


def test_a_folder_that_was_deleted_in_mid_run_is_made_again(tmp_path: Path) -> None:
    store = Store(tmp_path / "data")
    assert store.lock() == FolderTaken()
    store.save(setup("first"))
    shutil.rmtree(tmp_path / "data")
    assert store.save(setup("second")) == Saved()
    assert store.load(ID) == setup("second")
    assert isinstance(Store(tmp_path / "data").lock(), AlreadyOpen)
    store.close()


def test_a_folder_that_another_instance_took_meanwhile_is_left_to_it(tmp_path: Path) -> None:
    store, other = Store(tmp_path / "data"), Store(tmp_path / "data")
    assert store.lock() == FolderTaken()
    (tmp_path / "data").rename(tmp_path / "away")
    assert other.lock() == FolderTaken()
    refused = store.save(setup())
    assert isinstance(refused, NotSaved)
    assert "another program" in refused.sentence
    other.close()
    assert store.save(setup()) == Saved()
    store.close()


class Unplugged:
    """An unplugged drive: its mount point is an empty folder on another device."""

    def __init__(self, patch: pytest.MonkeyPatch, data: Path) -> None:
        self._data, self._away = data, data.with_name("unplugged")
        self._patch = patch

    def __enter__(self) -> None:
        self._data.rename(self._away)
        self._patch.setattr(files, "device", lambda _folder: -1)

    def __exit__(self, *_: object) -> None:
        self._patch.undo()
        self._away.rename(self._data)


def test_an_unplugged_drive_is_reported_and_used_again_once_it_is_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(tmp_path / "data")
    assert store.lock() == FolderTaken()
    store.save(setup("first"))
    with Unplugged(monkeypatch, tmp_path / "data"):
        refused = store.save(setup("second"))
        assert isinstance(refused, NotSaved)
        assert "the drive is gone" in refused.sentence
        assert "the drive is gone" in store.list().troubles[0].sentence
        assert isinstance(store.delete(ID), NotSaved)
        assert not (tmp_path / "data").exists(), "nothing is written to another disk"
    assert store.save(setup("second")) == Saved()
    assert store.load(ID) == setup("second")
    store.close()


@contextmanager
def drive(place: Path, size: str) -> Iterator[None]:
    place.mkdir(exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "none", str(place)], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)


def through_all_states_of_a_drive(tmp_path: Path) -> None:
    place, data = tmp_path / "usb", tmp_path / "usb/data"
    with drive(place, "64k"):
        store = Store(data)
        assert store.lock() == FolderTaken()
        assert store.save(setup("first")) == Saved()
        fill(place / "filler")
        refused = store.save(setup("second"))
        assert refused == NotSaved("The setup couldn't be saved: the disk is full.")
        assert store.load(ID) == setup("first")
        (place / "filler").unlink()
        assert store.save(setup("second")) == Saved()
    refused = store.save(setup("third"))
    assert refused == NotSaved("The setup couldn't be saved: the drive is gone.")
    assert list(place.iterdir()) == [], "nothing goes to the disk below"
    with drive(place, "64k"):
        data.mkdir()  # back, as another device
        (data / "lock").touch()
        assert store.save(setup("third")) == Saved()
        assert store.load(ID) == setup("third")
        store.close()
        subprocess.run(["mount", "-o", "remount,ro", str(place)], check=True)
        refused = store.save(setup("fourth"))
        assert refused == NotSaved("The setup couldn't be saved: the disk is read-only.")
        assert Store(data).lock() == CannotUse("The data folder can't be used: the disk is read-only.")
        assert store.list().setups == (setup("third"),)


def fill(path: Path) -> None:
    with path.open("wb", buffering=0) as file, suppress(OSError):
        while file.write(b"x" * 4096):
            pass


def test_real_drives_full_unplugged_back_and_read_only(tmp_path: Path) -> None:
    # A process with its own mounts, which a user who isn't root may also create.
    own_mounts = ["unshare", "-m"] if os.geteuid() == 0 else ["unshare", "-rm"]
    script = (
        "import sys; from pathlib import Path; from tests.setup import test_store_tricks as t;"
        "t.through_all_states_of_a_drive(Path(sys.argv[1])); print('through')"
    )
    done = subprocess.run(
        [*own_mounts, sys.executable, "-c", script, str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.stdout == "through\n", done.stderr
