"""Counts which letters follow each other in a language, for ``resources/exports/letters.csv``.

Reads the translations (.mo) of whatever Debian packages are installed; a desktop has some millions of letters for each
language. Only shares are kept, in bits. Usage: ``python3 packaging/letters.py > resources/exports/letters.csv``.
"""

from __future__ import annotations

import csv
import gettext
import math
import re
import sys
import unicodedata
from collections import Counter, defaultdict
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

TRANSLATIONS: Final = Path("/usr/share/locale")
LATIN: Final = (
    *("de", "fr", "es", "pt", "it", "sv", "da", "nl", "fi", "nb", "is", "ca"),
    *("pl", "cs", "sk", "hu", "ro", "hr", "sl", "tr", "lt", "lv", "et"),
)
OTHERS: Final = ("ru", "uk", "bg", "el", "he", "ar", "th")
IDEOGRAPHIC: Final = {"ja": "ja", "ko": "ko", "zh": "zh_CN", "tw": "zh_TW"}
"""Language of the table → name of the translation."""

MOST: Final = {"latin": 300, "other": 600, "ideographic": 1300}
"""Pairs or characters of a language."""
RAREST: Final = 18
"""Bits of the rarest pair that is kept."""
ALPHABET: Final = "_abcdefghijklmnopqrstuvwxyz"
_MARKUP: Final = re.compile(r"<[^>]*>|%[-#0-9.]*[a-zA-Z]|\{[^}]*\}|&[a-z]+;")


def texts(translation: str) -> Iterator[str]:
    """Every translated text, each once, without placeholders and markup."""
    seen: set[str] = set()
    for path in sorted((TRANSLATIONS / translation / "LC_MESSAGES").glob("*.mo")):
        try:
            with path.open("rb") as file:
                catalog = gettext.GNUTranslations(file)._catalog  # type: ignore[attr-defined] # nothing else lists them
        except (UnicodeDecodeError, IndexError, ValueError):
            continue  # a few old ones name an encoding that they are not in, or have no plural rule
        for text, translated in catalog.items():
            if text and isinstance(translated, str) and translated != text and translated not in seen:
                seen.add(translated)
                yield _MARKUP.sub(" ", translated)


def letters(text: str) -> str:
    """The text in small letters, with ``_`` for everything else; Romanian with the letters of Windows-1250."""
    small = "".join(character.lower()[0] for character in unicodedata.normalize("NFC", text))
    small = small.replace("\u0219", "\u015f").replace("\u021b", "\u0163")
    kept = (each if each.isalpha() or unicodedata.category(each).startswith("M") else "_" for each in small)
    return f"_{''.join(kept)}_"


def pairs(language: str, most: int) -> Iterator[tuple[str, str]]:
    """Bits and pairs of a language, frequent ones first; for Latin letters also the matrix of ASCII pairs."""
    beyond: Counter[str] = Counter()
    plain: Counter[str] = Counter()
    for text in texts(language):
        small = letters(text)
        for first, second in pairwise(small):
            if not first == second == "_":
                (plain if first.isascii() and second.isascii() else beyond)[first + second] += 1
    total = beyond.total() + plain.total()
    if language in LATIN:
        shares = (plain[first + second] + 0.3 for first in ALPHABET for second in ALPHABET)
        yield "ascii", "".join("0123456789abcdefghijk"[min(20, round(-math.log2(each / total)))] for each in shares)
    yield from ranked(beyond, total, most)


def ranked(counts: Counter[str], total: int, most: int) -> Iterator[tuple[str, str]]:
    """Bits, and everything that is as rare, put together."""
    found: dict[int, list[str]] = defaultdict(list)
    for text, count in counts.most_common(most):
        found[round(-math.log2(count / total))].append(text)
    for bits in sorted(found):
        if bits <= RAREST:
            yield str(bits), "".join(found[bits])


def main() -> None:
    """Write the table to standard output."""
    table = csv.writer(sys.stdout, lineterminator="\n")
    table.writerow(["language", "bits", "pairs"])
    for language in LATIN:
        table.writerows((language, *row) for row in pairs(language, MOST["latin"]))
    for language in OTHERS:
        table.writerows((language, *row) for row in pairs(language, MOST["other"]))
    for language, translation in IDEOGRAPHIC.items():
        counts = Counter(each for text in texts(translation) for each in text if not each.isascii())
        table.writerows((language, *row) for row in ranked(counts, counts.total(), MOST["ideographic"]))


if __name__ == "__main__":
    main()
