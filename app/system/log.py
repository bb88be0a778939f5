"""What the program says about its own bugs, by allow-list: kinds and places, never messages or values.

Python's own reports print the message of an exception, and a message may hold what was pasted. So every way in which
Python reports by itself is taken over here.
"""

from __future__ import annotations

import errno
import re
import sys
import threading
import warnings
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType, TracebackType
    from typing import TextIO

_OWN = frozenset({"app", "ui", "__main__"})
_FRAMES = 16
"""Frames told of one exception, the innermost ones."""
_LINKS = 5
"""Exceptions told of one chain."""
_NAME = re.compile(r"[A-Za-z_<][\w.<>]{0,99}\Z", re.ASCII)


def describe(error: BaseException) -> tuple[str, ...]:
    """The lines that may be shown, copied and written: types of the chain, places in our code, names of libraries."""
    return tuple(line for number, link in enumerate(_chain(error)) for line in _lines(link, caused=number > 0))


def bug(error: BaseException) -> None:
    """Write what may be said of a bug to standard error."""
    _write("Bug: ", *(f"{line}\n" for line in describe(error)))


def take_over(report: Callable[[BaseException], None] = bug) -> None:
    """From now on ``report`` gets what nobody caught: in the main thread, in slots, in other threads, in destructors.

    It is called in the thread where it happened. Interruption from the keyboard is no bug.
    """

    def safely(error: BaseException | None) -> None:
        # A hook that fails makes Python print everything after all.
        try:
            if error is not None and not isinstance(error, KeyboardInterrupt | SystemExit):
                report(error)
        except BaseException:  # noqa: BLE001 - see above
            _write("Bug: ", "not to be told\n")

    sys.excepthook = lambda _kind, error, _trace: safely(error)
    threading.excepthook = lambda args: safely(args.exc_value)
    sys.unraisablehook = lambda args: safely(args.exc_value)
    warnings.showwarning = _warn


def quiet_libraries() -> None:
    """Libraries log only who speaks and how grave it is: what they would say may hold an address."""
    import logging

    class ByAllowList(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            _write(f"{_word(record.name)}: {record.levelname.lower()}\n")

    root = logging.getLogger()
    if not root.handlers:
        root.addHandler(ByAllowList(logging.WARNING))


def qt(grade: str, subject: str) -> None:
    """Write that the toolkit reported something: how grave, and about which of its parts."""
    _write(f"{_word(grade)}: {_word(subject)}\n")


def _warn(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    del message, filename, file, line
    _write(f"Warning: {_kind(category)} in line {lineno}\n")


def _write(*parts: str) -> None:
    # A program without a console has no standard error.
    with suppress(OSError, ValueError, AttributeError):
        sys.stderr.write("".join(parts))


def _chain(error: BaseException) -> Iterator[BaseException]:
    todo, seen = [error], set[int]()
    while todo and len(seen) < _LINKS:
        link = todo.pop(0)
        if id(link) in seen:
            continue
        seen.add(id(link))
        yield link
        if isinstance(link, BaseExceptionGroup):
            todo.extend(link.exceptions)
        elif link.__cause__ is not None:
            todo.append(link.__cause__)
        elif link.__context__ is not None and not link.__suppress_context__:
            todo.append(link.__context__)


def _lines(error: BaseException, *, caused: bool) -> Iterator[str]:
    number = error.errno if isinstance(error, OSError) else None
    code = f" {errno.errorcode[number]}" if number is not None and number in errno.errorcode else ""
    yield f"{'after ' if caused else ''}{_kind(type(error))}{code}"
    places: list[str] = []
    for frame, line in _walk(error.__traceback__):
        place = _place(frame, line)
        if not places or place != places[-1]:
            places.append(place)
    yield from (f"  {place}" for place in places[-_FRAMES:])


def _walk(trace: TracebackType | None) -> Iterator[tuple[FrameType, int]]:
    while trace is not None:
        yield trace.tb_frame, trace.tb_lineno
        trace = trace.tb_next


def _place(frame: FrameType, line: int) -> str:
    """File, line and function of our own code; of others only the library's name. No folder of this computer."""
    module = _word(str(frame.f_globals.get("__name__", "")))
    top, _, _ = module.partition(".")
    if top not in _OWN:
        return top
    file = re.split(r"[\\/]", frame.f_code.co_filename)[-1]
    folder = module if file == "__init__.py" else module.rpartition(".")[0]
    where = f"{folder.replace('.', '/')}/{file}" if folder else file
    return f"{where}:{line} in {_word(frame.f_code.co_qualname)}"


def _kind(kind: type[BaseException]) -> str:
    library = _word(kind.__module__).partition(".")[0]
    return _word(kind.__qualname__) if library == "builtins" else f"{library}.{_word(kind.__qualname__)}"


def _word(text: str) -> str:
    return text if _NAME.match(text) else "unnamed"
