"""What a check of the connection test is, and what it found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.scim.details import AnswerDetails, RouteDetails, TokenIssueDetails
from app.text.worded import WordedEnum

if TYPE_CHECKING:
    from app.scim.details import Details
    from app.scim.observation import Observation


class Check(WordedEnum):
    """One question that the connection test answers. Members are in the order in which they are asked.

    The words are its title, and what it says if it passed and noted nothing more.
    """

    ADDRESS = "address", "Base URL is well formed", "Well formed, no query, path kept as pasted"
    ISSUED = "issued", "Service account gets a token", "A token was issued"
    """Only with OIDC tokens."""
    NAME = "name", "Host name resolves", "The name resolves"
    ROUTE = "route", "Host is reachable", "Connected"
    """A TCP connection to the host, or to the proxy, succeeds."""
    CERTIFICATE = "certificate", "Certificate is trusted", "Trusted"
    TOKEN = "token", "Request is authorized", "The endpoint accepted the request"
    """The first request of the SCIM client gets status 200."""
    USERS = "users", "User lookup, as the portal sends it", "The response is as expected"
    """The body of that answer is a ListResponse, empty if nobody should match."""
    GROUPS = "groups", "Second request of the portal", "The response is as expected"
    """Groups, or the service's configuration."""
    CONTROL = "control", "Wrong token is rejected", "A made-up token was rejected"
    """A made-up token is rejected, so the service does check tokens."""


class Verdict(WordedEnum):
    """How a check ended."""

    PASSED = "passed", "Passed"
    FAILED = "failed", "Failed"
    """The portal's own test would fail for the same reason, or this computer cannot find out."""
    WARNED = "warned", "Passed with a remark"
    """Not as expected, and not known to cause a failure."""
    NOT_TRIED = "not-tried", "Not tried"
    """Not needed after an earlier result."""
    NOT_CHECKED = "not-checked", "Not checked"
    """There is nothing to check: practice runs without encryption."""
    NOT_OFFERED = "not-offered", "Not offered"
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
