"""Has a process of its own read an export, from the side of the window.

A thread would take turns with the window for the interpreter, and could not be ended at once with all that it holds.
``tests/benchmarks/export.py`` prints the gaps of both.
"""

from __future__ import annotations

import asyncio
import base64
import json
import subprocess
import sys
import threading
import time
from array import array
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.exports.columns import ColumnRole
from app.exports.findings_file import part_of
from app.exports.groups_check import GroupFindings, GroupIssue, GroupReport
from app.exports.kinds import ExportKind
from app.exports.problems import FileProblem, Unusable
from app.text.similar import Digests

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class ReadingChoice:
    """What the admin changed about how a file was read; None where that stays."""

    columns: Mapping[ColumnRole, int | None] = field(default_factory=dict)
    titled: bool | None = None
    kind: ExportKind | None = None
    encoding: str | None = None
    skipped: int | None = None


@dataclass(frozen=True, slots=True)
class ExportOrder:
    """What to read, and what the admin chose; None if the file decides."""

    path: Path
    titled: bool | None = None
    """Whether the first row names the columns."""
    columns: Mapping[ColumnRole, int | None] = field(default_factory=dict)
    """Role → column, None for no column."""
    kind: ExportKind | None = None
    """What each row is."""
    encoding: str | None = None
    """As in ``app.exports.encodings.CHOICES``."""
    skipped: int | None = None
    """Lines above the header."""
    save: Path | None = None
    """Where all findings go."""
    stamp: tuple[int, int] | None = None
    """Size and time of the file that was read before; another file is refused."""

    def choosing(self, choice: ReadingChoice) -> ExportOrder:
        """The same file, read as the admin chose. Another encoding or header discards the chosen columns."""
        anew = choice.encoding is not None or choice.skipped is not None
        return replace(
            self,
            columns={} if anew else {**self.columns, **choice.columns},
            titled=choice.titled if choice.titled is not None or anew else self.titled,
            kind=choice.kind or self.kind,
            encoding=choice.encoding or self.encoding,
            skipped=self.skipped if choice.skipped is None else choice.skipped,
        )

    @property
    def chosen(self) -> bool:
        """Whether the admin chose anything."""
        return bool(self.columns) or (self.titled, self.kind, self.encoding, self.skipped) != (None,) * 4


@dataclass(frozen=True, slots=True)
class ExportReading:
    """How the file was read."""

    encoding: str
    """``utf-8``, ``utf-16``, ``cp1250`` and so on."""
    encoding_certain: bool
    label: str
    """The encoding for the admin."""
    separator: str
    skipped: int
    """Lines above the header."""
    lines: tuple[str, ...]
    """The first lines of the file, as they are."""
    titled: bool
    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    """The first rows of data."""
    kind: ExportKind
    kind_certain: bool
    roles: dict[ColumnRole, int]
    stamp: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Checked:
    """The answer to an order."""

    seen: ExportReading
    report: GroupReport | None
    """None where there is nothing to check: a list of users, or no column of names that is known."""
    rows: int
    """Rows of data."""

    @property
    def kind(self) -> ExportKind:
        """What the rows are, as far as it is known."""
        return self.seen.kind if self.report is None else self.report.kind


async def check(order: ExportOrder, on_share: Callable[[float], None] | None = None) -> Checked | Unusable:
    """Check an export of groups. Cancelling ends the process at once and leaves no file behind.

    ``on_share`` gets the share that is done, from 0 to 1.
    """
    talk = await _talk(_words(order), on_share, order.save)
    if isinstance(talk, Unusable):
        return talk
    users = talk.seen is not None and talk.seen.kind is ExportKind.USERS
    if talk.seen is None or (talk.report is None and ColumnRole.NAME in talk.seen.roles and not users):
        return Unusable(FileProblem.ENDED)
    return Checked(talk.seen, talk.report, talk.rows if talk.report is None else talk.report.rows)


@dataclass(frozen=True, slots=True)
class Exported:
    """The names in an export, to compare with."""

    seen: ExportReading
    names: Digests | None
    """None where the column is not known."""


async def names(
    order: ExportOrder, role: ColumnRole, on_share: Callable[[float], None] | None = None
) -> Exported | Unusable:
    """The names in the column of that role, as digests: the texts stay in the file."""
    talk = await _talk(_words(order) | {"task": "digests", "role": role.value}, on_share)
    if isinstance(talk, Unusable):
        return talk
    if talk.seen is None or (talk.names is None and talk.seen.roles.get(role) is not None):
        return Unusable(FileProblem.ENDED)
    return Exported(talk.seen, None if talk.names is None else Digests(talk.digests))


async def texts(order: ExportOrder, role: ColumnRole, wanted: array[int]) -> list[tuple[int, str]] | Unusable:
    """Rows and names of those digests, as they are written in the file, at most as many as are shown."""
    data = wanted.tobytes()
    talk = await _talk(_words(order) | {"task": "names", "role": role.value, "wanted": len(data)}, after=data)
    if isinstance(talk, Unusable):
        return talk
    return talk.named if talk.names is not None else Unusable(FileProblem.ENDED)


async def _talk(
    words: dict[str, Any],
    on_share: Callable[[float], None] | None = None,
    save: Path | None = None,
    after: bytes = b"",
) -> _Talk | Unusable:
    try:
        # Not asyncio's subprocess: qasync has none on Windows. Starting takes a few milliseconds.
        child = subprocess.Popen(  # noqa: ASYNC220 - see above; the command is ours
            command(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=_ROOT,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
    except OSError:
        return Unusable(FileProblem.ENDED)
    talk = _Talk(child, on_share)
    try:
        await talk.run(json.dumps(words).encode() + b"\n" + after)
    except BaseException:
        child.kill()
        child.wait()  # a killed process ends at once, and only then closes its file
        if save is not None:
            part_of(save).unlink(missing_ok=True)
        raise
    return talk.problem or talk


def command() -> list[str]:
    """Return how this program starts the process that reads an export."""
    if getattr(sys, "frozen", False):
        return [sys.executable, "--export-reader"]
    return [sys.executable, "-m", "app.exports.worker"]


def _words(order: ExportOrder) -> dict[str, Any]:
    return {
        "path": str(order.path),
        "titled": order.titled,
        "columns": {role.value: at for role, at in order.columns.items()},
        "kind": order.kind,
        "encoding": order.encoding,
        "skipped": order.skipped,
        "save": None if order.save is None else str(order.save),
        "stamp": order.stamp,
    }


class _Talk:
    """One order and the lines that answer it, read in a thread."""

    def __init__(self, child: subprocess.Popen[bytes], on_share: Callable[[float], None] | None) -> None:
        self._child = child
        self._on_share = on_share
        self.seen: ExportReading | None = None
        self.report: GroupReport | None = None
        self.problem: Unusable | None = None
        self.rows = 0
        self.names: int | None = None
        """How many names were sent, once all were."""
        self.digests = array("Q")
        self.named: list[tuple[int, str]] = []
        self._found = GroupFindings()

    async def run(self, order: bytes) -> None:
        """Give the order and wait for the end of the answer."""
        loop = asyncio.get_running_loop()
        ended: asyncio.Future[None] = loop.create_future()

        def tell(act: Callable[..., object], *words: object) -> None:
            if not loop.is_closed():  # the program may be ending
                loop.call_soon_threadsafe(act, *words)

        def settle() -> None:
            if not ended.done():
                ended.set_result(None)

        def show_share(share: float) -> None:
            # Whoever gave the order up may be gone, and so may what showed the share.
            if self._on_share is not None and not ended.done():
                self._on_share(share)

        def listen() -> None:
            try:
                assert self._child.stdin is not None
                assert self._child.stdout is not None
                self._child.stdin.write(order)
                self._child.stdin.flush()
                for line in self._child.stdout:
                    words = json.loads(line)
                    if "share" in words:
                        tell(show_share, words["share"])
                    self._take(words)
                    if "found" in words or "digests" in words:
                        time.sleep(0.001)  # or the window would wait for the interpreter again and again
            except (OSError, ValueError):
                pass  # it was ended; what is missing then tells
            finally:
                # Here, not in the loop: a process that lets a million hashes go takes its time.
                self._child.wait()
                for pipe in (self._child.stdin, self._child.stdout):
                    with suppress(OSError):
                        pipe.close()  # type: ignore[union-attr]
                tell(settle)

        threading.Thread(target=listen, name="export", daemon=True).start()
        await ended

    def _take(self, words: dict[str, Any]) -> None:
        if "problem" in words:
            self.problem = Unusable(FileProblem(words["problem"]), words["row"])
        elif "shape" in words:
            shape = words["shape"]
            self.seen = ExportReading(
                **shape
                | {
                    "lines": tuple(shape["lines"]),
                    "headers": tuple(shape["headers"]),
                    "rows": tuple(map(tuple, shape["rows"])),
                    "kind": ExportKind(shape["kind"]),
                    "roles": {ColumnRole(name): at for name, at in shape["roles"].items()},
                    "stamp": (words["stamp"][0], words["stamp"][1]),
                }
            )
        elif "found" in words:
            self._found.add(*words["found"])
        elif "report" in words:
            report = words["report"]
            self.report = GroupReport(
                **report
                | {
                    "kind": ExportKind(report["kind"]),
                    "counts": Counter({GroupIssue(issue): count for issue, count in report["counts"].items()}),
                    "found": self._found,
                }
            )
        elif "digests" in words:
            self.digests.frombytes(base64.b64decode(words["digests"]))
        elif "rows" in words:
            self.rows = words["rows"]
        elif "named" in words:
            self.named += [(row, name) for row, name in words["named"]]
        elif "names" in words:
            self.names = words["names"]
