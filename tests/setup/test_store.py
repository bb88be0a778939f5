"""Setups survive crashes, damage, newer versions, full disks and tricks with links."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.guide import catalog
from app.guide.vocabulary import Milestone
from app.setup.document import FORMAT, decode, encode
from app.setup.lock import AlreadyOpen, CannotUse, FolderTaken
from app.setup.state import MOST_RUNS, CheckRecord, Counts, RunRecord, Setup, Sighting, Status, Summary, Wait
from app.setup.store import FileTrouble, NotSaved, Saved, Store
from app.system import files
from app.text.legible import legible
from app.values.api_regions import Access, Address, Issuer
from tests.support import strange
from tests.support.setups import a_setup

ROOT = Path(__file__).resolve().parents[2]
ID = "0123456789abcdef0123456789abcdef"
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
moments = st.datetimes(datetime(1970, 1, 1), datetime(2099, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 - the zone follows
words = st.text(max_size=12)
shown = words.map(legible)
counts = st.builds(Counts, st.integers(0, 10**9), st.integers(0, 10**9))
names = st.text("abcdefghijklmnopqrstuvwxyz0123456789_-", min_size=1, max_size=12)
facts = st.dictionaries(names, st.integers(-(10**9), 10**9) | shown, max_size=3)
checks = st.builds(CheckRecord, names, names, names, st.none() | st.floats(0, 20), facts)
setups = st.builds(
    Setup,
    id=st.text("0123456789abcdef", min_size=32, max_size=32),
    guide=words,
    client=shown,
    name=shown,
    created=moments,
    changed=moments,
    practice=st.booleans(),
    position=words,
    done=st.dictionaries(words, moments, max_size=3),
    stale=st.frozensets(words, max_size=3),
    answers=st.dictionaries(words, words, max_size=3),
    values=st.dictionaries(words, shown, max_size=3),
    kept=st.dictionaries(words, moments, max_size=3),
    ticked=st.frozensets(words, max_size=3),
    reached=st.lists(moments, max_size=len(Milestone)).map(lambda times: dict(zip(Milestone, times, strict=False))),
    received=st.frozensets(st.sampled_from(Milestone), max_size=3),
    unconfirmed=st.frozensets(words, max_size=3),
    sighting=st.none() | st.builds(Sighting, moments, moments, st.booleans(), st.none() | counts, st.booleans()),
    baseline=st.none() | counts,
    synced=st.none() | counts,
    api=st.none()
    | st.builds(
        Access, st.text("0123456789", min_size=4, max_size=20), st.sampled_from(Address), st.sampled_from(Issuer)
    ),
    runs=st.lists(st.builds(RunRecord, moments, st.lists(checks, max_size=3).map(tuple)), max_size=MOST_RUNS).map(
        tuple
    ),
    sync_ended=st.none() | moments,
    summary=st.builds(
        Summary,
        st.sampled_from(Status),
        st.none() | st.sampled_from(Wait),
        st.integers(0, 1000),
        st.integers(0, 1000),
        shown,
    ),
)


def setup(name: str = "Example", **more: object) -> Setup:
    plain = Setup(id=ID, guide="entra-id", client="Microsoft Entra ID", name=name, created=NOON, changed=NOON)
    return plain.with_(**more)


def path(data_dir: Path, end: str = "") -> Path:
    return data_dir / "setups" / f"{ID}.json{end}"


@given(setups)
@settings(max_examples=150, deadline=None)
def test_every_field_goes_to_the_file_and_back(one: Setup) -> None:
    assert decode(encode(one)) == one


@given(setups.filter(lambda one: not set(one.kept) & set(one.values)))
@settings(max_examples=20, deadline=None)
def test_what_was_saved_is_loaded(one: Setup) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder), practice=one.practice)
        assert store.save(one) == Saved()
        assert Store(Path(folder), practice=one.practice).load(one.id) == one


@given(setups.filter(lambda one: not set(one.kept) & set(one.values)))
@settings(max_examples=50, deadline=None)
def test_the_mode_of_a_setup_is_that_of_its_folder(one: Setup) -> None:
    """A file copied from the other folder is opened, without what belongs to the consoles of the other mode."""
    with tempfile.TemporaryDirectory() as folder:
        here = Store(Path(folder), practice=not one.practice)
        assert Store(Path(folder), practice=one.practice).save(one) == Saved()
        listing = here.list(repair=False)
        (found,) = listing.setups
        assert [trouble.setup_id for trouble in listing.troubles] == [one.id]
        assert here.load(one.id) == found
        assert found.practice is not one.practice
        assert (found.id, found.guide, found.name, found.answers) == (one.id, one.guide, one.name, one.answers)
        assert (found.kept, found.done, found.reached, found.ticked) == ({}, {}, {}, frozenset())
        progress = (found.sighting, found.synced, found.sync_ended, found.api, found.summary.wait)
        assert progress == (None,) * 5
        assert found.values.items() <= one.values.items()
        assert not any("://" in value for value in found.values.values())
        with pytest.raises(ValueError, match="mode"):
            here.save(one)
        assert here.save(found) == Saved()
        assert here.list().troubles == ()


def test_files_are_for_this_user_alone(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    store = Store(data_dir)
    assert store.lock() == FolderTaken()
    store.save(setup("first"))
    store.save(setup("second"))
    store.close()
    assert data_dir.stat().st_mode & 0o777 == 0o700
    assert (data_dir / "setups").stat().st_mode & 0o777 == 0o700
    assert sorted(p.name for p in (data_dir / "setups").iterdir()) == [f"{ID}.json", f"{ID}.json.bak", "known"]
    for file in (data_dir / "lock", data_dir / "setups" / "known", path(data_dir), path(data_dir, ".bak")):
        assert file.stat().st_mode & 0o777 == 0o600
    assert decode(path(data_dir, ".bak").read_bytes()).name == "first"


def test_one_instance_per_folder(tmp_path: Path) -> None:
    store, second = Store(tmp_path), Store(tmp_path)
    script = (
        "import sys; from pathlib import Path; from app.setup.store import Store;"
        "print(type(Store(Path(sys.argv[1])).lock()).__name__)"
    )

    def another_process() -> str:
        command = [sys.executable, "-c", script, str(tmp_path)]
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=20).stdout.strip()

    assert store.lock() == FolderTaken()
    assert isinstance(second.lock(), AlreadyOpen)
    assert another_process() == "AlreadyOpen"
    store.close()
    assert another_process() == "FolderTaken"
    assert second.lock() == FolderTaken()
    second.close()


@pytest.mark.parametrize("content", [b"", b"{", b'{"format": 1}', b"[1]", b"\xff\xfe", b"[" * 100_000])
def test_a_damaged_file_is_set_aside_and_the_last_good_version_used(tmp_path: Path, content: bytes) -> None:
    store = Store(tmp_path)
    store.save(setup("first"))
    store.save(setup("second"))
    path(tmp_path).write_bytes(content)

    listing = store.list()

    assert [one.name for one in listing.setups] == ["first"]
    assert "last good version" in listing.troubles[0].sentence
    (aside,) = (tmp_path / "setups").glob("*.damaged-*")
    assert aside.read_bytes() == content
    assert store.list().troubles == ()
    assert store.load(ID) == setup("first")
    assert path(tmp_path, ".bak").exists()


@pytest.mark.parametrize("created", ["0001-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"])
def test_a_time_at_the_end_of_the_calendar_is_damage(tmp_path: Path, created: str) -> None:
    """The home page would show it, and it doesn't exist in every time zone."""
    store = Store(tmp_path)
    store.save(setup("first"))
    content = json.loads(path(tmp_path).read_text())
    path(tmp_path).write_text(json.dumps(content | {"created": created}))
    listing = store.list()
    assert listing.setups == ()
    assert "damaged" in listing.troubles[0].sentence


def test_damage_without_an_earlier_version_is_said_once(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.save(setup())
    path(tmp_path).write_bytes(b"damaged")
    assert store.list().setups == ()
    assert store.list().troubles == ()
    assert store.save(setup()) == Saved()


def test_a_setup_under_another_setups_name_is_damage(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.save(setup())
    other = "f" * 32
    (tmp_path / "setups" / f"{other}.json").write_bytes(path(tmp_path).read_bytes())
    assert isinstance(store.load(other), FileTrouble)
    assert store.load(ID) == setup()


def test_a_folder_of_format_1_is_read_and_rewritten_with_the_next_save(tmp_path: Path) -> None:
    folder = tmp_path / "setups"
    folder.mkdir(mode=0o700)
    for file in (Path(__file__).parent / "format_1").glob("*.json"):
        one = decode(file.read_bytes())
        (folder / f"{one.id}.json").write_bytes(file.read_bytes())
    store = Store(tmp_path)
    listing = store.list()
    assert listing.troubles == ()
    statuses = sorted(one.summary.status for one in listing.setups)
    assert statuses == [Status.COMPLETE, Status.COMPLETE, Status.IN_PROGRESS, Status.WAITING]
    for one in listing.setups:
        assert store.save(one) == Saved()
        assert json.loads((folder / f"{one.id}.json").read_bytes())["format"] == FORMAT
        assert store.load(one.id) == one


def test_a_newer_file_is_left_untouched(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.save(setup())
    newer = json.dumps({"format": FORMAT + 1, "surprise": True}).encode()
    path(tmp_path).write_bytes(newer)
    assert "newer version" in store.list().troubles[0].sentence
    assert isinstance(store.save(setup()), NotSaved)
    assert isinstance(store.load(ID), FileTrouble)
    assert path(tmp_path).read_bytes() == newer


@pytest.mark.parametrize("error", [errno.ENOSPC, errno.EROFS, errno.EACCES, errno.EIO])
@pytest.mark.parametrize("where", ["fsync", "link_and_replace"])
def test_a_disk_that_fails_leaves_the_setup_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: int, where: str
) -> None:
    store = Store(tmp_path)
    store.save(setup("first"))

    def fail(*_args: object, **_more: object) -> None:
        raise OSError(error, "canary")

    with monkeypatch.context() as patch:
        if where == "fsync":
            patch.setattr(os, "fsync", fail)
        else:
            patch.setattr(os, "link", fail)
            patch.setattr(Path, "replace", fail)
        result = store.save(setup("second"))
    assert isinstance(result, NotSaved)
    assert "canary" not in result.sentence
    assert store.list().setups == (setup("first"),)
    assert {p.name for p in (tmp_path / "setups").iterdir()} == {f"{ID}.json", "known"}


def test_killed_between_the_two_moves_the_earlier_version_is_there(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.save(setup("first"))
    path(tmp_path).rename(path(tmp_path, ".bak"))
    assert store.list().setups == (setup("first"),)
    assert store.load(ID) == setup("first")


@pytest.mark.parametrize("moment", ["_write_flushed", "_keep_previous", "flush_folder"])
def test_killed_at_any_moment_of_saving_one_whole_version_is_there(tmp_path: Path, moment: str) -> None:
    Store(tmp_path).save(setup("first"))
    script = f"""
import os, signal, sys
from pathlib import Path
from tests.support import strange
from tests.support.setups import a_setup
from app.values.api_regions import Access, Address, Issuer
from app.text.legible import legible
from app.system import files
from app.setup.store import Store
done = files.{moment}
def killed(*args):
    done(*args)
    os.kill(os.getpid(), signal.SIGKILL)
files.{moment} = killed
store = Store(Path(sys.argv[1]))
store.save(store.load("{ID}").with_(name="second"))
"""
    ended = subprocess.run([sys.executable, "-c", script, str(tmp_path)], cwd=ROOT, check=False, timeout=20)
    assert ended.returncode == -9
    store = Store(tmp_path)
    assert store.list().troubles == ()
    assert store.list().setups[0].name == ("second" if moment == "flush_folder" else "first")
    assert store.save(setup("third")) == Saved()
    assert not list((tmp_path / "setups").glob(".*"))


def test_links_are_refused(tmp_path: Path) -> None:
    target = tmp_path / "target.json"
    target.write_bytes(encode(setup("target")))
    data_dir = tmp_path / "data"
    store = Store(data_dir)
    store.save(setup())
    path(data_dir).unlink()
    path(data_dir).symlink_to(target)
    assert isinstance(store.load(ID), FileTrouble)
    assert "symbolic link" in store.list().troubles[0].sentence
    assert isinstance(store.save(setup("mine")), NotSaved)
    assert decode(target.read_bytes()).name == "target"


def test_a_linked_folder_and_a_linked_lock_are_refused(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "data").mkdir()
    (tmp_path / "data/setups").symlink_to(tmp_path / "elsewhere")
    store = Store(tmp_path / "data")
    assert isinstance(store.lock(), CannotUse)
    assert isinstance(store.save(setup()), NotSaved)
    assert list((tmp_path / "elsewhere").iterdir()) == []
    (tmp_path / "data/setups").unlink()
    (tmp_path / "data/lock").symlink_to(tmp_path / "victim")
    assert isinstance(store.lock(), CannotUse)
    assert not (tmp_path / "victim").exists()


def test_a_file_in_the_folders_place_is_said(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("in the way")
    cannot = Store(tmp_path / "data").lock()
    assert isinstance(cannot, CannotUse)
    assert "in the way" in cannot.sentence


def test_deleting_leaves_neither_version(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.save(setup("first"))
    store.save(setup("second"))
    (tmp_path / "setups" / f".{ID}.json.new").write_bytes(b"half")
    assert store.delete(ID) == Saved()
    assert [path.name for path in (tmp_path / "setups").iterdir()] == ["known"]
    assert store.delete(ID) == Saved()
    assert store.list().setups == ()
    assert store.load(ID) == FileTrouble(ID, "This setup no longer exists.")


def test_bugs_are_refused_before_anything_is_written(tmp_path: Path) -> None:
    store = Store(tmp_path)
    with pytest.raises(ValueError, match="secrets among"):
        store.save(setup(kept={"token": NOON}, values={"token": "canary"}))
    with pytest.raises(ValueError, match="id"):
        store.save(setup(id="../../outside"))
    with pytest.raises(ValueError, match="not the id"):
        store.load("../../outside")
    with pytest.raises(ValueError, match="timezone"):
        store.save(setup(changed=NOON.replace(tzinfo=None)))
    assert not (tmp_path / "setups").exists()


def test_the_way_to_the_first_window_loads_nothing_heavy() -> None:
    """The workspace and a page don't either: only the threads that read guides and setups load the models."""
    script = """
import sys, app.setup.journey, app.session.workspace
import ui.application, ui.start, ui.home.page, ui.main_window, ui.wizard.page
print(*{"pydantic", "yaml", "httpx", "keyring"} & set(sys.modules))
"""
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True, timeout=20
    )
    assert not done.stdout.split()


def test_a_leftover_of_a_killed_run_is_no_obstacle(tmp_path: Path) -> None:
    store = Store(tmp_path)
    files.make_private_folder(tmp_path / "setups")
    (tmp_path / "setups" / f".{ID}.json.new").write_bytes(b"half")
    assert store.save(setup()) == Saved()
    assert store.list().setups == (setup(),)


@pytest.mark.parametrize("content", strange.changes(json.loads(encode(strange.whole()))), ids=str)
def test_an_own_file_that_cannot_be_is_kept_aside_and_said(tmp_path: Path, content: strange.Change) -> None:
    """Whatever is out of bounds, nothing is lost: the earlier version opens, and the file stays beside it."""
    store = Store(tmp_path)
    store.save(strange.whole().with_(id=ID, name="first"))
    store.save(strange.whole().with_(id=ID, name="second"))
    written = content.made(json.loads(encode(strange.whole().with_(id=ID, name="second"))))
    path(tmp_path).write_bytes(written)
    listing = store.list()
    assert [one.name for one in listing.setups] == ["first"], content
    (trouble,) = listing.troubles
    assert trouble.setup_id == ID
    (aside,) = (tmp_path / "setups").glob("*.damaged-*")
    assert aside.read_bytes() == written


@pytest.mark.parametrize("tags", [["a/b"], ["Prod", "prod"], ["x" * 24], "prod", [1], [f"t{n}" for n in range(9)]])
def test_a_file_with_other_tags_than_the_program_writes_is_damaged(tags: object) -> None:
    whole = json.loads(encode(a_setup(catalog.guide("entra")).with_(tags=("Prod", "eu west"))))
    assert decode(json.dumps(whole).encode()).tags == ("Prod", "eu west")
    assert decode(json.dumps({name: part for name, part in whole.items() if name != "tags"}).encode()).tags == ()
    with pytest.raises(ValueError, match="tags"):
        decode(json.dumps(whole | {"tags": tags}).encode())
