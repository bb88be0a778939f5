"""Stores setups as private files: versioned, written atomically, with the last good version kept. No secrets.

All calls block; callers run them in a thread.
"""

from __future__ import annotations

import errno
import json
import os
import re
import threading
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from app.setup import register
from app.setup.lock import FolderLock, FolderTaken
from app.setup.sentences import setup_name
from app.setup.state import Setup
from app.system import files

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from app.setup.lock import AlreadyOpen, CannotUse
    from app.setup.register import Whose

_ID = re.compile(r"[0-9a-f]{32}\Z")
LIMIT_BYTES = 4_000_000
"""Far above any real setup; a larger file isn't a setup, nor one that was handed over."""


COPIED = {
    True: "The file of {} was copied from real use. Its secrets and progress don't count in practice.",
    False: "The file of {} was copied from practice. Its secrets and progress don't count in real use.",
}
"""Whether the folder is that of practice → what is said of a setup of the other mode."""


@dataclass(frozen=True, slots=True)
class FileTrouble:
    """A problem with a setup's file that the admin should know about."""

    setup_id: str
    sentence: str


@dataclass(frozen=True, slots=True)
class SetupListing:
    """All readable setups, the last changed first, and what is wrong with the others."""

    setups: tuple[Setup, ...]
    troubles: tuple[FileTrouble, ...]


@dataclass(frozen=True, slots=True)
class Known:
    """The setups in the data folder, readable or not, and the register of these and former ones."""

    present: frozenset[str]
    register: Mapping[str, Whose]


@dataclass(frozen=True, slots=True)
class Saved:
    """The file contains the setup, flushed to disk."""


@dataclass(frozen=True, slots=True)
class NotSaved:
    """The file is unchanged."""

    sentence: str


@dataclass(frozen=True, slots=True)
class _Newer:
    """The file was written by a newer program."""


@dataclass(frozen=True, slots=True)
class _Damaged:
    """The file's content isn't a setup."""


@dataclass(frozen=True, slots=True)
class _Unreadable:
    """The system refused to read the file."""

    sentence: str


class Store:
    """The setups of one data folder."""

    def __init__(self, data_dir: Path, *, practice: bool = False) -> None:
        """``practice`` is the mode of every setup in this folder, whatever its file says."""
        self._practice = practice
        self._folder = data_dir / "setups"
        self._register = self._folder / "known"
        self._lock = FolderLock(data_dir, self._folder)
        self._guard = threading.RLock()
        self._unchanged: dict[str, tuple[tuple[int, ...], Setup]] = {}
        """Setup id → how the system described its file when it was last read, and what was in it."""

    # -- one instance --------------------------------------------------------------------

    def lock(self) -> FolderTaken | AlreadyOpen | CannotUse:
        """Lock the data folder for this instance until ``close`` or the end of the process."""
        with self._guard:
            taken = self._lock.take()
            if isinstance(taken, FolderTaken):
                with suppress(OSError):  # setups older than the register; newer ones are recorded when saved
                    register.add(self._register, self._ids(), register.Whose.OWN)
            return taken

    def close(self) -> None:
        """Unlock the data folder."""
        with self._guard:
            self._lock.release()

    # -- reading -------------------------------------------------------------------------

    def list(self, *, repair: bool = True) -> SetupListing:
        """Return every setup. ``repair`` replaces a damaged file by its last good version."""
        with self._guard:
            setups: list[Setup] = []
            troubles: list[FileTrouble] = []
            try:
                self._lock.check()
                found = self._ids()
            except OSError as error:
                return SetupListing((), (FileTrouble("", f"The setups can't be listed: {files.reason(error)}."),))
            for setup_id in found:
                if (known := self._still(setup_id)) is not None:
                    setups.append(known)
                    continue
                setup, trouble = self._open(setup_id, repair=repair)
                if setup is not None:
                    setups.append(setup)
                if trouble is not None:
                    troubles.append(trouble)
            setups.sort(key=lambda setup: setup.changed, reverse=True)
            return SetupListing(tuple(setups), tuple(troubles))

    def load(self, setup_id: str) -> Setup | FileTrouble:
        """Return one setup, or why there is none. Repairs a damaged file like ``list``."""
        with self._guard:
            setup, trouble = self._open(setup_id)
            return setup or trouble or FileTrouble(setup_id, "This setup no longer exists.")

    def has(self, setup_id: str) -> bool:
        """Return whether there is any file of that setup; True also if that is unknown."""
        with self._guard:
            try:
                return setup_id in self._ids()
            except OSError:
                return True

    def known(self) -> Known | None:
        """Return every setup with any file, including damaged ones set aside. None if that is unknown."""
        with self._guard:
            try:
                if self._lock.moved() or self._folder.is_symlink():
                    return None
                names = [entry.name.lstrip(".").partition(".")[0] for entry in self._folder.iterdir()]
                registered = register.read(self._register)
            except OSError:  # includes a missing folder, as on an unplugged drive
                return None
            return Known(frozenset(name for name in names if _ID.match(name)), registered)

    def leave_alone(self, ids: Iterable[str]) -> None:
        """Record that these belong to another data folder. If that fails, the admin is asked again."""
        with self._guard, suppress(OSError):
            register.add(self._register, ids, register.Whose.OTHER)

    # -- writing -------------------------------------------------------------------------

    def save(self, setup: Setup) -> Saved | NotSaved:
        """Write the setup. Raises ValueError for a secret among its values, another mode or an invalid state: bugs."""
        from app.setup.document import encode

        if both := set(setup.kept) & set(setup.values):
            raise ValueError(f"secrets among the plain values: {sorted(both)}")
        if setup.practice is not self._practice:
            raise ValueError("a setup of the other mode")
        content = encode(setup)
        path = self._path(setup.id)
        with self._guard:
            try:
                self._lock.check()
                before = self._read(path)
                if isinstance(before, _Newer):
                    return NotSaved("This setup was saved by a newer version of the assistant. It wasn't changed.")
                if isinstance(before, _Unreadable):
                    return NotSaved(f"The setup couldn't be saved: {before.sentence}.")
                files.make_private_folder(self._folder)
                register.add(self._register, (setup.id,) if before is None else (), register.Whose.OWN)
                if isinstance(before, _Damaged):
                    self._set_aside(path)
                self._unchanged.pop(setup.id, None)
                files.replace_atomically(path, content, _previous(path))
            except OSError as error:
                return NotSaved(f"The setup couldn't be saved: {files.reason(error)}.")
            return Saved()

    def delete(self, setup_id: str) -> Saved | NotSaved:
        """Remove the setup and its earlier version, so that neither reappears."""
        path = self._path(setup_id)
        with self._guard:
            try:
                self._lock.check()
                # The earlier version first: if the program is killed in between, the setup is still intact.
                files.remove(_previous(path))
                files.remove(path)
            except OSError as error:
                return NotSaved(f"The setup couldn't be deleted: {files.reason(error)}.")
            files.flush_folder(self._folder)
            return Saved()

    # -- one file ------------------------------------------------------------------------

    def _path(self, setup_id: str) -> Path:
        if not _ID.match(setup_id):
            raise ValueError("not the id of a setup")
        return self._folder / f"{setup_id}.json"

    def _ids(self) -> tuple[str, ...]:
        if self._folder.is_symlink():
            raise OSError(errno.ELOOP, "symbolic link")
        if not self._folder.exists():
            return ()
        names = (name.removesuffix(".bak").removesuffix(".json") for name in os.listdir(self._folder))  # noqa: PTH208
        return tuple(sorted({name for name in names if _ID.match(name)}))

    def _still(self, setup_id: str) -> Setup | None:
        """Return the setup if its file is as it was when it was last read: a thousand take a few milliseconds."""
        known = self._unchanged.get(setup_id)
        if known is None or known[1].practice is not self._practice:
            return None
        try:
            return known[1] if _description(f"{self._folder}/{setup_id}.json") == known[0] else None
        except OSError:
            return None

    def _open(self, setup_id: str, *, repair: bool = True) -> tuple[Setup | None, FileTrouble | None]:
        setup, trouble = self._find(setup_id, repair=repair)
        if setup is None or setup.practice is self._practice:
            return setup, trouble
        # Progress and secrets belong to the consoles of the other mode, and so does what an address leads to.
        fresh = Setup(
            *(setup.id, setup.guide, setup.client, setup.name, setup.created, setup.changed),
            practice=self._practice,
            answers=setup.answers,
            values={name: value for name, value in setup.values.items() if "://" not in value},
            tags=setup.tags,
        )
        sentence = COPIED[self._practice].format(setup_name(fresh))
        return fresh, trouble or FileTrouble(setup_id, sentence)

    def _find(self, setup_id: str, *, repair: bool) -> tuple[Setup | None, FileTrouble | None]:
        path = self._path(setup_id)
        found = self._read(path)
        match found:
            case _Newer():
                sentence = "A setup was saved by a newer version of the assistant. It wasn't changed."
                return None, FileTrouble(setup_id, sentence)
            case _Unreadable():
                return None, FileTrouble(setup_id, f"A setup's file can't be read: {found.sentence}.")
            case _Damaged() if not repair:
                return None, FileTrouble(setup_id, "A setup's file is damaged. Open the assistant to repair it.")
            case _Damaged():
                return self._rescue(path)
            case None:
                # The program was killed between the two moves of a save on a file system without hard links.
                earlier = self._read(_previous(path))
                return (
                    self._rescue(path) if repair and isinstance(earlier, _Damaged) else (_setup_or_none(earlier), None)
                )
            case setup:
                return setup, None

    def _rescue(self, path: Path) -> tuple[Setup | None, FileTrouble]:
        setup_id = path.name.removesuffix(".json")
        earlier = _setup_or_none(self._read(_previous(path)))
        try:
            aside = self._set_aside(path if path.exists() else _previous(path))
            if earlier is not None:
                # Copied, not moved: the only good version must never be in motion.
                from app.setup.document import encode

                files.replace_atomically(path, encode(earlier), None)
        except OSError as error:
            return earlier, FileTrouble(
                setup_id, f"A setup's file is damaged and can't be moved: {files.reason(error)}."
            )
        kept = f"The damaged file was renamed to {aside}."
        if earlier is None:
            return None, FileTrouble(setup_id, f"A setup's file was damaged, with no earlier version. {kept}")
        return earlier, FileTrouble(
            setup_id, f"The file of {setup_name(earlier)} was damaged; its last good version is open. {kept}"
        )

    def _set_aside(self, path: Path) -> str:
        stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%fZ")
        aside = path.with_name(f"{path.name}.damaged-{stamp}")
        path.rename(aside)
        return aside.name

    def _read(self, path: Path) -> Setup | _Newer | _Damaged | _Unreadable | None:
        from app.setup.document import FORMAT, decode

        try:
            if self._folder.is_symlink():
                return _Unreadable("it is a symbolic link")
            seen = _description(path)
            content = files.read_private(path, LIMIT_BYTES + 1)
        except FileNotFoundError:
            return None
        except OSError as error:
            return _Unreadable(files.reason(error))
        if len(content) > LIMIT_BYTES:
            return _Damaged()
        try:
            setup = decode(content)
        except ValueError:
            return _Newer() if _format_of(content) > FORMAT else _Damaged()
        if not path.name.startswith(f"{setup.id}.json"):
            return _Damaged()
        if path.suffix == ".json":
            self._unchanged[setup.id] = seen, setup
        return setup


def _description(path: Path | str) -> tuple[int, ...]:
    """Return what changes with any write, move or change of owner. Raises OSError."""
    info = os.lstat(path)
    return info.st_dev, info.st_ino, info.st_size, info.st_mtime_ns, info.st_ctime_ns, info.st_mode


def _format_of(content: bytes) -> int:
    # Read without the model, because a newer file may have unknown fields.
    with suppress(ValueError, RecursionError):
        parsed: object = json.loads(content)
        if isinstance(parsed, dict):
            number = parsed.get("format")
            return number if isinstance(number, int) else 0
    return 0


def _previous(path: Path) -> Path:
    return path.with_name(f"{path.name}.bak")


def _setup_or_none(found: Setup | _Newer | _Damaged | _Unreadable | None) -> Setup | None:
    return None if found is None or isinstance(found, _Newer | _Damaged | _Unreadable) else found
