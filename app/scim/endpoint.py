"""The address of the SCIM service, and the URLs of its requests, built from the Base URL as it was copied."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, urlsplit

from app.values.address import LOOPBACK, is_loopback

if TYPE_CHECKING:
    from collections.abc import Mapping

_PORTS: Final = {"https": 443, "http": 80}


@dataclass(frozen=True)
class Endpoint:
    """One Base URL. Its path stays as copied, except for one trailing slash."""

    base_url: str = field(repr=False)
    practice: bool

    @cached_property
    def host(self) -> str:
        """Host name in lower case, without port or brackets; empty if the URL cannot be parsed."""
        try:
            return (urlsplit(self.base_url).hostname or "").lower()
        except ValueError:
            return ""

    @cached_property
    def port(self) -> int | None:
        """The port, by default that of the scheme; None if the URL cannot be parsed."""
        try:
            parts = urlsplit(self.base_url)
            return parts.port or _PORTS.get(parts.scheme)
        except ValueError:
            return None

    @property
    def origin(self) -> str:
        """Scheme, host and port: all that a proxy configuration may see."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"https://{host}:{self.port}/"

    @property
    def service(self) -> str:
        """What may be asked one request at a time: the host, and on loopback the port, where each is its own server."""
        return self.origin if self.host in LOOPBACK else self.host

    @property
    def plain(self) -> bool:
        """Whether the URL is plain HTTP."""
        return self.base_url.lower().startswith("http:")

    @property
    def well_formed(self) -> bool:
        """Whether requests may go there: https, in practice only loopback, also with http; a host, no query."""
        text = self.base_url
        if not text.isprintable() or any(character in text for character in " ?#\\"):
            return False
        if not self.host or self.port is None:
            return False
        parts = urlsplit(text)
        if "@" in parts.netloc:
            return False
        if self.practice:
            return is_loopback(text)
        return parts.scheme == "https"

    def is_own(self, url: str) -> bool:
        """Whether a URL is on the host of the Base URL."""
        try:
            return (urlsplit(url).hostname or "").lower() == self.host
        except ValueError:
            return False

    def url(self, path: str, query: Mapping[str, str] | None = None) -> str:
        """The URL of a path such as ``/Users``; query values are percent-encoded in full (RFC 3986)."""
        base = self.base_url.removesuffix("/")
        if not query:
            return base + path
        pairs = "&".join(f"{name}={quote(value, safe='')}" for name, value in query.items())
        return f"{base}{path}?{pairs}"
