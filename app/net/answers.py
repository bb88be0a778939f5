"""The result of a request: an answer with any status, or why there is none."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from app.net.names import IpFamily


class RequestFailure(StrEnum):
    """Why there is no usable answer."""

    NAME = "name"
    """The host name could not be resolved."""
    REFUSED = "refused"
    """The host refused the TCP connection."""
    UNREACHABLE = "unreachable"
    """No route, or another network error before the connection was established."""
    TIMEOUT = "timeout"
    """No answer began within the time limit; ``NoAnswer.reached`` says how far the request got."""
    PROXY = "proxy"
    """The proxy did not forward the connection; ``NoAnswer.proxy_status`` is its answer, if it gave one."""
    PROXY_KIND = "proxy-kind"
    """The configured proxy is neither HTTP nor HTTPS, such as SOCKS. Nothing was sent."""
    PROXY_UNREACHABLE = "proxy-unreachable"
    """There is no connection to the proxy."""
    PROXY_CERTIFICATE = "proxy-certificate"
    """The certificate of an ``https://`` proxy was rejected."""
    PROXY_TLS = "proxy-tls"
    """The TLS handshake with an ``https://`` proxy failed otherwise; it may speak without encryption."""
    PROXY_ADDRESS = "proxy-address"
    """The proxy's address is not valid. Nothing was sent."""
    PROXY_SIGN_IN = "proxy-sign-in"
    """The proxy answered 407 (RFC 9110 section 15.5.8)."""
    TLS_UNTRUSTED = "tls-untrusted"
    """The certificate chain does not end in an authority trusted by this computer."""
    TLS_EXPIRED = "tls-expired"
    """A certificate in the chain has expired according to this computer's clock."""
    TLS_NOT_YET = "tls-not-yet"
    """A certificate in the chain is not valid yet according to this computer's clock."""
    TLS_HOST = "tls-host"
    """The certificate was issued for another host."""
    TLS_SETTINGS = "tls-settings"
    """This computer's own settings for TLS can't be used. Nothing was sent."""
    NOT_TLS = "not-tls"
    """The other side does not speak TLS."""
    TLS_NAME = "tls-name"
    """The host does not know the requested name (alert ``unrecognized_name``, RFC 6066 section 3)."""
    TLS_VERSION = "tls-version"
    """No TLS version in common (alert ``protocol_version``)."""
    TLS_REFUSED = "tls-refused"
    """The host refused the handshake with an alert that says little, such as ``handshake_failure``."""
    TLS_CLIENT_CERTIFICATE = "tls-client-certificate"
    """The host requires a certificate of the client (alert ``certificate_required``, RFC 8446 section 6.2)."""
    TLS = "tls"
    """Any other failure of the TLS handshake."""
    CLOSED = "closed"
    """The other side closed the connection before the answer was complete."""
    TOO_LARGE = "too-large"
    """The body exceeds the limit, before or after decompression."""
    TOO_SLOW = "too-slow"
    """The answer began, but its body did not end within the time limit."""
    ENCODING = "encoding"
    """The body is compressed in a way that was not requested, or is damaged."""
    PROTOCOL = "protocol"
    """The response is not HTTP."""
    REFUSED_BY_US = "refused-by-us"
    """The request would break a rule of this module and was not sent."""


TLS_FAILURES: Final = frozenset(
    {
        RequestFailure.TLS,
        RequestFailure.NOT_TLS,
        RequestFailure.TLS_NAME,
        RequestFailure.TLS_VERSION,
        RequestFailure.TLS_REFUSED,
        RequestFailure.TLS_CLIENT_CERTIFICATE,
        RequestFailure.TLS_EXPIRED,
        RequestFailure.TLS_NOT_YET,
        RequestFailure.TLS_HOST,
        RequestFailure.TLS_UNTRUSTED,
    }
)


PROXY_FAILURES: Final = frozenset(
    {
        RequestFailure.PROXY,
        RequestFailure.PROXY_ADDRESS,
        RequestFailure.PROXY_KIND,
        RequestFailure.PROXY_UNREACHABLE,
        RequestFailure.PROXY_CERTIFICATE,
        RequestFailure.PROXY_TLS,
        RequestFailure.PROXY_SIGN_IN,
    }
)


class Reached(StrEnum):
    """How far a request got."""

    NOTHING = "nothing"
    """No connection was established. With a proxy: not even to the proxy."""
    CONNECTED = "connected"
    """A TCP connection was established. With a proxy: to the proxy."""
    ENCRYPTED = "encrypted"
    """The TLS handshake with the host was completed."""


@dataclass(frozen=True, slots=True)
class PeerCertificate:
    """The certificate that the host presented."""

    issuer: str
    """Organization or common name of the signing authority; safe to show."""
    subject: str
    """Common name, or the first host name; safe to show."""
    not_before: datetime
    not_after: datetime
    """Validity, UTC."""
    version: str = ""
    """The negotiated protocol version, such as ``TLSv1.3``; empty if none was negotiated."""
    sent: int = 0
    """The number of certificates that the host sent; 0 if the library does not report it."""
    top: tuple[str, str] = field(default=("", ""), repr=False)
    """Subject and issuer of the last certificate in the known part of the chain, each as one text."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A complete HTTP answer with any status."""

    status: int
    content_type: str = field(repr=False)
    """Media type in lowercase, without parameters."""
    headers: Mapping[str, str] = field(repr=False)
    """Names in lowercase."""
    body: bytes = field(repr=False)
    seconds: float
    timings: Mapping[str, float]
    """Seconds of ``connect`` (name and TCP), ``tls`` and ``http``; missing if a connection was reused."""
    peer: PeerCertificate | None
    """None without TLS, or if the operating system does not expose the certificate."""
    proxied: bool
    family: IpFamily | None = None
    """How the host or the proxy was reached; None if unknown."""


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """Why there is no complete answer."""

    failure: RequestFailure
    seconds: float
    timings: Mapping[str, float]
    reached: Reached
    status: int | None = None
    """The HTTP status, if the headers arrived but the body did not."""
    peer: PeerCertificate | None = None
    """The certificate of the host. If it was rejected, nothing in it is verified."""
    date: str = field(default="", repr=False)
    """The ``Date`` of an answer whose body did not arrive."""
    proxy_status: int | None = None
    """The status with which a proxy refused the tunnel."""
    sign_in: tuple[str, ...] = ()
    """The known sign-in schemes that a proxy offered in ``Proxy-Authenticate``."""
