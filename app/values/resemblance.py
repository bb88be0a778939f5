"""Decides whether a text that would replace a secret looks like a slip: cut off, or another value of the setup."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

SHORTEST: Final = 8
"""Characters below which two texts may share most of them by chance."""
SHARED: Final = 0.8
"""The part of the longer text that both begin or end with, from which they are close."""


def doubt(label: str, value: str, stored: str | None, others: Mapping[str, str]) -> str | None:
    """Return why the value called ``label`` may be a slip, as a sentence without any value; None if nothing shows it.

    ``stored`` is the value that it would replace, ``others`` are the setup's other values by their labels.
    """
    for other, text in others.items():
        if are_close(value, text):
            return f"This is almost the {other}."
    if stored is not None and 2 * len(value) < len(stored):
        return f"This is less than half as long as the stored {label}: {len(value):,} of {len(stored):,} characters."
    return None


def are_close(one: str, other: str) -> bool:
    """Return whether two texts are the same but for capitals, a few characters in one place, or a missing end."""
    one, other = one.strip().casefold(), other.strip().casefold()
    shorter, longer = sorted((one, other), key=len)
    if len(shorter) < SHORTEST:
        return one == other
    start = _shared(shorter, longer)
    end = min(_shared(shorter[::-1], longer[::-1]), len(shorter) - start)
    return start + end >= SHARED * len(longer)


def _shared(one: str, other: str) -> int:
    """Return how many characters both begin with."""
    return next((at for at, pair in enumerate(zip(one, other, strict=False)) if pair[0] != pair[1]), len(one))
