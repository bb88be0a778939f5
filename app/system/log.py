"""Reports the program's own bugs by allow-list: types and code locations, never messages or values.

Python's own reports print exception messages, and a message may contain what was pasted. So every way in which Python
reports an error is replaced here.
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

_OUR_PACKAGES = frozenset({"app", "ui", "__main__"})
_MAX_FRAMES = 16
"""Frames reported per exception: the innermost ones."""
_MAX_EXCEPTIONS = 5
"""Exceptions reported per chain."""
_NAME = re.compile(r"[A-Za-z_<][\w.<>]{0,99}\Z", re.ASCII)


def describe(error: BaseException) -> tuple[str, ...]:
    """Return lines that are safe to show, copy and write: exception types, our code locations, names of libraries."""
    return tuple(
        line for number, exception in enumerate(_chain(error)) for line in _lines(exception, caused=number > 0)
    )


def report_bug(error: BaseException) -> None:
    """Write the safe part of a bug to standard error."""
    _write("Bug: ", *(f"{line}\n" for line in describe(error)))


def install_hooks(report: Callable[[BaseException], None] = report_bug) -> None:
    """Pass every uncaught exception to ``report``: from the main thread, slots, other threads and destructors.

    It is called in the thread where the exception occurred. Keyboard interrupts are not bugs.
    """

    def safely(error: BaseException | None) -> None:
        # If a hook fails, Python prints everything after all.
        try:
            if error is not None and not isinstance(error, KeyboardInterrupt | SystemExit):
                report(error)
        except BaseException:  # noqa: BLE001 - see above
            _write("Bug: ", "could not be reported\n")

    sys.excepthook = lambda _type, error, _trace: safely(error)
    threading.excepthook = lambda args: safely(args.exc_value)
    sys.unraisablehook = lambda args: safely(args.exc_value)
    warnings.showwarning = _warn


def limit_library_logs() -> None:
    """Reduce library logs to the logger's name and the level: a message may contain an address."""
    import logging

    class ByAllowList(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            _write(f"{_safe_name(record.name)}: {record.levelname.lower()}\n")

    root = logging.getLogger()
    if not root.handlers:
        root.addHandler(ByAllowList(logging.WARNING))


def qt_message(severity: str, subject: str) -> None:
    """Write that Qt reported something: the severity and the Qt category."""
    _write(f"{_safe_name(severity)}: {_safe_name(subject)}\n")


def _warn(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    del message, filename, file, line
    _write(f"Warning: {_type_name(category)} in line {lineno}\n")


def _write(*parts: str) -> None:
    # A program without a console has no standard error.
    with suppress(OSError, ValueError, AttributeError):
        sys.stderr.write("".join(parts))


def _chain(error: BaseException) -> Iterator[BaseException]:
    todo, seen = [error], set[int]()
    while todo and len(seen) < _MAX_EXCEPTIONS:
        exception = todo.pop(0)
        if id(exception) in seen:
            continue
        seen.add(id(exception))
        yield exception
        if isinstance(exception, BaseExceptionGroup):
            todo.extend(exception.exceptions)
        elif exception.__cause__ is not None:
            todo.append(exception.__cause__)
        elif exception.__context__ is not None and not exception.__suppress_context__:
            todo.append(exception.__context__)


def _lines(error: BaseException, *, caused: bool) -> Iterator[str]:
    number = error.errno if isinstance(error, OSError) else None
    code = f" {errno.errorcode[number]}" if number is not None and number in errno.errorcode else ""
    yield f"{'after ' if caused else ''}{_type_name(type(error))}{code}"
    locations: list[str] = []
    for frame, line in _walk(error.__traceback__):
        location = _location(frame, line)
        if not locations or location != locations[-1]:
            locations.append(location)
    yield from (f"  {location}" for location in locations[-_MAX_FRAMES:])


def _walk(trace: TracebackType | None) -> Iterator[tuple[FrameType, int]]:
    while trace is not None:
        yield trace.tb_frame, trace.tb_lineno
        trace = trace.tb_next


def _location(frame: FrameType, line: int) -> str:
    """Return file, line and function of our own code, or a library's name. Never a folder of this computer."""
    module = _safe_name(str(frame.f_globals.get("__name__", "")))
    top, _, _ = module.partition(".")
    if top not in _OUR_PACKAGES:
        return top
    file = re.split(r"[\\/]", frame.f_code.co_filename)[-1]
    folder = module if file == "__init__.py" else module.rpartition(".")[0]
    where = f"{folder.replace('.', '/')}/{file}" if folder else file
    return f"{where}:{line} in {_safe_name(frame.f_code.co_qualname)}"


def _type_name(kind: type[BaseException]) -> str:
    library = _safe_name(kind.__module__).partition(".")[0]
    return _safe_name(kind.__qualname__) if library == "builtins" else f"{library}.{_safe_name(kind.__qualname__)}"


def _safe_name(text: str) -> str:
    return text if _NAME.match(text) else "unnamed"
