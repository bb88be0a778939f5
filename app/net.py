"""The only module that makes HTTP clients: one that only reads from one host, one for loopback only."""

from __future__ import annotations

import asyncio
import importlib
import logging
import socket
import ssl
import time
import zlib
from base64 import b64encode
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import TYPE_CHECKING, Any, Final, Self
from urllib.parse import urlsplit

from app.guide.values import TOKEN_HOST

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from types import TracebackType

    import httpx

LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})
"""Hosts that never leave this computer."""

BODY_LIMIT: Final = 1024 * 1024
"""Bytes of a body, before and after inflating."""

# httpx logs whole URLs with their query at INFO, httpcore logs response headers at DEBUG.
for _name in ("httpx", "httpcore"):
    logging.getLogger(_name).setLevel(logging.WARNING)


class Failure(StrEnum):
    """Why no usable answer came back."""

    NAME = "name"
    """The host name could not be resolved."""
    REFUSED = "refused"
    """The host refused the TCP connection."""
    UNREACHABLE = "unreachable"
    """No route, or another network error before the connection stood."""
    TIMEOUT = "timeout"
    """No answer began within the time limit; ``NoAnswer.reached`` says how far it came."""
    PROXY = "proxy"
    """The proxy could not be used, or did not pass the connection on."""
    PROXY_SIGN_IN = "proxy-sign-in"
    """The proxy answered 407 (RFC 9110 section 15.5.8)."""
    TLS_UNTRUSTED = "tls-untrusted"
    """The certificate chain does not end in an authority that this computer trusts."""
    TLS_EXPIRED = "tls-expired"
    """A certificate of the chain is expired or not valid yet."""
    TLS_HOST = "tls-host"
    """The certificate was issued for another host."""
    TLS = "tls"
    """Any other failure of the TLS handshake."""
    CLOSED = "closed"
    """The other side closed the connection before the answer was complete."""
    TOO_LARGE = "too-large"
    """The body exceeds the limit, before or after inflating."""
    TOO_SLOW = "too-slow"
    """The answer began but its body did not end within the time limit."""
    ENCODING = "encoding"
    """The body is compressed in a way that was not asked for, or is damaged."""
    PROTOCOL = "protocol"
    """What came back is not HTTP."""
    REFUSED_BY_US = "refused-by-us"
    """The request would break a rule of this module and was not sent."""


class Reached(StrEnum):
    """How far a request came."""

    NOTHING = "nothing"
    """No connection stood. With a proxy: not even to the proxy."""
    CONNECTED = "connected"
    """A TCP connection stood. With a proxy: to the proxy."""
    ENCRYPTED = "encrypted"
    """The TLS handshake with the host was complete."""


@dataclass(frozen=True, slots=True)
class Peer:
    """The certificate that the host showed."""

    issuer: str
    """Organisation or common name of the authority that signed it."""
    subject: str
    """Common name, or the first host name."""
    not_after: datetime
    """End of validity, UTC."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A complete HTTP answer of any status."""

    status: int
    content_type: str
    """Media type in lower case, without parameters."""
    headers: Mapping[str, str] = field(repr=False)
    """Names in lower case."""
    body: bytes = field(repr=False)
    seconds: float
    timings: Mapping[str, float]
    """Seconds of ``connect`` (name and TCP), ``tls`` and ``http``; absent where a connection was reused."""
    peer: Peer | None
    """None without TLS, and where the operating system keeps the certificate to itself."""
    proxied: bool


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """Why there is no complete answer."""

    failure: Failure
    seconds: float
    timings: Mapping[str, float]
    reached: Reached
    status: int | None = None
    """The HTTP status, where the headers came and the body did not."""


def prepare() -> None:
    """Import what the first request needs (60 ms and more); meant for a thread, before the first client."""
    # anyio picks its backend by name at the first connection, which would cost the event loop a frame.
    for name in (
        "httpx",
        "truststore",
        "anyio",
        "anyio._backends._asyncio",
        "httpcore._backends.anyio",
    ):
        importlib.import_module(name)


def system_proxy(url: str) -> str | None:
    """The proxy that environment or static system settings name for that URL. May block: use a thread.

    Proxy auto-configuration scripts are not read.
    """
    from urllib.request import getproxies, proxy_bypass

    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    if not host or host in LOOPBACK or proxy_bypass(parts.netloc.rpartition("@")[2]) or proxy_bypass(host):
        return None
    proxies = getproxies()
    proxy = proxies.get(parts.scheme.lower()) or proxies.get("all")
    if not proxy:
        return None
    return proxy if "://" in proxy else f"http://{proxy}"


class _Trace:
    """Follows one request through httpcore's trace events: timings and how far it came."""

    def __init__(self) -> None:
        self.timings: dict[str, float] = {}
        self.connected = False
        self.encrypted = False
        self.in_tls = False
        self._started: dict[str, float] = {}
        self._sent: float | None = None

    async def __call__(self, event: str, _info: Mapping[str, Any]) -> None:
        step, _, phase = event.rpartition(".")
        name = step.rpartition(".")[2]
        now = time.perf_counter()
        if phase == "started":
            self._started[name] = now
            if name == "send_request_headers":
                # With a proxy the CONNECT comes first; the last one counts.
                self._sent = now
        if name == "start_tls":
            self.in_tls = phase != "complete"
        if phase != "complete":
            return
        if name == "connect_tcp":
            self.connected = True
            self.timings["connect"] = now - self._started[name]
        elif name == "start_tls":
            self.encrypted = True
            self.timings["tls"] = now - self._started[name]

    def finish(self) -> dict[str, float]:
        """Seconds of each part, with ``http`` up to now."""
        if self._sent is not None:
            self.timings["http"] = time.perf_counter() - self._sent
        return self.timings

    @property
    def reached(self) -> Reached:
        if self.encrypted:
            return Reached.ENCRYPTED
        return Reached.CONNECTED if self.connected else Reached.NOTHING


class _UnusableError(Exception):
    """Raised and caught inside this module when a body breaks a limit."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.value)
        self.failure = failure


class _Inflater:
    """Collects a body up to a limit, inflating gzip and deflate without ever holding more than the limit."""

    def __init__(self, encoding: str, limit: int) -> None:
        self._limit = limit
        self._raw = 0
        self._body = bytearray()
        self._deflate = encoding == "deflate"
        if encoding in ("", "identity"):
            self._inflate = None
        elif encoding in ("gzip", "x-gzip"):
            self._inflate = zlib.decompressobj(16 + zlib.MAX_WBITS)
        elif encoding == "deflate":
            self._inflate = zlib.decompressobj()
        else:
            raise _UnusableError(Failure.ENCODING)

    def feed(self, chunk: bytes) -> None:
        if self._deflate and self._raw == 0 and chunk and chunk[0] & 0x0F != 8:
            # RFC 9110 section 8.4.1.2: some servers send deflate without the zlib wrapper.
            self._inflate = zlib.decompressobj(-zlib.MAX_WBITS)
        self._raw += len(chunk)
        if self._raw > self._limit:
            raise _UnusableError(Failure.TOO_LARGE)
        if self._inflate is None:
            self._body += chunk
            return
        try:
            self._body += self._inflate.decompress(chunk, self._limit - len(self._body) + 1)
        except zlib.error as error:
            raise _UnusableError(Failure.ENCODING) from error
        if len(self._body) > self._limit:
            raise _UnusableError(Failure.TOO_LARGE)

    def finish(self) -> bytes:
        if self._inflate is not None and self._raw and not self._inflate.eof:
            raise _UnusableError(Failure.ENCODING)
        return bytes(self._body)


class _OneHost:
    """A client that sends to one host and to nowhere else. Use as an async context manager."""

    def __init__(self, host: str, proxy: str | None = None, *, allow_http_loopback: bool = False) -> None:
        """``host`` without port. ``proxy`` is a URL. Plain HTTP only to loopback, and only if allowed."""
        self._host = host.strip("[]").lower()
        self._proxy = None if self._host in LOOPBACK else proxy
        self._allow_http = allow_http_loopback
        self._client: httpx.AsyncClient | None = None

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"

    async def __aenter__(self) -> Self:
        import httpx

        try:
            self._client = _client(self._proxy)
        except (ValueError, ImportError, httpx.InvalidURL):
            self._client = None
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._client is not None:
            await self._client.aclose()

    async def _send(
        self, method: str, url: str, headers: Mapping[str, str], limit: float, form: Mapping[str, str] | None = None
    ) -> Answer | NoAnswer:
        if not self._may(url):
            return _not_sent(Failure.REFUSED_BY_US)
        if self._client is None:
            return _not_sent(Failure.PROXY)
        request = _request(self._client, method, url, {"Accept-Encoding": "identity", **headers}, form=form)
        if request is None:
            return _not_sent(Failure.REFUSED_BY_US)
        return await _exchange(self._client, request, limit, proxied=self._proxy is not None)

    def _may(self, url: str) -> bool:
        try:
            parts = urlsplit(url)
            host, _port = (parts.hostname or "").lower(), parts.port
        except ValueError:
            return False
        if not host or host != self._host or parts.username is not None:
            return False
        if parts.scheme == "https":
            return True
        return parts.scheme == "http" and self._allow_http and host in LOOPBACK


class ReadOnlyClient(_OneHost):
    """Reads with GET from one host over TLS, and from nowhere else."""

    async def get(self, url: str, token: str | None = None, limit_seconds: float = 10.0) -> Answer | NoAnswer:
        """GET that URL with that bearer token, all within ``limit_seconds``. A redirect is an answer."""
        headers = {"Accept": "application/scim+json, application/json;q=0.9"}
        if token is not None:
            if not _sendable(token):
                return _not_sent(Failure.REFUSED_BY_US)
            headers["Authorization"] = f"Bearer {token}"
        return await self._send("GET", url, headers, limit_seconds)


class TokenClient(_OneHost):
    """Fetches a token from the documented host, in practice from this computer; sends nothing else."""

    def __init__(self, proxy: str | None = None, *, practice: bool = False) -> None:
        super().__init__("127.0.0.1" if practice else TOKEN_HOST, proxy, allow_http_loopback=practice)

    async def fetch(
        self, url: str, client_id: str, client_secret: str, scope: str, limit_seconds: float = 10.0
    ) -> Answer | NoAnswer:
        """The client credentials grant (RFC 6749 section 4.4) with HTTP Basic.

        The pair goes as it is, as the issuer documents it (``curl -u``), not encoded first as in section 2.3.1.
        """
        pair = f"{client_id}:{client_secret}".encode()
        headers = {"Accept": "application/json", "Authorization": f"Basic {b64encode(pair).decode('ascii')}"}
        form = {"grant_type": "client_credentials", "scope": scope}
        return await self._send("POST", url, headers, limit_seconds, form)


class LoopbackClient:
    """Speaks any verb to loopback hosts, directly and without redirects. Use as an async context manager."""

    def __init__(self, limit_seconds: float = 10.0) -> None:
        """``limit_seconds`` holds for each request as a whole."""
        self._limit = limit_seconds
        self._client: httpx.AsyncClient | None = None

    async def __aenter__(self) -> Self:
        self._client = _client(None)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._client is not None:
            await self._client.aclose()

    async def request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None = None,
        content: bytes | str | None = None,
        form: Mapping[str, str] | None = None,
    ) -> Answer | NoAnswer:
        """One request; ``form`` is sent URL-encoded. A redirect is an answer."""
        if self._client is None or not _is_loopback(url):
            return _not_sent(Failure.REFUSED_BY_US)
        request = _request(self._client, method, url, headers or {}, content=content, form=form)
        if request is None:
            return _not_sent(Failure.REFUSED_BY_US)
        return await _exchange(self._client, request, self._limit, proxied=False)


def _is_loopback(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and (parts.hostname or "").lower() in LOOPBACK
    except ValueError:
        return False


def _sendable(token: str) -> bool:
    # RFC 9110 section 5.5: anything else could not stand in a header, or would start another one.
    return bool(token) and token.isascii() and token.isprintable() and not token.isspace()


def _not_sent(failure: Failure) -> NoAnswer:
    return NoAnswer(failure, 0.0, {}, Reached.NOTHING)


def _client(proxy: str | None) -> httpx.AsyncClient:
    import httpx
    import truststore

    context = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    through = None
    if proxy is not None:
        secure = urlsplit(proxy).scheme == "https"
        through = httpx.Proxy(proxy, ssl_context=context if secure else None)
    return httpx.AsyncClient(
        verify=context,
        proxy=through,
        trust_env=False,
        follow_redirects=False,
        timeout=None,  # noqa: S113 - one limit for the whole request instead, see _exchange
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
        headers={"User-Agent": "cie-scim-assistant"},
    )


def _request(
    client: httpx.AsyncClient,
    method: str,
    url: str,
    headers: Mapping[str, str],
    *,
    content: bytes | str | None = None,
    form: Mapping[str, str] | None = None,
) -> httpx.Request | None:
    import httpx

    try:
        return client.build_request(method, url, headers=dict(headers), content=content, data=form)
    except (httpx.InvalidURL, UnicodeError, ValueError):
        return None


async def _exchange(
    client: httpx.AsyncClient,
    request: httpx.Request,
    limit_seconds: float,
    *,
    proxied: bool,
) -> Answer | NoAnswer:
    import httpx

    trace = _Trace()
    request.extensions["trace"] = trace
    # httpcore leaves the socket open when a handshake is cancelled, and closes it when its own limit ends it.
    request.extensions["timeout"] = {"connect": limit_seconds * 0.8}
    began = time.perf_counter()
    status: int | None = None
    try:
        async with asyncio.timeout(limit_seconds), AsyncExitStack() as stack:
            response = await client.send(request, stream=True)
            stack.push_async_callback(response.aclose)
            status = response.status_code
            body = await _body(response)
            return Answer(
                status=status,
                content_type=response.headers.get("content-type", "").partition(";")[0].strip().lower(),
                headers={name.lower(): value for name, value in response.headers.items()},
                body=body,
                seconds=time.perf_counter() - began,
                timings=trace.finish(),
                peer=_peer(response),
                proxied=proxied,
            )
    except _UnusableError as unusable:
        failure = unusable.failure
    except TimeoutError:
        failure = Failure.TIMEOUT if status is None else Failure.TOO_SLOW
        if proxied and not trace.encrypted and not trace.in_tls:
            failure = Failure.PROXY
    except (
        httpx.HTTPError,
        httpx.InvalidURL,
        httpx.StreamError,
        OSError,
        UnicodeError,
    ) as error:
        failure = _classify(error, trace, proxied=proxied)
    return NoAnswer(failure, time.perf_counter() - began, trace.finish(), trace.reached, status)


async def _body(response: httpx.Response) -> bytes:
    length = response.headers.get("content-length", "")
    if length.isdecimal() and len(length) < 20 and int(length) > BODY_LIMIT:
        raise _UnusableError(Failure.TOO_LARGE)
    inflater = _Inflater(response.headers.get("content-encoding", "").strip().lower(), BODY_LIMIT)
    async for chunk in response.aiter_raw():
        inflater.feed(chunk)
    return inflater.finish()


def _classify(error: BaseException, trace: _Trace, *, proxied: bool) -> Failure:
    import httpx

    if isinstance(error, httpx.ProxyError):
        return Failure.PROXY_SIGN_IN if str(error).startswith("407") else Failure.PROXY
    if proxied and not trace.encrypted and not trace.in_tls:
        return Failure.PROXY
    if isinstance(error, httpx.TimeoutException):
        return Failure.TIMEOUT
    chain = list(_chain(error))
    for link in chain:
        if isinstance(link, ssl.SSLCertVerificationError):
            return _certificate_failure(link)
    if any(isinstance(link, ssl.SSLError) and not isinstance(link, ssl.SSLEOFError) for link in chain):
        return Failure.TLS
    if not trace.connected:
        return _connect_failure(chain)
    if isinstance(error, httpx.RemoteProtocolError) and not _is_cut(error):
        return Failure.PROTOCOL
    if isinstance(
        error,
        (
            httpx.InvalidURL,
            httpx.LocalProtocolError,
            httpx.UnsupportedProtocol,
            UnicodeError,
        ),
    ):
        return Failure.PROTOCOL
    return Failure.CLOSED


def _is_cut(error: BaseException) -> bool:
    # httpcore and h11 tell an early end only by these two sentences.
    text = str(error)
    return "disconnected" in text or "closed connection" in text


def _connect_failure(chain: list[BaseException]) -> Failure:
    if any(isinstance(link, socket.gaierror) for link in chain):
        return Failure.NAME
    if any(isinstance(link, ConnectionRefusedError) for link in chain):
        return Failure.REFUSED
    if any(isinstance(link, TimeoutError) for link in chain):
        return Failure.TIMEOUT
    if any(isinstance(link, UnicodeError) for link in chain):
        return Failure.NAME
    return Failure.UNREACHABLE


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The error and everything behind it, also inside groups (one error for each address tried)."""
    waiting, seen = [error], set[int]()
    while waiting:
        link = waiting.pop()
        if id(link) in seen:
            continue
        seen.add(id(link))
        yield link
        if isinstance(link, BaseExceptionGroup):
            waiting.extend(link.exceptions)
        waiting.extend(behind for behind in (link.__cause__, link.__context__) if behind is not None)


# OpenSSL X509_V_ERR_*, Windows CERT_E_* (wincrypt.h), macOS errSec* (SecBase.h), as truststore hands them on.
_EXPIRED: Final = frozenset({9, 10, 0x800B0101, -67818, -67819})
_OTHER_HOST: Final = frozenset({62, 64, 0x800B010F, -67602})


def _certificate_failure(error: ssl.SSLCertVerificationError) -> Failure:
    code = getattr(error, "verify_code", None)
    if isinstance(code, int):
        if code in _EXPIRED or (code & 0xFFFFFFFF) in _EXPIRED:
            return Failure.TLS_EXPIRED
        if code in _OTHER_HOST or (code & 0xFFFFFFFF) in _OTHER_HOST:
            return Failure.TLS_HOST
    return Failure.TLS_UNTRUSTED


def _peer(response: httpx.Response) -> Peer | None:
    stream = response.extensions.get("network_stream")
    tls = stream.get_extra_info("ssl_object") if stream is not None else None
    shown = tls.getpeercert() if tls is not None else None
    if not shown or "notAfter" not in shown:
        return None
    issuer, subject = _names(shown.get("issuer", ())), _names(shown.get("subject", ()))
    hosts = [value for kind, value in shown.get("subjectAltName", ()) if kind == "DNS"]
    return Peer(
        issuer=issuer.get("organizationName") or issuer.get("commonName") or "",
        subject=subject.get("commonName") or (hosts[0] if hosts else ""),
        not_after=datetime.fromtimestamp(ssl.cert_time_to_seconds(shown["notAfter"]), UTC),
    )


def _names(parts: tuple[tuple[tuple[str, str], ...], ...]) -> dict[str, str]:
    return {key: value for group in parts for key, value in group}
