"""What a check is and what it found."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.scim.observation import Observation


class Check(StrEnum):
    """One check. The order is the order of trying."""

    ADDRESS = "address"
    """The Base URL can be used as it stands."""
    ISSUED = "issued"
    """A token was issued to the service account; only with the OIDC method."""
    NAME = "name"
    """The host name resolves."""
    ROUTE = "route"
    """A TCP connection stands, directly or to the proxy."""
    CERTIFICATE = "certificate"
    """The TLS certificate is trusted by this computer."""
    TOKEN = "token"  # noqa: S105 - the name of a check
    """The first request that the SCIM client sends is answered with 200."""
    USERS = "users"
    """The body of that answer is a ListResponse, empty where nobody was to be found."""
    GROUPS = "groups"
    """The client's second request is answered likewise: groups, or the configuration of the service."""
    CONTROL = "control"
    """A made-up token is refused: what answers really looks at the token."""


class Verdict(StrEnum):
    """What a check comes to."""

    PASSED = "passed"
    """As it should be."""
    FAILED = "failed"
    """The portal's test would fail for the same reason, or this computer cannot tell."""
    WARNED = "warned"
    """Not as expected, and not known to matter."""
    NOT_TRIED = "not-tried"
    """An earlier check decided."""
    NOT_OFFERED = "not-offered"
    """The endpoint does not offer it."""


Facts = dict[str, str | int]


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check saw. Safe to show and to keep: no path, no token, no body."""

    check: Check
    verdict: Verdict
    observation: Observation
    seconds: float | None = None
    facts: Mapping[str, str | int] = field(default_factory=dict)
    """Of the name: ``addresses`` (count), ``ipv4``, ``ipv6`` (counts), ``scope`` (``inside``, ``loopback``).
    Of a token that was not issued: ``at`` (the check of the way to the token address that failed) and its facts.
    Of the route: ``proxied`` (1), ``proxy_from`` (``environment``, ``system``), ``sign_in`` (schemes of a 407),
    ``ipv4``, ``ipv6`` (``connected`` or an ``app.net.Failure``).
    Of the certificate: ``issuer``, ``days`` (of validity left), ``authority`` (``app.net.inspection.Authority``),
    ``clock`` (seconds that this computer is ahead of the answer; negative: behind).
    Of an answer: ``status``, ``retry_after`` (seconds), ``expect`` (what the request was to bring, see
    ``app.guide.vocabulary.Expect``), ``asked`` (the request without address and token), ``error`` (of RFC 6750 section
    3.1), ``page`` (1, a web page), ``scim`` (1, the error message of a SCIM service, RFC 7644 section 3.12),
    ``leads`` (of a redirect: ``same-host``, ``other-host``), ``works`` (``slash``, ``without-end``: so changed, the
    request gets through or is at least refused as one to a SCIM service)."""
    evidence: Mapping[str, str | int] = field(default_factory=dict)
    """What was exchanged, beyond the facts, for a close look and a ticket: see ``app.scim.evidence``."""
