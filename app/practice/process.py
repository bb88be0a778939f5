"""Starts and stops the practice server from the main program."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from app.practice.console_keys import ConsoleKeys
from app.values.api_regions import TOKEN_PATHS, Issuer

if TYPE_CHECKING:
    from collections.abc import Sequence

START_SECONDS = 15.0
"""How long the server may take to start."""

_ROOT = Path(__file__).resolve().parents[2]

LOOK_SECONDS = 0.5
"""Between two looks whether the server still runs."""

STOP_SECONDS = 3.0
"""How long the server may take to stop before it is killed."""

SEED_KEY = ("consoles", "seed")
"""Owner and name of the consoles' seed in the keyring, in the practice namespace."""


@dataclass(frozen=True, slots=True)
class Started:
    """The practice server is running."""

    origin: str
    """Scheme, host and port."""
    keys: ConsoleKeys = field(repr=False)
    """Makes the keys that the consoles' addresses carry."""

    @property
    def cie_url(self) -> str:
        """A fresh address that opens the practice CIE in a browser, once."""
        return self._opening("/cie")

    def portal_url(self, guide_id: str) -> str:
        """Return a fresh address that opens that guide's practice portal in a browser, once."""
        return self._opening(f"/portal/{guide_id}")

    def _opening(self, path: str) -> str:
        return f"{self.origin}{path}?key={self.keys.make(path)}"

    @property
    def token_url(self) -> str:
        """The address at which the practice CIE issues tokens to service accounts."""
        return f"{self.origin}{TOKEN_PATHS[Issuer.PAGES]}"


@dataclass(frozen=True, slots=True)
class NotStarted:
    """The practice server is not running."""

    sentence: str


class PracticeProcess:
    """The child process. Secrets are passed only over its standard input."""

    def __init__(self, command: Sequence[str] | None = None) -> None:
        self._command = list(command) if command is not None else _command()
        self._child: subprocess.Popen[bytes] | None = None

    @property
    def running(self) -> bool:
        """Whether the child is running."""
        return self._child is not None and self._child.poll() is None

    @property
    def pid(self) -> int | None:
        """The process id of the child."""
        return self._child.pid if self._child is not None else None

    async def start(self, state_dir: Path, seed: str) -> Started | NotStarted:
        """Start the server, on the previous port if it is free.

        Args:
            state_dir: The folder for the server's state, which is not secret.
            seed: At least 32 hexadecimal digits. The same seed gives the same secrets.
        """
        await self.stop()
        keys = ConsoleKeys()
        order = json.dumps({"seed": seed, "state_dir": str(state_dir), "key_secret": keys.secret.hex()})
        try:
            # Not asyncio's subprocess: qasync has none on Windows. Starting takes a few milliseconds.
            self._child = child = subprocess.Popen(  # noqa: ASYNC220 - see above; the command is ours
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                cwd=_ROOT,
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
        except OSError:
            return NotStarted("The practice server can't be started on this computer.")
        try:
            async with asyncio.timeout(START_SECONDS):
                line = await _first_line(child, order.encode() + b"\n")
        except TimeoutError:
            await self.stop()
            return NotStarted(f"The practice server didn't answer within {START_SECONDS:.0f} seconds.")
        except asyncio.CancelledError:
            self._end()
            raise
        port = _port(line)
        if port is None:
            await self.stop()
            return NotStarted("The practice server stopped while starting.")
        return Started(f"http://127.0.0.1:{port}", keys)

    async def ended(self) -> None:
        """Return once the server is not running."""
        while self.running:  # noqa: ASYNC110 - a process sends no event
            await asyncio.sleep(LOOK_SECONDS)

    async def stop(self) -> None:
        """Stop the server, killing it if it does not stop by itself."""
        child = self._child
        if child is None:
            return
        _close(child.stdin)
        loop = asyncio.get_running_loop()
        limit = loop.time() + STOP_SECONDS
        try:
            while child.poll() is None and loop.time() < limit:  # noqa: ASYNC110 - a process sends no event
                await asyncio.sleep(0.02)
        finally:
            self._end()

    def _end(self) -> None:
        child, self._child = self._child, None
        if child is None:
            return
        if child.poll() is None:
            child.kill()
        child.wait()
        _close(child.stdin)
        _close(child.stdout)


def _command() -> list[str]:
    if getattr(sys, "frozen", False):
        return [sys.executable, "--practice-server"]
    return [sys.executable, "-m", "app.practice"]


async def _first_line(child: subprocess.Popen[bytes], order: bytes) -> bytes:
    """Send the order and wait for the answer; empty if the child ended instead."""
    loop = asyncio.get_running_loop()
    ready: asyncio.Future[bytes] = loop.create_future()

    def resolve(line: bytes) -> None:
        if not ready.done():
            ready.set_result(line)

    def exchange() -> None:
        line = b""
        try:
            if child.stdin is not None and child.stdout is not None:
                child.stdin.write(order)
                child.stdin.flush()
                line = child.stdout.readline(1000)
        except (OSError, ValueError):
            line = b""
        # The loop may have been closed while the child was starting.
        if not loop.is_closed():
            loop.call_soon_threadsafe(resolve, line)

    threading.Thread(target=exchange, name="practice-start", daemon=True).start()
    return await ready


def _port(line: bytes) -> int | None:
    try:
        port = json.loads(line)["port"]
    except (ValueError, KeyError, TypeError):
        return None
    return port if isinstance(port, int) and 0 < port < 65536 else None


def _close(pipe: object) -> None:
    try:
        pipe.close()  # type: ignore[attr-defined]
    except (OSError, AttributeError):
        return
