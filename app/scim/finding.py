"""What a check of the connection test is, and what it found."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from app.scim.details import AnswerDetails, RouteDetails, TokenIssueDetails

if TYPE_CHECKING:
    from app.scim.details import Details
    from app.scim.observation import Observation


class Check(StrEnum):
    """One question that the connection test answers. Members are in the order in which they are asked."""

    ADDRESS = "address"
    """The Base URL can be used as it is."""
    ISSUED = "issued"
    """The service account gets a token; only with OIDC tokens."""
    NAME = "name"
    """The host name resolves."""
    ROUTE = "route"
    """A TCP connection to the host, or to the proxy, succeeds."""
    CERTIFICATE = "certificate"
    """This computer trusts the TLS certificate."""
    TOKEN = "token"  # noqa: S105 - the name of a check
    """The first request of the SCIM client gets status 200."""
    USERS = "users"
    """The body of that answer is a ListResponse, empty if nobody should match."""
    GROUPS = "groups"
    """The same for the client's second request: groups, or the service's configuration."""
    CONTROL = "control"
    """A made-up token is rejected, so the service does check tokens."""


class Verdict(StrEnum):
    """How a check ended."""

    PASSED = "passed"
    """As expected."""
    FAILED = "failed"
    """The portal's own test would fail for the same reason, or this computer cannot find out."""
    WARNED = "warned"
    """Not as expected, and not known to cause a failure."""
    NOT_TRIED = "not-tried"
    """Not needed after an earlier result."""
    NOT_CHECKED = "not-checked"
    """There is nothing to check: practice runs without encryption."""
    NOT_OFFERED = "not-offered"
    """The endpoint does not offer it."""


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one check. Safe to show and to store: no path, no token, no body."""

    check: Check
    verdict: Verdict
    observation: Observation
    seconds: float | None = None
    details: Details | None = None
    """The class belongs to the check. A token that was not issued because its address cannot be reached has the
    details of the check that failed on the path to it."""

    @property
    def status(self) -> int | None:
        """The HTTP status of the answer, if one came, or of a proxy that opened no tunnel."""
        details = self.details
        return details.status if isinstance(details, AnswerDetails | TokenIssueDetails | RouteDetails) else None

    @property
    def request(self) -> str:
        """The request without address and token; empty if the check sends none."""
        return self.details.request if isinstance(self.details, AnswerDetails | TokenIssueDetails) else ""
