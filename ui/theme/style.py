"""Applies the look to the application: palette, font and one style sheet made from the tokens."""

from __future__ import annotations

import re
import sys
from dataclasses import asdict, fields
from functools import cache
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer
from PySide6.QtGui import QColor, QFont, QFontDatabase, QFontInfo, QPalette

from app.system.paths import resources
from ui.theme.appearance import Appearance
from ui.theme.tokens import DARK, LIGHT, READABLE, STRONG, Tokens, contrast

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication, QWidget

HALF = 128
"""A window lightness (0 to 255) below this means a dark scheme."""

_state: dict[str, Tokens] = {"tokens": LIGHT}


def current() -> Tokens:
    """Return the colors in use."""
    return _state["tokens"]


def restyle(widget: QWidget, name: str, value: object) -> None:
    """Change a property that the style sheet selects by, and draw the widget accordingly."""
    if widget.property(name) != value:
        widget.setProperty(name, value)
        widget.style().polish(widget)


def follow_system(app: QApplication) -> None:
    """Follow the system's light, dark or high-contrast scheme, now and whenever it changes."""
    hints = app.styleHints()
    # Decided by the palette: asking for the scheme loads Qt's enum namespace, which would delay the first window.
    apply(app, dark=app.palette().window().color().lightness() < HALF)

    appearance = Appearance(app)

    def take() -> None:
        from PySide6.QtCore import Qt

        if appearance.high_contrast:
            apply_contrast(app)
        elif hints.colorScheme() is not Qt.ColorScheme.Unknown:
            apply(app, hints.colorScheme() is Qt.ColorScheme.Dark)

    QTimer.singleShot(0, app, take)
    QTimer.singleShot(0, appearance, appearance.ask)
    hints.colorSchemeChanged.connect(take)
    appearance.changed.connect(take)


def apply(app: QApplication, dark: bool) -> None:
    """Apply the light or dark look to the application, if it has a different one."""
    tokens = DARK if dark else LIGHT
    if current() is tokens and app.styleSheet():
        return  # Qt would style every widget again
    app.setStyle("Fusion")
    _put(app, tokens, _palette(tokens))


def apply_contrast(app: QApplication) -> None:
    """Take every color from the system's own palette, as a high-contrast setting requires."""
    app.setStyle("Fusion")
    app.setPalette(QPalette())  # an empty palette restores the system's
    use_palette(app, app.palette())


def use_palette(app: QApplication, palette: QPalette) -> None:
    """Take every color from that palette."""
    tokens = from_palette(palette)
    _put(app, tokens, _palette(tokens))


def _put(app: QApplication, tokens: Tokens, palette: QPalette) -> None:
    _state["tokens"] = tokens
    app.setPalette(palette)
    app.setFont(_font(app))
    app.setStyleSheet(_sheet(tokens))


def from_palette(palette: QPalette) -> Tokens:
    """Return tokens that use only the palette's text, background and highlight pairs."""

    def of(role: QPalette.ColorRole) -> str:
        return palette.color(QPalette.ColorGroup.Active, role).name()

    back, text = of(QPalette.ColorRole.Window), of(QPalette.ColorRole.WindowText)
    if contrast(back, text) < STRONG:  # as the usual colors of a desktop that only announces high contrast
        back, text = ("#000000", "#ffffff") if QColor(back).lightness() < HALF else ("#ffffff", "#000000")
    mark, on_mark = of(QPalette.ColorRole.Highlight), of(QPalette.ColorRole.HighlightedText)
    names = [field.name for field in fields(Tokens)]
    behind = {"window", "surface", "rail", "disabled", *(name for name in names if name.endswith("_wash"))}
    colors = {name: back if name in behind else text for name in names}
    readable = contrast(mark, back) >= READABLE
    colors["accent"] = mark if readable else text
    colors["on_accent"] = on_mark if readable and contrast(on_mark, mark) >= READABLE else back
    return Tokens(**colors)


def _font(app: QApplication) -> QFont:
    font = QFont(app.font())
    # fontconfig falls back to DejaVu Sans if no desktop has chosen a font.
    if sys.platform.startswith("linux") and QFontInfo(font).family() == "DejaVu Sans":
        better = next((name for name in ("Inter", "Noto Sans") if QFontDatabase.hasFamily(name)), None)
        if better is not None:
            font.setFamily(better)
    font.setPixelSize(13)
    return font


def _palette(t: Tokens) -> QPalette:
    palette = QPalette()
    roles = {
        QPalette.ColorRole.Window: t.window,
        QPalette.ColorRole.Base: t.surface,
        QPalette.ColorRole.AlternateBase: t.rail,
        QPalette.ColorRole.Button: t.surface,
        QPalette.ColorRole.Text: t.text,
        QPalette.ColorRole.WindowText: t.text,
        QPalette.ColorRole.ButtonText: t.text,
        QPalette.ColorRole.ToolTipBase: t.surface,
        QPalette.ColorRole.ToolTipText: t.text,
        QPalette.ColorRole.PlaceholderText: t.muted,
        QPalette.ColorRole.Highlight: t.accent,
        QPalette.ColorRole.HighlightedText: t.on_accent,
        QPalette.ColorRole.Link: t.accent,
        QPalette.ColorRole.LinkVisited: t.accent,
        QPalette.ColorRole.Accent: t.accent,
        QPalette.ColorRole.Light: t.surface,
        QPalette.ColorRole.Midlight: t.rail,
        QPalette.ColorRole.Mid: t.line,
        QPalette.ColorRole.Dark: t.control,
        QPalette.ColorRole.Shadow: t.line,
    }
    for role, color in roles.items():
        palette.setColor(role, QColor(color))
    for role in (QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText, QPalette.ColorRole.WindowText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, QColor(t.muted))
    return palette


def _mono() -> str:
    system = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont).family()
    return f'"{system}", "Menlo", "Consolas", "DejaVu Sans Mono", monospace'


def _sheet(t: Tokens) -> str:
    # A style sheet takes a picture only from a file: one check mark for dark accents, one for light ones.
    tick = "tick-light" if contrast("#ffffff", t.accent) >= READABLE else "tick-dark"
    icons = resources() / "icons"
    values = asdict(t) | {
        "tick": (icons / f"{tick}.svg").as_posix(),
        "arrow": (icons / "chevron-select.svg").as_posix(),  # in a gray that is visible on light and dark
        "mono": _mono(),
    }
    return re.sub(r"@(\w+)", lambda name: values[name[1]], _template())


@cache
def _template() -> str:
    return (resources() / "theme" / "windows.qss").read_text("utf-8")
