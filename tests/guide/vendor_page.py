"""Recognizes words of the vendor's SCIM Connector page without holding that page."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_HASHES = Path(__file__).with_name("vendor_page_ngrams.txt")
"""Every run of eight words on the vendor's page, as hashes.

Made so: the page as plain text, lower case, words are runs of a-z and 0-9, joined by one space,
SHA-256 of each eight neighbouring words, the first 8 bytes in hexadecimal, sorted, one a line.
"""


def hashes() -> frozenset[str]:
    """Of every eight neighbouring words on the vendor's page."""
    return frozenset(_HASHES.read_text("ascii").split())


def eights(text: str) -> Iterator[tuple[str, str]]:
    """Every eight neighbouring words of a text, and their hash."""
    words = re.findall(r"[a-z0-9]+", text.lower())
    for start in range(len(words) - 7):
        run = " ".join(words[start : start + 8])
        yield run, hashlib.sha256(run.encode()).digest()[:8].hex()
