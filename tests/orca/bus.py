"""An X11 session with an accessibility bus on which a listener hears everything."""

from __future__ import annotations

import json
import subprocess
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from tests.desktops.desktops import X11
from tests.support.until import until_blocking

if TYPE_CHECKING:
    from types import TracebackType


class Overheard(X11):
    """Xvfb with openbox, an unlocked keyring, the accessibility bus and the listener."""

    name = "X11, openbox, a listener"

    def begin(self) -> None:
        """Start everything; the listener last."""
        self.env.pop("NO_AT_BRIDGE")
        self.env |= {"QT_ACCESSIBILITY": "1", "QT_LINUX_ACCESSIBILITY_ALWAYS_ON": "1"}
        super().begin()
        keyring = "printf practice | gnome-keyring-daemon --foreground --unlock --components=secrets"
        self.start("sh", "-c", keyring)
        script = str(Path(__file__).with_name("listener.py"))
        self._listener = self.start(
            "/usr/bin/python3", script, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self.texts: list[tuple[str, str]] = []
        """Event, and a text that it carried or that its source answered."""
        self._answers = 0
        self._thread = threading.Thread(target=self._listen, name="listener")
        self._thread.start()
        until_blocking(lambda: self._answers, 30)

    def _listen(self) -> None:
        assert self._listener.stdout is not None
        for line in self._listener.stdout:
            if (text := json.loads(line)) is None:
                self._answers += 1
            else:
                self.texts.append((text[0], text[1]))

    def walk(self) -> None:
        """Have the listener ask every object for every text."""
        assert self._listener.stdin is not None
        wanted = self._answers + 1
        self._listener.stdin.write("\n")
        self._listener.stdin.flush()
        until_blocking(lambda: self._answers >= wanted, 60)

    def everything(self) -> str:
        """Return all texts, and all that events carried joined to one, as if typed."""
        carried = [text for event, text in self.texts if not event.startswith("asked")]
        return "\n".join((*(text for _, text in self.texts), "".join(carried)))

    def press(self, *keys: str) -> None:
        """Press keys."""
        assert self.run("xdotool", "key", "--delay", "30", *keys) is not None, keys

    def enter(self, text: str) -> None:
        """Type a text."""
        assert self.run("xdotool", "type", "--delay", "30", text, seconds=20) is not None

    def click(self, place: tuple[int, int], button: int = 1) -> None:
        """Press a mouse button on a point of the screen."""
        x, y = (str(each) for each in place)
        assert self.run("xdotool", "mousemove", x, y, "click", str(button)) is not None

    def copied(self, text: str, selection: str = "clipboard") -> None:
        """Have another program own the clipboard, or the selection of the middle mouse button."""
        program = self.start("xclip", "-selection", selection, "-in", stdin=subprocess.PIPE, text=True)
        program.communicate(text, timeout=5)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        super().__exit__(kind, error, trace)
        self._thread.join(5)
