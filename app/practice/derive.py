"""Every secret of a practice run, derived from one seed, so that none is ever written down."""

from __future__ import annotations

import base64
import hmac
from dataclasses import dataclass, field
from hashlib import sha256

TOKEN_PATH = "/oauth2/access_token"  # noqa: S105 - an address
"""Where the practice CIE issues tokens to service accounts."""

TOKEN_PATHS = (TOKEN_PATH, "/auth/v1/oauth2/access_token")
"""Both documented paths of it."""


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

    def client_secret(self, number: int) -> str:
        """The Client Secret of a service account."""
        return self._value("client-secret", str(number))

    def issue(self, number: int, until: int) -> str:
        """A token for that service account, good until that Unix time in seconds."""
        return f"{number}.{until}.{self._value('issued', str(number), str(until))}"

    def issued(self, token: str, now: float) -> int | None:
        """The number of the service account that this token was issued to; None where it is not good."""
        number, _, rest = token.partition(".")
        until = rest.partition(".")[0]
        if not (number.isdecimal() and until.isdecimal() and len(token) < 200):
            return None
        good = same(token, self.issue(int(number), int(until))) and now < int(until)
        return int(number) if good else None

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
