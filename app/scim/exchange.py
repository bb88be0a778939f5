"""Reduces an answer to what may be shown and copied: allow-listed headers with allow-listed values, sizes and times.

A server may echo the token or the address in anything it sends, so its own words are never passed on.
"""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Final

from app.net import Answer
from app.net.trace import schemes
from app.scim.details import BearerError, Exchange
from app.scim.observation import retry_after
from app.text.times import in_utc

if TYPE_CHECKING:
    from app.net import NoAnswer

MEDIA_TYPES: Final = (
    *("application/scim+json", "application/json", "application/problem+json", "application/xml", "text/xml"),
    *("text/html", "application/xhtml+xml", "text/plain", "application/octet-stream"),
)

SERVERS: Final = (
    *("akamaighost", "apache", "apache-coyote", "awselb", "bigip", "caddy", "cloudflare", "cloudfront", "envoy"),
    *("google frontend", "gunicorn", "istio-envoy", "jetty", "kestrel", "microsoft-httpapi", "microsoft-iis"),
    *("nginx", "openresty", "scaffolding on httpserver2", "squid", "tomcat", "uvicorn", "varnish", "zscaler"),
)
"""Software that names itself in ``Server``."""

OTHER: Final = "other"
"""Stands for a value that is not on its list."""


def pause_asked(answer: Answer) -> float | None:
    """Seconds that an answer asks to wait; a date in it is compared with the answer's own, not with this clock."""
    asked = answer.headers.get("retry-after")
    return None if asked is None else retry_after(asked, sent_at(answer) or datetime.now(UTC))


def sent_at(answer: Answer | NoAnswer) -> datetime | None:
    """``Date`` of an answer (RFC 9110 section 6.6.1), UTC; None if missing or invalid."""
    try:
        found = parsedate_to_datetime(answer.headers.get("date", "") if isinstance(answer, Answer) else answer.date)
    except (ValueError, OverflowError, TypeError):
        return None
    return in_utc(found) if found.tzinfo is not None else None


def bearer_error(answer: Answer) -> BearerError | None:
    """The error code of a bearer challenge, if RFC 6750 defines it."""
    challenge = answer.headers.get("www-authenticate", "")[:2000].lower().replace('"', "")
    return next((code for code in BearerError if f"error={code.value}" in challenge), None)


def exchange(answer: Answer | NoAnswer) -> Exchange:
    """Headers, size and times of an answer; of an incomplete one only the times."""
    connect, tls, http = (_milliseconds(answer.timings.get(part)) for part in ("connect", "tls", "http"))
    if not isinstance(answer, Answer):
        return Exchange(connect, tls, http)
    server = answer.headers.get("server", "").partition("/")[0].strip().lower()
    challenge = answer.headers.get("www-authenticate")
    return Exchange(
        connect,
        tls,
        http,
        size=len(answer.body),
        family=answer.family,
        content_type=_listed(answer.content_type, MEDIA_TYPES),
        server=_listed(server, SERVERS),
        date=sent_at(answer),
        challenge=", ".join(schemes([challenge])) or OTHER if challenge else "",
    )


def _milliseconds(seconds: float | None) -> int | None:
    return None if seconds is None else round(seconds * 1000)


def _listed(value: str, known: tuple[str, ...]) -> str:
    return value if not value or value in known else OTHER
