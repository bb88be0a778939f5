"""What stands in for Windows and macOS where they cannot be: below the library keyring, whose own code runs on them."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Protocol

import pytest

from app.vault import backend as keyrings

if TYPE_CHECKING:
    from collections.abc import Iterator


class Killed(BaseException):
    """The program ends here."""


class Calls:
    """Counts the calls to the system. At one of them the program can be killed, or an error be the answer."""

    def __init__(self) -> None:
        self.made = 0
        self.deadly: int | None = None
        """The call before which the program is killed."""
        self.failing: int | None = None
        """The call that is answered with an error."""
        self.answers: dict[str, int] = {}
        """The error with which a function answers, by its name."""

    def enter(self) -> bool:
        """To be called first by every function; returns whether it fails."""
        number, self.made = self.made, self.made + 1
        if number == self.deadly:
            raise Killed
        return number == self.failing

    def begin(self, *, deadly: int | None = None, failing: int | None = None) -> None:
        """Count anew."""
        self.made, self.deadly, self.failing = 0, deadly, failing


class System(Protocol):
    """A system with a keyring."""

    platform: str
    calls: Calls
    ever: set[str]
    """Every name that was ever written."""

    def texts(self) -> dict[str, str]:
        """Everything in it, by name."""

    def install(self, patch: pytest.MonkeyPatch) -> None:
        """Let Python find it."""


@contextmanager
def installed(system: System) -> Iterator[System]:
    """That system instead of this one."""
    with ExitStack() as stack:
        system.install(stack.enter_context(pytest.MonkeyPatch.context()))
        yield system


def opened(system: System) -> keyrings.Keyring:
    """Its keyring as a new run of the program finds it."""
    system.calls.begin()
    keyring = keyrings.allowed(system.platform)
    assert keyring is not None
    return keyring
