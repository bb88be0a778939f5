"""Looks at a running program from outside: processes, X selections, windows, and what a screen reader receives."""

from __future__ import annotations

import re
import subprocess
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from jeepney import DBusAddress, MatchRule, message_bus, new_method_call
from jeepney.io.blocking import open_dbus_connection
from jeepney.wrappers import DBusErrorResponse, unwrap_msg

if TYPE_CHECKING:
    from tests.leaks.workstation import Workstation

PAUSE = 0.4
"""Seconds between two looks."""
HINT = "x-kde-passwordManagerHint"
SELECTIONS = ("clipboard", "primary", "secondary")


@dataclass(frozen=True)
class Sample:
    """The content of an X selection between two times of the system's monotonic clock, in seconds."""

    selection: str
    began: float
    ended: float
    targets: tuple[str, ...]
    text: bytes


@dataclass
class Observed:
    """Everything seen during a tour."""

    processes: set[bytes] = field(default_factory=set)
    """Command lines and environments of the program and all its descendants."""
    windows: set[bytes] = field(default_factory=set)
    """Properties of all windows on the screen."""
    selections: list[Sample] = field(default_factory=list)
    accessible: set[str] = field(default_factory=set)
    """Texts in the accessible tree, and in the events sent to screen readers."""
    walks: int = 0
    """How often the tree was walked from its root."""


class Watcher:
    """Watches from two threads while used as a context manager."""

    def __init__(self, workstation: Workstation, pid: int, notes: Path) -> None:
        """``notes`` is a folder in which the program can see how often it was looked at."""
        self.seen = Observed()
        self._controller, self._pid, self._notes = workstation, pid, notes
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=work, daemon=True) for work in (self._look, self._listen)]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(20)
            assert not thread.is_alive(), "a look from outside hangs"

    # -- processes, selections, windows ---------------------------------------------------

    def _look(self) -> None:
        while not self._stop.wait(PAUSE):
            for pid in descendants(self._pid):
                for part in ("cmdline", "environ", "comm"):
                    try:
                        self.seen.processes.add(Path(f"/proc/{pid}/{part}").read_bytes())
                    except OSError:  # it has ended, or it cannot be inspected, which is better
                        continue
            self.seen.selections += [self._sample(name) for name in SELECTIONS]
            self._look_at_windows()
            self._count("looks")

    def _count(self, name: str) -> None:
        """Count one more complete look of that kind by adding a byte, so that the size is the count."""
        with (self._notes / name).open("ab") as file:
            file.write(b".")

    def _ask(self, *command: str) -> bytes:
        try:
            return subprocess.run(command, env=self._controller.env, capture_output=True, check=False, timeout=5).stdout
        except subprocess.TimeoutExpired:
            return b""

    def _sample(self, selection: str) -> Sample:
        began = time.monotonic()
        while True:
            targets = self._targets(selection)
            text = self._ask("xclip", "-o", "-selection", selection) if targets else b""
            if self._targets(selection) == targets:  # otherwise it changed between the two requests
                return Sample(selection, began, time.monotonic(), targets, text)

    def _targets(self, selection: str) -> tuple[str, ...]:
        return tuple(self._ask("xclip", "-o", "-selection", selection, "-t", "TARGETS").decode().split())

    def _look_at_windows(self) -> None:
        tree = self._ask("xwininfo", "-root", "-tree")
        if tree in self.seen.windows:
            return
        self.seen.windows.add(tree)
        for window in re.findall(rb"^\s+(0x[0-9a-f]+) \"", tree, re.MULTILINE):
            self.seen.windows.add(self._ask("xprop", "-id", window.decode()))

    # -- the accessible tree --------------------------------------------------------------

    def _listen(self) -> None:
        reader = ScreenReader(self._controller.env["DBUS_SESSION_BUS_ADDRESS"])
        try:
            while not self._stop.wait(PAUSE):
                if reader.walk(self.seen.accessible, self._stop):
                    self.seen.walks += 1
                    self._count("walks")
                reader.take_events(self.seen.accessible)
        finally:
            reader.close()


def descendants(pid: int) -> list[int]:
    """Return the process and all its descendants."""
    found = [pid]
    for one in found:
        try:
            found += map(int, Path(f"/proc/{one}/task/{one}/children").read_text().split())
        except OSError:
            continue
    return found


class ScreenReader:
    """Does what a screen reader does, over AT-SPI (at-spi2-core's interface files)."""

    def __init__(self, session_bus: str) -> None:
        with open_dbus_connection(session_bus) as session:
            where = DBusAddress("/org/a11y/bus", "org.a11y.Bus", "org.a11y.Bus")
            (address,) = unwrap_msg(session.send_and_get_reply(new_method_call(where, "GetAddress"), timeout=20))
        self._bus = open_dbus_connection(address)
        rule = MatchRule(type="signal")
        self._events = self._bus.filter(rule, bufsize=100_000)
        self._bus.send_and_get_reply(message_bus.AddMatch(rule))
        registry = DBusAddress("/org/a11y/atspi/registry", "org.a11y.atspi.Registry", "org.a11y.atspi.Registry")
        for event in ("object:", "window:", "focus:"):
            self._bus.send_and_get_reply(new_method_call(registry, "RegisterEvent", "s", (event,)), timeout=20)

    def close(self) -> None:
        """Leave the bus."""
        self._bus.close()

    def _call(
        self, who: str, path: str, part: str, member: str, signature: str = "", body: tuple[Any, ...] = ()
    ) -> Any:
        where = DBusAddress(path, who, f"org.a11y.atspi.{part}" if "." not in part else part)
        reply = self._bus.send_and_get_reply(new_method_call(where, member, signature or None, body), timeout=5)
        return unwrap_msg(reply)[0]

    def walk(self, texts: set[str], stop: threading.Event) -> bool:
        """Add all texts of the tree. Return whether an application was found and the end was reached."""
        todo = [("org.a11y.atspi.Registry", "/org/a11y/atspi/accessible/root")]
        seen = 0
        while todo:
            if stop.is_set():
                return False
            who, path = todo.pop()
            try:
                todo += self._call(who, path, "Accessible", "GetChildren")
                texts.update(self._texts(who, path))
                seen += 1
            except (DBusErrorResponse, TimeoutError, KeyError):  # gone in the meantime
                continue
        return seen > 2

    def _texts(self, who: str, path: str) -> set[str]:
        found = set()
        for name in ("Name", "Description"):
            body = ("org.a11y.atspi.Accessible", name)
            found.add(str(self._call(who, path, "org.freedesktop.DBus.Properties", "Get", "ss", body)[1]))
        interfaces = self._call(who, path, "Accessible", "GetInterfaces")
        if "org.a11y.atspi.Text" in interfaces:
            found.add(str(self._call(who, path, "Text", "GetText", "ii", (0, -1))))
        return found

    def take_events(self, texts: set[str]) -> None:
        """Add the texts of what was announced, inserted and changed since the last call."""
        with suppress(TimeoutError):
            self._bus.recv_messages(timeout=0)
        while self._events.queue:
            texts.add(str(self._events.queue.popleft().body))
