"""Prints the time of Test Connection beside that of the same requests sent bare, with three round-trip times.

Both go through a relay on loopback that delays what it passes on. No relay can delay the TCP handshake, which the
kernel answers, so connecting is slowed down on our side, for both.
"""

from __future__ import annotations

import asyncio
import os
import ssl
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

import httpx  # noqa: E402, TID253 - bare requests need a bare client
import trustme  # noqa: E402 - the place of the program has to be known first
import truststore  # noqa: E402, TID253

from app import net  # noqa: E402
from app.scim.connection_test import Verdict, run  # noqa: E402
from app.scim.endpoint import Endpoint  # noqa: E402
from app.scim.tokens import StaticToken, TokenSource  # noqa: E402
from tests.hostile.server import TOKEN, listing  # noqa: E402
from tests.support.probes import LOOKUP  # noqa: E402

if TYPE_CHECKING:
    import socket
    from collections.abc import Awaitable, Callable, Iterator

RUNS = {0: 150, 20: 15, 200: 5}
"""Milliseconds of a round trip, and how often both are measured."""
REQUESTS = 3
"""Of one test: the client's two, and one with a made-up token."""
CONNECT = asyncio.SelectorEventLoop.sock_connect
LIMIT = 1.15
"""How many times the bare requests' time the test may take."""


class Service:
    """A SCIM endpoint that keeps connections open, and the relay before it. Runs in a process of its own."""

    def __init__(self, tls: ssl.SSLContext, round_trip: float) -> None:
        self._tls = tls
        self._delay = round_trip / 2
        self._inner = 0
        self._requests = 0
        self._relaying = set[asyncio.Task[None] | None]()

    async def serve(self) -> None:
        """Print the relay's port, then the path and the token of each request of the first test; serve until killed."""
        server = await asyncio.start_server(self._answer, "127.0.0.1", 0, ssl=self._tls)
        self._inner = server.sockets[0].getsockname()[1]
        relay = await asyncio.start_server(self._relay, "127.0.0.1", 0)
        print(relay.sockets[0].getsockname()[1], flush=True)
        await asyncio.Event().wait()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        good = listing().replace(b"Connection: close\r\n", b"")
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while head := (await reader.readuntil(b"\r\n\r\n")).decode("latin-1"):
                line, *fields = head.split("\r\n")
                token = next(each[22:] for each in fields if each.lower().startswith("authorization: bearer"))
                self._requests += 1
                if self._requests <= REQUESTS:
                    print(line.split(" ")[1], token, flush=True)
                writer.write(good if token == TOKEN else b"HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n")
        writer.close()

    async def _relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # A stream keeps no reference to the task that serves it once its connection is lost.
        self._relaying.add(asyncio.current_task())
        inner_reader, inner_writer = await asyncio.open_connection("127.0.0.1", self._inner)
        await asyncio.gather(self._pass_on(reader, inner_writer), self._pass_on(inner_reader, writer))
        self._relaying.discard(asyncio.current_task())

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Pass on what comes half a round trip later, without holding up what comes meanwhile."""
        loop = asyncio.get_running_loop()
        with suppress(ConnectionError):
            while part := await reader.read(65536):
                loop.call_later(self._delay, writer.write, part)
        loop.call_later(self._delay, writer.close)


@contextmanager
def serving(folder: str, round_trip: float) -> Iterator[tuple[int, IO[str]]]:
    """Run the service. Yields its port, and what it prints after that."""
    child = subprocess.Popen([sys.executable, __file__, folder, str(round_trip)], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    try:
        yield int(child.stdout.readline()), child.stdout
    finally:
        child.kill()
        child.communicate()


def slow_down_connecting(port: int, round_trip: float) -> None:
    """Let every TCP connection to the relay take a round trip."""

    async def late(loop: asyncio.SelectorEventLoop, one: socket.socket, address: tuple[Any, ...]) -> None:
        if address[1] == port:
            await asyncio.sleep(round_trip)
        await CONNECT(loop, one, address)

    asyncio.SelectorEventLoop.sock_connect = late  # type: ignore[method-assign,assignment]


async def ours(base_url: str) -> None:
    """Test Connection, as the program runs it."""
    tokens = TokenSource(StaticToken(TOKEN), practice=False)
    found = await run(Endpoint(base_url, practice=False), tokens, LOOKUP)
    assert not [each for each in found if each.verdict in (Verdict.FAILED, Verdict.NOT_TRIED)], found


async def bare(base_url: str, asked: list[tuple[str, str]]) -> None:
    """The same requests, by a client without any check or limit."""
    origin = base_url.removesuffix("/scim/v2")
    context = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    async with httpx.AsyncClient(verify=context, trust_env=False) as client:
        for path, token in asked:
            await client.get(origin + path, headers={"Authorization": f"Bearer {token}"})


async def seconds(work: Callable[[], Awaitable[None]]) -> float:
    """How long it takes."""
    started = time.perf_counter()
    await work()
    return time.perf_counter() - started


async def compare(port: int, said: IO[str], milliseconds: int) -> bool:
    """Both in turn; prints the figures and returns whether they are within the limit.

    The fastest of each counts, which the rest of a busy machine held up least.
    """
    base_url = f"https://localhost:{port}/scim/v2"
    await ours(base_url)
    asked = [(path, token) for path, token in (said.readline().split() for _ in range(REQUESTS))]
    await bare(base_url, asked)
    plain, tested = [], []
    for _ in range(RUNS[milliseconds]):
        plain.append(await seconds(lambda: bare(base_url, asked)))
        tested.append(await seconds(lambda: ours(base_url)))
    before, after = min(plain), min(tested)
    print(
        f"Test Connection, round trip {milliseconds} ms: bare {before * 1000:.1f} ms, ours {after * 1000:.1f} ms, "
        f"ratio {after / before:.2f} (limit {LIMIT})",
        flush=True,
    )
    return after <= before * LIMIT


def main() -> int:
    """Compare with each round-trip time. Return the exit code."""
    net.prepare()
    issuer = trustme.CA()
    within = []
    with tempfile.TemporaryDirectory() as folder:
        issuer.cert_pem.write_to_path(f"{folder}/authority.pem")
        issuer.issue_cert("localhost").private_key_and_cert_chain_pem.write_to_path(f"{folder}/own.pem")
        os.environ |= {"SSL_CERT_FILE": f"{folder}/authority.pem", "SSL_CERT_DIR": folder}
        for milliseconds in RUNS:
            with serving(folder, milliseconds / 1000) as (port, said):
                slow_down_connecting(port, milliseconds / 1000)
                within.append(asyncio.run(compare(port, said, milliseconds)))
    return int(not all(within))


def serve(folder: str, round_trip: float) -> None:
    """Be the service."""
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(f"{folder}/own.pem")
    asyncio.run(Service(tls, round_trip).serve())


if __name__ == "__main__":
    if len(sys.argv) == 3:
        serve(sys.argv[1], float(sys.argv[2]))
    sys.exit(main())
