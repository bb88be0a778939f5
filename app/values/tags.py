"""The tags of a setup: short words by which an admin groups setups, on home and in monitoring."""

from __future__ import annotations

import re
from typing import Final

from app.values.rules import looks_secret

MOST_TAGS: Final = 8
LONGEST_TAG: Final = 32
"""Characters."""
_TAG = re.compile(rf"(?=.{{1,{LONGEST_TAG}}}\Z)[^\W_]+(?:[ _.:-][^\W_]+)*")
"""Letters and digits of any language, with one space or mark between two of them. All of it is legible."""


def parse_tags(text: str) -> tuple[str, ...] | str:
    """Return the tags in a text, separated by commas and each once, in their order; or what is wrong with it."""
    found: dict[str, str] = {}
    for part in filter(None, (" ".join(part.split()) for part in text.split(","))):
        if _TAG.fullmatch(part) is None:
            return (
                f"A tag has at most {LONGEST_TAG} letters and digits, with a space, a hyphen, a period, a colon or an "
                "underscore between them. Separate tags with commas."
            )
        if looks_secret(part):
            return "This looks like a token. Tags are shown and printed, so use a word."
        found.setdefault(part.casefold(), part)
    if len(found) > MOST_TAGS:
        return f"A setup has at most {MOST_TAGS} tags."
    return tuple(found.values())
