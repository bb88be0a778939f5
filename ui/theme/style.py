"""Puts the look on the application: palette, font and one style sheet made from the tokens."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QFontInfo, QPalette

from app.paths import resources
from ui.theme.tokens import DARK, LIGHT, Tokens

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

_state: dict[str, Tokens] = {"tokens": LIGHT}


def current() -> Tokens:
    """The colours in force."""
    return _state["tokens"]


def follow_system(app: QApplication) -> None:
    """Take light or dark from the system, now and whenever it changes."""
    hints = app.styleHints()
    apply(app, hints.colorScheme() is Qt.ColorScheme.Dark)
    hints.colorSchemeChanged.connect(lambda scheme: apply(app, scheme is Qt.ColorScheme.Dark))


def apply(app: QApplication, dark: bool) -> None:
    """Put the light or dark look on the application."""
    tokens = DARK if dark else LIGHT
    _state["tokens"] = tokens
    app.setStyle("Fusion")
    app.setPalette(_palette(tokens))
    app.setFont(_font(app))
    app.setStyleSheet(_sheet(tokens))


def _font(app: QApplication) -> QFont:
    font = QFont(app.font())
    # DejaVu Sans is what fontconfig falls back to where no desktop has chosen a font.
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
        QPalette.ColorRole.Mid: t.line,
    }
    for role, colour in roles.items():
        palette.setColor(role, QColor(colour))
    for role in (QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText, QPalette.ColorRole.WindowText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, QColor(t.faint))
    return palette


def _sheet(t: Tokens) -> str:
    # A style sheet takes pictures from files only, and cannot colour them.
    tick = (resources() / "icons" / ("tick-dark.svg" if t is DARK else "tick-light.svg")).as_posix()
    return f"""
QLabel {{ background: transparent; color: {t.text}; }}
QLabel[role="title"] {{ font-size: 21px; font-weight: 600; }}
QLabel[role="figure"] {{ font-size: 21px; font-weight: 600; }}
QLabel[role="heading"] {{ font-size: 15px; font-weight: 600; }}
QLabel[role="heading-small"], QLabel[role="strong"] {{ font-weight: 600; }}
QLabel[role="muted"] {{ color: {t.muted}; }}
QLabel[role="small"] {{ font-size: 11px; color: {t.muted}; }}
QLabel[role="mono"] {{ font-family: "DejaVu Sans Mono", "Menlo", "Consolas", monospace; font-size: 11px; }}
QLabel[role="good"] {{ font-size: 11px; color: {t.good}; }}
QLabel[role="caution"] {{ font-size: 11px; color: {t.caution}; }}
QLabel[role="bad"] {{ font-size: 11px; color: {t.bad}; }}
QLabel[role="bad-heading"] {{ font-size: 15px; font-weight: 600; color: {t.bad}; }}
QFrame[role="card"], QFrame[role="lane"] {{ background: {t.surface}; border: 1px solid {t.line}; border-radius: 8px; }}
QFrame[role="lane-current"] {{ background: {t.surface}; border: 1px solid {t.accent}; border-radius: 8px; }}
QFrame[role="card-current"] {{ background: {t.surface}; border: 1px solid {t.accent}; border-radius: 8px; }}
QFrame[role="card-bad"] {{ background: {t.bad_wash}; border: 1px solid {t.bad}; border-radius: 8px; }}
QFrame[role="choice"] {{ background: {t.accent_wash}; border: none; border-radius: 6px; }}
QFrame[role="value"] {{ background: {t.surface}; border: 1px solid {t.line}; border-radius: 6px; }}
QFrame[role="lane-head"], QFrame[role="rung"], QFrame[role="setup-row"] {{
    border: none; border-bottom: 1px solid {t.line}; background: transparent; }}
QFrame[role="rail"] {{ background: {t.rail}; border: none; border-right: 1px solid {t.line}; }}
QFrame[role="footer"] {{ background: {t.surface}; border: none; border-top: 1px solid {t.line}; }}
QPushButton {{ background: {t.surface}; color: {t.text}; border: 1px solid {t.line}; border-radius: 6px;
    padding: 6px 13px; }}
QPushButton:hover {{ border-color: {t.accent}; }}
QPushButton:focus, QToolButton:focus, QCheckBox:focus, QRadioButton:focus {{ border: 1px solid {t.accent}; }}
QPushButton:disabled {{ color: {t.muted}; background: {t.window}; }}
QPushButton[role="primary"] {{ background: {t.accent}; color: {t.on_accent}; border: 1px solid {t.accent};
    font-weight: 600; padding: 7px 17px; }}
QPushButton[role="primary"]:focus {{ border: 2px solid {t.text}; padding: 6px 16px; }}
QPushButton[role="primary"]:disabled {{ background: {t.line}; color: {t.muted}; border-color: {t.line}; }}
QPushButton[role="quiet"] {{ background: transparent; border: 1px solid transparent; color: {t.muted};
    padding: 3px 6px; }}
QPushButton[role="quiet"]:focus {{ border: 1px solid {t.accent}; }}
QPushButton[role="link"], QPushButton[role="copy"] {{ background: transparent; border: 1px solid transparent;
    color: {t.accent}; font-weight: 600; padding: 2px 4px; text-align: left; }}
QPushButton[role="link"]:hover {{ text-decoration: underline; }}
QPushButton[role="link"]:focus, QPushButton[role="copy"]:focus {{ border: 1px solid {t.accent}; }}
QPushButton[role="icon"] {{ background: transparent; border: 1px solid transparent; padding: 4px; }}
QPushButton[role="icon"]:hover {{ background: {t.accent_wash}; }}
QPushButton[role="icon"]:focus {{ border: 1px solid {t.accent}; }}
QPushButton[role="stage"] {{ background: transparent; border: 1px solid transparent; border-radius: 8px; padding: 0; }}
QPushButton[role="stage"]:checked {{ background: {t.window}; border: 1px solid {t.line}; }}
QPushButton[role="stage"]:focus {{ border: 1px solid {t.accent}; }}
QPushButton[role="step-line"] {{ background: transparent; border: 1px solid transparent; border-radius: 8px;
    padding: 0; }}
QPushButton[role="step-line"]:hover {{ background: {t.window}; }}
QPushButton[role="step-line"]:focus {{ border: 1px solid {t.accent}; }}
QLineEdit {{ background: {t.surface}; color: {t.text}; border: 1px solid {t.line}; border-radius: 6px; padding: 7px 9px;
    selection-background-color: {t.accent}; selection-color: {t.on_accent}; }}
QLineEdit:focus {{ border: 1px solid {t.accent}; }}
QLineEdit[role="mono"] {{ font-family: "DejaVu Sans Mono", "Menlo", "Consolas", monospace; }}
QCheckBox, QRadioButton {{ color: {t.text}; spacing: 9px; border: 1px solid transparent; border-radius: 6px;
    padding: 3px; background: transparent; }}
QCheckBox::indicator, QRadioButton::indicator {{ width: 15px; height: 15px; border: 1px solid {t.muted};
    background: {t.surface}; }}
QCheckBox::indicator {{ border-radius: 4px; }}
QRadioButton::indicator {{ border-radius: 8px; }}
QCheckBox::indicator:hover, QRadioButton::indicator:hover {{ border-color: {t.accent}; }}
QCheckBox::indicator:checked {{ background: {t.accent}; border-color: {t.accent}; image: url("{tick}"); }}
QRadioButton::indicator:checked {{ border: 5px solid {t.accent}; width: 7px; height: 7px; }}
QListWidget {{ background: {t.surface}; border: 1px solid {t.line}; border-radius: 8px; padding: 6px; outline: 0; }}
QListWidget::item {{ padding: 10px; border-radius: 6px; color: {t.text}; }}
QListWidget::item:selected {{ background: {t.accent_wash}; color: {t.text}; border: 1px solid {t.accent}; }}
QScrollArea {{ border: none; background: transparent; }}
QScrollBar:vertical {{ width: 10px; background: transparent; }}
QScrollBar::handle:vertical {{ background: {t.line}; border-radius: 5px; min-height: 30px; }}
QScrollBar::add-line:vertical, QScrollBar::sub-line:vertical {{ height: 0; }}
QProgressBar {{ background: {t.line}; border: none; border-radius: 3px; max-height: 6px; min-height: 6px; }}
QProgressBar::chunk {{ background: {t.accent}; border-radius: 3px; }}
QLabel[role="pill-accent"] {{ background: {t.accent_wash}; color: {t.accent}; }}
QLabel[role="pill-good"] {{ background: {t.good_wash}; color: {t.good}; }}
QLabel[role="pill-caution"] {{ background: {t.caution_wash}; color: {t.caution}; }}
QLabel[role="pill-bad"] {{ background: {t.bad_wash}; color: {t.bad}; }}
QLabel[role^="pill"] {{ font-size: 11px; font-weight: 600; border-radius: 8px; padding: 2px 10px; }}
QToolTip {{ background: {t.surface}; color: {t.text}; border: 1px solid {t.line}; }}
"""
