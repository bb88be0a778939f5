"""Labels: plain or with the portal's labels in bold, always wrapped rather than cut."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, Final, TypeVar

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from ui.widgets.focus_ring import Ringed
from ui.widgets.height_for_width import take_height_from_width

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent

W = TypeVar("W", bound=QWidget)

LONG_WORD = 24
"""Characters. A longer run without a space may be broken, since Qt would cut it at the edge."""

_BREAK = "\u200b"
_RUN = re.compile(rf"[^\s<>&;{_BREAK}]{{{LONG_WORD + 1},}}")
_AFTER = re.compile(r"([/._@?=:,-])(?=.)|([^/._@?=:,-]{12})(?=[^/._@?=:,-])")


def rich(text: str) -> str:
    """Return HTML in which ``**label**`` is bold and everything else is shown unchanged."""
    return re.sub(r"\*\*(.+?)\*\*", r"<b>\1</b>", html.escape(text, quote=False))


def tip(text: str) -> str:
    """Return the text for a tooltip, where Qt treats anything that looks like HTML as HTML."""
    return f"<span>{html.escape(text, quote=False)}</span>" if "<" in text else text


def breakable(text: str) -> str:
    """Return the text with invisible break points in addresses, names and tokens longer than a line."""
    return _RUN.sub(lambda run: _AFTER.sub(rf"\g<0>{_BREAK}", run.group()), text)


def unbroken(text: str) -> str:
    """Return the text without the break points."""
    return text.replace(_BREAK, "")


def plain(text: str) -> str:
    """Return the words of a text made by ``rich()``."""
    return html.unescape(re.sub(r"</?b>", "", text))


SPOKEN_ELSEWHERE: Final = "spoken-elsewhere"
"""A widget's property, see below."""


def spoken_elsewhere(widget: W) -> W:
    """Mark a label, or what holds labels, whose words a screen reader says with another widget. Returns the widget."""
    widget.setProperty(SPOKEN_ELSEWHERE, "yes")
    return widget


class WrappingLabel(Ringed, QLabel):
    """A label that also wraps inside a long address; ``text()`` returns the text that was set."""

    def setText(self, text: str) -> None:  # noqa: N802 - Qt's name
        """Show a text."""
        super().setText(breakable(text))

    def text(self) -> str:
        """Return the text without the break points."""
        return unbroken(super().text())


class ElidedLabel(QLabel):
    """One line; what does not fit is cut in the middle and shown in the tooltip."""

    def __init__(self, text: str = "", role: str = "body", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._full = ""
        self.setProperty("role", role)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setMinimumWidth(48)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setText(text)

    def setText(self, text: str) -> None:  # noqa: N802 - Qt's name
        """Show as much of a text as fits."""
        self._full = " ".join(text.split())
        self.updateGeometry()
        self._fit()

    def text(self) -> str:
        """Return the whole text."""
        return self._full

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return the size of the whole text."""
        inside = self.contentsMargins()
        width = self.fontMetrics().horizontalAdvance(self._full) + inside.left() + inside.right() + 2
        return QSize(max(self.minimumWidth(), width), super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return the size of a few characters."""
        return QSize(self.minimumWidth(), super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Cut the text again for the new width."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        shown = self.fontMetrics().elidedText(self._full, Qt.TextElideMode.ElideMiddle, self.contentsRect().width())
        super().setText(shown)
        self.setToolTip("" if shown == self._full else tip(self._full))


def label(
    text: str, role: str, parent: QWidget | None = None, *, wrap: bool = True, rich: bool = False, stop: bool = False
) -> QLabel:
    """Return a label in one of the theme's roles. ``rich`` means that the text is HTML made by ``rich()``.

    ``stop`` means that Tab stops at it, so that a screen reader reads it: what no control says.
    """
    made = WrappingLabel(parent) if wrap else QLabel(parent)
    made.setTextFormat(Qt.TextFormat.RichText if rich else Qt.TextFormat.PlainText)
    made.setText(text)
    made.setProperty("role", role)
    made.setWordWrap(wrap)
    if stop:
        made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    if wrap:
        take_height_from_width(made)
    return made
