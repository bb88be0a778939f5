"""``python -m app.exports.worker``: the process that reads an export, so that the window stays live.

The order is one line of JSON on standard input, the answer lines of JSON on standard output. Nothing is kept.
"""

from __future__ import annotations

import base64
import json
import os
import stat
import sys
from array import array
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from app.exports.columns import LABELS, Role, recognise
from app.exports.findings_file import FindingsFile
from app.exports.groups_check import HELD, SHOWN, TITLES, Found, GroupsCheck
from app.exports.problems import Problem, UnusableError
from app.exports.rows import rows
from app.exports.shape import Shape, look_at
from app.text.legible import legible
from app.text.similar import digest, key

if TYPE_CHECKING:
    from collections.abc import Callable

TOGETHER = 500
"""Findings in one line, few enough that reading it does not hold the window up."""
DIGESTS = 4096
"""Digests in one line."""


class _Told:
    """Says what was found, and how far it is: every pass over the file counts alike."""

    def __init__(self, size: int, passes: int) -> None:
        self._all = max(1, size * passes)
        self._size = size
        self._done = 0

    def say(self, **words: Any) -> None:
        sys.stdout.write(json.dumps(words) + "\n")
        sys.stdout.flush()

    def tick(self, read: int) -> None:
        self.say(share=min(1.0, (self._done + read) / self._all))

    def next_pass(self) -> None:
        self._done += self._size


def check(source: BinaryIO, shape: Shape, roles: dict[Role, int], save: Path | None, told: _Told) -> None:
    """Check an export of groups, and write its findings where they are wanted."""
    file = _open(save, source) if save is not None else None
    try:
        before = _stamp(source)
        judge = GroupsCheck(roles, len(shape.columns), None if file is None else _writer(file))
        judge.survey(rows(source, shape, told.tick))
        told.next_pass()
        judge.judge(rows(source, shape, told.tick))
        if _stamp(source) != before:
            raise UnusableError(Problem.CHANGED)
        if file is not None:
            _settle(file)
    except BaseException:
        if file is not None:
            file.drop()
        raise
    report = judge.report
    for at in range(0, len(report.found), TOGETHER):
        told.say(found=report.found.part(at, at + TOGETHER))
    counts = {kind.value: count for kind, count in report.counts.items()}
    told.say(report={"rows": report.rows, "others": report.others, "uneven": report.uneven, "counts": counts})


def digests(source: BinaryIO, shape: Shape, at: int, told: _Told) -> None:
    """Say the digests of all names in a column, sorted and each once."""
    found = {digest(row[at]) for _number, row in rows(source, shape, told.tick) if at < len(row) and key(row[at])}
    every = array("Q", sorted(found))
    for start in range(0, len(every), DIGESTS):
        told.say(digests=base64.b64encode(every[start : start + DIGESTS].tobytes()).decode())
    told.say(names=len(every))


def names_of(source: BinaryIO, shape: Shape, at: int, wanted: frozenset[int], told: _Told) -> None:
    """Say the names of those digests, as they are written, until as many are said as are shown."""
    left, batch = set(wanted), []
    for number, row in rows(source, shape, told.tick):
        if at >= len(row) or (one := digest(row[at])) not in left:
            continue
        left.discard(one)
        batch.append([number, legible(row[at], SHOWN)])
        if len(wanted) - len(left) >= HELD:
            break
    for start in range(0, len(batch), TOGETHER):
        told.say(named=batch[start : start + TOGETHER])
    told.say(names=len(batch))


def _writer(file: FindingsFile) -> Callable[[Found], None]:
    def write(found: Found) -> None:
        try:
            file.row((str(found.row), found.name, TITLES[found.kind], found.detail))
        except OSError:
            raise UnusableError(Problem.NOT_SAVED) from None

    return write


def _open(save: Path, source: BinaryIO) -> FindingsFile:
    try:
        if save.exists() and os.path.samestat(os.fstat(source.fileno()), save.stat()):
            raise UnusableError(Problem.ITSELF)
        return FindingsFile(save, ("Row", "Name", "Kind", "Finding"))
    except OSError:
        raise UnusableError(Problem.NOT_SAVED) from None


def _settle(file: FindingsFile) -> None:
    try:
        file.done()
    except OSError:
        raise UnusableError(Problem.NOT_SAVED) from None


def _stamp(source: BinaryIO) -> list[int]:
    """Size and time of change: another file has others."""
    state = os.fstat(source.fileno())
    return [state.st_size, state.st_mtime_ns]


def _roles(order: dict[str, Any], shape: Shape) -> dict[Role, int]:
    """What the headers tell, and over it what the admin chose; None takes a column away."""
    roles = recognise(shape.columns) if shape.titled else {}
    for name, at in (order.get("columns") or {}).items():
        role = Role(name)
        roles = {other: column for other, column in roles.items() if other is not role and column != at}
        if at is not None and 0 <= at < len(shape.columns):
            roles[role] = at
    return roles


def _work(order: dict[str, Any]) -> None:
    with Path(order["path"]).open("rb") as source:
        if not stat.S_ISREG(os.fstat(source.fileno()).st_mode):
            raise UnusableError(Problem.FOLDER)
        stamp = _stamp(source)
        size = stamp[0]
        told = _Told(size, 3)
        if order.get("stamp") not in (None, stamp):
            raise UnusableError(Problem.CHANGED)
        shape = look_at(source, size, order.get("titled"), told.tick)
        told.next_pass()
        roles = _roles(order, shape)
        chosen = {role.value: roles.get(role) for role in LABELS}
        told.say(
            shape={
                "words": shape.words,
                "assumed": shape.assumed,
                "columns": shape.columns,
                "first": shape.first,
                "titled": shape.titled,
            },
            columns=chosen,
            stamp=stamp,
        )
        _do(order, source, shape, roles, told)


def _do(order: dict[str, Any], source: BinaryIO, shape: Shape, roles: dict[Role, int], told: _Told) -> None:
    role = Role(order.get("role", Role.NAME))
    if role not in roles:
        return  # which column it is has to be chosen first
    match order.get("task"):
        case "digests":
            digests(source, shape, roles[role], told)
        case "names":
            wanted = array("Q")
            wanted.frombytes(sys.stdin.buffer.read(order["wanted"]))
            names_of(source, shape, roles[role], frozenset(wanted), told)
        case _:
            check(source, shape, roles, Path(order["save"]) if order.get("save") else None, told)


def main() -> int:
    """Do what the order says; returns 0 also where the file is no good, which is an answer."""
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    try:
        _work(json.loads(sys.stdin.buffer.readline()))
    except UnusableError as error:
        problem = error.unusable
    except FileNotFoundError:
        problem = UnusableError(Problem.ABSENT).unusable
    except IsADirectoryError:
        problem = UnusableError(Problem.FOLDER).unusable
    except PermissionError:
        problem = UnusableError(Problem.DENIED).unusable
    except BrokenPipeError:
        return 1  # nobody listens any more
    except OSError:
        problem = UnusableError(Problem.UNREADABLE).unusable
    else:
        return 0
    sys.stdout.write(json.dumps({"problem": problem.problem.value, "row": problem.row}) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
