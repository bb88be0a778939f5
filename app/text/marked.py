"""Text of this program that marks the labels of a portal, as in ``Press **Save**``; a window shows them in bold."""

from __future__ import annotations


def unmarked(text: str) -> str:
    """Return the words alone, for what can't show bold text, such as a check box or a screen reader."""
    return text.replace("**", "")
