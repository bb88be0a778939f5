"""Makes untrusted text safe to show or log: invisible characters are replaced by their code."""

from __future__ import annotations

import unicodedata

_INVISIBLE = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"})
"""Control, format (bidirectional, zero-width), unassigned, private use, surrogate, line and paragraph separator."""

# Default_Ignorable_Code_Point (Unicode's DerivedCoreProperties.txt) outside these categories, and the blank Braille
# pattern: all are drawn as nothing. U+FE0E and U+FE0F only choose between two emoji styles, so they are allowed.
_BLANK = frozenset(
    map(
        chr,
        (
            *(0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, *range(0x180B, 0x1810), 0x2800, 0x3164, 0xFFA0),
            *(*range(0xFE00, 0xFE0E), *range(0xE0100, 0xE01F0)),
        ),
    )
)


def is_invisible(char: str) -> bool:
    """Return whether the character is invisible, or changes how others are shown. Spaces count as visible."""
    return unicodedata.category(char) in _INVISIBLE or char in _BLANK


class _Drawn(dict[int, int | None]):
    """Maps each character to itself or to nothing, on demand: fast enough in ``str.translate`` for a million names."""

    def __missing__(self, point: int) -> int | None:
        char = chr(point)
        blank = unicodedata.category(char) in ("Cc", "Cf") or char in _BLANK or char in "\ufe0e\ufe0f"
        return self.setdefault(point, None if blank else point)


_DRAWN = _Drawn()


def without_invisible(text: str) -> str:
    """Return the text without characters drawn as nothing. Line breaks and tabs are removed too, spaces stay."""
    return text.translate(_DRAWN)


def code(char: str) -> str:
    """Return the code of a character, e.g. ``U+202E``."""
    return f"U+{ord(char):04X}"


def legible(text: str, longest: int | None = None) -> str:
    """Return the text with codes such as ``[U+202E]`` for invisible characters, cut after ``longest`` characters.

    Text from a certificate, a header or a file that others may have written passes through here where it enters the
    program, so that all later code can show and log it.
    """
    shown = text if text.isascii() and text.isprintable() else "".join(map(_escaped, text))
    return shown if longest is None or len(shown) <= longest else f"{shown[: longest - 1]}\u2026"


def _escaped(char: str) -> str:
    return f"[{code(char)}]" if is_invisible(char) else char
