"""The practice server's process: it reads one line, writes one line, and ends with its parent."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from app.guide import catalog
from app.net import LoopbackClient
from app.practice.derived_secrets import DerivedSecrets
from app.system import log, policy
from app.system.hardening import harden

GRACE_SECONDS = 2.0
"""How long a clean stop may take after the parent has ended."""


@dataclass(frozen=True, slots=True)
class ServerOrder:
    """What the parent requests."""

    seed: bytes = field(repr=False)
    state_dir: Path
    key_secret: bytes = field(repr=False)
    """Shared with the parent, see ``ConsoleKeys``."""

    @classmethod
    def parse(cls, line: bytes) -> ServerOrder:
        """Parse the line. Raises ValueError, KeyError or TypeError if it is not an order."""
        data = json.loads(line)
        seed = bytes.fromhex(data["seed"])
        key_secret = bytes.fromhex(data["key_secret"])
        if len(seed) < 16 or len(key_secret) < 16:
            raise ValueError("a secret is too short")
        return cls(seed, Path(data["state_dir"]), key_secret)


def main() -> int:
    """Serve until standard input ends. Return the exit status: 2 for a wrong order, 5 where the policy forbids it."""
    found = policy.read()
    if not (isinstance(found, policy.Policy) and found.practice):
        return 5
    harden()
    log.install_hooks()
    log.limit_library_logs()
    stdin, stdout = sys.stdin.buffer, sys.stdout.buffer
    line = stdin.readline()
    try:
        order = ServerOrder.parse(line)
    except (ValueError, KeyError, TypeError):
        return 2
    asyncio.run(_serve(order, stdin, stdout))
    return 0


def _bind(wanted: int | None) -> socket.socket:
    """Return a socket listening on the wanted port, or on another port if that is taken."""
    for port in (wanted, 0) if wanted else (0,):
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        # On Windows SO_REUSEADDR would let two programs share the port, so exclusive use is requested.
        if sys.platform == "win32":
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        else:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port or 0))
        except OSError:
            listener.close()
            continue
        listener.listen(64)
        return listener
    raise OSError("no port on 127.0.0.1 is free")


async def _serve(order: ServerOrder, stdin: IO[bytes], stdout: IO[bytes]) -> None:
    import uvicorn
    from starlette.applications import Starlette

    from app.practice.cie import Cie
    from app.practice.console_keys import ConsoleKeys
    from app.practice.console_pages import ConsolePages
    from app.practice.directory_sync import PracticeDirectorySync
    from app.practice.endpoint import PracticeEndpoint
    from app.practice.portal import Portal
    from app.practice.request_filter import RequestFilter
    from app.practice.server_state import ServerState

    guides, derived, state = catalog.guides(), DerivedSecrets(order.seed), ServerState(order.state_dir)
    listener = _bind(state.port)
    port = state.port = listener.getsockname()[1]
    state.save()
    async with LoopbackClient() as client:
        endpoint, pages = PracticeEndpoint(state, derived), ConsolePages(derived)
        names = tuple(guide.scim_client for guide in guides)
        cie = Cie(names, state, derived, endpoint, pages=pages, port=port)
        board = endpoint.switchboard
        portals = [Portal(guide, state, derived, cie, board, pages=pages, client=client) for guide in guides]
        api = PracticeDirectorySync(state, derived, board)
        consoles = Starlette(
            routes=[*cie.routes, *api.routes, *(route for portal in portals for route in portal.routes)]
        )
        config = uvicorn.Config(
            RequestFilter(consoles, endpoint, ConsoleKeys(order.key_secret), port),
            loop="asyncio",
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=1,
        )
        server = uvicorn.Server(config)
        cie.resume()
        for portal in portals:
            portal.resume()
        _end_with(stdin, server)
        # The socket is already listening: whoever reads this line can connect and is served shortly.
        stdout.write(json.dumps({"port": port}).encode() + b"\n")
        stdout.flush()
        await server.serve(sockets=[listener])


def _end_with(stdin: IO[bytes], server: object) -> None:
    """Stop the server when standard input ends, which happens when the parent ends, however it ends."""
    loop = asyncio.get_running_loop()

    def stop() -> None:
        server.should_exit = True  # type: ignore[attr-defined]

    def watch() -> None:
        while stdin.read(4096):
            pass
        last_resort = threading.Timer(GRACE_SECONDS, os._exit, (0,))
        last_resort.daemon = True
        last_resort.start()
        loop.call_soon_threadsafe(stop)

    threading.Thread(target=watch, name="practice-stdin", daemon=True).start()
