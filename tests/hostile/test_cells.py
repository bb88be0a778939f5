"""Every cell of the table in ``cells.csv`` is injected for real: who answers what leads first to that cause and step.

Columns: who answers (``host``; ``inspection``, a product that inspects encrypted traffic and is trusted here;
``proxy``; ``signed-proxy``, whose address has a name and password; ``secure-proxy``, addressed by https; ``tls``, the
host during the handshake; ``address``, the host where the Base URL has a wrong end), the answer, its body; then the
failed check, what it sees, the first cause by its id, its step, and who is at fault.
"""

from __future__ import annotations

import asyncio
import csv
import json
import ssl
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import trustme

from app.diagnosis.causes import explain
from app.diagnosis.findings import sentence
from app.diagnosis.setup_facts import SetupFacts
from app.guide import catalog
from app.scim.connection_test import TimeLimits, run
from app.scim.endpoint import Endpoint
from app.scim.finding import Check, Verdict
from app.scim.probes import probe_of
from app.scim.tokens import TokenSource
from tests.hostile import faults
from tests.hostile.faults import HOST, Scene, Way
from tests.hostile.proxy import Proxy
from tests.hostile.server import LIST, TOKEN, http, listing, says, serving
from tests.support.setups import a_setup

if TYPE_CHECKING:
    import socket
    import threading
    from collections.abc import Callable

    from tests.hostile.faults import Injection
    from tests.hostile.server import Answering, Hostile

FILE = Path(__file__).with_name("cells.csv")
CALM, HASTY = TimeLimits(name=2.0, request=2.0, whole=6.0), TimeLimits(name=0.6, request=0.6, whole=1.5)
ENTRA = catalog.guide("entra")
SETUP = a_setup(ENTRA)
BODIES = {
    "nothing": (b"", "application/scim+json"),
    "scim": (faults.SCIM_ERROR, "application/scim+json"),
    "json": (faults.OTHER_JSON, "application/json"),
    "page": (faults.PAGE, "text/html"),
    "sign-in": (faults.SIGN_IN, "text/html"),
    "text-total": (json.dumps({"schemas": [LIST], "totalResults": "0", "Resources": []}).encode(), "application/json"),
    "no-total": (json.dumps({"schemas": [LIST], "Resources": []}).encode(), "application/json"),
    "small-total": (json.dumps({"schemas": [LIST], "totalResults": 0, "Resources": [{}]}).encode(), "application/json"),
    "scim-1": (faults.SCIM_1, "application/json"),
    "cut": (json.dumps({"schemas": [LIST], "totalResults": 0}).encode()[:-9], "application/json"),
    "somebody": (json.dumps({"schemas": [LIST], "totalResults": 1, "Resources": [{}]}).encode(), "application/json"),
}
REDIRECTS = {
    "other-host": "https://elsewhere.example/scim/v2/Users",
    "other-path": "/portal/home",
    "sign-in": "https://login.example/oauth2/authorize",
    "captive": "https://captive.example/",
    "nowhere": "",
}
OUTCOME = ("check", "seen", "cause", "step", "fault")
FAULTS = {"base-url", "token", "service", "network", "proxy", "setup", "clock"}


@dataclass(frozen=True)
class Cell:
    """One row of the table."""

    who: str
    answer: str
    body: str

    def __str__(self) -> str:
        return f"{self.who}-{self.answer}-{self.body}"


def table() -> dict[Cell, dict[str, str]]:
    with FILE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    found = {Cell(row["who"], row["answer"], row["body"]): {name: row[name] for name in OUTCOME} for row in rows}
    assert len(found) == len(rows), "a cell is there twice"
    return found


def answer_of(cell: Cell) -> bytes:
    status, _, more = cell.answer.partition(" ")
    body, kind = BODIES[cell.body]
    return http(int(status), body, kind, **({"Location": REDIRECTS[more]} if REDIRECTS.get(more) else {}))


def by_host(scene: Scene, cell: Cell) -> Way:
    return Way(scene.serve(says(answer_of(cell))).base_url)


def by_inspection(scene: Scene, cell: Cell) -> Way:
    authority = scene.trust(trustme.CA(organization_name="Zscaler Inc."))
    product = scene.serve(says(answer_of(cell)), serving(authority, HOST))
    proxy = scene.stack.enter_context(Proxy({HOST: product.port}))
    return Way(f"https://{HOST}:{product.port}/scim/v2", proxy=proxy.url)


def by_proxy(scene: Scene, cell: Cell) -> Way:
    """A status is the proxy's answer to CONNECT; a word is something else that it does."""
    status, _, offer = cell.answer.partition(" ")
    if cell.answer in DEEDS:
        return Way(URL, proxy=f"http://127.0.0.1:{scene.serve_plainly(DEEDS[cell.answer]).port}")
    if cell.answer == "nobody":
        return Way(URL, proxy=f"http://127.0.0.1:{faults.free_port()}")
    if cell.answer.startswith("socks"):
        server = scene.serve_plainly(faults.silent)
        scene.stack.callback(lambda: unasked(server))
        return Way(URL, proxy=f"{cell.answer}://127.0.0.1:{server.port}")
    body, kind = BODIES[cell.body]
    offers = {"Proxy_Authenticate": offer} if offer else {}
    proxy = scene.stack.enter_context(Proxy({}, http(int(status), body, kind, **offers)))
    return Way(URL, proxy=proxy.url)


def unasked(server: Hostile) -> None:
    assert server.requests == []


def by_signed_proxy(scene: Scene, cell: Cell) -> Way:
    way = by_proxy(scene, cell)
    assert way.proxy is not None
    return replace(way, proxy=way.proxy.replace("://", "://name:password@"))


def by_secure_proxy(scene: Scene, cell: Cell) -> Way:
    """A proxy addressed by https, whose own certificate or words may be wrong."""
    past = datetime.now(UTC) - timedelta(days=1)
    tls = {
        "untrusted": lambda: serving(trustme.CA(organization_name="Someone"), "localhost"),
        "other-name": lambda: serving(scene.authority, "elsewhere.example"),
        "expired": lambda: serving(scene.authority, "localhost", past, past - timedelta(days=9)),
    }.get(cell.answer, lambda: serving(scene.authority, "localhost"))()
    if cell.answer == "plain":
        proxy = scene.serve_plainly(faults.anybody(http(400)))
    elif cell.answer.isdigit():
        proxy = scene.serve(faults.anybody(http(int(cell.answer))), tls)
    else:
        proxy = scene.serve(faults.closes, tls)
    scheme = "http" if cell.answer == "addressed-by-http" else "https"
    return Way(URL, proxy=f"{scheme}://localhost:{proxy.port}")


def opens_and(answering: Answering) -> Answering:
    """The tunnel is opened, and then it goes wrong."""

    def deed(connection: socket.socket, request: str, stop: threading.Event) -> None:
        connection.sendall(b"HTTP/1.1 200 Connected\r\n\r\n")
        answering(connection, request, stop)

    return deed


def by_handshake(scene: Scene, cell: Cell) -> Way:
    """A number is the alert that answers the greeting (RFC 8446 section 6)."""
    kind, _, code = cell.answer.partition(" ")
    now = datetime.now(UTC)
    if kind == "alert":
        return faults.greets_with(b"\x15\x03\x03\x00\x02\x02" + bytes([int(code)]))(scene)
    if kind in GREETINGS:
        return GREETINGS[kind](scene)
    tls = {
        "untrusted": lambda: serving(trustme.CA(organization_name="Someone")),
        "inspection": lambda: serving(trustme.CA(organization_name="Zscaler Inc.")),
        "other-name": lambda: serving(scene.authority, "elsewhere.example"),
        "expired": lambda: serving(scene.authority, "localhost", now - timedelta(days=1), now - timedelta(days=9)),
        "not-yet": lambda: serving(scene.authority, "localhost", now + timedelta(days=9), now + timedelta(days=1)),
    }.get(kind, lambda: serving(scene.authority))()
    if kind == "client-certificate":
        tls.verify_mode = ssl.CERT_REQUIRED
        tls.maximum_version = ssl.TLSVersion[f"TLSv{code.replace('.', '_')}"]
        scene.authority.configure_trust(tls)
    return Way(scene.serve(says(listing()), tls).base_url)


def by_address(scene: Scene, cell: Cell) -> Way:
    """A SCIM service at one path; the Base URL ends in something more."""
    status, _, end = cell.answer.partition(" ")
    move = http(int(status), Location="/scim/v2/Users") if status.startswith("3") else http(int(status))
    server = scene.serve(faults.only_at("/scim/v2", move))
    return Way(server.base_url + end)


GREETINGS: dict[str, Injection] = {
    "http": faults.greets_with(http(400)),
    "ssh": faults.greets_with(b"SSH-2.0-OpenSSH_9.6\r\n"),
    "closes": faults.greets_with(b""),
    "resets": faults.greets_with(b"", reset=True),
    "silent": faults.never_greets,
}
URL = f"https://{HOST}/scim/v2"
DEEDS: dict[str, Answering] = {
    "silent": faults.silent,
    "closes": faults.closes,
    "resets": faults.resets(b""),
    "not-http": faults.anybody(b"SSH-2.0-OpenSSH_9.6\r\n"),
    "200 closes": opens_and(faults.closes),
    "200 resets": opens_and(faults.resets(b"")),
    "200 silent": opens_and(faults.silent),
    # In one piece: a page that comes later is read as part of the handshake.
    "200 page": faults.anybody(b"HTTP/1.1 200 Connected\r\n\r\n" + http(200, faults.PAGE, "text/html")),
}
WHO: dict[str, Callable[[Scene, Cell], Way]] = {
    "host": by_host,
    "inspection": by_inspection,
    "proxy": by_proxy,
    "signed-proxy": by_signed_proxy,
    "secure-proxy": by_secure_proxy,
    "tls": by_handshake,
    "address": by_address,
}


def outcome(cell: Cell, authority: trustme.CA, store: Path) -> dict[str, str]:
    """Inject the cell, run Test Connection, and return what it found."""
    with Scene(authority, store) as scene:
        way = WHO[cell.who](scene, cell)
        tokens = TokenSource(way.credentials, practice=way.practice)
        endpoint = Endpoint(way.base_url, way.practice)
        limits = HASTY if "silent" in cell.answer else CALM
        found = asyncio.run(run(endpoint, tokens, probe_of(ENTRA), proxy_for=lambda _: way.proxy, limits=limits))
    failed = next(each for each in found if each.verdict is Verdict.FAILED)
    diagnosis = explain(found, SetupFacts.of(ENTRA, SETUP))
    assert diagnosis is not None
    first = diagnosis.causes[0]
    said = " ".join((diagnosis.title, sentence(failed), *(cause.sentence for cause in diagnosis.causes)))
    assert TOKEN not in said
    for words, holds in (
        ("inspect", cell.who == "inspection" or failed.check is Check.CERTIFICATE),
        ("with a web page", cell.body in ("page", "sign-in")),
        ("a SCIM service", cell.body == "scim"),
        ("name and password", "proxy" in cell.who),
        ("The proxy from", "proxy" in cell.who),
    ):
        assert holds or words not in said, said
    if cell.who.endswith("proxy") and failed.check is Check.ROUTE:
        assert "proxy from the system settings" in sentence(failed)
        assert failed.status == (int(cell.answer[:3]) if cell.answer[:3].isdigit() else None)
    if failed.status is not None and cell.answer[:3].isdigit() and cell.who in ("host", "inspection"):
        assert failed.status == int(cell.answer[:3])
        assert str(failed.status) in said or failed.status < 400, "the status is said first of all"
    return {
        "check": failed.check.value,
        "seen": failed.observation.value,
        "cause": first.id,
        "step": first.step or "",
    }


@pytest.mark.parametrize("cell", table(), ids=str)
def test_a_cell_has_its_cause(cell: Cell, authority: trustme.CA, trusted: Path) -> None:
    wanted = table()[cell]
    fault = wanted.pop("fault")
    assert outcome(cell, authority, trusted) == wanted
    assert fault in FAULTS
    # Who is at fault agrees with the step: only what the admin can fix has one, besides testing again.
    steps = {"copy-base-url": "base-url", "generate-token": "token", "submit": "setup", "": fault}
    assert steps.get(wanted["step"], fault) == fault


def test_the_table_is_large_enough() -> None:
    assert len(table()) >= 120
