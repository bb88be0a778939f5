"""What a check can see, independent of what it means."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Final

from app.net import RequestFailure
from app.text.worded import WordedEnum

if TYPE_CHECKING:
    from collections.abc import Mapping


class Observation(WordedEnum):
    """What a check saw, independent of what it means. The words have no full stop."""

    GOOD = "good", "As expected"
    """What a working endpoint shows."""
    NOT_TRIED = "not-tried", "Not tried"
    """An earlier check already decided."""
    MALFORMED = "malformed", "It is not a usable web address"
    """The Base URL or the token cannot be sent in a request."""
    NOT_ENCRYPTED = "not-encrypted", "It starts with http, and a token is sent only encrypted"
    NOT_FOUND_NAME = "not-found-name", "No name server knows this host"
    """NXDOMAIN."""
    NO_ADDRESS = "no-address", "The name exists but has no address"
    NAME_SERVER_FAILED = "name-server-failed", "The name server could not answer, or cannot be reached"
    NAME_LOCAL = "name-local", "Only this computer knows it, from a search domain or the hosts file"
    """A warning."""
    SPLIT_DNS = "split-dns", "This network resolves a public name to a private address (split DNS)"
    """A private address, or this computer. A warning."""
    NAME_SLOW = "name-slow", "No name server answered in time"
    IPV6_SILENT = "ipv6-silent", "The name server answered about IPv4 addresses, but not about IPv6 addresses (AAAA)"
    REFUSED = "refused", "The host refused the connection"
    UNREACHABLE = "unreachable", "There is no route to this host from here"
    TIMEOUT = "timeout", "No response in time"
    """No answer began within the time limit."""
    PROXY_FAILED = "proxy-failed", "The proxy did not forward the connection"
    """The proxy gave no usable answer."""
    PROXY_REFUSED = "proxy-refused", "The proxy refused to connect to this host"
    PROXY_NO_HOST = "proxy-no-host", "The proxy could not connect to this host"
    """The proxy answered so, or that it does not know the name."""
    PROXY_KIND = "proxy-kind", "The proxy is neither HTTP nor HTTPS, so nothing was sent"
    PROXY_UNREACHABLE = "proxy-unreachable", "The proxy can't be reached"
    PROXY_CERTIFICATE = "proxy-certificate", "The proxy has a certificate that is not accepted here"
    """As ``PROXY_TLS``, of an ``https://`` proxy."""
    PROXY_TLS = "proxy-tls", "The proxy did not set up an encrypted connection"
    PROXY_ADDRESS = "proxy-address", "The proxy has an address that isn't valid, so nothing was sent"
    PROXY_SIGN_IN = "proxy-sign-in", "The proxy requires a sign-in"
    """Status 407 (RFC 9110 section 15.5.8)."""
    TLS_SETTINGS = "tls-settings", "This computer's settings for encrypted connections can't be used"
    UNTRUSTED = "untrusted", "This computer does not trust its issuer"
    INSPECTION_UNTRUSTED = (
        "inspection-untrusted",
        "A product that inspects encrypted traffic issued it, and is not trusted here",
    )
    """As ``UNTRUSTED``; the issuer is a known product."""
    INSPECTED = "inspected", "A product on the path inspects encrypted traffic"
    """Trusted here, but the authority is not public. A warning."""
    CLOCK_OFF = "clock-off", "Trusted, but this computer's clock is wrong"
    """The clock and the ``Date`` of the answer differ by minutes. A warning."""
    EXPIRED = "expired", "It has expired, by this computer's clock"
    NOT_YET_VALID = "not-yet-valid", "It is not valid yet, by this computer's clock"
    WRONG_HOST = "wrong-host", "It was issued for another host"
    NOT_TLS = "not-tls", "Something answers there without encryption"
    TLS_NAME = "tls-name", "The host does not know this name"
    """Alert 112."""
    TLS_VERSION = "tls-version", "The host and this computer have no TLS version in common"
    """Alert 70."""
    TLS_REFUSED = "tls-refused", "The host refused the encrypted connection"
    """The host ended the handshake without saying why."""
    TLS_CLIENT_CERTIFICATE = "tls-client-certificate", "The host requires a certificate of the client"
    """Alert 116."""
    TLS_FAILED = "tls-failed", "The encrypted connection could not be set up"
    """The TLS handshake failed for another reason."""
    PLAIN_PRACTICE = "plain-practice", "Not checked: practice runs on this computer without encryption"
    """Over HTTP on loopback."""
    UNAUTHORIZED = "unauthorized", "The endpoint answered 401 Unauthorized"
    FORBIDDEN = "forbidden", "The endpoint answered 403 Forbidden"
    NOT_FOUND = "not-found", "The endpoint answered 404 Not Found"
    DOUBLED_PATH = "doubled-path", "It ends in a path that requests add themselves, such as /Users"
    """No usable answer comes from there."""
    SLASH = "slash", "It works only with a slash after the path"
    """Without the slash it is not found, or has moved."""
    TWO_SLASHES = "two-slashes", "It ends in two slashes, and works without them"
    TOO_MANY = "too-many", "The endpoint is rate limiting requests (429)"
    SERVER_ERROR = "server-error", "The endpoint answered with a server error"
    """Status 500 to 599."""
    REDIRECT = "redirect", "The endpoint redirects elsewhere, which is not followed"
    """Status 300 to 399."""
    OTHER_STATUS = "other-status", "The endpoint answered with an unexpected status"
    """Any status that has no observation of its own, except 200."""
    HTML = "html", "The response was a web page"
    """With status 200, as for all observations about a body."""
    SIGN_IN_PAGE = "sign-in-page", "The response was a sign-in page"
    """A page where people sign in with a browser, or a redirect to one."""
    CAPTIVE = "captive", "This network requires a sign-in in a browser first"
    """Status 511 (RFC 6585), or a redirect."""
    NOT_JSON = "not-json", "The response is not JSON"
    BROKEN_OFF = "broken-off", "The response starts as JSON and is cut off"
    WRONG_SHAPE = "wrong-shape", "The response is not a SCIM list"
    """JSON, but no ListResponse (RFC 7644 section 3.4.2)."""
    BAD_COUNT = "bad-count", "The response is a SCIM list without a usable totalResults"
    """``totalResults`` is missing, not a number or too small."""
    SCIM_1 = "scim-1", "The service speaks SCIM 1.1, not SCIM 2.0"
    """Its schemas start with ``urn:scim:schemas:core:1.0``."""
    FILTER_IGNORED = "filter-ignored", "The filter was ignored"
    """A lookup of a random GUID found something."""
    TOO_LARGE = "too-large", "The response is too large"
    TOO_SLOW = "too-slow", "The response was not complete in time"
    CLOSED = "closed", "The connection was closed before the response was complete"
    BAD_ENCODING = "bad-encoding", "The response is compressed in a way that cannot be read"
    """The body is damaged, or compressed in an unknown way."""
    CLIENT_REFUSED = "client-refused", "Client ID and Client Secret were rejected"
    """By the token address, as for ``NO_TOKEN``."""
    NO_TOKEN = "no-token", "The response contained no token"
    NO_SECRET = "no-secret", "The keyring did not provide the credentials"
    """No request was sent, as for ``KEYRING_LOCKED``."""
    KEYRING_LOCKED = "keyring-locked", "The keyring is locked"
    NOT_HTTP = "not-http", "Something answers there, but not a web service"
    NOT_SENT = "not-sent", "No made-up token was sent"
    """It is switched off, or the test runs unattended."""
    OPEN_DOOR = "open-door", "It was accepted"
    """A made-up token."""


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
