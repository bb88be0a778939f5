"""What of an exchange may be shown and copied: allow-listed headers with allow-listed values, sizes and times.

Whatever a server sends may repeat the token or the address, so words of its own are never taken over.
"""

from __future__ import annotations

from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Final

from app.net import Answer
from app.net.trace import schemes
from app.text.times import in_utc

if TYPE_CHECKING:
    from datetime import datetime

    from app.net import NoAnswer, Peer
    from app.scim.finding import Facts

MEDIA_TYPES: Final = (
    *("application/scim+json", "application/json", "application/problem+json", "application/xml", "text/xml"),
    *("text/html", "application/xhtml+xml", "text/plain", "application/octet-stream"),
)

SERVERS: Final = (
    *("akamaighost", "apache", "apache-coyote", "awselb", "bigip", "caddy", "cloudflare", "cloudfront", "envoy"),
    *("google frontend", "gunicorn", "istio-envoy", "jetty", "kestrel", "microsoft-httpapi", "microsoft-iis"),
    *("nginx", "openresty", "scaffolding on httpserver2", "squid", "tomcat", "uvicorn", "varnish", "zscaler"),
)
"""Software that names itself in ``Server``; of any other only that it did is told."""

ERRORS: Final = ("invalid_request", "invalid_token", "insufficient_scope")
"""RFC 6750 section 3.1."""


def moment(answer: Answer) -> datetime | None:
    """``Date`` of an answer (RFC 9110 section 6.6.1), UTC; None where it is missing or no date."""
    try:
        found = parsedate_to_datetime(answer.headers.get("date", ""))
    except (ValueError, OverflowError, TypeError):
        return None
    return in_utc(found) if found.tzinfo is not None else None


def error_code(answer: Answer) -> str | None:
    """The error code of a bearer challenge, of those that RFC 6750 names."""
    challenge = answer.headers.get("www-authenticate", "")[:2000].lower().replace('"', "")
    return next((code for code in ERRORS if f"error={code}" in challenge), None)


def exchange(answer: Answer | NoAnswer) -> Facts:
    """``connect``, ``tls``, ``http`` in milliseconds; of an answer also ``bytes``, ``family`` and its headers."""
    found: Facts = {part: round(seconds * 1000) for part, seconds in answer.timings.items()}
    if not isinstance(answer, Answer):
        return found
    found["bytes"] = len(answer.body)
    if answer.family:
        found["family"] = answer.family
    kind = answer.content_type
    found["content-type"] = kind if kind in MEDIA_TYPES else "another one" if kind else "none"
    if server := answer.headers.get("server"):
        name = server.partition("/")[0].strip().lower()
        found["server"] = name if name in SERVERS else "another one"
    if (date := moment(answer)) is not None:
        found["date"] = f"{date:%Y-%m-%d %H:%M:%S} UTC"
    if challenge := answer.headers.get("www-authenticate"):
        found["www-authenticate"] = ", ".join(schemes([challenge])) or "another one"
    return found


def certificate(peer: Peer | None) -> Facts:
    """``version``, ``issuer``, ``from``, ``until`` (dates) and ``shown`` (certificates sent)."""
    if peer is None:
        return {}
    found: Facts = {"issuer": peer.issuer, "from": f"{peer.not_before:%Y-%m-%d}", "until": f"{peer.not_after:%Y-%m-%d}"}
    if peer.version:
        found["version"] = peer.version
    if peer.shown:
        found["shown"] = peer.shown
    return found
