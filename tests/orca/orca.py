"""An X11 session with an accessibility bus and Orca, whose speech is read as it is sent to the synthesizer."""

from __future__ import annotations

import json
import os
import pty
import re
import stat
import subprocess
import threading
import time
import tty
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tests.desktops.desktops import X11
from tests.support.until import until_blocking

if TYPE_CHECKING:
    from types import TracebackType

QUIET: Final = 0.3
"""Seconds without any event that Orca logs: then it has said everything that a key leads to."""
LOUDEST: Final = 6.0
"""Seconds after which the next key is pressed in any case."""

_BEGUN: Final = "SPEECH OUTPUT: '"
_SPEECH: Final = re.compile(r"SPEECH OUTPUT: '(.*)'(?: ?\{|$)")


@dataclass(frozen=True, slots=True)
class Utterance:
    """What Orca said at once, and when, on the system's monotonic clock."""

    text: str
    at: float


@dataclass(frozen=True, slots=True)
class Focused:
    """What took the focus, and when, on the system's monotonic clock."""

    names: tuple[str, ...]
    """Its name, and the names of what is around it."""
    at: float


class Watcher:
    """Listens on the accessibility bus beside Orca: what takes the focus, whatever Orca has yet to do before it."""

    def __init__(self, session: X11) -> None:
        script = str(Path(__file__).with_name("focus.py"))
        pipe = subprocess.PIPE
        self._program = session.start("/usr/bin/python3", script, text=True, stdin=pipe, stdout=pipe)
        self.seen: list[Focused] = []
        assert self._program.stdout is not None
        assert self._program.stdout.readline() == "null\n", "the watcher did not start"
        self._thread = threading.Thread(target=self._listen, name="watcher")
        self._thread.start()

    def _listen(self) -> None:
        assert self._program.stdout is not None
        for line in self._program.stdout:
            at, names = json.loads(line)
            self.seen.append(Focused(tuple(names), at))

    def close(self) -> None:
        """Stop once the program has ended."""
        self._thread.join(5)


class Ear:
    """Reads the debug output of Orca, which contains each utterance."""

    def __init__(self) -> None:
        # Orca buffers a file in blocks, but a terminal by lines.
        self._terminal, self._orcas_end = pty.openpty()
        tty.setraw(self._terminal)
        self.path = os.ttyname(self._orcas_end)
        self.log: list[str] = []
        self.heard: list[Utterance] = []
        self.last = time.monotonic()
        """When Orca last did anything."""
        self._thread = threading.Thread(target=self._listen, name="ear")
        self._thread.start()

    def _listen(self) -> None:
        rest = b""
        unfinished = ""
        while True:
            try:
                read = os.read(self._terminal, 65536)
            except OSError:
                return
            if not read or b"\0" in read:
                return
            self.last = time.monotonic()
            *lines, rest = (rest + read).split(b"\n")
            for line in lines:
                text = line.decode("utf-8", "replace").rstrip("\r")
                self.log.append(text)
                unfinished = f"{unfinished} {text.strip()}" if unfinished else text if _BEGUN in text else ""
                if (said := _SPEECH.search(unfinished)) is not None:
                    unfinished = ""
                    if said[1].strip():
                        self.heard.append(Utterance(said[1].strip(), self.last))

    def until_quiet(self) -> None:
        """Wait until Orca has nothing more to do."""
        began = time.monotonic()
        while (now := time.monotonic()) - max(began, self.last) < QUIET and now - began < LOUDEST:
            time.sleep(0.02)

    def close(self) -> None:
        """Stop listening."""
        os.write(self._orcas_end, b"\0")
        self._thread.join(5)
        os.close(self._terminal)
        os.close(self._orcas_end)


class Spoken(X11):
    """Xvfb with openbox, an unlocked keyring, the accessibility bus and Orca with its default settings."""

    name = "X11, openbox, Orca"

    def begin(self) -> None:
        """Start everything; Orca last, because it says what the window manager puts in front."""
        self.env.pop("NO_AT_BRIDGE")
        self.ear = Ear()
        super().begin()
        self.keyring()
        self.watcher = Watcher(self)
        # Orca starts only once for a user, even on another display, and looks for others with pgrep.
        folder = self.home / "bin"
        folder.mkdir()
        (folder / "pgrep").write_text("#!/bin/sh\nexit 1\n")
        (folder / "pgrep").chmod(stat.S_IRWXU)
        env = self.env | {"PATH": f"{folder}:{self.env['PATH']}"}
        self.start("orca", f"--debug-file={self.ear.path}", "--disable=key-echo,braille", env=env)
        until_blocking(lambda: any("Screen reader on" in each.text for each in self.ear.heard), 60)
        self.ear.until_quiet()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        super().__exit__(kind, error, trace)
        self.ear.close()
        if hasattr(self, "watcher"):
            self.watcher.close()

    def version(self) -> str:
        """Return Orca's version, up to its first period."""
        # "43.1", or "Orca version 48.1, AT-SPI2 version: 2.56.2".
        return next(re.finditer(r"\d+", self.run("orca", "--version", seconds=60) or ""))[0]

    def press(self, key: str) -> None:
        """Press a key, wait until something is said, on a busy machine too, and then until that is over."""
        before, until = len(self.ear.heard), time.monotonic() + LOUDEST
        assert self.run("xdotool", "key", key) is not None, key
        while len(self.ear.heard) == before and time.monotonic() < until:
            time.sleep(0.02)
        self.ear.until_quiet()

    def copied(self, text: str) -> None:
        """Have another program own the clipboard, with this text."""
        program = self.start("xclip", "-selection", "clipboard", "-in", stdin=subprocess.PIPE, text=True)
        program.communicate(text, timeout=5)
