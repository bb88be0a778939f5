"""A family of line icons, drawn for this program and colored when they are rendered."""

from __future__ import annotations

from functools import cache

from PySide6.QtGui import QGuiApplication, QIcon, QPainter, QPixmap, QPixmapCache

from app.system.paths import resources
from ui.theme.style import current

APP_SIZES = (16, 24, 32, 48, 64, 128, 256)
"""Device-independent pixels; desktops pick the sizes that title bar, task bar and switcher need."""


@cache
def _source(name: str) -> str:
    return (resources() / "icons" / f"{name}.svg").read_text("utf-8")


def pixmap(name: str, size: int, color: str = "text") -> QPixmap:
    """Return an icon of ``size`` device-independent pixels in a token's color, as sharp as the sharpest screen."""
    screen = QGuiApplication.instance()
    ratio = screen.devicePixelRatio() if isinstance(screen, QGuiApplication) else 1.0
    return _render(name, size, getattr(current(), color), ratio)


def _render(name: str, size: int, color: str, ratio: float) -> QPixmap:
    # Qt's own cache: it is emptied with the application, which a Python cache would outlive.
    key = f"{name}/{size}/{color}/{ratio}"
    image = QPixmap()
    if QPixmapCache.find(key, image):
        return image
    # The first window shows no icon.
    from PySide6.QtCore import QByteArray, QRectF, Qt
    from PySide6.QtSvg import QSvgRenderer

    renderer = QSvgRenderer(QByteArray(_source(name).replace("currentColor", color).encode()))
    image = QPixmap(round(size * ratio), round(size * ratio))
    image.setDevicePixelRatio(ratio)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    renderer.render(painter, QRectF(0, 0, size, size))
    painter.end()
    QPixmapCache.insert(key, image)
    return image


def icon(name: str, color: str = "text", size: int = 16) -> QIcon:
    """Return an icon for a button, muted if the button is disabled. ``app`` has all sizes that a desktop needs."""
    made = QIcon()
    for pixels in APP_SIZES if name == "app" else (size,):
        made.addPixmap(pixmap(name, pixels, color))
    if name != "app":
        made.addPixmap(pixmap(name, size, "muted"), QIcon.Mode.Disabled)
    return made
