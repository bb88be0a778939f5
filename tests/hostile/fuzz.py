"""Answers that are wrong in every way at every layer, and how an independent parser reads them."""

from __future__ import annotations

import asyncio
import gzip
import http.client as python_http
import io
import json
import zlib
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Self

from hypothesis import strategies as st

from tests.hostile.server import LIST, http

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

TOKEN = "canary-token-4f1d9a"
SECRET = "canary-secret-77b0c2"
PATH = "/canary-path-c35e81"
"""Must never appear in any output. The answers below contain them on purpose."""

CONFIG = "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"


class End(StrEnum):
    """What the server does after its last byte."""

    CLOSE = "close"
    STALL = "stall"
    """Keeps the connection open and sends nothing more."""
    RESET = "reset"


@dataclass(frozen=True)
class Reply:
    """One answer as sent over the wire."""

    wire: bytes
    disturbed: bool = False
    end: End = End.CLOSE
    cut: int = 0
    """Where the bytes are split into two segments; 0 for one segment."""


# -- what is sent: JSON ------------------------------------------------------------------

LISTS = [
    [("schemas", f'["{LIST}"]'), ("totalResults", "0"), ("Resources", "[]")],
    [("schemas", f'["{LIST}"]'), ("totalResults", "0"), ("startIndex", "1"), ("itemsPerPage", "0")],
]
FULL = [
    ("schemas", f'["{LIST}"]'),
    ("totalResults", "2"),
    (
        "Resources",
        '[{"id":"1","userName":"one","meta":{"lastModified":"2026-11-02T09:00:00Z"}},'
        '{"id":"2","userName":"two","meta":{"lastModified":"2026-11-01T08:00:00.123+02:00"}}]',
    ),
]
CONFIGURATION = [
    ("schemas", f'["{CONFIG}"]'),
    ("filter", '{"supported":true,"maxResults":200}'),
    ("sort", '{"supported":false}'),
]
ISSUED = [("access_token", '"issued-abc.def"'), ("token_type", '"Bearer"'), ("expires_in", "899")]

JUNK = [
    *("null", "true", "false", "-1", "-0", "1", "2", "0.0", "1e3", "1e400", "-1e400", "NaN", "Infinity", "-Infinity"),
    *("9" * 400, "9" * 5000, "-" + "9" * 5000, "1" * 25, "2147483648", "1" + "0" * 18, "0x10", "01", "1_0", "+1"),
    *('""', '"0"', '"\\ud800"', '"\\udfff\\ud800"', '"\\u0000"', '"\\u202e\\u200b"', '"\x7f"', '"\u202egnp.exe"'),
    *("[]", "{}", "[null]", "[1]", '[{"id":1}]', "[[]]", '["x"]', f'["{LIST}", 7]', f'["{LIST.upper()}"]', f'"{LIST}"'),
    *("[" * 300 + "]" * 300, "[" * 100_000, '{"a":' * 100_000, '{"a":' * 500 + "1" + "}" * 500),
    *(f'"{TOKEN}"', f'["{PATH}"]', f'{{"supported":"{TOKEN}"}}', '{"supported":1}', '"0001-01-01T00:00:00+23:59"'),
    *('[{"meta":{"lastModified":"9999-12-31T23:59:59-23:59"}}]', '[{"meta":{"lastModified":"2026-W45-1"}}]'),
    *('[{"meta":{"lastModified":"2999-01-01T00:00:00Z"}}]', '[{"meta":[]}, {"meta":{"lastModified":[]}}]'),
    *('[{"meta":{"lastModified":"' + "2" * 5000 + '"}}]', '"a\r\nX: y"', '"\u00e9"', '" "', '"x' + "y" * 9000 + '"'),
]
NAMES = ["schemas", "totalResults", "Resources", "totalresults", "\\u0074otalResults", "", "__proto__", "access_token"]


@st.composite
def documents(draw: st.DrawFn, good: list[tuple[str, str]], *, disturb: bool) -> str:
    """Return the text of a JSON object, perhaps with members replaced, duplicated, renamed or removed."""
    members = list(good)
    for _ in range(draw(st.integers(1, 3)) if disturb else 0):
        place = draw(st.integers(0, max(0, len(members) - 1)))
        junk = draw(st.sampled_from(JUNK))
        match draw(st.sampled_from(["replace", "replace", "double", "drop", "name", "add"])):
            case "replace" if members:
                members[place] = (members[place][0], junk)
            case "double" if members:
                members.append((members[place][0], draw(st.sampled_from([members[place][1], junk]))))
            case "drop" if members:
                del members[place]
            case "name" if members:
                members[place] = (draw(st.sampled_from(NAMES)), members[place][1])
            case _:
                members.insert(place, (draw(st.sampled_from(NAMES)), junk))
    if disturb and draw(st.integers(0, 9)) == 0:
        return draw(st.sampled_from(JUNK))
    return "{" + ",".join(f'"{name}": {value}' for name, value in members) + "}"


ENCODINGS = ["utf-8-sig", "utf-16", "utf-16-le", "utf-32", "latin-1", "utf-7"]


def encoded(text: str, encoding: str) -> bytes:
    return text.encode(encoding, "surrogatepass" if encoding.startswith("utf-") else "replace")


@st.composite
def mutated(draw: st.DrawFn, data: bytes) -> bytes:
    """Return the bytes with up to three changes: flipped, removed, duplicated or inserted bytes."""
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, len(data)))
        stop = min(len(data), start + draw(st.sampled_from([1, 1, 2, 7, 100, 10_000])))
        part = draw(
            st.binary(max_size=6)
            | st.sampled_from([b"", b"\0", b"\r\n", b"\r\n\r\n", b"\n", b"\xff", b"\xed\xa0\x80", b"\xef\xbb\xbf"])
        )
        data = data[:start] + draw(st.sampled_from([part, part, data[start:stop] * 2])) + data[stop:]
    return data


# -- how it is sent: coding, framing, headers -------------------------------------------

CODERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": lambda body: gzip.compress(body, 1, mtime=0),
    "x-gzip": lambda body: gzip.compress(body, 1, mtime=0) + gzip.compress(b" ", 1, mtime=0),
    "deflate": lambda body: zlib.compress(body, 1),
    "Deflate": lambda body: zlib.compress(body, 1)[2:-4],
    "gzip, gzip": lambda body: gzip.compress(gzip.compress(body, 1, mtime=0), 1, mtime=0),
    "br": lambda body: body,
    "identity": lambda body: body,
}

HEADERS = [
    *(b"Content-Type: text/html", b"Content-Type: application/xhtml+xml;q=1", b"Content-Type: \xe2\x80\xae/\xff"),
    *(f"Content-Type: {TOKEN}".encode(), f"Location: https://evil.example{PATH}".encode()),
    *(b"Retry-After: 37", b"Retry-After: 999999999", b"Retry-After: -1", b"Retry-After: \xd9\xa3", b"Retry-After:"),
    *(b"Retry-After: Fri, 31 Dec 9999 23:59:59 -2359", b"Retry-After: Fri, 31 Dec 99999999999 23:59:59 GMT"),
    *(b"Retry-After: Mon, 1 Jan 2027 00:00:00 +99999999999999", b"Retry-After: 1 Jan", b"Retry-After: " + b"9" * 5000),
    *(b"Retry-After: Mon, 1 Jan 2027 00:00:00 GMT", f"Retry-After: {TOKEN}".encode()),
    *(b"Content-Length: 0", b"Content-Length: 5", b"Content-Length: -1", b"Content-Length: 1, 1", b"Content-Length: x"),
    *(b"Content-Length: " + b"9" * 19, b"Content-Length: " + b"9" * 5000, b"Content-Length: \xd9\xa3"),
    *(b"Transfer-Encoding: chunked", b"Transfer-Encoding: gzip, chunked", b"Transfer-Encoding: x"),
    *(b"Content-Encoding: gzip", b"Content-Encoding: deflate", b"Content-Encoding:", b"Content-Encoding: \xff"),
    *(b"Connection: keep-alive", b"Connection: upgrade", b"Upgrade: h2c", b"Set-Cookie: a=" + TOKEN.encode()),
    *(
        b"X-Folded: one\r\n two\r\n\tthree",
        b" folded-first: x",
        b"X-Long: " + b"a" * 70_000,
        b"X-Huge: " + b"a" * 120_000,
    ),
    *(
        b"X-Null: a\0b",
        b"X-Bell: \x07\x1b[31m",
        b"X-Latin: \xe9\xff",
        b"X\xc3\xa9: 1",
        b"X Y: 1",
        b": nameless",
        b"none",
    ),
    *(b"X-Cr: a\rb", b"none", b"X-Many: 1\r\n" * 300 + b"X-Last: 1", b"WWW-Authenticate: Basic realm=x"),
    *(f"X-Echo: Bearer {TOKEN} {SECRET} {PATH}".encode(),),
]

STATUS_LINES = [
    *(
        b"HTTP/1.1 200 ",
        b"HTTP/1.1 200",
        b"HTTP/1.0 200 OK",
        b"HTTP/2.0 200 OK",
        b"HTTP/0.9 200 OK",
        b"HTTP/1.1 2000 OK",
    ),
    *(
        b"HTTP/1.1 99 Low",
        b"HTTP/1.1 101 Switching",
        b"HTTP/1.1 100 Continue",
        b"HTTP/1.1 999 High",
        b"HTTP/1.1  200 OK",
    ),
    *(b"http/1.1 200 ok", b"HTTP/1.1 204 Nothing", b"HTTP/1.1 206 Part", b"HTTP/1.1 304 Same", b"ICY 200 OK", b""),
    *(b"HTTP/1.1 20\xd9\xa3 OK", b"HTTP/1.1 200 \xe2\x80\xae\x1b[2J", b"HTTP/1.1 200 " + b"a" * 120_000),
    *(
        f"HTTP/1.1 401 {TOKEN}".encode(),
        b"HTTP/1.1 302 Found",
        b"HTTP/1.1 429 Wait",
        b"HTTP/1.1 503 Down",
        b"SSH-2.0-x",
    ),
    *(b"HTTP/1.1 407 Proxy", b"HTTP/1.1 403 No", b"HTTP/1.1 404 Not here", b"HTTP/1.1 500 Oh", b"HTTP/1.1 501 No"),
]

CHUNK_SIZES = [b"0", b"-1", b"ffffffffffffffffffffff", b"+5", b"0x5", b"5 ;x=y", b"", b"g", b"5\r", b"1_0", b"05"]


@st.composite
def chunked(draw: st.DrawFn, body: bytes, *, disturb: bool) -> bytes:
    """Return the body in chunks, perhaps with a wrong size, an extension or a trailer."""
    size = max(1, draw(st.integers(1, 2 * len(body) + 1)), len(body) // 40)
    parts = [body[start : start + size] for start in range(0, len(body), size)]
    done = [b"%x\r\n%s\r\n" % (len(part), part) for part in parts] + [b"0\r\n", b"\r\n"]
    if disturb:
        place = draw(st.integers(0, len(done) - 1))
        match draw(st.sampled_from(["size", "extension", "trailer", "drop", "double"])):
            case "size":
                done[place] = draw(st.sampled_from(CHUNK_SIZES)) + b"\r\n" + done[place].partition(b"\r\n")[2]
            case "extension":
                done[place] = done[place].replace(
                    b"\r\n", b";a=" + b"x" * draw(st.sampled_from([1, 9000])) + b"\r\n", 1
                )
            case "trailer":
                done[-1] = draw(st.sampled_from(HEADERS)) + b"\r\n\r\n"
            case "drop":
                del done[place]
            case _:
                done.insert(place, done[place])
    return b"".join(done)


EARLY = st.sampled_from([b"HTTP/1.1 103 Early\r\n\r\n", b"HTTP/1.1 100 Go\r\n\r\n" * 50, b"\r\n", b"\0", b"\n\n"])
LAYERS = ["json", "json", "json", "text", "bytes", "coding", "coded", "framing", "head", "head", "status", "wire"]


@st.composite
def replies(draw: st.DrawFn, good: list[list[tuple[str, str]]]) -> Reply:
    """Return an answer with one of these objects in its body, disturbed at up to two layers."""
    wrong = set(draw(st.lists(st.sampled_from(LAYERS), max_size=2)))
    text = draw(documents(draw(st.sampled_from(good)), disturb="json" in wrong))
    body = encoded(text, draw(st.sampled_from(ENCODINGS)) if "text" in wrong else "utf-8")
    if "bytes" in wrong:
        body = draw(mutated(body))
    status, headers = b"HTTP/1.1 200 OK", [b"Content-Type: application/scim+json"]
    if wrong & {"coding", "coded"} or draw(st.integers(0, 4)) == 0:
        coding = draw(st.sampled_from(list(CODERS) if "coding" in wrong else ["gzip", "deflate"]))
        body = CODERS[coding](body)
        headers.append(f"Content-Encoding: {coding}".encode())
    if "coded" in wrong:
        body = draw(mutated(body))
    match draw(st.sampled_from(["length", "length", "chunked", "close"])):
        case "length":
            wrong_by = draw(st.sampled_from([-1, 1, 1000, 10**7])) if "framing" in wrong else 0
            headers.append(b"Content-Length: %d" % max(0, len(body) + wrong_by))
        case "chunked":
            body = draw(chunked(body, disturb="framing" in wrong))
            headers.append(b"Transfer-Encoding: chunked")
        case _:
            wrong.discard("framing")
    if "head" in wrong:
        for _ in range(draw(st.integers(1, 3))):
            headers.insert(draw(st.integers(0, len(headers))), draw(st.sampled_from(HEADERS)))
    if "status" in wrong:
        status = draw(st.sampled_from(STATUS_LINES))
    wire = b"\r\n".join([status, *headers, b"", b""]) + body
    if "wire" in wrong:
        wire = draw(mutated(wire) | st.integers(0, len(wire)).map(lambda n: wire[:n]) | EARLY.map(lambda e: e + wire))
    end = draw(st.sampled_from([End.CLOSE] * 120 + [End.RESET, End.STALL])) if wrong else End.CLOSE
    return Reply(wire, bool(wrong), end, draw(st.integers(0, len(wire))))


# -- what an independent reader makes of it ----------------------------------------------


# Its limits on the number and length of headers are stricter than a client's must be.
python_http._MAXHEADERS = python_http._MAXLINE = 200_000  # type: ignore[attr-defined]


class _Pairs(list[tuple[str, Any]]):
    """The members of an object in their order, including duplicates."""


def body_of(wire: bytes) -> tuple[int, bytes] | None:
    """Return status and unpacked body as Python's own HTTP client reads them; None if the answer is incomplete."""
    stream = _Stream(wire)
    try:
        while True:
            response = python_http.HTTPResponse(stream, method="GET")  # type: ignore[arg-type]
            response.begin()
            if not 100 <= response.status < 200 or response.status == 101:
                break
        raw = response.read()
        if response.length:
            return None
        coding = (response.headers.get("Content-Encoding") or "identity").strip().lower()
        if raw and coding in ("gzip", "x-gzip"):
            return response.status, gzip.decompress(raw)
        if raw and coding == "deflate":
            return response.status, _inflated(raw)
        return (response.status, raw) if coding in ("", "identity") or not raw else None
    except (python_http.HTTPException, OSError, EOFError, ValueError, zlib.error):
        return None


class _Stream(io.BytesIO):
    """The part of a socket that HTTPResponse needs. A discarded early answer does not close it."""

    def makefile(self, _mode: str) -> Self:
        return self

    def close(self) -> None:
        """Stay open for the answer that follows an early one."""


def _inflated(raw: bytes) -> bytes:
    for bits in (zlib.MAX_WBITS, -zlib.MAX_WBITS):
        inflate = zlib.decompressobj(bits)
        with suppress(zlib.error):
            body = inflate.decompress(raw)
            if inflate.eof and not inflate.unused_data:
                return body
    raise zlib.error("not deflate")


def object_of(wire: bytes) -> dict[str, Any] | None:
    """Return the JSON object of a complete answer with status 200 (RFC 8259: UTF-8, no NaN; RFC 7493: unique names)."""
    read = body_of(wire)
    if read is None or read[0] != 200:
        return None
    try:
        data = json.loads(read[1].decode("utf-8-sig"), object_pairs_hook=_Pairs, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return None
    if not isinstance(data, _Pairs) or len({name for name, _ in data}) != len(data):
        return None
    return {name: _plain(value) for name, value in data}


def _refuse(name: str) -> float:
    raise ValueError(name)


def _plain(value: Any) -> Any:
    if isinstance(value, _Pairs):
        return {name: _plain(each) for name, each in value}
    return [_plain(each) for each in value] if isinstance(value, list) else value


def list_of(wire: bytes, *, declared: bool = True) -> tuple[int, list[dict[str, Any]]] | None:
    """Return total and resources of an answer that is strictly a ListResponse (RFC 7644 section 3.4.2)."""
    found = object_of(wire)
    if found is None or (declared and not _declares(found, LIST)):
        return None
    total, resources = found.get("totalResults"), found.get("Resources")
    resources = [] if resources is None else resources
    if type(total) is not int or not isinstance(resources, list) or not all(isinstance(r, dict) for r in resources):
        return None
    return (total, resources) if len(resources) <= total < 10**10 else None


def is_config(wire: bytes) -> bool:
    """Return whether it is a ServiceProviderConfig (RFC 7643 section 5)."""
    found = object_of(wire)
    return found is not None and _declares(found, CONFIG)


def token_of(wire: bytes) -> str | None:
    """Return the token of a token response (RFC 6749 sections 5.1 and A.12; bearer: RFC 6750)."""
    found = object_of(wire) or {}
    token, kind = found.get("access_token"), found.get("token_type", "bearer")
    good = isinstance(token, str) and token and all("\x20" <= sign <= "\x7e" for sign in token)
    return token if good and isinstance(kind, str) and kind.lower() == "bearer" else None


def _declares(found: dict[str, Any], urn: str) -> bool:
    schemas = found.get("schemas")
    if not isinstance(schemas, list) or not all(isinstance(each, str) for each in schemas):
        return False
    return urn.lower() in [each.lower() for each in schemas]


# -- the server --------------------------------------------------------------------------


class Fuzzer:
    """One server on loopback for a whole test. Use as an async context manager."""

    def __init__(self) -> None:
        self.sent: list[Reply] = []
        """What was sent since ``play``."""
        self.fuzzed = 0
        """Disturbed answers sent so far."""
        self.port = 0
        self._choose: Callable[[str], Reply] = lambda _request: Reply(http(500))
        self._server: asyncio.Server | None = None

    def play(self, choose: Callable[[str], Reply]) -> None:
        """Answer each request with what ``choose`` returns for its head."""
        self._choose = choose
        self.sent = []

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.close()
        await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # A client that gives up closes or resets the connection: nothing to report here.
        with suppress(OSError, asyncio.IncompleteReadError):
            head = await reader.readuntil(b"\r\n\r\n")
            reply = self._choose(head.decode("latin-1"))
            self.sent.append(reply)
            self.fuzzed += reply.disturbed
            for part in (reply.wire[: reply.cut], reply.wire[reply.cut :]):
                writer.write(part)
                await writer.drain()
                await asyncio.sleep(0)
            if reply.end is End.STALL:
                await reader.read()
            if reply.end is End.RESET:
                writer.transport.abort()
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()
