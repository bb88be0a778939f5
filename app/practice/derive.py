"""Every secret of a practice run, derived from one seed, so that none is ever written down."""

from __future__ import annotations

import base64
import hmac
from dataclasses import dataclass, field
from hashlib import sha256


@dataclass(frozen=True, slots=True)
class Derived:
    """The secrets that follow from a seed (HMAC-SHA256, RFC 2104), 43 characters each."""

    seed: bytes = field(repr=False)

    def segment(self, key: str) -> str:
        """The path segment of the Base URL of a directory."""
        return self._value("segment", key)

    def token(self, key: str, generation: int) -> str:
        """The bearer token of a directory; each generation has another one."""
        return self._value("token", key, str(generation))

    @property
    def session_key(self) -> str:
        """The key that opens the consoles, carried once in the address."""
        return self._value("session")

    @property
    def cookie(self) -> str:
        """What the browser holds after it showed the session key."""
        return self._value("cookie")

    @property
    def csrf(self) -> str:
        """What every form of the consoles carries."""
        return self._value("csrf")

    def _value(self, *purpose: str) -> str:
        digest = hmac.new(self.seed, "\0".join(purpose).encode(), sha256).digest()
        return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def same(given: str, wanted: str) -> bool:
    """Compare a secret without telling by the time taken where it differs."""
    return hmac.compare_digest(given.encode("utf-8", "replace"), wanted.encode())
