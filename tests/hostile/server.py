"""A small raw-socket server that returns any answer a test needs, with or without TLS."""

from __future__ import annotations

import contextlib
import json
import re
import socket
import ssl
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    import trustme

    Answering = Callable[[socket.socket, str, threading.Event], None]

TOKEN = "the-right-token"
LIST = "urn:ietf:params:scim:api:messages:2.0:ListResponse"


def http(status: int, body: bytes = b"", kind: str = "application/scim+json", **headers: str) -> bytes:
    """Return a complete HTTP answer. Underscores in header names become hyphens."""
    lines = [f"HTTP/1.1 {status} Status", f"Content-Type: {kind}", f"Content-Length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "Connection: close", "", ""]).encode() + body


def listing(*resources: Mapping[str, object], total: int | None = None) -> bytes:
    """Return a ListResponse."""
    found = {"schemas": [LIST], "totalResults": len(resources) if total is None else total}
    return http(200, json.dumps({**found, "Resources": list(resources)}).encode())


def says(answer: bytes) -> Answering:
    """Send these bytes for the right token, and 401 for any other."""

    def answering(connection: socket.socket, request: str, _stop: threading.Event) -> None:
        right = f"authorization: bearer {TOKEN}".lower() in request.lower()
        connection.sendall(answer if right else http(401))

    return answering


def serving(
    issuer: trustme.CA,
    host: str = "localhost",
    not_after: datetime | None = None,
    not_before: datetime | None = None,
) -> ssl.SSLContext:
    """Return TLS with a certificate for that host."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    issuer.issue_cert(host, not_after=not_after, not_before=not_before).configure_cert(context)
    return context


def _whole(request: bytes) -> bool:
    head, end, body = request.partition(b"\r\n\r\n")
    length = re.search(rb"\r\ncontent-length: (\d+)", head, re.IGNORECASE)
    return bool(end) and len(body) >= int(length[1] if length else 0)


class Hostile:
    """Listens on loopback while used as a context manager. One thread per connection."""

    def __init__(self, answering: Answering, tls: ssl.SSLContext | None = None) -> None:
        self.requests: list[str] = []
        self.connections = 0
        self._answering = answering
        self._tls = tls
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(0.01)
        self.port = self._listener.getsockname()[1]
        scheme = "http" if tls is None else "https"
        self.base_url = f"{scheme}://localhost:{self.port}/scim/v2"

    def __enter__(self) -> Self:
        self._start(self._accept)
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in tuple(self._threads):
            thread.join(5)
        self._listener.close()

    def _start(self, work: Callable[..., None], *arguments: object) -> None:
        thread = threading.Thread(target=work, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while not self._stop.is_set():
            with contextlib.suppress(TimeoutError):
                connection, _address = self._listener.accept()
                self.connections += 1
                self._start(self._serve, connection)

    @staticmethod
    def _greet(tls: ssl.SSLContext, plain: socket.socket) -> ssl.SSLSocket:
        connection = tls.wrap_socket(plain, server_side=True, do_handshake_on_connect=False)
        try:
            connection.do_handshake()
        except ssl.SSLError:
            # Closing at once could reset the connection before the alert is read.
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_WR)
                while connection.recv(65536):
                    pass
            connection.close()
            raise
        return connection

    def _serve(self, plain: socket.socket) -> None:
        # A client that gives up resets the connection: nothing to report here.
        with contextlib.suppress(OSError), plain:
            plain.settimeout(1)
            connection = plain if self._tls is None else self._greet(self._tls, plain)
            with connection:
                request = b""
                while not _whole(request):
                    part = connection.recv(65536)
                    if not part:
                        return
                    request += part
                head, _, body = request.partition(b"\r\n\r\n")
                length = re.search(rb"content-length: (\d+)", head.lower())
                while length is not None and len(body) < int(length[1]):
                    body += connection.recv(65536)
                request = head + b"\r\n\r\n" + body
                self.requests.append(request.decode())
                self._answering(connection, request.decode(), self._stop)
