"""What a check can see, independent of what it means."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from app.net import RequestFailure

if TYPE_CHECKING:
    from collections.abc import Mapping


class Observation(StrEnum):
    """What a check saw, independent of what it means."""

    GOOD = "good"
    """What a working endpoint shows."""
    NOT_TRIED = "not-tried"
    """Nothing: an earlier check already decided."""
    MALFORMED = "malformed"
    """The Base URL or the token cannot be sent in a request."""
    NOT_ENCRYPTED = "not-encrypted"
    """The Base URL starts with ``http``; a token is sent only encrypted."""
    NOT_FOUND_NAME = "not-found-name"
    """The host name does not exist (NXDOMAIN)."""
    NO_ADDRESS = "no-address"
    """The host name exists but has no address."""
    NAME_SERVER_FAILED = "name-server-failed"
    """The name server reported a failure, or could not be reached."""
    NAME_LOCAL = "name-local"
    """Only this computer resolves the name, with a search domain or the hosts file. A warning."""
    SPLIT_DNS = "split-dns"
    """A name that should be public resolves to private addresses, or to this computer. A warning."""
    NAME_SLOW = "name-slow"
    """The name lookup exceeded its time limit."""
    IPV6_SILENT = "ipv6-silent"
    """The name server answers about IPv4 addresses, but not about IPv6 addresses (AAAA)."""
    REFUSED = "refused"
    """The host refused the TCP connection."""
    UNREACHABLE = "unreachable"
    """There is no route to the host."""
    TIMEOUT = "timeout"
    """No answer began within the time limit."""
    PROXY_FAILED = "proxy-failed"
    """The proxy gave no usable answer."""
    PROXY_REFUSED = "proxy-refused"
    """The proxy answered that it does not allow this connection."""
    PROXY_NO_HOST = "proxy-no-host"
    """The proxy answered that it could not reach the host, or does not know its name."""
    PROXY_KIND = "proxy-kind"
    """The configured proxy is neither HTTP nor HTTPS. Nothing was sent."""
    PROXY_UNREACHABLE = "proxy-unreachable"
    """There is no connection to the proxy."""
    PROXY_CERTIFICATE = "proxy-certificate"
    """The certificate of an ``https://`` proxy is not accepted."""
    PROXY_TLS = "proxy-tls"
    """No encrypted connection to an ``https://`` proxy."""
    PROXY_ADDRESS = "proxy-address"
    """The proxy's address is not valid. Nothing was sent."""
    PROXY_SIGN_IN = "proxy-sign-in"
    """The proxy answered 407 (RFC 9110 section 15.5.8)."""
    TLS_SETTINGS = "tls-settings"
    """This computer's settings for TLS can't be used."""
    UNTRUSTED = "untrusted"
    """This computer does not trust the authority that issued the certificate."""
    INSPECTION_UNTRUSTED = "inspection-untrusted"
    """As ``UNTRUSTED``; the issuer is a known product that inspects encrypted traffic."""
    INSPECTED = "inspected"
    """This computer trusts the certificate, but the authority is not public: traffic is inspected. A warning."""
    CLOCK_OFF = "clock-off"
    """This computer's clock and the ``Date`` of the answer differ by minutes. A warning."""
    EXPIRED = "expired"
    """A certificate has expired, by this computer's clock."""
    NOT_YET_VALID = "not-yet-valid"
    """A certificate is not valid yet, by this computer's clock."""
    WRONG_HOST = "wrong-host"
    """The certificate was issued for another host."""
    NOT_TLS = "not-tls"
    """What answers there does not speak TLS."""
    TLS_NAME = "tls-name"
    """The host does not know the name that was asked for (alert 112)."""
    TLS_VERSION = "tls-version"
    """The host and this computer have no TLS version in common (alert 70)."""
    TLS_REFUSED = "tls-refused"
    """The host refused the handshake without saying why."""
    TLS_CLIENT_CERTIFICATE = "tls-client-certificate"
    """The host requires a certificate of the client (alert 116)."""
    TLS_FAILED = "tls-failed"
    """The TLS handshake failed for another reason."""
    PLAIN_PRACTICE = "plain-practice"
    """Practice runs over HTTP on loopback, without a certificate."""
    UNAUTHORIZED = "unauthorized"
    """Status 401."""
    FORBIDDEN = "forbidden"
    """Status 403."""
    NOT_FOUND = "not-found"
    """Status 404."""
    DOUBLED_PATH = "doubled-path"
    """The Base URL ends in the path of a resource, such as ``/Users``, and no usable answer comes from there."""
    SLASH = "slash"
    """Not found or moved, while the same request succeeds with a slash after its path."""
    TWO_SLASHES = "two-slashes"
    """The Base URL ends in two slashes, and the same request succeeds without them."""
    TOO_MANY = "too-many"
    """Status 429."""
    SERVER_ERROR = "server-error"
    """Status 500 to 599."""
    REDIRECT = "redirect"
    """Status 300 to 399, which is never followed."""
    OTHER_STATUS = "other-status"
    """Any other status except 200."""
    HTML = "html"
    """Status 200 with a web page."""
    SIGN_IN_PAGE = "sign-in-page"
    """A page where people sign in with a browser, or a redirect to one."""
    CAPTIVE = "captive"
    """A network that requires a sign-in before it forwards anything (status 511, RFC 6585, or a redirect)."""
    NOT_JSON = "not-json"
    """Status 200 with a body that is not JSON."""
    BROKEN_OFF = "broken-off"
    """Status 200 with the start of a JSON object that is cut off."""
    WRONG_SHAPE = "wrong-shape"
    """Status 200 with JSON that is not a ListResponse (RFC 7644 section 3.4.2)."""
    BAD_COUNT = "bad-count"
    """Status 200 with a ListResponse whose ``totalResults`` is missing, not a number or too small."""
    SCIM_1 = "scim-1"
    """A list of SCIM 1.1, whose schemas start with ``urn:scim:schemas:core:1.0``."""
    FILTER_IGNORED = "filter-ignored"
    """A lookup of a random GUID found something."""
    TOO_LARGE = "too-large"
    """The body exceeds the size limit."""
    TOO_SLOW = "too-slow"
    """The body was not complete within the time limit."""
    CLOSED = "closed"
    """The connection was closed before the answer was complete."""
    BAD_ENCODING = "bad-encoding"
    """The body is damaged, or compressed in an unknown way."""
    CLIENT_REFUSED = "client-refused"
    """The token address rejected Client ID and Client Secret."""
    NO_TOKEN = "no-token"  # noqa: S105 - the name of an observation
    """The token address answered without a token."""
    NO_SECRET = "no-secret"  # noqa: S105 - the name of an observation
    """No request was sent, because the keyring did not return the credentials."""
    KEYRING_LOCKED = "keyring-locked"
    """No request was sent, because the keyring is locked."""
    NOT_HTTP = "not-http"
    """The answer is not HTTP."""
    NOT_SENT = "not-sent"
    """No made-up token was sent: it is switched off, or the test runs unattended."""
    OPEN_DOOR = "open-door"
    """A made-up token was accepted."""


PUT_OFF: Final = frozenset({Observation.TIMEOUT, Observation.TOO_SLOW, Observation.TOO_MANY})
"""What a service shows that delays or limits its answers to wrong tokens."""

FAILURES: Final[Mapping[RequestFailure, Observation]] = {
    RequestFailure.NAME: Observation.NOT_FOUND_NAME,
    RequestFailure.REFUSED: Observation.REFUSED,
    RequestFailure.UNREACHABLE: Observation.UNREACHABLE,
    RequestFailure.TIMEOUT: Observation.TIMEOUT,
    RequestFailure.PROXY: Observation.PROXY_FAILED,
    RequestFailure.PROXY_KIND: Observation.PROXY_KIND,
    RequestFailure.PROXY_UNREACHABLE: Observation.PROXY_UNREACHABLE,
    RequestFailure.PROXY_CERTIFICATE: Observation.PROXY_CERTIFICATE,
    RequestFailure.PROXY_TLS: Observation.PROXY_TLS,
    RequestFailure.PROXY_ADDRESS: Observation.PROXY_ADDRESS,
    RequestFailure.PROXY_SIGN_IN: Observation.PROXY_SIGN_IN,
    RequestFailure.TLS_UNTRUSTED: Observation.UNTRUSTED,
    RequestFailure.TLS_EXPIRED: Observation.EXPIRED,
    RequestFailure.TLS_NOT_YET: Observation.NOT_YET_VALID,
    RequestFailure.TLS_HOST: Observation.WRONG_HOST,
    RequestFailure.TLS_SETTINGS: Observation.TLS_SETTINGS,
    RequestFailure.NOT_TLS: Observation.NOT_TLS,
    RequestFailure.TLS_NAME: Observation.TLS_NAME,
    RequestFailure.TLS_VERSION: Observation.TLS_VERSION,
    RequestFailure.TLS_REFUSED: Observation.TLS_REFUSED,
    RequestFailure.TLS_CLIENT_CERTIFICATE: Observation.TLS_CLIENT_CERTIFICATE,
    RequestFailure.TLS: Observation.TLS_FAILED,
    RequestFailure.CLOSED: Observation.CLOSED,
    RequestFailure.TOO_LARGE: Observation.TOO_LARGE,
    RequestFailure.TOO_SLOW: Observation.TOO_SLOW,
    RequestFailure.ENCODING: Observation.BAD_ENCODING,
    RequestFailure.PROTOCOL: Observation.NOT_HTTP,
    RequestFailure.REFUSED_BY_US: Observation.MALFORMED,
}

_STATUSES: Final[Mapping[int, Observation]] = {
    200: Observation.GOOD,
    401: Observation.UNAUTHORIZED,
    403: Observation.FORBIDDEN,
    404: Observation.NOT_FOUND,
    429: Observation.TOO_MANY,
    511: Observation.CAPTIVE,
}


def of_status(status: int) -> Observation:
    """What an HTTP status shows."""
    if status in _STATUSES:
        return _STATUSES[status]
    if 300 <= status < 400:
        return Observation.REDIRECT
    return Observation.SERVER_ERROR if 500 <= status < 600 else Observation.OTHER_STATUS


LONGEST_PAUSE: Final = 86_400.0
"""Seconds; no endpoint can make the assistant wait longer."""


def retry_after(value: str | None, now: datetime) -> float | None:
    """Seconds that a Retry-After header asks for, as a number or a date (RFC 9110 section 10.2.3)."""
    text = (value or "").strip()
    if text.isascii() and text.isdigit():
        return min(float(text), LONGEST_PAUSE)
    try:
        moment = parsedate_to_datetime(text)
        left = (moment.replace(tzinfo=moment.tzinfo or UTC) - now).total_seconds()
    except (ValueError, OverflowError):
        return None
    return min(max(0.0, left), LONGEST_PAUSE)
