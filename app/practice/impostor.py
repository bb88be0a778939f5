"""Answers on loopback with a certificate that nobody trusts, so that this failure can be rehearsed."""

from __future__ import annotations

import asyncio
import ssl

from app.system.paths import resources


class Impostor:
    """Takes TLS connections while it is on. A client that looks at the certificate never gets to send anything."""

    def __init__(self) -> None:
        self._server: asyncio.Server | None = None

    @property
    def port(self) -> int | None:
        """Where it listens; None while it is off."""
        return self._server.sockets[0].getsockname()[1] if self._server is not None else None

    async def turn(self, *, on: bool) -> None:
        """Listen on a free port of 127.0.0.1, or no longer."""
        if on and self._server is None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(resources() / "practice" / "untrusted.pem")
            self._server = await asyncio.start_server(_say_nothing, "127.0.0.1", 0, ssl=context)
        elif not on and self._server is not None:
            self._server.close()
            self._server = None


async def _say_nothing(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.close()
