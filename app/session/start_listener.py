"""Listens for second starts of the program, while the data folder is locked for this one."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from app.system import files
from app.system.start_request import DONE, LIMIT_BYTES, LIMIT_SECONDS, address, unpack

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.session.background import Start
    from app.system.start_request import StartRequest


class StartListener:
    """Passes on the requests of second starts. Anything else that is sent is ignored."""

    def __init__(
        self, folder: Path, *, practice: bool, start: Start, on_request: Callable[[StartRequest], None]
    ) -> None:
        """``start`` runs background work."""
        self._folder = folder
        self._practice = practice
        self._start = start
        self._on_request = on_request
        self._close: Callable[[], None] = lambda: None

    async def open(self) -> None:
        """Listen until ``close``. The folder must be locked. On failure, a second start says why it can't start.

        The lock shows that whatever is at the address was left by a program that was killed.
        """
        with suppress(OSError):
            await self._open(address(self._folder, practice=self._practice))

    def close(self) -> None:
        """Stop listening."""
        self._close()
        self._close = lambda: None

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._start(self._answer(reader, writer))

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            # The other side may be gone, or send something else.
            with suppress(OSError, EOFError, asyncio.LimitOverrunError):
                async with asyncio.timeout(LIMIT_SECONDS):
                    if not _is_own(writer):
                        return
                    sent = await reader.readuntil(b"\0") + await reader.readuntil(b"\0")
                    if (request := unpack(sent)) is None:
                        return
                    self._on_request(request)
                    writer.write(DONE)
                    await writer.drain()
        finally:
            writer.close()

    if sys.platform == "win32":  # not yet run there

        async def _open(self, where: str) -> None:
            loop = asyncio.get_running_loop()
            assert isinstance(loop, asyncio.ProactorEventLoop)

            def protocol() -> asyncio.StreamReaderProtocol:
                return asyncio.StreamReaderProtocol(asyncio.StreamReader(LIMIT_BYTES), self._accept)

            # Its first instance: the call fails if another program has that name. Only its owner may write to a pipe
            # with default security ("Named Pipe Security and Access Rights").
            (server,) = await loop.start_serving_pipe(protocol, where)
            self._close = server.close

    else:

        async def _open(self, where: str) -> None:
            path = Path(where)
            server = await asyncio.start_unix_server(self._accept, sock=_private_socket(path), limit=LIMIT_BYTES)

            def close() -> None:
                server.close()
                with suppress(OSError):
                    path.unlink(missing_ok=True)
                    path.parent.rmdir()  # another window may be listening there

            self._close = close


if sys.platform == "win32":

    def _is_own(_writer: asyncio.StreamWriter) -> bool:
        return True

else:
    from app.system.start_request import is_own_peer

    def _private_socket(path: Path) -> socket.socket:
        files.make_private_folder(path.parent)
        path.unlink(missing_ok=True)
        bound = socket.socket(socket.AF_UNIX)
        try:
            bound.bind(str(path))
            path.chmod(0o600)
        except OSError:
            bound.close()
            raise
        return bound

    def _is_own(writer: asyncio.StreamWriter) -> bool:
        with socket.socket(fileno=os.dup(writer.get_extra_info("socket").fileno())) as connection:
            return is_own_peer(connection)
