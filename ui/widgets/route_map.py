"""A small map of a setup: one line for each console, and a dot for each step."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.guide.vocabulary import Lane
from app.setup.journey import Mark
from ui.theme.style import current
from ui.widgets.accessibility import give_name

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent

    from app.setup.route import Route

LINE: Final = {Lane.CIE: 0.25, Lane.ASSISTANT: 0.5, Lane.PORTAL: 0.75}
"""The height at which the stops of a console are, as a share of the whole."""
MOST, LEAST = 4.0, 1.5
"""Radius of a dot in pixels."""
APART: Final = 16
"""Pixels between two dots at most."""
GAP: Final = 8
"""Pixels between the names and the first dot."""


class RouteMap(QWidget):
    """It fits any width: many steps are closer together, and none is cut."""

    IS_PICTURE = True

    def __init__(self, names: tuple[str, str], parent: QWidget | None = None) -> None:
        """``names`` are short ones for CIE and the portal."""
        super().__init__(parent)
        self.setObjectName("route")
        self._names = dict(zip((Lane.CIE, Lane.PORTAL), names, strict=True))
        self._route: Route | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_route(self, route: Route, words: str) -> None:
        """Show a way; ``words`` say it to a screen reader."""
        give_name(self, words)
        if route != self._route:
            self._route = route
            self.update()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return two lines of small text."""
        return QSize(160, 2 * self._line)

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return the least width at which the dots are apart."""
        return QSize(120, 2 * self._line)

    @property
    def _line(self) -> int:
        return self.fontMetrics().height() + 2

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802, ARG002 - Qt's name
        """Draw the names, the lines between the stops, and the stops."""
        if self._route is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        points = self._points(self._draw_names(painter))
        painter.setPen(QPen(QColor(current().control), 1))
        for one, other in pairwise(points):
            painter.drawLine(one, other)
        apart = points[1].x() - points[0].x() if len(points) > 1 else APART
        for stop, point in zip(self._route.stops, points, strict=True):
            self._draw_stop(painter, point, stop.mark, min(MOST, max(LEAST, apart * 0.35)))

    def _draw_names(self, painter: QPainter) -> float:
        """Draw the names of the consoles. Return where there is room for the dots."""
        font = self.font()
        font.setPixelSize(11)
        painter.setFont(font)
        painter.setPen(QColor(current().muted))
        width = max(painter.fontMetrics().horizontalAdvance(name) for name in self._names.values())
        width = min(width, self.width() // 3)
        for lane, name in self._names.items():
            shown = painter.fontMetrics().elidedText(name, Qt.TextElideMode.ElideRight, width)
            place = QRectF(0, LINE[lane] * self.height() - self._line / 2, width, self._line)
            painter.drawText(place, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)
        return width + GAP

    def _points(self, start: float) -> list[QPointF]:
        stops = self._route.stops if self._route is not None else ()
        first = start + MOST + 1
        apart = min(float(APART), (self.width() - first - MOST - 2) / max(1, len(stops) - 1))
        return [QPointF(first + at * apart, LINE[stop.console] * self.height()) for at, stop in enumerate(stops)]

    def _draw_stop(self, painter: QPainter, point: QPointF, mark: Mark, radius: float) -> None:
        tokens = current()
        color = {Mark.DONE: tokens.good, Mark.STALE: tokens.caution, Mark.CURRENT: tokens.accent}.get(mark)
        painter.setPen(Qt.PenStyle.NoPen if color else QPen(QColor(tokens.control), 1))
        painter.setBrush(QColor(color or tokens.surface))
        grown = radius + 1.5 if mark is Mark.CURRENT else radius
        painter.drawEllipse(point, grown, grown)
