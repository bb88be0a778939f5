"""Text of this program that marks the labels of a portal, as in ``Press **Save**``; a window shows them in bold."""

from __future__ import annotations

import re
from typing import Final

_BOLD: Final = re.compile(r"\*\*([^*]+)\*\*")


def unmarked(text: str) -> str:
    """Return the words alone, for what can't show bold text, such as a check box or a screen reader."""
    return text.replace("**", "")


def labels(text: str) -> frozenset[str]:
    """Return the labels that the text marks."""
    return frozenset(_BOLD.findall(text))
