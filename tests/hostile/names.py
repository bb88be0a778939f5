"""A name server on loopback, and child processes that resolve names only through it.

As a script it prints, as JSON, what Test Connection found at each host.
"""

from __future__ import annotations

import asyncio
import errno
import fcntl
import json
import os
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from app.scim.connection_test import Finding

ROOT = Path(__file__).resolve().parents[2]
CHILD = [sys.executable, "-m", "tests.hostile.names"]
SEARCH = "corp.example"

ZONE: dict[str, tuple[str, ...]] = {
    "empty.example": (),
    "six.example": ("2001:db8::1",),
    "lost.example": ("192.0.2.7",),
    "half.example": ("192.0.2.8",),
    "inside.example": ("10.1.2.3",),
    "here.example": ("127.0.0.1",),
    f"short.{SEARCH}": ("10.1.2.4",),
    "two.example": ("8.8.8.8", "9.9.9.9", "2620:fe::fe"),  # public ones; nothing leaves the child's network
    "filtered.example": ("0.0.0.0",),
    f"cie.api.{SEARCH}": ("10.1.2.3",),
}
"""Addresses by name. ``broken.`` names get SERVFAIL, ``silent.`` names no answer, ``half.`` ones none about AAAA, all
others NXDOMAIN."""

HOSTS = (*ZONE, "nowhere.example", "broken.example", "silent.example", "short", "cie.api")
"""The hosts of the tested Base URLs; the last two exist only with the search domain."""


# -- the name server -------------------------------------------------------------------------


def answer(query: bytes) -> bytes | None:
    """Return the answer to a DNS query (RFC 1035 section 4), or None for no answer."""
    labels, at = [], 12
    while query[at]:
        labels.append(query[at + 1 : at + 1 + query[at]].decode().lower())
        at += 1 + query[at]
    kind = struct.unpack("!H", query[at + 1 : at + 3])[0]
    name, question = ".".join(labels), query[12 : at + 5]
    if labels[0] == "silent" or (labels[0] == "half" and kind == 28):
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


# -- the child processes ---------------------------------------------------------------------


@cache
def found_at_each_host() -> dict[str, dict[str, tuple[Finding, ...]]]:
    """Return what Test Connection finds at each of ``HOSTS`` with the names of ``ZONE``, for each way to resolve them.

    ``network``: this computer's resolver in a separate network namespace, which some containers do not allow.
    ``asked``: a resolver that behaves the same and asks the same name server, put where the program asks for addresses;
    this always works.
    """
    children = {"asked": _start([*CHILD, "asked"])}
    with tempfile.TemporaryDirectory() as folder:
        files = Path(folder)
        (files / "resolv.conf").write_text(
            f"nameserver 127.0.0.1\nsearch {SEARCH}\noptions timeout:4 attempts:1 ndots:1\n"
        )
        (files / "nsswitch.conf").write_text("hosts: dns\n")
        # The child's network namespace has no route out and its own port 53; its mounts are separate too.
        own = ["unshare", *([] if os.geteuid() == 0 else ["-r"]), "-n", "-m"]
        mounts = " && ".join(f"mount --bind {file} /etc/{file.name}" for file in files.iterdir())
        if shutil.which("unshare") and subprocess.run([*own, "sh", "-c", mounts], capture_output=True).returncode == 0:
            script = ["sh", "-c", f'{mounts} && exec "$@"', "sh", *CHILD, "network"]
            children["network"] = _start([*own, *script])
        return {how: _findings(child) for how, child in children.items()}


def _start(command: list[str]) -> subprocess.Popen[str]:
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def _findings(child: subprocess.Popen[str]) -> dict[str, tuple[Finding, ...]]:
    from app.diagnosis.runs import findings_of
    from app.setup.document import RunPart

    said, wrong = child.communicate(timeout=60)
    assert child.returncode == 0, wrong
    return {host: findings_of(RunPart.model_validate_json(found).state()) for host, found in json.loads(said).items()}


def main(how: str) -> None:
    """Serve names and test each host at the same time."""
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    if how == "network":
        _bring_up_loopback()
    server.bind(("127.0.0.1", 53 if how == "network" else 0))
    threading.Thread(target=_serve, args=(server,), daemon=True).start()
    if how == "asked":
        ask_instead(server.getsockname())
    print(json.dumps(asyncio.run(_test_each())), flush=True)
    os._exit(0)  # a lookup without an answer may still hold a thread


async def _test_each() -> dict[str, str]:
    from app import net
    from app.diagnosis.runs import keep
    from app.scim.connection_test import TimeLimits, run
    from app.scim.endpoint import Endpoint
    from app.scim.tokens import StaticToken, TokenSource
    from app.setup.document import RunPart
    from tests.support.probes import LOOKUP

    net.prepare()
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(64))  # lookups without an answer hold a thread

    async def run_checks(host: str) -> str:
        tokens = TokenSource(StaticToken("the-right-token"), practice=False)
        limits = TimeLimits(name=1.5, request=1.0, whole=5.0)
        found = await run(
            Endpoint(f"https://{host}/scim/v2", practice=False), tokens, LOOKUP, proxy_for=lambda _: None, limits=limits
        )
        return RunPart.of(keep(found, datetime.now(UTC))).model_dump_json()

    return dict(zip(HOSTS, await asyncio.gather(*map(run_checks, HOSTS)), strict=True))


def ask_instead(server: tuple[str, int]) -> None:
    """Resolve names at that server as glibc does (resolver(3), getaddrinfo(3)), and let no connection succeed."""

    def names(host: str | bytes, port: int, family: int = 0, *_: object) -> list[object]:
        name = host.decode() if isinstance(host, bytes) else host
        codes, families = [], [family] if family else [socket.AF_INET, socket.AF_INET6]
        for each in [name[:-1]] if name.endswith(".") else _candidates(name):
            replies = [_query(server, each, asked) for asked in families]
            if found := [(asked, address) for _, asked, addresses in replies for address in addresses]:
                return [(asked, socket.SOCK_STREAM, 6, "", (address, port)) for asked, address in found]
            codes.append(max(code for code, _, _ in replies))
        silent_or_failed = any(code in (2, 9) for code in codes)
        unknown = socket.EAI_NONAME if 0 not in codes else socket.EAI_NODATA
        raise socket.gaierror(socket.EAI_AGAIN if silent_or_failed else unknown, "as the server answered")

    async def connect(_loop: object, _socket: object, address: tuple[Any, ...]) -> None:
        here = str(address[0]) in ("127.0.0.1", "::1")
        raise OSError(errno.ECONNREFUSED if here else errno.ENETUNREACH, "there is no network")

    socket.getaddrinfo = names  # type: ignore[assignment]
    asyncio.BaseEventLoop.sock_connect = connect  # type: ignore[method-assign,assignment]
    asyncio.SelectorEventLoop.sock_connect = connect  # type: ignore[method-assign,assignment]


def _candidates(name: str) -> list[str]:
    searched = f"{name}.{SEARCH}"
    return [name, searched] if "." in name else [searched, name]


def _query(server: tuple[str, int], name: str, family: int) -> tuple[int, int, list[str]]:
    """Return the response code (9 for none), the family, and the addresses."""
    kind, size = (1, 4) if family == socket.AF_INET else (28, 16)
    labels = b"".join(bytes([len(label)]) + label.encode() for label in name.split("."))
    question = labels + b"\0" + struct.pack("!HH", kind, 1)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        asking.settimeout(4)
        asking.sendto(b"id" + struct.pack("!HHHHH", 0x0100, 1, 0, 0, 0) + question, server)
        try:
            reply = asking.recv(4096)
        except TimeoutError:
            return 9, family, []
    count, rest = struct.unpack("!H", reply[6:8])[0], reply[12 + len(question) :]
    records = [rest[at * (12 + size) :][12 : 12 + size] for at in range(count)]
    return reply[3] & 0x0F, family, [socket.inet_ntop(family, record) for record in records]


def _bring_up_loopback() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        up_and_running = struct.pack("16sH14s", b"lo", 0x41, b"")
        fcntl.ioctl(any_socket, 0x8914, up_and_running)  # SIOCSIFFLAGS of netdevice(7)


if __name__ == "__main__":
    main(sys.argv[1])
