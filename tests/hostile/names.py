"""A name server on loopback, and a child process in which the names of this computer come from it alone.

As a script it reads Base URLs, a line each, and writes as JSON what Test Connection found of each of them.
"""

from __future__ import annotations

import asyncio
import fcntl
import json
import os
import socket
import struct
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.scim.ladder import Finding

ROOT = Path(__file__).resolve().parents[2]
SEARCH = "corp.example"

ZONE: dict[str, tuple[str, ...]] = {
    "empty.example": (),
    "six.example": ("2001:db8::1",),
    "lost.example": ("192.0.2.7",),
    "inside.example": ("10.1.2.3",),
    "here.example": ("127.0.0.1",),
    f"short.{SEARCH}": ("10.1.2.4",),
    "two.example": ("8.8.8.8", "9.9.9.9", "2620:fe::fe"),  # public ones; nothing leaves the child's network
    "filtered.example": ("0.0.0.0",),
    f"cie.api.{SEARCH}": ("10.1.2.3",),
}
"""Name → addresses. ``broken.`` names get SERVFAIL, ``silent.`` names nothing, all others NXDOMAIN."""


# -- the name server -------------------------------------------------------------------------


def answer(query: bytes) -> bytes | None:
    """The answer to a DNS query (RFC 1035 section 4), None for none at all."""
    labels, at = [], 12
    while query[at]:
        labels.append(query[at + 1 : at + 1 + query[at]].decode().lower())
        at += 1 + query[at]
    kind = struct.unpack("!H", query[at + 1 : at + 3])[0]
    name, question = ".".join(labels), query[12 : at + 5]
    if labels[0] == "silent":
        return None
    records = b"".join(_record(kind, address) for address in ZONE.get(name, ()))
    code = 2 if labels[0] == "broken" else 0 if name in ZONE else 3
    count = records.count(b"\xc0\x0c")
    return query[:2] + struct.pack("!HHHHH", 0x8580 | code, 1, count, 0, 0) + question + records


def _record(kind: int, address: str) -> bytes:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    if kind != (28 if family is socket.AF_INET6 else 1):
        return b""
    data = socket.inet_pton(family, address)
    return b"\xc0\x0c" + struct.pack("!HHIH", kind, 1, 0, len(data)) + data


def _serve(server: socket.socket) -> None:
    while True:
        query, client = server.recvfrom(4096)
        if (reply := answer(query)) is not None:
            server.sendto(reply, client)


# -- the child process -----------------------------------------------------------------------


def climb_each(base_urls: Sequence[str]) -> dict[str, tuple[Finding, ...]] | None:
    """What Test Connection finds of each Base URL where names come from ``ZONE``.

    None where this machine lets nobody have a network of its own, as some containers do.
    """
    from app.scim.ladder import Finding, Observation, Rung, Verdict

    with tempfile.TemporaryDirectory() as folder:
        files = Path(folder)
        (files / "resolv.conf").write_text(
            f"nameserver 127.0.0.1\nsearch {SEARCH}\noptions timeout:1 attempts:1 ndots:1\n"
        )
        (files / "nsswitch.conf").write_text("hosts: dns\n")
        # A network of its own has no way out and its own port 53; the mounts are its own as well.
        own = ["unshare", *([] if os.geteuid() == 0 else ["-r"]), "-n", "-m"]
        mounts = " && ".join(f"mount --bind {file} /etc/{file.name}" for file in files.iterdir())
        if subprocess.run([*own, "sh", "-c", mounts], capture_output=True, check=False).returncode != 0:
            return None
        script = ["sh", "-c", f'{mounts} && exec "$@"', "sh", sys.executable, "-m", "tests.hostile.names"]
        done = subprocess.run(
            [*own, *script],
            input="\n".join(base_urls),
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    return {
        base_url: tuple(
            Finding(Rung(rung), Verdict(verdict), Observation(seen), seconds, facts)
            for rung, verdict, seen, seconds, facts in found
        )
        for base_url, found in json.loads(done.stdout).items()
    }


def main(base_urls: list[str]) -> None:
    """Serve names and climb to each Base URL at the same time."""
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    _bring_up_loopback()
    server.bind(("127.0.0.1", 53))
    threading.Thread(target=_serve, args=(server,), daemon=True).start()
    print(json.dumps(asyncio.run(_climb_each(base_urls))), flush=True)
    os._exit(0)  # a lookup that nobody answers may still keep a thread


async def _climb_each(base_urls: list[str]) -> dict[str, list[Any]]:
    from app import net
    from app.guide.vocabulary import ProbeStyle
    from app.scim.authorization import StaticToken, TokenSource
    from app.scim.endpoint import Endpoint
    from app.scim.ladder import Limits, run
    from app.scim.probes import PROBES

    net.prepare()

    async def climb(base_url: str) -> list[Any]:
        tokens = TokenSource(StaticToken("the-right-token"), practice=False)
        limits = Limits(name=1.5, request=1.0, whole=4.0)
        probe = PROBES[ProbeStyle.ENTRA]
        found = await run(Endpoint(base_url, practice=False), tokens, probe, proxy_for=lambda _: None, limits=limits)
        return [(f.rung, f.verdict, f.observation, f.seconds, dict(f.facts)) for f in found]

    return dict(zip(base_urls, await asyncio.gather(*map(climb, base_urls)), strict=True))


def _bring_up_loopback() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        up_and_running = struct.pack("16sH14s", b"lo", 0x41, b"")
        fcntl.ioctl(any_socket, 0x8914, up_and_running)  # SIOCSIFFLAGS of netdevice(7)


if __name__ == "__main__":
    main(sys.stdin.read().split())
