"""The colors, named by their purpose."""

from __future__ import annotations

from dataclasses import dataclass

SPACES = (0, 1, 2, 4, 8, 12, 16, 24, 32, 40)
"""The scale of all margins and gaps in layouts, in device-independent pixels; 1 keeps a frame's line free."""

READABLE = 4.5
"""The minimum contrast of text with its background (WCAG 2.2, success criterion 1.4.3)."""

SEEN = 3.0
"""The minimum contrast of a border or focus ring with what it lies on (WCAG 2.2, success criterion 1.4.11)."""

STRONG = 7.0
"""The minimum contrast of text where the desktop asks for high contrast (WCAG 2.2, success criterion 1.4.6)."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """One color each, as ``#rrggbb``."""

    window: str
    surface: str
    rail: str
    line: str
    control: str
    disabled: str
    """Behind the words of a main button that can't be pressed yet."""
    text: str
    muted: str
    accent: str
    on_accent: str
    accent_wash: str
    good: str
    good_wash: str
    caution: str
    caution_wash: str
    bad: str
    bad_wash: str


LIGHT = Tokens(
    window="#f6f7f9",
    surface="#ffffff",
    rail="#eef0f4",
    line="#dfe3e8",
    control="#7a8594",
    disabled="#dfe3e8",
    text="#1b2430",
    muted="#596675",
    accent="#1f5fd6",
    on_accent="#ffffff",
    accent_wash="#eaf1fe",
    good="#137a48",
    good_wash="#e6f5ed",
    caution="#8a5a00",
    caution_wash="#fdf3df",
    bad="#a32219",
    bad_wash="#fdeeee",
)

DARK = Tokens(
    window="#14161a",
    surface="#1b1e24",
    rail="#101216",
    line="#2e333c",
    control="#737d8b",
    disabled="#2e333c",
    text="#e8eaee",
    muted="#9aa3b0",
    accent="#6ea8fe",
    on_accent="#0b1524",
    accent_wash="#1c2a44",
    good="#4cc38a",
    good_wash="#16301f",
    caution="#f0b254",
    caution_wash="#33270f",
    bad="#ff9d94",
    bad_wash="#3a1d1d",
)


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two ``#rrggbb`` colors, from 1 to 21 (WCAG 2.2, relative luminance)."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(color: str) -> float:
    parts = (int(color[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
