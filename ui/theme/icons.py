"""Line icons of one family, drawn for this program and coloured when they are rendered."""

from __future__ import annotations

from functools import cache

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QGuiApplication, QIcon, QPainter, QPixmap

from app.paths import resources
from ui.theme.style import current


@cache
def _source(name: str) -> str:
    return (resources() / "icons" / f"{name}.svg").read_text("utf-8")


def pixmap(name: str, size: int, colour: str = "text") -> QPixmap:
    """An icon of ``size`` device-independent pixels in a token's colour."""
    return _render(name, size, getattr(current(), colour), QGuiApplication.instance().devicePixelRatio())  # type: ignore[union-attr]


@cache
def _render(name: str, size: int, colour: str, ratio: float) -> QPixmap:
    from PySide6.QtSvg import QSvgRenderer  # the first window shows no icon

    renderer = QSvgRenderer(QByteArray(_source(name).replace("currentColor", colour).encode()))
    image = QPixmap(round(size * ratio), round(size * ratio))
    image.setDevicePixelRatio(ratio)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    renderer.render(painter, QRectF(0, 0, size, size))
    painter.end()
    return image


def icon(name: str, colour: str = "text") -> QIcon:
    """An icon for a button; grey where the button is disabled."""
    made = QIcon(pixmap(name, 16, colour))
    made.addPixmap(pixmap(name, 16, "muted"), QIcon.Mode.Disabled)
    return made
