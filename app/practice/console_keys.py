"""Keys that open a practice console in a browser: the program makes one for each Open, its practice server takes it."""

from __future__ import annotations

import base64
import hmac
import secrets
import time
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

from app.practice.derived_secrets import equal_secrets

KEY_SECONDS: Final = 60.0
"""How long a key can be used; a browser may have to start first."""

LONGEST_KEY: Final = 128
"""Characters; a longer text is no key."""


@dataclass(slots=True)
class ConsoleKeys:
    """The keys of one run. Both processes hold the same secret, which is new in every run and stored nowhere.

    A key is bound to the path it opens, so that the redirect which removes it from the address leads nowhere else. Its
    end is on the monotonic clock, which all processes of a computer share (``time.monotonic``).
    """

    secret: bytes = field(default_factory=lambda: secrets.token_bytes(32), repr=False)
    _spent: dict[str, int] = field(default_factory=dict, repr=False)
    """Keys that were used → when they end."""

    def make(self, path: str) -> str:
        """Return a new key for a path of the consoles."""
        ends, nonce = int(time.monotonic() * 1000 + KEY_SECONDS * 1000), secrets.token_urlsafe(16)
        return f"{ends}.{nonce}.{self._sign('key', path, str(ends), nonce)}"

    def spend(self, path: str, key: str) -> bool:
        """Return whether the key opens that path. It does so once."""
        ends, _, rest = key.partition(".")
        nonce, _, signature = rest.partition(".")
        if len(key) > LONGEST_KEY or not equal_secrets(signature, self._sign("key", path, ends, nonce)):
            return False
        now = time.monotonic() * 1000
        self._spent = {spent: until for spent, until in self._spent.items() if until > now}
        if int(ends) <= now or key in self._spent:
            return False
        self._spent[key] = int(ends)
        return True

    @property
    def cookie(self) -> str:
        """The cookie that the browser gets in exchange for a key; it ends with the run."""
        return self._sign("cookie")

    def _sign(self, *purpose: str) -> str:
        digest = hmac.new(self.secret, "\0".join(purpose).encode("utf-8", "replace"), sha256).digest()
        return base64.urlsafe_b64encode(digest).decode().rstrip("=")
