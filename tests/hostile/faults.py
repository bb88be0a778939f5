"""Faults of an endpoint and on the way to it, each injected for real on loopback."""

from __future__ import annotations

import gzip
import json
import socket
import struct
import threading
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING, Self

import trustme

from app.scim.tokens import ServiceAccount, StaticToken
from app.values.address import TOKEN_HOST
from tests.hostile.proxy import Proxy
from tests.hostile.server import TOKEN, Hostile, http, listing, says, serving

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable
    from pathlib import Path

    from app.scim.tokens import Credentials
    from tests.hostile.server import Answering

    Injection = Callable[["Scene"], "Way"]

SIGN_IN = b"<!doctype html><html><title>Sign in</title><input type=password name=p></html>"
PAGE = b"<!doctype html><html><title>Welcome to Hotel Wifi</title><form>Room number</form></html>"
OTHER_JSON = json.dumps({"status": "ok", "version": "4.2", "links": {"docs": "/docs"}}).encode()
SCIM_1 = json.dumps({"schemas": ["urn:scim:schemas:core:1.0"], "totalResults": 0, "Resources": []}).encode()
SCIM_ERROR = json.dumps({"schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"], "status": "400"}).encode()
SOMEONE: dict[str, object] = {"id": "1", "userName": "someone"}


@dataclass(frozen=True)
class Way:
    """What a test runs with once the fault is in place."""

    base_url: str
    credentials: Credentials = field(default_factory=lambda: StaticToken(TOKEN))
    proxy: str | None = None
    practice: bool = False


class Scene:
    """Starts what a fault needs, and stops it again."""

    def __init__(self, authority: trustme.CA, store: Path | None = None) -> None:
        """``store`` is the file of the authorities that this computer trusts."""
        self.authority = authority
        self._store = store
        self.stack = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stack.close()

    def trust(self, authority: trustme.CA) -> trustme.CA:
        """Make this computer trust another authority as well, as a managed computer does."""
        assert self._store is not None
        authority.cert_pem.write_to_path(str(self._store), append=True)
        return authority

    def serve(self, answering: Answering, tls: ssl.SSLContext | None = None) -> Hostile:
        """Start a server, by default with a certificate that this computer trusts."""
        return self.stack.enter_context(Hostile(answering, tls or serving(self.authority)))

    def serve_plainly(self, answering: Answering) -> Hostile:
        """Start a server without TLS."""
        return self.stack.enter_context(Hostile(answering))


# -- the answer ------------------------------------------------------------------------------


def answers(answering: Answering, path: str = "") -> Injection:
    """The endpoint answers this way; ``path`` is appended to the Base URL."""
    return lambda scene: Way(scene.serve(answering).base_url + path)


def replies(status: int, body: bytes = b"", kind: str = "application/scim+json", **headers: str) -> Injection:
    """The endpoint returns this answer to the right token."""
    return answers(says(http(status, body, kind, **headers)))


def anybody(answer: bytes) -> Answering:
    """The same answer to every request, as from a server that knows nothing of SCIM."""

    def answering(connection: socket.socket, _request: str, _stop: threading.Event) -> None:
        connection.sendall(answer)

    return answering


def to_another_token(answer: bytes | Answering) -> Injection:
    """Everything works, but the made-up token of the last check gets this answer."""

    def answering(connection: socket.socket, request: str, stop: threading.Event) -> None:
        if f"authorization: bearer {TOKEN}" in request.lower():
            connection.sendall(listing())
        elif isinstance(answer, bytes):
            connection.sendall(answer)
        else:
            answer(connection, request, stop)

    return answers(answering)


def to_groups(answer: bytes) -> Injection:
    """Everything works, but requests for groups get this answer."""

    def answering(connection: socket.socket, request: str, stop: threading.Event) -> None:
        says(answer if "/Groups" in request else listing())(connection, request, stop)

    return answers(answering)


def dated(ahead: timedelta) -> Injection:
    """The endpoint's clock is that far ahead of this computer's."""
    date = format_datetime(datetime.now(UTC) + ahead, usegmt=True)
    return answers(says(listing().replace(b"\r\n", f"\r\nDate: {date}\r\n".encode(), 1)))


def only_at(path: str, otherwise: bytes, end: str = "") -> Answering:
    """A SCIM service at that path only; a request's path must end with ``end``."""

    def answering(connection: socket.socket, request: str, stop: threading.Event) -> None:
        asked = request.split(" ", 2)[1].partition("?")[0]
        right = asked in (f"{path}/Users{end}", f"{path}/Groups{end}")
        says(listing() if right else otherwise)(connection, request, stop)

    return answering


def drip(head: bytes, seconds: float = 0.02) -> Answering:
    """Start with these bytes and continue one byte at a time."""

    def answering(connection: socket.socket, _request: str, stop: threading.Event) -> None:
        connection.sendall(head)
        while not stop.wait(seconds):
            connection.sendall(b" ")

    return answering


def endless(connection: socket.socket, _request: str, stop: threading.Event) -> None:
    """An endless body."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n")
    while not stop.is_set():
        connection.sendall(b"10000\r\n" + b" " * 65536 + b"\r\n")


def silent(_connection: socket.socket, _request: str, stop: threading.Event) -> None:
    """No answer."""
    stop.wait(5)


def closes(_connection: socket.socket, _request: str, _stop: threading.Event) -> None:
    """No answer; the connection is closed."""


def halves(connection: socket.socket, _request: str, _stop: threading.Event) -> None:
    """An answer that stops halfway."""
    connection.sendall(listing()[:-10])


RESET = struct.pack("ii", 1, 0)
"""For ``SO_LINGER`` (socket(7)): the connection ends with a reset."""


def resets(first: bytes) -> Answering:
    """Start with these bytes, then reset the connection rather than close it, as firewalls do."""

    def answering(connection: socket.socket, _request: str, stop: threading.Event) -> None:
        connection.sendall(first)
        stop.wait(0.1)  # the bytes must arrive first, or the reset discards them
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)

    return answering


BODY = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 9000\r\n\r\n"
HEAD = b"HTTP/1.1 200 OK\r\nX-Slow: "
BOMB = http(200, gzip.compress(b"\0" * 50_000_000, 9), Content_Encoding="gzip")


# -- the address and the way -----------------------------------------------------------------


def at(base_url: str, token: str = TOKEN) -> Injection:
    """Exactly this Base URL."""
    return lambda _scene: Way(base_url, StaticToken(token))


def plain_http(scene: Scene) -> Way:
    """The Base URL starts with http."""
    return Way(scene.serve_plainly(says(listing())).base_url)


def broken_token(scene: Scene) -> Way:
    """A line break in the middle of the token."""
    return Way(scene.serve(says(listing())).base_url, StaticToken("the-right\n-token"))


def free_port() -> int:
    """A port on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as gone:
        return int(gone.getsockname()[1])


def closed_port(_scene: Scene) -> Way:
    """Nothing listens on the port."""
    return Way(f"https://localhost:{free_port()}/scim/v2")


def full_queue(scene: Scene) -> Way:
    """Connections are neither accepted nor refused, as behind a firewall that drops packets."""
    listener = scene.stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
    for _ in range(3):
        waiting = scene.stack.enter_context(socket.socket())
        waiting.setblocking(False)
        waiting.connect_ex(listener.getsockname())
    return Way(f"https://localhost:{listener.getsockname()[1]}/scim/v2")


def never_greets(scene: Scene) -> Way:
    """TCP connects, but TLS never starts."""
    return Way(scene.serve_plainly(silent).base_url.replace("http:", "https:"))


def greets_with(first: bytes, *, reset: bool = False) -> Injection:
    """TCP connects, but something other than TLS comes back."""

    def inject(scene: Scene) -> Way:
        listener = scene.stack.enter_context(socket.create_server(("127.0.0.1", 0)))

        def take() -> None:
            for _ in range(4):
                try:
                    taken, _address = listener.accept()
                except OSError:
                    return
                with taken:
                    taken.recv(65536)
                    taken.sendall(first)
                    if reset:
                        taken.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)

        thread = threading.Thread(target=take, daemon=True)
        thread.start()
        scene.stack.callback(thread.join, 2)
        scene.stack.callback(listener.shutdown, socket.SHUT_RDWR)
        return Way(f"https://localhost:{listener.getsockname()[1]}/scim/v2")

    return inject


# -- the proxy -------------------------------------------------------------------------------


HOST = "cie.example"
"""Reached only through a proxy: loopback addresses never use one."""


def _behind_proxy(scene: Scene, tls: ssl.SSLContext, answer: bytes | None = None) -> Way:
    server = scene.serve(says(listing()), tls)
    proxy = scene.stack.enter_context(Proxy({HOST: server.port}, answer))
    return Way(f"https://{HOST}:{server.port}/scim/v2", proxy=proxy.url)


def proxy_says(answer: bytes) -> Injection:
    """The proxy returns this answer instead of opening a tunnel."""
    return lambda scene: _behind_proxy(scene, serving(scene.authority, HOST), answer)


def proxy_opens_traffic(scene: Scene) -> Way:
    """The proxy ends the tunnel and presents a certificate that it made itself."""
    return _behind_proxy(scene, serving(trustme.CA(organization_name="Blue Coat Systems"), HOST))


def proxy_opens_traffic_by(organization: str) -> Injection:
    """The same in a managed network, whose computers trust the proxy's authority."""
    return lambda scene: _behind_proxy(scene, serving(scene.trust(trustme.CA(organization_name=organization)), HOST))


def proxy_works(scene: Scene) -> Way:
    """No fault."""
    return _behind_proxy(scene, serving(scene.authority, HOST))


def proxy_is(behaving: Answering) -> Injection:
    """Something at the proxy's address behaves this way."""

    def inject(scene: Scene) -> Way:
        proxy = scene.serve_plainly(behaving)
        return Way("https://scim.example/v2", proxy=f"http://127.0.0.1:{proxy.port}")

    return inject


def no_proxy_there(_scene: Scene) -> Way:
    """The configured proxy does not exist."""
    return Way("https://scim.example/v2", proxy=f"http://127.0.0.1:{free_port()}")


def misspelt_behind_proxy(scene: Scene) -> Way:
    """The host does not exist, which only the proxy discovers."""
    proxy = scene.stack.enter_context(Proxy({}))
    return Way("https://scim.exampel/v2", proxy=proxy.url)


# -- the certificate -------------------------------------------------------------------------


def certified(make: Callable[[trustme.CA], ssl.SSLContext]) -> Injection:
    """A working endpoint with that certificate."""
    return lambda scene: Way(scene.serve(says(listing()), make(scene.authority)).base_url)


def by_unknown(organization: str) -> Injection:
    """Issued by an authority of that name that is not trusted."""
    return certified(lambda _ours: serving(trustme.CA(organization_name=organization)))


# -- the service account ---------------------------------------------------------------------


def issuing(answer: bytes | Answering, endpoint: bytes | None = None) -> Injection:
    """The token address answers this way, and then the endpoint."""

    def inject(scene: Scene) -> Way:
        issuer = scene.serve_plainly(anybody(answer) if isinstance(answer, bytes) else answer)
        server = scene.serve_plainly(says(endpoint or listing()))
        url = f"http://127.0.0.1:{issuer.port}/token"
        return Way(server.base_url, ServiceAccount(url, "an-id", "a-secret", "tsg_id:1234"), practice=True)

    return inject


def no_issuer(scene: Scene) -> Way:
    """Nothing listens at the token address."""
    server = scene.serve_plainly(says(listing()))
    url = f"http://127.0.0.1:{free_port()}/token"
    return Way(server.base_url, ServiceAccount(url, "an-id", "a-secret", "tsg_id:1234"), practice=True)


def issuer_behind_proxy(organization: str, answer: bytes | None = None) -> Injection:
    """The real token address behind a proxy, with a certificate of an untrusted authority."""

    def inject(scene: Scene) -> Way:
        authority = trustme.CA(organization_name=organization)
        server = scene.serve(says(listing()), serving(authority, TOKEN_HOST))
        proxy = scene.stack.enter_context(Proxy({TOKEN_HOST: server.port}, answer))
        account = ServiceAccount(f"https://{TOKEN_HOST}/oauth2/access_token", "an-id", "a-secret", "tsg_id:1234")
        return Way(f"https://{HOST}/scim/v2", account, proxy.url)

    return inject


ISSUED = http(200, json.dumps({"access_token": TOKEN, "token_type": "Bearer", "expires_in": 899}).encode())
