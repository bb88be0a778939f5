"""The typed details of a finding: one class for each kind of check.

Every value is safe to show: a number, an enum, or text from an allow-list. A field marked ``KEPT`` is also stored with
the past runs of a setup, so nothing that names a host, a path or a person may be marked.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from datetime import datetime
from enum import StrEnum
from typing import Final, TypeAlias

from app.guide.vocabulary import Expect
from app.net.inspection import Authority
from app.net.names import AddressScope, IpFamily
from app.net.proxy import ProxyOrigin
from app.net.reach import ConnectResult
from app.text.worded import WordedEnum

KEPT: Final = {"kept": True}
"""Metadata of a field whose value is stored with past runs, under the field's name."""
MEASURED: Final = {**KEPT, "measured": True}
"""As ``KEPT``, of what differs between runs although nothing changed, such as the days left."""


def kept_fields(details: Details) -> set[str]:
    """The names of the fields whose values are stored with past runs."""
    return {each.name for each in fields(details) if "kept" in each.metadata}


def result_of(details: Details) -> dict[str, object]:
    """The kept fields that make one result another, by name."""
    return {each.name: getattr(details, each.name) for each in fields(details) if each.metadata == KEPT}


class BearerError(StrEnum):
    """The error code of a bearer challenge (RFC 6750 section 3.1)."""

    INVALID_REQUEST = "invalid_request"
    INVALID_TOKEN = "invalid_token"  # noqa: S105 - the name of an error
    INSUFFICIENT_SCOPE = "insufficient_scope"


class BodyKind(StrEnum):
    """What came with a status other than 200."""

    SCIM = "scim"
    """The error message of a SCIM service (RFC 7644 section 3.12)."""
    PAGE = "page"
    """A web page."""
    JSON = "json"
    """JSON of something other than a SCIM service."""
    NOTHING = "nothing"
    OTHER = "other"


class RedirectTarget(WordedEnum):
    """Where a redirect points."""

    SAME_HOST = "same-host", "another path on this host"
    OTHER_HOST = "other-host", "another host"


class Repair(StrEnum):
    """The change to the Base URL with which the request succeeds."""

    SLASH = "slash"
    """A slash after the path."""
    ONE_SLASH = "one-slash"
    """The path without the slashes at its end."""
    WITHOUT_END = "without-end"
    """The path without its last part."""


@dataclass(frozen=True, slots=True)
class NameDetails:
    """Of the host name."""

    addresses: int = field(default=0, metadata=KEPT)
    """How many addresses the name has."""
    ipv4: int = field(default=0, metadata=KEPT)
    ipv6: int = field(default=0, metadata=KEPT)
    """How many of each family."""
    scope: AddressScope | None = field(default=None, metadata=KEPT)
    """The scope of the addresses, if a name that should be public has none that are public."""
    proxied: bool = field(default=False, metadata=KEPT)
    """The proxy resolves the name, so this computer did not."""


@dataclass(frozen=True, slots=True)
class RouteDetails:
    """Of the TCP connection."""

    ipv4: ConnectResult | None = field(default=None, metadata=KEPT)
    ipv6: ConnectResult | None = field(default=None, metadata=KEPT)
    """The result for each family that has addresses."""
    proxy_from: ProxyOrigin | None = field(default=None, metadata=KEPT)
    """Who configured the proxy; None for a direct connection."""
    status: int | None = field(default=None, metadata=KEPT)
    """The status with which the proxy refused the tunnel."""
    credentials: bool = field(default=False, metadata=KEPT)
    """Whether the proxy's address has a name or password, which were sent."""
    sign_in: str = field(default="", metadata=KEPT)
    """The authentication schemes that the proxy offered with 407, known ones only, comma-separated."""


@dataclass(frozen=True, slots=True)
class CertificateDetails:
    """Of the TLS certificate."""

    issuer: str = field(default="", metadata=KEPT)
    """Legible and bounded; empty if unknown."""
    days: int | None = field(default=None, metadata=MEASURED)
    """Days of validity left; negative once expired."""
    authority: Authority | None = field(default=None, metadata=KEPT)
    clock: int | None = field(default=None, metadata=MEASURED)
    """Seconds that this computer's clock is ahead of the answer, negative if behind; None if they agree."""
    not_before: datetime | None = None
    not_after: datetime | None = None
    """UTC."""
    protocol: str = ""
    """The TLS version, such as ``TLSv1.3``; empty if the handshake did not complete."""
    sent: int = 0
    """Certificates that the host sent; 0 if unknown."""


@dataclass(frozen=True, slots=True)
class TokenIssueDetails:
    """Of the request for a token."""

    request: str = ""
    status: int | None = field(default=None, metadata=KEPT)
    minutes: int | None = field(default=None, metadata=MEASURED)
    """Lifetime of the token."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """Headers, size and times of one answer. Headers and their values are from allow-lists."""

    connect: int | None = None
    tls: int | None = None
    http: int | None = None
    """Milliseconds; None if the connection was reused."""
    size: int | None = None
    """Bytes of the body; None if no complete answer came."""
    family: IpFamily | None = None
    content_type: str = ""
    server: str = ""
    """``app.scim.exchange.OTHER`` if it is not on the allow-list; empty without the header."""
    date: datetime | None = None
    """UTC."""
    challenge: str = ""
    """The schemes of ``WWW-Authenticate``."""


@dataclass(frozen=True, slots=True)
class AnswerDetails:
    """Of an answer of the endpoint."""

    request: str = ""
    status: int | None = field(default=None, metadata=KEPT)
    retry_after: int | None = field(default=None, metadata=MEASURED)
    """Seconds."""
    expect: Expect | None = field(default=None, metadata=KEPT)
    """What the body should be; None if only the status matters."""
    error: BearerError | None = field(default=None, metadata=KEPT)
    body: BodyKind | None = field(default=None, metadata=KEPT)
    """None with status 200, or if the answer is incomplete."""
    leads: RedirectTarget | None = field(default=None, metadata=KEPT)
    works: Repair | None = field(default=None, metadata=KEPT)
    earlier: bool = field(default=False, metadata=MEASURED)
    """Whether an earlier test with the same values got this answer, so that nothing was sent this time."""
    exchange: Exchange | None = None


PathDetails: TypeAlias = NameDetails | RouteDetails | CertificateDetails
"""Of the checks on the path to a host."""
Details: TypeAlias = PathDetails | TokenIssueDetails | AnswerDetails
