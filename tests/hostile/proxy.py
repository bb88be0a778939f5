"""A forward proxy on loopback that records requests and connects every host to a test server."""

from __future__ import annotations

import contextlib
import socket
import threading
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Mapping


class Proxy:
    """Listens while used as a context manager. ``answer`` is sent instead of opening a tunnel."""

    def __init__(self, ports: Mapping[str, int], answer: bytes | None = None) -> None:
        """``ports`` maps host names to ports of this computer; other names get 502."""
        self.heads: list[str] = []
        """What was received before any tunnel, as text."""
        self._ports = ports
        self._answer = answer
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(0.01)
        self.port = self._listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"

    @property
    def asked(self) -> list[str]:
        """The request lines."""
        return [head.partition("\r\n")[0] for head in self.heads]

    def __enter__(self) -> Self:
        self._start(self._accept)
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in tuple(self._threads):
            thread.join(5)
        self._listener.close()

    def _start(self, work: object, *arguments: object) -> None:
        thread = threading.Thread(target=work, args=arguments, daemon=True)  # type: ignore[arg-type]
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while not self._stop.is_set():
            with contextlib.suppress(TimeoutError):
                self._start(self._serve, self._listener.accept()[0])

    def _serve(self, client: socket.socket) -> None:
        # A client that gives up resets the connection: nothing to report here.
        with contextlib.suppress(OSError), client:
            client.settimeout(2)
            head = b""
            while b"\r\n\r\n" not in head:
                part = client.recv(65536)
                if not part:
                    return
                head += part
            self.heads.append(head.decode("latin-1"))
            method, target, *_ = head.decode("latin-1").split(" ")
            port = self._ports.get(target.rpartition(":")[0]) if method == "CONNECT" else None
            if self._answer is not None or port is None:
                client.sendall(self._answer or b"HTTP/1.1 502 Unknown\r\nContent-Length: 0\r\n\r\n")
                return
            with socket.create_connection(("127.0.0.1", port), timeout=2) as server:
                client.sendall(b"HTTP/1.1 200 Connected\r\n\r\n")
                self._start(_pump, server, client)
                _pump(client, server)


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while part := source.recv(65536):
            sink.sendall(part)
        sink.shutdown(socket.SHUT_WR)
