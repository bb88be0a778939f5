"""A TLS server on loopback with an untrusted certificate, to rehearse this failure."""

from __future__ import annotations

import asyncio
import ssl

from app.system.paths import resources


class UntrustedServer:
    """Accepts TLS connections while it is on. A client that verifies the certificate never sends anything."""

    def __init__(self) -> None:
        self._server: asyncio.Server | None = None

    @property
    def port(self) -> int | None:
        """The port it listens on; None while it is off."""
        return self._server.sockets[0].getsockname()[1] if self._server is not None else None

    async def set_on(self, *, on: bool) -> None:
        """Start listening on a free port of 127.0.0.1, or stop."""
        if on and self._server is None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(resources() / "practice" / "untrusted.pem")
            self._server = await asyncio.start_server(_say_nothing, "127.0.0.1", 0, ssl=context)
        elif not on and self._server is not None:
            self._server.close()
            self._server = None


async def _say_nothing(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.close()
