"""``python -m app.exports.worker``: the process that reads an export, so that the window stays live.

The order is one line of JSON on standard input, the answer lines of JSON on standard output. Nothing is kept.
"""

from __future__ import annotations

import base64
import gc
import json
import os
import stat
import sys
from array import array
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from app.exports.cells import names_in
from app.exports.columns import ColumnRole, Subject, what
from app.exports.findings_file import FindingsFile
from app.exports.groups_check import HELD, SHOWN, GroupFinding, GroupsCheck
from app.exports.kinds import ExportKind, Recognized, recognize
from app.exports.problems import FileProblem, UnusableFileError
from app.exports.rows import ExportRows
from app.exports.shape import FileShape, look_at
from app.text.legible import legible
from app.text.similar import digest, key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

TOGETHER = 500
"""Findings in one line, few enough that reading it does not hold the window up."""
DIGESTS = 4096
"""Digests in one line."""
PREVIEWED = 3
"""Rows that are shown."""


class ProgressTeller:
    """Sends results and progress. Every pass over the file counts the same."""

    def __init__(self, size: int, passes: int) -> None:
        self._all = max(1, size * passes)
        self._size = size
        self._done = 0
        self._said = -1.0

    def say(self, **words: Any) -> None:
        """One line of the answer."""
        sys.stdout.write(json.dumps(words) + "\n")
        sys.stdout.flush()

    def tick(self, read: int) -> None:
        """Send the share that is done, in visible steps."""
        share = min(1.0, (self._done + read) / self._all)
        if share - self._said >= 0.002:
            self._said = share
            self.say(share=share)

    def next_pass(self) -> None:
        """The file was read to its end once more."""
        self._done += self._size


@dataclass(frozen=True, slots=True)
class OpenExport:
    """An export that is being read."""

    source: BinaryIO
    shape: FileShape
    recognized: Recognized
    teller: ProgressTeller

    def names(self, role: ColumnRole) -> Iterator[tuple[int, str]]:
        """Number and name of each row, without rows of another kind."""
        roles = self.recognized.roles
        columns, typed = roles[role], roles.get(ColumnRole.TYPE, ())[:1] if role is ColumnRole.NAME else ()
        for batch in ExportRows(self.source, self.shape, self.teller.tick).all():
            for number, row, name in zip(batch.numbers, batch.rows, names_in(batch.rows, columns).names, strict=True):
                if not (typed and typed[0] < len(row) and what(row[typed[0]]) in (Subject.USER, Subject.OWNER)):
                    yield number, name


def check(export: OpenExport, save: Path | None, *, chosen: bool) -> None:
    """Check an export of groups, and write its findings where they are wanted."""
    source, shape, teller = export.source, export.shape, export.teller
    file = _open(save, source) if save is not None else None
    try:
        before = _stamp(source)
        write = None if file is None else _writer(file)
        judge = GroupsCheck(export.recognized.kind, export.recognized.roles, len(shape.columns), write, chosen=chosen)
        rows = ExportRows(source, shape, teller.tick)
        judge.survey(rows.all())
        teller.next_pass()
        judge.judge(rows.only)
        if _stamp(source) != before:
            raise UnusableFileError(FileProblem.CHANGED)
        if file is not None:
            _settle(file)
    except BaseException:
        if file is not None:
            file.drop()
        raise
    teller.next_pass()
    teller.tick(0)
    report = judge.report
    for at in range(0, len(report.found), TOGETHER):
        teller.say(found=report.found.part(at, at + TOGETHER))
    counts = {issue.value: count for issue, count in report.counts.items()}
    sums = {"rows": report.rows, "groups": report.groups, "others": report.others, "uneven": report.uneven}
    teller.say(report={**sums, "kind": report.kind.value, "counts": counts})


def digests(export: OpenExport, role: ColumnRole) -> None:
    """Say the digests of all names in a column, sorted and each once."""
    every = array("Q", sorted({digest(name) for _, name in export.names(role) if key(name)}))
    for start in range(0, len(every), DIGESTS):
        export.teller.say(digests=base64.b64encode(every[start : start + DIGESTS].tobytes()).decode())
    export.teller.say(names=len(every))


def names_of(export: OpenExport, role: ColumnRole, wanted: frozenset[int]) -> None:
    """Say the names of those digests, as they are written, until as many are said as are shown."""
    left, found = set(wanted), []
    for number, name in export.names(role):
        if (one := digest(name)) not in left:
            continue
        left.discard(one)
        found.append([number, legible(name, SHOWN)])
        if len(wanted) - len(left) >= HELD:
            break
    for start in range(0, len(found), TOGETHER):
        export.teller.say(named=found[start : start + TOGETHER])
    export.teller.say(names=len(found))


def _writer(file: FindingsFile) -> Callable[[GroupFinding], None]:
    def write(found: GroupFinding) -> None:
        try:
            file.row((str(found.row), found.name, found.issue.words, found.detail))
        except OSError:
            raise UnusableFileError(FileProblem.NOT_SAVED) from None

    return write


def _open(save: Path, source: BinaryIO) -> FindingsFile:
    try:
        if save.exists() and os.path.samestat(os.fstat(source.fileno()), save.stat()):
            raise UnusableFileError(FileProblem.ITSELF)
        return FindingsFile(save, ("Row", "Name", "Kind", "Finding"))
    except OSError:
        raise UnusableFileError(FileProblem.NOT_SAVED) from None


def _settle(file: FindingsFile) -> None:
    try:
        file.done()
    except OSError:
        raise UnusableFileError(FileProblem.NOT_SAVED) from None


def _stamp(source: BinaryIO) -> list[int]:
    """Size and time of change: another file has others."""
    state = os.fstat(source.fileno())
    return [state.st_size, state.st_mtime_ns]


def _recognized(order: dict[str, Any], shape: FileShape) -> Recognized:
    """What the file tells, and over it what the admin chose; None takes a column away."""
    chosen = order.get("kind")
    found = recognize(shape, None if chosen is None else ExportKind(chosen))
    roles = dict(found.roles)
    for name, at in (order.get("columns") or {}).items():
        role = ColumnRole(name)
        if at is not None and roles.get(role, ())[:1] == (at,):
            continue  # as it was, with the columns that are read where it is empty
        roles = {other: columns for other, columns in roles.items() if other is not role and columns[:1] != (at,)}
        if at is not None and 0 <= at < len(shape.columns):
            roles[role] = (at,)
    return replace(found, roles=roles)


def _work(order: dict[str, Any]) -> None:
    with Path(order["path"]).open("rb") as source:
        if not stat.S_ISREG(os.fstat(source.fileno()).st_mode):
            raise UnusableFileError(FileProblem.FOLDER)
        stamp = _stamp(source)
        teller = ProgressTeller(stamp[0], 3)
        if order.get("stamp") not in (None, stamp):
            raise UnusableFileError(FileProblem.CHANGED)
        shape = look_at(
            source,
            stamp[0],
            teller.tick,
            titled=order.get("titled"),
            encoding=order.get("encoding"),
            skipped=order.get("skipped"),
        )
        teller.next_pass()
        found = _recognized(order, shape)
        teller.say(
            shape={
                "encoding": shape.encoding.short,
                "encoding_certain": shape.encoding.certain,
                "label": shape.encoding.label,
                "separator": shape.separator,
                "skipped": shape.titles,
                "lines": [legible(line, 80) for line in shape.lines],
                "titled": shape.titled,
                "headers": shape.columns,
                "rows": _preview(shape),
                "kind": found.kind.value,
                "kind_certain": found.certain,
                "roles": {role.value: columns[0] for role, columns in found.roles.items()},
            },
            stamp=stamp,
        )
        _do(order, OpenExport(source, shape, found, teller))


def _preview(shape: FileShape) -> list[tuple[str, ...]]:
    """The first row, and rows that show the encoding if there are any."""
    first, others = shape.sample[:1], shape.sample[1:]
    beyond = [row for row in others if not all(map(str.isascii, row))]
    return [*first, *beyond, *(row for row in others if row not in beyond)][:PREVIEWED]


def _do(order: dict[str, Any], export: OpenExport) -> None:
    role = ColumnRole(order.get("role", ColumnRole.NAME))
    if role not in export.recognized.roles:
        if order.get("task") is None:
            _count(export)
        return  # which column it is has to be chosen first
    match order.get("task"):
        case "digests":
            digests(export, role)
        case "names":
            wanted = array("Q")
            wanted.frombytes(sys.stdin.buffer.read(order["wanted"]))
            names_of(export, role, frozenset(wanted))
        case _ if export.recognized.kind is not ExportKind.USERS:
            save = Path(order["save"]) if order.get("save") else None
            check(export, save, chosen=order.get("kind") is not None)
        case _:
            _count(export)  # a list of users has no groups to check


def _count(export: OpenExport) -> None:
    rows = ExportRows(export.source, export.shape, export.teller.tick)
    export.teller.say(rows=sum(len(batch.rows) for batch in rows.all()))


def main() -> int:
    """Do what the order says; returns 0 also where the file is no good, which is an answer."""
    gc.disable()  # rows come and go by the million, and none of them is part of a circle
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    try:
        _work(json.loads(sys.stdin.buffer.readline()))
    except UnusableFileError as error:
        problem = error.unusable
    except FileNotFoundError:
        problem = UnusableFileError(FileProblem.ABSENT).unusable
    except IsADirectoryError:
        problem = UnusableFileError(FileProblem.FOLDER).unusable
    except PermissionError:
        problem = UnusableFileError(FileProblem.DENIED).unusable
    except BrokenPipeError:
        return 1  # the window stopped listening
    except OSError:
        problem = UnusableFileError(FileProblem.UNREADABLE).unusable
    else:
        return 0
    sys.stdout.write(json.dumps({"problem": problem.problem.value, "row": problem.row}) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
