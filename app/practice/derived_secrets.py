"""Derives every secret of a practice run from one seed, so that no secret has to be stored."""

from __future__ import annotations

import base64
import hmac
from dataclasses import dataclass, field
from hashlib import sha256


@dataclass(frozen=True, slots=True)
class DerivedSecrets:
    """The secrets derived from a seed (HMAC-SHA256, RFC 2104), 43 characters each."""

    seed: bytes = field(repr=False)

    def segment(self, key: str) -> str:
        """Return the path segment that identifies a directory in its Base URL."""
        return self._value("segment", key)

    def token(self, key: str, generation: int) -> str:
        """Return the bearer token of a directory; each generation has a different one."""
        return self._value("token", key, str(generation))

    def client_secret(self, number: int) -> str:
        """Return the Client Secret of a service account."""
        return self._value("client-secret", str(number))

    def issue(self, number: int, until: int) -> str:
        """Return a token for that service account, valid until that Unix time in seconds."""
        return f"{number}.{until}.{self._value('issued', str(number), str(until))}"

    def issued(self, token: str, now: float) -> int | None:
        """Return the number of the service account that a token was issued to; None if it is invalid or expired."""
        number, _, rest = token.partition(".")
        until = rest.partition(".")[0]
        if not (number.isdecimal() and until.isdecimal() and len(token) < 200):
            return None
        good = equal_secrets(token, self.issue(int(number), int(until))) and now < int(until)
        return int(number) if good else None

    @property
    def csrf(self) -> str:
        """The token against cross-site requests in every form of the consoles."""
        return self._value("csrf")

    def _value(self, *purpose: str) -> str:
        digest = hmac.new(self.seed, "\0".join(purpose).encode(), sha256).digest()
        return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def equal_secrets(given: str, wanted: str) -> bool:
    """Compare a secret in constant time."""
    return hmac.compare_digest(given.encode("utf-8", "replace"), wanted.encode())
