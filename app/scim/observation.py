"""What exactly was seen when the endpoint was asked, apart from what it means."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from app.net import Failure

if TYPE_CHECKING:
    from collections.abc import Mapping


class Observation(StrEnum):
    """One thing that can be seen."""

    GOOD = "good"
    """What a working endpoint shows."""
    NOT_TRIED = "not-tried"
    """Nothing: an earlier check decided already."""
    MALFORMED = "malformed"
    """The Base URL or the token cannot be sent in a request."""
    NOT_FOUND_NAME = "not-found-name"
    """The host name does not resolve."""
    NAME_SLOW = "name-slow"
    """The name lookup did not end within its limit."""
    REFUSED = "refused"
    """The TCP connection was refused."""
    UNREACHABLE = "unreachable"
    """There is no route to the host."""
    TIMEOUT = "timeout"
    """No answer began within the limit."""
    PROXY_FAILED = "proxy-failed"
    """The proxy did not answer, or did not pass the connection on."""
    PROXY_SIGN_IN = "proxy-sign-in"
    """The proxy answered 407."""
    UNTRUSTED = "untrusted"
    """The certificate's authority is not trusted by this computer."""
    EXPIRED = "expired"
    """A certificate is expired or not valid yet."""
    WRONG_HOST = "wrong-host"
    """The certificate is for another host."""
    TLS_FAILED = "tls-failed"
    """The TLS handshake failed otherwise."""
    PLAIN_PRACTICE = "plain-practice"
    """Practice over HTTP on loopback, where there is no certificate."""
    UNAUTHORIZED = "unauthorized"
    """Status 401."""
    FORBIDDEN = "forbidden"
    """Status 403."""
    NOT_FOUND = "not-found"
    """Status 404."""
    TOO_MANY = "too-many"
    """Status 429."""
    SERVER_ERROR = "server-error"
    """Status 500 to 599."""
    REDIRECT = "redirect"
    """Status 300 to 399; not followed."""
    OTHER_STATUS = "other-status"
    """Any other status than 200."""
    HTML = "html"
    """Status 200 with a web page."""
    NOT_JSON = "not-json"
    """Status 200 with a body that is not JSON, or a part of it."""
    WRONG_SHAPE = "wrong-shape"
    """Status 200 with JSON that is not a ListResponse (RFC 7644 section 3.4.2)."""
    FILTER_IGNORED = "filter-ignored"
    """A lookup of a random GUID found something."""
    TOO_LARGE = "too-large"
    """The body exceeds the limit."""
    TOO_SLOW = "too-slow"
    """The body did not end within the limit."""
    CLOSED = "closed"
    """The connection was closed before the answer was complete."""
    BAD_ENCODING = "bad-encoding"
    """The body is compressed in an unknown way or damaged."""
    CLIENT_REFUSED = "client-refused"
    """The token address refused Client ID and Client Secret."""
    NO_TOKEN = "no-token"  # noqa: S105 - the name of an observation
    """The token address answered without a token."""
    NO_SECRET = "no-secret"  # noqa: S105 - the name of an observation
    """Nothing was asked, because the keyring did not give what opens the endpoint."""
    NOT_HTTP = "not-http"
    """What came back is not HTTP."""
    OPEN_DOOR = "open-door"
    """A made-up token was accepted."""


FAILURES: Final[Mapping[Failure, Observation]] = {
    Failure.NAME: Observation.NOT_FOUND_NAME,
    Failure.REFUSED: Observation.REFUSED,
    Failure.UNREACHABLE: Observation.UNREACHABLE,
    Failure.TIMEOUT: Observation.TIMEOUT,
    Failure.PROXY: Observation.PROXY_FAILED,
    Failure.PROXY_SIGN_IN: Observation.PROXY_SIGN_IN,
    Failure.TLS_UNTRUSTED: Observation.UNTRUSTED,
    Failure.TLS_EXPIRED: Observation.EXPIRED,
    Failure.TLS_HOST: Observation.WRONG_HOST,
    Failure.TLS: Observation.TLS_FAILED,
    Failure.CLOSED: Observation.CLOSED,
    Failure.TOO_LARGE: Observation.TOO_LARGE,
    Failure.TOO_SLOW: Observation.TOO_SLOW,
    Failure.ENCODING: Observation.BAD_ENCODING,
    Failure.PROTOCOL: Observation.NOT_HTTP,
    Failure.REFUSED_BY_US: Observation.MALFORMED,
}

_STATUSES: Final[Mapping[int, Observation]] = {
    200: Observation.GOOD,
    401: Observation.UNAUTHORIZED,
    403: Observation.FORBIDDEN,
    404: Observation.NOT_FOUND,
    429: Observation.TOO_MANY,
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
