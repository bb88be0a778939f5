"""Text of others as it may be shown or logged: what cannot be seen in it stands there as its code."""

from __future__ import annotations

import unicodedata

_UNSEEN = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"})
"""Control, format (bidirectional, zero-width), unassigned, private, half a pair, line and paragraph separator."""

# Default_Ignorable_Code_Point (Unicode's DerivedCoreProperties.txt) outside these categories, and the empty Braille
# pattern: all drawn as nothing. U+FE0E and U+FE0F only choose between the two looks of an emoji, so they may stay.
_BLANK = frozenset(
    map(
        chr,
        (
            *(0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, *range(0x180B, 0x1810), 0x2800, 0x3164, 0xFFA0),
            *(*range(0xFE00, 0xFE0E), *range(0xE0100, 0xE01F0)),
        ),
    )
)


def unseen(sign: str) -> bool:
    """Whether that one character shows nothing, or changes how others are shown. Spaces are seen."""
    return unicodedata.category(sign) in _UNSEEN or sign in _BLANK


class _Drawn(dict[int, int | None]):
    """Which characters are drawn, learnt one by one: ``str.translate`` with it is fast enough for a million names."""

    def __missing__(self, point: int) -> int | None:
        sign = chr(point)
        blank = unicodedata.category(sign) in ("Cc", "Cf") or sign in _BLANK or sign in "\ufe0e\ufe0f"
        return self.setdefault(point, None if blank else point)


_DRAWN = _Drawn()


def visible(text: str) -> str:
    """The text without what is drawn as nothing. Line breaks and tabs go too, spaces stay."""
    return text.translate(_DRAWN)


def code(sign: str) -> str:
    """The code of a character, e.g. ``U+202E``."""
    return f"U+{ord(sign):04X}"


def legible(text: str, longest: int | None = None) -> str:
    """The text with ``[U+202E]`` for every unseen character, cut after ``longest`` characters.

    The text of a certificate, of a header, or of a file that others may have written goes through here
    where it enters, so that everything behind it can show and log it.
    """
    shown = text if text.isascii() and text.isprintable() else "".join(map(_sign, text))
    return shown if longest is None or len(shown) <= longest else f"{shown[: longest - 1]}\u2026"


def _sign(sign: str) -> str:
    return f"[{code(sign)}]" if unseen(sign) else sign
