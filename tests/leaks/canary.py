"""Secrets to look for, in every form in which a program could leak one."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import quote

WINDOW = 12
"""Length of a part of a secret that counts as a leak; shorter parts may occur by chance."""

READ_WINDOW = 8
"""The same for recognized text, which sometimes confuses letters."""

BREAK = "\u200b".encode()

_ALIKE = str.maketrans("0Qo1lI|i5Ss8B2Zz6b9gqUuVvWwCcKkXxPp-_", "OOOIIIIISSSBBZZZGGGGGUUUUUUCCKKXXPP--")


@dataclass(frozen=True)
class Canaries:
    """Secrets by name."""

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
        """Return the name of a secret that is contained completely."""
        return next((name for form, name in self._whole.items() if form in content), None)

    def part_in(self, content: bytes) -> str | None:
        """Return the name of a secret contained in part or completely, also with the window's line break characters."""
        content = content.replace(BREAK, b"")
        return self.whole_in(content) or next((name for part, name in self._parts.items() if part in content), None)

    def read_in(self, text: str) -> str | None:
        """Return the name of a secret if text recognized in a picture contains a part of it."""
        seen = alike(text)
        for name, secret in self.secrets.items():
            known = alike(secret)
            if any(known[start : start + READ_WINDOW] in seen for start in range(len(known) - READ_WINDOW + 1)):
                return name
        return None


def alike(text: str) -> str:
    """Return the text with look-alike characters unified and line breaks undone."""
    return re.sub(r"\s", "", text).translate(_ALIKE).upper()
