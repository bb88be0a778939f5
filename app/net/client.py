"""The only module that creates HTTP clients: each sends only to its own host, and some only read."""

from __future__ import annotations

import asyncio
import importlib
import logging
import ssl
import time
from base64 import b64encode
from contextlib import aclosing
from functools import cache
from typing import TYPE_CHECKING, Any, Final, Self
from urllib.parse import urlsplit, urlunsplit

from app.net.answers import PROXY_FAILURES, TLS_FAILURES, Answer, NoAnswer, Reached, RequestFailure
from app.net.body import BODY_LIMIT, BodyLimitError, Inflater
from app.net.certificate import HandshakeWatch, certificate_failure, handshake_failure
from app.net.error_chain import connect_failure, error_chain
from app.net.names import LOCALHOST, family_of
from app.net.proxy import usable
from app.net.trace import Trace
from app.values.address import API_HOSTS, LOOPBACK, TOKEN_HOST, is_loopback

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType

    import httpx

# httpx logs whole URLs with their query at INFO, httpcore logs response headers at DEBUG.
for _name in ("httpx", "httpcore"):
    logging.getLogger(_name).setLevel(logging.WARNING)


REQUEST_SECONDS: Final = 10.0
"""Seconds for a request as a whole: name lookup, connection, handshake, sending, waiting and reading."""

API_QUERIES: Final = ("/cache-users", "/cache-groups")
"""Endings of the Directory Sync API addresses that read with POST; the API's fourth operation changes something."""

LONGEST_TOKEN: Final = 16_384
"""Characters; twice what common servers accept as one header line."""


def sendable(token: str) -> bool:
    """Return whether the token is valid in an Authorization header (RFC 6749 section A.12: visible ASCII)."""
    # RFC 9110 section 5.5: other characters are not allowed in a header or would start a new one.
    return 0 < len(token) <= LONGEST_TOKEN and token.isascii() and token.isprintable() and not token.isspace()


def prepare() -> None:
    """Import what the first request needs (60 ms and more). Call it in a thread before the first client is made."""
    # anyio imports its backend by name on the first connection, which would block the event loop for a frame.
    for name in (
        "httpx",
        "truststore",
        "anyio",
        "anyio._backends._asyncio",
        "httpcore._backends.anyio",
    ):
        importlib.import_module(name)


_PROXY_KINDS: Final = ("http", "https")


class _OneHost:
    """A client that sends to one host only. Use as an async context manager."""

    def __init__(self, host: str, proxy: str | None = None, *, practice: bool = False) -> None:
        """``host`` has no port. ``proxy`` is a URL. In practice only loopback is reached, also with plain HTTP."""
        self._host = host.strip("[]").lower()
        self._proxy = None if practice or self._host in LOOPBACK else proxy
        scheme, named, _ = (self._proxy or "").partition("://")
        self._proxy_kind = scheme.lower() if named else "http"
        self._practice = practice
        self._handshakes = HandshakeWatch()
        self._transport: httpx.AsyncHTTPTransport | None = None
        self._unusable = RequestFailure.PROXY_ADDRESS
        """Why there is no transport."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"

    async def __aenter__(self) -> Self:
        if self._proxy is None or usable(self._proxy):
            try:
                self._transport = _transport(self._proxy, self._handshakes)
            except OSError:  # OpenSSL's own errors among them
                self._unusable = RequestFailure.TLS_SETTINGS
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._transport is not None:
            await self._transport.aclose()

    async def _send(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        limit: float,
        *,
        form: Mapping[str, str] | None = None,
        content: bytes | None = None,
    ) -> Answer | NoAnswer:
        if not self._is_allowed(url):
            return _not_sent(RequestFailure.REFUSED_BY_US)
        if self._proxy_kind not in _PROXY_KINDS:
            return _not_sent(RequestFailure.PROXY_KIND)
        if self._transport is None:
            return _not_sent(self._unusable)
        request = _request(method, url, {"Accept-Encoding": "identity", **headers}, content=content, form=form)
        if request is None:
            return _not_sent(RequestFailure.REFUSED_BY_US)
        return await _exchange(
            self._transport, request, limit, proxied=self._proxy is not None, handshakes=self._handshakes
        )

    def _is_allowed(self, url: str) -> bool:
        try:
            parts = urlsplit(url)
            host, _port = (parts.hostname or "").lower(), parts.port
        except ValueError:
            return False
        if not host or host != self._host or parts.username is not None:
            return False
        return is_loopback(url) if self._practice else parts.scheme == "https"


class ReadOnlyClient(_OneHost):
    """Reads from one host over TLS with GET and sends nothing else."""

    async def get(
        self, url: str, token: str | None = None, limit_seconds: float = REQUEST_SECONDS
    ) -> Answer | NoAnswer:
        """Send a GET with the bearer token, all within ``limit_seconds``. A redirect is returned as an answer."""
        headers = {"Accept": "application/scim+json, application/json;q=0.9"}
        if token is not None:
            if not sendable(token):
                return _not_sent(RequestFailure.REFUSED_BY_US)
            headers["Authorization"] = f"Bearer {token}"
        return await self._send("GET", url, headers, limit_seconds)


class TokenClient(_OneHost):
    """Fetches a token from the documented host, in practice from this computer, and sends nothing else."""

    def __init__(self, proxy: str | None = None, *, practice: bool = False) -> None:
        super().__init__("127.0.0.1" if practice else TOKEN_HOST, proxy, practice=practice)

    async def fetch(
        self, url: str, client_id: str, client_secret: str, scope: str, limit_seconds: float = REQUEST_SECONDS
    ) -> Answer | NoAnswer:
        """Send the client credentials grant (RFC 6749 section 4.4) with HTTP Basic.

        The client ID and secret are sent as they are, as the issuer documents (``curl -u``), without the encoding
        of section 2.3.1.
        """
        pair = f"{client_id}:{client_secret}".encode()
        headers = {"Accept": "application/json", "Authorization": f"Basic {b64encode(pair).decode('ascii')}"}
        form = {"grant_type": "client_credentials", "scope": scope}
        return await self._send("POST", url, headers, limit_seconds, form=form)


class ApiClient(_OneHost):
    """Reads from one documented host of the Directory Sync API, in practice from this computer."""

    def __init__(self, host: str, proxy: str | None = None, *, practice: bool = False) -> None:
        """Nothing is sent to a ``host`` that is not documented."""
        allowed = LOOPBACK if practice else API_HOSTS
        super().__init__(host if host in allowed else "", proxy, practice=practice)

    async def get(self, url: str, token: str, limit_seconds: float = REQUEST_SECONDS) -> Answer | NoAnswer:
        """Send a GET."""
        return await self._ask("GET", url, token, limit_seconds)

    async def query(
        self, url: str, token: str, content: bytes, limit_seconds: float = REQUEST_SECONDS
    ) -> Answer | NoAnswer:
        """Send one of the two operations that read with POST; ``content`` is JSON. Any other operation is not sent."""
        if not url.endswith(API_QUERIES):
            return _not_sent(RequestFailure.REFUSED_BY_US)
        return await self._ask("POST", url, token, limit_seconds, content)

    async def _ask(
        self, method: str, url: str, token: str, limit_seconds: float, content: bytes | None = None
    ) -> Answer | NoAnswer:
        if not sendable(token):
            return _not_sent(RequestFailure.REFUSED_BY_US)
        headers = {"Accept": "application/json", "Authorization": f"Bearer {token}"}
        if content is not None:
            headers["Content-Type"] = "application/json"
        return await self._send(method, url, headers, limit_seconds, content=content)


class LoopbackClient:
    """Sends any method to loopback hosts, without a proxy or redirects. Use as an async context manager."""

    def __init__(self, limit_seconds: float = REQUEST_SECONDS) -> None:
        """``limit_seconds`` applies to each request as a whole."""
        self._limit = limit_seconds
        self._handshakes = HandshakeWatch()
        self._transport: httpx.AsyncHTTPTransport | None = None

    async def __aenter__(self) -> Self:
        self._transport = _transport(None, self._handshakes)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._transport is not None:
            await self._transport.aclose()

    async def request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None = None,
        content: bytes | str | None = None,
        form: Mapping[str, str] | None = None,
    ) -> Answer | NoAnswer:
        """Send one request; ``form`` is sent URL-encoded. A redirect is returned as an answer."""
        if self._transport is None or not is_loopback(url):
            return _not_sent(RequestFailure.REFUSED_BY_US)
        request = _request(method, url, headers or {}, content=content, form=form)
        if request is None:
            return _not_sent(RequestFailure.REFUSED_BY_US)
        return await _exchange(self._transport, request, self._limit, proxied=False, handshakes=self._handshakes)


def _not_sent(failure: RequestFailure) -> NoAnswer:
    return NoAnswer(failure, 0.0, {}, Reached.NOTHING)


@cache
def _watched_context() -> type[Any]:
    """Return the class of a context that shows its handshakes."""
    import truststore

    class WatchedContext(truststore.SSLContext):
        handshakes: HandshakeWatch

        def wrap_bio(self, *given: Any, **named: Any) -> ssl.SSLObject:
            self.handshakes.handshake = super().wrap_bio(*given, **named)
            return self.handshakes.handshake

    return WatchedContext


def _transport(proxy: str | None, handshakes: HandshakeWatch) -> httpx.AsyncHTTPTransport:
    """Connections to one host. Used without httpx's client, there are no redirects, cookies or sign-ins to turn off."""
    import httpx

    from app.net.metering import MeteredBackend

    context = _watched_context()(ssl.PROTOCOL_TLS_CLIENT)
    context.handshakes = handshakes
    through = None
    if proxy is not None:
        secure = urlsplit(proxy).scheme == "https"
        through = httpx.Proxy(proxy, ssl_context=context if secure else None)
    transport = httpx.AsyncHTTPTransport(verify=context, trust_env=False, proxy=through)
    # httpx has no option for it; httpcore's pools take it as network_backend.
    transport._pool._network_backend = MeteredBackend()
    return transport


def _request(
    method: str,
    url: str,
    headers: Mapping[str, str],
    *,
    content: bytes | str | None = None,
    form: Mapping[str, str] | None = None,
) -> httpx.Request | None:
    import httpx

    # Keep-alive is HTTP/1.1's default, but not of the HTTP/1.0 that some proxies speak.
    sent = {"Accept": "*/*", "Connection": "keep-alive", "User-Agent": "cie-scim-assistant", **headers}
    extensions = dict[str, str]()
    try:
        parts = urlsplit(url)
        if parts.hostname == "localhost":  # never looked up, so that no name server or hosts file leads it elsewhere
            port = "" if parts.port is None else f":{parts.port}"
            sent["Host"] = f"localhost{port}"
            extensions["sni_hostname"] = "localhost"
            url = urlunsplit(parts._replace(netloc=LOCALHOST + port))
        return httpx.Request(method, url, headers=sent, content=content, data=form, extensions=extensions)
    except (httpx.InvalidURL, UnicodeError, ValueError):
        return None


async def _exchange(
    transport: httpx.AsyncHTTPTransport,
    request: httpx.Request,
    limit_seconds: float,
    *,
    proxied: bool,
    handshakes: HandshakeWatch,
) -> Answer | NoAnswer:
    import httpx

    trace = Trace(proxied=proxied)
    request.extensions["trace"] = trace
    # httpcore leaves the socket open when a handshake is canceled, but closes it when its own limit ends the handshake.
    request.extensions["timeout"] = {"connect": limit_seconds * 0.8}
    started = time.perf_counter()
    status: int | None = None
    date = ""
    try:
        async with asyncio.timeout(limit_seconds), aclosing(await transport.handle_async_request(request)) as response:
            if not response.http_version.startswith("HTTP/1."):
                # h11 accepts any version and continues as if it were 1.1.
                raise BodyLimitError(RequestFailure.PROTOCOL)
            received = {name.lower(): value for name, value in response.headers.items()}
            status, date = response.status_code, received.get("date", "")
            body = await _body(response, received)
            return Answer(
                status=status,
                content_type=received.get("content-type", "").partition(";")[0].strip().lower(),
                headers=received,
                body=body,
                seconds=time.perf_counter() - started,
                timings=trace.finish(),
                peer=handshakes.finished(),
                proxied=proxied,
                family=family_of(_server_of(response)),
            )
    except BodyLimitError as unusable:
        failure = unusable.failure
        if proxied and status is None and not trace.encrypted and not trace.in_tls:
            failure = RequestFailure.PROXY
    except TimeoutError:
        failure = RequestFailure.TIMEOUT if status is None else RequestFailure.TOO_SLOW
        if proxied and not trace.encrypted and not trace.in_tls:
            failure = _of_proxy(trace, [])
    except (
        httpx.HTTPError,
        httpx.InvalidURL,
        httpx.StreamError,
        OSError,
        ValueError,  # from h11, for a Content-Length with more digits than Python converts to a number
    ) as error:
        failure = _classify(error, trace, proxied=proxied)
    met = None
    if failure in TLS_FAILURES:
        met = handshakes.rejected()
    elif trace.encrypted:
        met = handshakes.finished()
    took = time.perf_counter() - started
    refused = trace.proxy_status if failure in PROXY_FAILURES else None
    return NoAnswer(failure, took, trace.finish(), trace.reached, status, met, date, refused, trace.sign_in)


async def _body(response: httpx.Response, headers: Mapping[str, str]) -> bytes:
    length = headers.get("content-length", "")
    if length.isdecimal() and len(length) < 20 and int(length) > BODY_LIMIT:
        raise BodyLimitError(RequestFailure.TOO_LARGE)
    inflater = Inflater(headers.get("content-encoding", "").strip().lower(), BODY_LIMIT)
    async for chunk in response.aiter_raw():
        inflater.feed(chunk)
    return inflater.finish()


def _classify(error: BaseException, trace: Trace, *, proxied: bool) -> RequestFailure:
    import httpx

    chain = list(error_chain(error))
    if isinstance(error, httpx.ProxyError) or (proxied and not trace.encrypted and not trace.in_tls):
        return _of_proxy(trace, chain)
    if isinstance(error, httpx.TimeoutException):
        return RequestFailure.TIMEOUT
    for link in chain:
        if isinstance(link, ssl.SSLCertVerificationError):
            return certificate_failure(link)
    for link in chain:
        if isinstance(link, ssl.SSLError) and not isinstance(link, _NO_FAULT):
            return handshake_failure(link)
    if not trace.connected:
        return connect_failure(chain)
    if isinstance(error, httpx.RemoteProtocolError) and not _is_cut(error):
        return RequestFailure.PROTOCOL
    if isinstance(
        error,
        (
            httpx.InvalidURL,
            httpx.LocalProtocolError,
            httpx.UnsupportedProtocol,
            ValueError,
        ),
    ):
        return RequestFailure.PROTOCOL
    return RequestFailure.CLOSED


def _of_proxy(trace: Trace, chain: list[BaseException]) -> RequestFailure:
    """Why there is no tunnel, given the error and those that caused it."""
    if trace.proxy_status == 407:
        return RequestFailure.PROXY_SIGN_IN
    if any(isinstance(link, ssl.SSLCertVerificationError) for link in chain):
        return RequestFailure.PROXY_CERTIFICATE
    if trace.in_proxy_tls:
        return RequestFailure.PROXY_TLS
    return RequestFailure.PROXY if trace.connected else RequestFailure.PROXY_UNREACHABLE


# OpenSSL's errors for an unannounced end and for waiting; the real error is another one in the chain.
_NO_FAULT: Final = (ssl.SSLEOFError, ssl.SSLWantReadError, ssl.SSLWantWriteError)


def _is_cut(error: BaseException) -> bool:
    # httpcore and h11 report an early end only through these two messages.
    text = str(error)
    return "disconnected" in text or "closed connection" in text


def _server_of(response: httpx.Response) -> str:
    """Return the address that answered; empty if it is not known."""
    stream = response.extensions.get("network_stream")
    address = stream.get_extra_info("server_addr") if stream is not None else None
    return str(address[0]) if address else ""
