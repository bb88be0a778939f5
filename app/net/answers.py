"""What comes back from a request: an answer of any status, or why there is none."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from app.net.names import IpFamily


class RequestFailure(StrEnum):
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
    """A certificate of the chain is expired; the clock of this computer decides."""
    TLS_NOT_YET = "tls-not-yet"
    """A certificate of the chain is not valid yet, by the clock of this computer."""
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


TLS_FAILURES: Final = frozenset(
    {
        RequestFailure.TLS,
        RequestFailure.TLS_EXPIRED,
        RequestFailure.TLS_NOT_YET,
        RequestFailure.TLS_HOST,
        RequestFailure.TLS_UNTRUSTED,
    }
)


class Reached(StrEnum):
    """How far a request came."""

    NOTHING = "nothing"
    """No connection stood. With a proxy: not even to the proxy."""
    CONNECTED = "connected"
    """A TCP connection stood. With a proxy: to the proxy."""
    ENCRYPTED = "encrypted"
    """The TLS handshake with the host was complete."""


@dataclass(frozen=True, slots=True)
class PeerCertificate:
    """The certificate that the host showed."""

    issuer: str
    """Organisation or common name of the authority that signed it; legible."""
    subject: str
    """Common name, or the first host name; legible."""
    not_before: datetime
    not_after: datetime
    """Validity, UTC."""
    version: str = ""
    """The protocol that was agreed on, such as ``TLSv1.3``; empty where there was no agreement."""
    shown: int = 0
    """Certificates that the host sent; 0 where the library does not tell."""
    top: tuple[str, str] = field(default=("", ""), repr=False)
    """Subject and issuer of the last certificate of the chain as far as it is known, each as one text."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A complete HTTP answer of any status."""

    status: int
    content_type: str = field(repr=False)
    """Media type in lower case, without parameters."""
    headers: Mapping[str, str] = field(repr=False)
    """Names in lower case."""
    body: bytes = field(repr=False)
    seconds: float
    timings: Mapping[str, float]
    """Seconds of ``connect`` (name and TCP), ``tls`` and ``http``; absent where a connection was reused."""
    peer: PeerCertificate | None
    """None without TLS, and where the operating system keeps the certificate to itself."""
    proxied: bool
    family: IpFamily | None = None
    """Over which the host or the proxy was reached; None if unknown."""


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """Why there is no complete answer."""

    failure: RequestFailure
    seconds: float
    timings: Mapping[str, float]
    reached: Reached
    status: int | None = None
    """The HTTP status, where the headers came and the body did not."""
    peer: PeerCertificate | None = None
    """The certificate that was not accepted, as far as the library hands it out. Nothing in it is verified."""
    sign_in: tuple[str, ...] = ()
    """How a proxy wants a sign-in, from ``Proxy-Authenticate``: the names of schemes that are known."""
