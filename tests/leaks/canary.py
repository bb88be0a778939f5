"""Secrets to look for, in every form in which a program could let one out."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import quote

WINDOW = 12
"""Characters in a row of a secret; fewer may be there by chance."""

READ_WINDOW = 8
"""The same for what a machine has read, which takes one letter for another now and then."""

BREAK = "\u200b".encode()

_ALIKE = str.maketrans("0Qo1lI|i5Ss8B2Zz6b9gqUuVvWwCcKkXxPp-_", "OOOIIIIISSSBBZZZGGGGGUUUUUUCCKKXXPP--")


@dataclass(frozen=True)
class Canaries:
    """Name → secret."""

    secrets: dict[str, str]

    @cached_property
    def _whole(self) -> dict[bytes, str]:
        forms = {}
        for name, secret in self.secrets.items():
            for form in (secret, quote(secret, safe=""), base64.b64encode(secret.encode()).decode().rstrip("=")):
                forms[form.encode()] = name
                forms[form.encode("utf-16-le")] = name
        return forms

    @cached_property
    def _parts(self) -> dict[bytes, str]:
        return {
            secret[start : start + WINDOW].encode(): name
            for name, secret in self.secrets.items()
            for start in range(len(secret) - WINDOW + 1)
        }

    def whole_in(self, content: bytes) -> str | None:
        """The name of a secret that is there as a whole."""
        return next((name for form, name in self._whole.items() if form in content), None)

    def part_in(self, content: bytes) -> str | None:
        """The name of a secret of which a part or the whole is there, also with the window's places to break in it."""
        content = content.replace(BREAK, b"")
        return self.whole_in(content) or next((name for part, name in self._parts.items() if part in content), None)

    def read_in(self, text: str) -> str | None:
        """The name of a secret of which a part stands in a text that a machine has read from a picture."""
        seen = alike(text)
        for name, secret in self.secrets.items():
            known = alike(secret)
            if any(known[start : start + READ_WINDOW] in seen for start in range(len(known) - READ_WINDOW + 1)):
                return name
        return None


def alike(text: str) -> str:
    """The text with signs that look alike made one, and without what a line break does to it."""
    return re.sub(r"\s", "", text).translate(_ALIKE).upper()
