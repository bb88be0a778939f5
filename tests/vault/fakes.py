"""Stand-ins for Windows and macOS, one level below the ``keyring`` library, whose own code runs on top of them."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Protocol

import pytest

from app.vault import backend as keyrings

if TYPE_CHECKING:
    from collections.abc import Iterator


class Killed(BaseException):
    """The program was killed."""


class Calls:
    """Counts the system calls. At a chosen call the program is killed, or the call fails."""

    def __init__(self) -> None:
        self.made = 0
        self.deadly: int | None = None
        """The call before which the program is killed."""
        self.failing: int | None = None
        """The call that returns an error."""
        self.answers: dict[str, int] = {}
        """Error codes to return, by function name."""

    def enter(self) -> bool:
        """Count a call. Every function calls this first. Returns whether the call fails."""
        number, self.made = self.made, self.made + 1
        if number == self.deadly:
            raise Killed
        return number == self.failing

    def begin(self, *, deadly: int | None = None, failing: int | None = None) -> None:
        """Restart the count."""
        self.made, self.deadly, self.failing = 0, deadly, failing


class System(Protocol):
    """A system with a keyring."""

    platform: str
    calls: Calls
    ever: set[str]
    """Every name ever written."""

    def texts(self) -> dict[str, str]:
        """The whole content, by name."""

    def install(self, patch: pytest.MonkeyPatch) -> None:
        """Put the fakes in place of the system's libraries."""


@contextmanager
def installed(system: System) -> Iterator[System]:
    """Run the body on that system instead of the real one."""
    with ExitStack() as stack:
        system.install(stack.enter_context(pytest.MonkeyPatch.context()))
        yield system


def opened(system: System) -> keyrings.Keyring:
    """Open the system's keyring as a new run of the program does."""
    system.calls.begin()
    keyring = keyrings.platform_keyring(system.platform)
    assert keyring is not None
    return keyring
