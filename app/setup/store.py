"""Setups as files of this user alone: versioned, written atomically, with the last good version kept.

Everything blocks; callers run it in a thread. No secret ever comes here.
"""

from __future__ import annotations

import errno
import json
import re
import threading
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from app.setup import register
from app.setup.lock import FolderLock, FolderTaken
from app.setup.sentences import setup_name
from app.system import files

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from app.setup.lock import AlreadyOpen, CannotUse
    from app.setup.register import Whose
    from app.setup.state import Setup

_ID = re.compile(r"[0-9a-f]{32}\Z")
_LIMIT_BYTES = 4_000_000
"""Far above any real setup; a larger file is not one of ours."""


@dataclass(frozen=True, slots=True)
class FileTrouble:
    """Something about a setup's file that the admin is to know."""

    setup_id: str
    sentence: str


@dataclass(frozen=True, slots=True)
class SetupListing:
    """All setups that can be read, the one changed last first, and what is wrong with others."""

    setups: tuple[Setup, ...]
    troubles: tuple[FileTrouble, ...]


@dataclass(frozen=True, slots=True)
class Known:
    """The setups that the data folder holds in any state, and what its register says of these and of former ones."""

    present: frozenset[str]
    register: Mapping[str, Whose]


@dataclass(frozen=True, slots=True)
class Saved:
    """The file holds the setup, flushed to the disk."""


@dataclass(frozen=True, slots=True)
class NotSaved:
    """The file is as it was before."""

    sentence: str


@dataclass(frozen=True, slots=True)
class _Newer:
    """The file was written by a newer program."""


@dataclass(frozen=True, slots=True)
class _Damaged:
    """The file's content is not a setup."""


@dataclass(frozen=True, slots=True)
class _Unreadable:
    """The system did not let the file be read."""

    sentence: str


class Store:
    """The setups of one data folder."""

    def __init__(self, data_dir: Path) -> None:
        self._folder = data_dir / "setups"
        self._register = self._folder / "known"
        self._hold = FolderLock(data_dir, self._folder)
        self._guard = threading.RLock()

    # -- one instance --------------------------------------------------------------------

    def lock(self) -> FolderTaken | AlreadyOpen | CannotUse:
        """Take the data folder for this program alone until ``close`` or the end of the process."""
        with self._guard:
            taken = self._hold.take()
            if isinstance(taken, FolderTaken):
                with suppress(OSError):  # setups from before there was a register; later ones are written down first
                    register.add(self._register, self._ids(), register.Whose.OWN)
            return taken

    def close(self) -> None:
        """Let the data folder go."""
        with self._guard:
            self._hold.let_go()

    # -- reading -------------------------------------------------------------------------

    def list(self, *, repair: bool = True) -> SetupListing:
        """Every setup. Damaged files are set aside and their last good version used; without ``repair`` only told."""
        with self._guard:
            setups: list[Setup] = []
            troubles: list[FileTrouble] = []
            try:
                self._hold.check()
                found = self._ids()
            except OSError as error:
                return SetupListing((), (FileTrouble("", f"The setups cannot be listed: {files.reason(error)}."),))
            for setup_id in found:
                setup, trouble = self._open(setup_id, repair=repair)
                if setup is not None:
                    setups.append(setup)
                if trouble is not None:
                    troubles.append(trouble)
            setups.sort(key=lambda setup: setup.changed, reverse=True)
            return SetupListing(tuple(setups), tuple(troubles))

    def load(self, setup_id: str) -> Setup | FileTrouble:
        """One setup, or why there is none. A damaged file is treated as by ``list``."""
        with self._guard:
            setup, trouble = self._open(setup_id)
            return setup or trouble or FileTrouble(setup_id, "This setup is no longer there.")

    def has(self, setup_id: str) -> bool:
        """Whether there is any file of that setup; True also where that cannot be told."""
        with self._guard:
            try:
                return setup_id in self._ids()
            except OSError:
                return True

    def known(self) -> Known | None:
        """Every setup of which there is any file, also one damaged and set aside. None where that cannot be told."""
        with self._guard:
            try:
                if self._hold.moved() or self._folder.is_symlink():
                    return None
                names = [entry.name.lstrip(".").partition(".")[0] for entry in self._folder.iterdir()]
                said = register.read(self._register)
            except OSError:  # also where the folder is gone, as with an unplugged drive
                return None
            return Known(frozenset(name for name in names if _ID.match(name)), said)

    def leave_alone(self, ids: Iterable[str]) -> None:
        """Write down that these are another data folder's. Where that fails, the question comes again."""
        with self._guard, suppress(OSError):
            register.add(self._register, ids, register.Whose.OTHER)

    # -- writing -------------------------------------------------------------------------

    def save(self, setup: Setup) -> Saved | NotSaved:
        """Write the setup. Raises ValueError if a secret, or a state that is a bug, would be written."""
        from app.setup.document import encode

        if both := set(setup.kept) & set(setup.values):
            raise ValueError(f"secret values among the plain ones: {sorted(both)}")
        content = encode(setup)
        path = self._path(setup.id)
        with self._guard:
            try:
                self._hold.check()
                before = self._read(path)
                if isinstance(before, _Newer):
                    return NotSaved("This setup was saved by a newer version of the assistant and was left untouched.")
                if isinstance(before, _Unreadable):
                    return NotSaved(f"The setup could not be saved: {before.sentence}.")
                files.make_private_folder(self._folder)
                register.add(self._register, (setup.id,) if before is None else (), register.Whose.OWN)
                if isinstance(before, _Damaged):
                    self._set_aside(path)
                files.replace_atomically(path, content, _previous(path))
            except OSError as error:
                return NotSaved(f"The setup could not be saved: {files.reason(error)}.")
            return Saved()

    def delete(self, setup_id: str) -> Saved | NotSaved:
        """Remove the setup and its earlier version, so that neither comes back."""
        path = self._path(setup_id)
        with self._guard:
            try:
                self._hold.check()
                # The earlier version first: killed in between, the setup is still there, whole.
                files.remove(_previous(path))
                files.remove(path)
            except OSError as error:
                return NotSaved(f"The setup could not be deleted: {files.reason(error)}.")
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
        names = (re.sub(r"\.json(\.bak)?\Z", "", entry.name) for entry in self._folder.iterdir())
        return tuple(sorted({name for name in names if _ID.match(name)}))

    def _open(self, setup_id: str, *, repair: bool = True) -> tuple[Setup | None, FileTrouble | None]:
        path = self._path(setup_id)
        found = self._read(path)
        match found:
            case _Newer():
                sentence = "A setup was saved by a newer version of the assistant. It was left untouched."
                return None, FileTrouble(setup_id, sentence)
            case _Unreadable():
                return None, FileTrouble(setup_id, f"A setup's file cannot be read: {found.sentence}.")
            case _Damaged() if not repair:
                return None, FileTrouble(setup_id, "A setup's file is damaged. Open the assistant to repair it.")
            case _Damaged():
                return self._rescue(path)
            case None:
                # Killed between the two moves of a save on a file system without hard links.
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
                # Written anew, not moved: the good version must never be the only copy in motion.
                from app.setup.document import encode

                files.replace_atomically(path, encode(earlier), None)
        except OSError as error:
            return earlier, FileTrouble(
                setup_id, f"A setup's file is damaged and cannot be moved: {files.reason(error)}."
            )
        kept = f"The damaged file was kept as {aside}."
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
            content = files.read_private(path, _LIMIT_BYTES + 1)
        except FileNotFoundError:
            return None
        except OSError as error:
            return _Unreadable(files.reason(error))
        if len(content) > _LIMIT_BYTES:
            return _Damaged()
        if _format_of(content) > FORMAT:
            return _Newer()
        try:
            setup = decode(content)
        except ValueError:
            return _Damaged()
        return setup if path.name.startswith(f"{setup.id}.json") else _Damaged()


def _format_of(content: bytes) -> int:
    # Read apart from the model: what else a newer file holds is not known here.
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
