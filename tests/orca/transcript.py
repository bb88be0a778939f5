"""What a person hears on the way through a tour: each key, and the utterances that answer it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tests.desktops.desktops import ROOT

if TYPE_CHECKING:
    from tests.orca.orca import Focused, Spoken, Utterance

_KEYS: Final = {"space": "Space"}
_VARYING: Final = (
    (re.compile(r"127\.0\.0\.1:\d+"), "127.0.0.1:PORT"),
    (re.compile(r"\d{1,2} [A-Z][a-z]{2} \d{4}, \d\d:\d\d:\d\d"), "DATE, TIME"),
    (re.compile(r"\d+ (s|min) ago"), "SECONDS ago"),
)
"""What differs in each run, and what the transcript has instead."""


ARRIVAL: Final = "The first change has arrived. Full Sync is unlocked."
TIMED: Final = re.compile(rf"(Cleared from|No longer in) the clipboard|^{re.escape(ARRIVAL)}$")
"""What is said when a time is over, at whatever step the walk then is."""
_FLEETING: Final = re.compile(r"(Stop the test|Done, next step)( button)?\.?")
"""What the button that starts a test is called next. The practice endpoint answers so soon that Orca gets to one of
these names, or to none, before it says the result."""
_RESULT: Final = "All checks passed."
_SENTENCE: Final = re.compile(r"(?<=[.?]) ")
_SHORT: Final = 3
"""Words. What is no longer, such as a label or "Closed", may be said at each of its places."""
LATER: Final = "(later)"
"""Instead of a key, for what is said when nothing was pressed."""
_SWITCH: Final = "F9"
"""Opens the other window, which says again where the admin is."""


@dataclass(frozen=True, slots=True)
class Press:
    """A key, the second it was pressed, and what was said until nothing more came."""

    key: str
    at: float
    answer: tuple[Utterance, ...]


def said(press: Press) -> list[str]:
    """Return what answers a key, without what is said when a time is over, or only on some machines."""
    texts = [each.text for each in press.answer if not TIMED.search(each.text)]
    is_over = any(text.startswith(_RESULT) for text in texts)
    return [text for text in texts if not (is_over and _FLEETING.fullmatch(text))]


def sentences(press: Press) -> list[str]:
    """Return what answers a key, sentence by sentence."""
    parts = [part.strip(" .") for text in said(press) for part in _SENTENCE.split(text)]
    return [part for part in parts if len(part.split()) > _SHORT]


@dataclass(slots=True)
class Transcript:
    """A tour, heard."""

    client: str
    orca: str
    """Orca's version, up to its first period."""
    sections: list[tuple[str, list[Press]]] = field(default_factory=lambda: [("At the start", [])])
    """The title of each step, and the keys pressed while it was open. The last one is Done."""
    focused: list[Focused] = field(default_factory=list, repr=False)
    secrets: list[str] = field(default_factory=list, repr=False)
    code: int = -1
    """The exit code of the tour."""
    slower: float = 1.0
    """How much longer everything took than alone: the runnable processes for each processor, at the end."""
    trouble: str = field(default="", repr=False)
    """The end of what the program wrote, if the tour failed."""
    log: str = field(default="", repr=False)
    """All that Orca received from the accessibility bus and did."""

    def repeated(self) -> list[tuple[str, str, str]]:
        """Return each sentence that is said twice in the answer to a key, or in it and in the one before.

        With the title of the step, and the key.
        """
        found = []
        before: list[str] = []
        for title, presses in self.sections:
            for press in presses:
                heard = sentences(press)
                once = [] if press.key == _SWITCH else before
                found += [(title, press.key, each) for at, each in enumerate(heard) if each in (*once, *heard[:at])]
                before = heard
        return found

    def __str__(self) -> str:
        lines = []
        for title, presses in self.sections:
            lines += ["", title, "=" * len(title)]
            for press in presses:
                answer = [_same(text) for text in said(press)]
                if answer or press.key != LATER:
                    lines += [
                        _KEYS.get(press.key, press.key),
                        *([f"    {each}" for each in answer] or ["    (silence)"]),
                    ]
        return "\n".join(lines[1:]) + "\n"


def _same(text: str) -> str:
    for pattern, instead in _VARYING:
        text = pattern.sub(instead, text)
    return text


def take_tour(session: Spoken, client: str) -> Transcript:
    """Walk through a practice setup with the keyboard and return what was said."""
    script = str(Path(__file__).with_name("keyboard.py"))
    program = session.start(
        *(sys.executable, script, "--tour", str(session.home / "tour"), "--data-dir", str(session.home / "data")),
        *("--client", client, "--theme", "light"),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=session.env | {"PYTHONPATH": str(ROOT)},
    )
    assert program.stdin is not None
    assert program.stdout is not None
    ear, transcript = session.ear, Transcript(client, session.version())
    key, at, before = "(the window opens)", time.monotonic(), len(ear.heard)

    def heard() -> None:
        nonlocal before
        ear.until_quiet()
        answer = tuple(ear.heard[before:])
        before = len(ear.heard)
        if key or answer:
            transcript.sections[-1][1].append(Press(key or LATER, at, answer))

    for line in program.stdout:
        wanted = json.loads(line)
        heard()
        key, at = wanted.get("key", ""), time.monotonic()
        if key:
            session.press(key)
        elif "step" in wanted:
            transcript.sections.append((wanted["step"], []))
        elif text := wanted.get("clipboard", ""):
            session.copied(text)
            key = "(copied in the browser)"
        transcript.secrets += wanted.get("secrets", ())
        program.stdin.write("\n")
        program.stdin.flush()
    heard()
    transcript.code = program.wait(30)
    transcript.slower = max(1.0, os.getloadavg()[1] / (os.cpu_count() or 1))
    written = (session.home / "log").read_text("utf-8", "replace").splitlines()
    # Without the warnings of Qt, which are many.
    transcript.trouble = "\n".join(line for line in written if not line.startswith("QtWarningMsg"))[-4000:]
    transcript.log = "\n".join(ear.log)
    transcript.focused = list(session.watcher.seen)
    return transcript
