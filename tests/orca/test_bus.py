"""No character of a secret on the real accessibility bus, whatever is done with its field."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.desktops.desktops import ROOT
from tests.leaks.canary import Canaries
from tests.orca.bus import Overheard
from tests.support.until import until_blocking

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = pytest.mark.lane("orca")

SECRET = "kR3v9-canary-of-the-bus-T7xQ"
CANARIES = Canaries({"the secret": SECRET})


class Fields:
    """The window with the fields, in a session of its own."""

    def __init__(self, session: Overheard, kind: str) -> None:
        self.session = session
        script = str(Path(__file__).with_name("fields.py"))
        self._program = session.start(
            *(sys.executable, script, kind),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=session.env | {"PYTHONPATH": str(ROOT)},
        )
        until_blocking(lambda: self.tell("ready"), 30)
        session.focus("fields")
        self.line, self.paste = (tuple(place) for place in self.tell("places"))
        session.click(self.line)

    def tell(self, order: str) -> Any:
        """Give an order and return the answer."""
        assert self._program.stdin is not None
        assert self._program.stdout is not None
        self._program.stdin.write(order + "\n")
        self._program.stdin.flush()
        return json.loads(self._program.stdout.readline())

    def entered(self) -> str:
        """Return what is in the field."""
        return str(self.tell("entered")[0])

    def given(self) -> list[str]:
        """Return all that was handed on."""
        return list(self.tell("entered")[1])


@contextmanager
def fields(kind: str) -> Iterator[Fields]:
    """Open the fields under the listener."""
    with Overheard() as session:
        yield Fields(session, kind)


def type_it(opened: Fields) -> None:
    opened.session.enter(SECRET)
    until_blocking(lambda: opened.entered() == SECRET)
    opened.session.press("BackSpace", "Left", "Delete", "Home", "shift+Right", "shift+End", "ctrl+c", "ctrl+x")
    opened.session.press("ctrl+z", "ctrl+z", "ctrl+shift+z", "ctrl+a", "Delete", "ctrl+z")
    until_blocking(lambda: opened.entered().startswith(SECRET[:8]))
    opened.session.press("Return")


def paste_it(opened: Fields, *how: str) -> None:
    opened.session.copied(SECRET)
    opened.session.press(*how)


def press_the_button(opened: Fields) -> None:
    opened.session.copied(SECRET)
    opened.session.click(opened.paste)


def choose_from_the_menu(opened: Fields) -> None:
    opened.session.copied(SECRET)
    opened.session.click(opened.line, 3)
    time.sleep(0.5)
    opened.session.press("p")


def click_in_the_middle(opened: Fields) -> None:
    opened.session.copied(SECRET, "primary")
    opened.session.click(opened.line, 2)


def compose_it(opened: Fields) -> None:
    opened.tell(f"compose {SECRET}")
    opened.session.press("Return")


WAYS: dict[str, Callable[[Fields], None]] = {
    "typed": type_it,
    "Ctrl+V": lambda opened: paste_it(opened, "ctrl+v"),
    "Shift+Insert": lambda opened: paste_it(opened, "shift+Insert"),
    "Paste": press_the_button,
    "menu": choose_from_the_menu,
    "middle": click_in_the_middle,
    "dropped": lambda opened: opened.tell(f"drop {SECRET}"),
    "composed": compose_it,
}


def test_however_a_secret_is_entered_no_listener_gets_a_character() -> None:
    with fields("secret") as opened:
        for number, (name, enter) in enumerate(WAYS.items(), start=1):
            enter(opened)
            until_blocking(lambda: len(opened.given()) >= number)  # noqa: B023 - called at once
            assert opened.given()[-1].startswith(SECRET[:8]), name
            opened.session.walk()
        assert opened.tell(f"reveal {SECRET}")
        opened.session.walk()
    assert any(event.startswith("object:text-changed") for event, _ in opened.session.texts)
    assert CANARIES.part_in(opened.session.everything().encode()) is None
    inserted = "".join(text for event, text in opened.session.texts if event.startswith("object:text-changed"))
    assert set(inserted) == {"\u25cf"}


def test_the_listener_hears_what_is_typed_into_an_ordinary_field() -> None:
    with fields("plain") as opened:
        opened.session.enter(SECRET)
        until_blocking(lambda: opened.entered() == SECRET)
        opened.session.walk()
    inserted = "".join(text for event, text in opened.session.texts if event.startswith("object:text-changed:insert"))
    assert inserted == SECRET


def test_a_whole_tour_puts_no_secret_on_the_bus(tmp_path: Path) -> None:
    with Overheard() as session:
        script = str(Path(__file__).with_name("tour.py"))
        program = session.start(
            *(sys.executable, script, "--tour", str(tmp_path / "tour"), "--data-dir", str(tmp_path / "data")),
            *("--client", "entra", "--theme", "light"),
            stdout=subprocess.PIPE,
            text=True,
            env=session.env | {"PYTHONPATH": str(ROOT)},
        )
        assert program.stdout is not None
        secrets = [json.loads(line)["secrets"] for line in program.stdout if line.startswith('{"secrets"')]
        assert program.wait(60) == 0
    assert len(session.texts) > 1000
    (spoken,) = secrets
    assert len(spoken) >= 2  # the token and the Base URL
    paths = {str(number): secret.split("/", 3)[-1] for number, secret in enumerate(spoken)}
    assert Canaries(paths).part_in(session.everything().encode()) is None
