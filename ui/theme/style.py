"""Applies the look to the application: palette, font and one style sheet made from the tokens."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer
from PySide6.QtGui import QColor, QFont, QFontDatabase, QFontInfo, QPalette

from app.system.paths import resources
from ui.theme.tokens import DARK, LIGHT, READABLE, Tokens, contrast

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

HALF = 128
"""A window lightness (0 to 255) below this means a dark scheme."""

_state: dict[str, Tokens] = {"tokens": LIGHT}


def current() -> Tokens:
    """Return the colors in use."""
    return _state["tokens"]


def follow_system(app: QApplication) -> None:
    """Follow the system's light, dark or high-contrast scheme, now and whenever it changes."""
    hints = app.styleHints()
    # Decided by the palette: asking for the scheme loads Qt's enum namespace, which would delay the first window.
    apply(app, dark=app.palette().window().color().lightness() < HALF)

    def take() -> None:
        from PySide6.QtCore import Qt

        if _wants_contrast(app):
            apply_contrast(app)
        elif hints.colorScheme() is not Qt.ColorScheme.Unknown:
            apply(app, hints.colorScheme() is Qt.ColorScheme.Dark)

    QTimer.singleShot(0, app, take)
    hints.colorSchemeChanged.connect(take)
    if hasattr(hints, "accessibility"):  # since Qt 6.10
        hints.accessibility().contrastPreferenceChanged.connect(take)


def _wants_contrast(app: QApplication) -> bool:
    from PySide6.QtCore import Qt

    hints = app.styleHints()
    if not hasattr(hints, "accessibility"):
        return False
    return hints.accessibility().contrastPreference() is Qt.ContrastPreference.HighContrast


def apply(app: QApplication, dark: bool) -> None:
    """Apply the light or dark look to the application, if it has a different one."""
    tokens = DARK if dark else LIGHT
    app.setStyle("Fusion")
    _put(app, tokens, _palette(tokens))


def apply_contrast(app: QApplication) -> None:
    """Take every color from the system's own palette, as a high-contrast setting requires."""
    app.setStyle("Fusion")
    app.setPalette(QPalette())  # an empty palette restores the system's
    palette = app.palette()
    _put(app, from_palette(palette), palette)


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
    mark, on_mark = of(QPalette.ColorRole.Highlight), of(QPalette.ColorRole.HighlightedText)
    return Tokens(
        window=back,
        surface=back,
        rail=back,
        line=text,
        text=text,
        muted=text,
        faint=text,
        accent=mark if contrast(mark, back) >= READABLE else text,
        on_accent=on_mark if contrast(mark, back) >= READABLE and contrast(on_mark, mark) >= READABLE else back,
        accent_wash=back,
        good=text,
        good_wash=back,
        caution=text,
        caution_wash=back,
        bad=text,
        bad_wash=back,
    )


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
        QPalette.ColorRole.Dark: t.faint,
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
    return "\n".join((_labels(t), _frames(t), _buttons(t), _inputs(t), _lists_and_bars(t), _pills(t)))


def _labels(t: Tokens) -> str:
    return f"""
QLabel {{ background: transparent; color: {t.text}; }}
QLabel[role="title"], QLabel[role="figure"] {{ font-size: 21px; font-weight: 600; }}
QLabel[role="heading"] {{ font-size: 15px; font-weight: 600; }}
QLabel[role="bad-heading"] {{ font-size: 15px; font-weight: 600; color: {t.bad}; }}
QLabel[role="heading-small"], QLabel[role="strong"] {{ font-weight: 600; }}
QLabel[role="muted"] {{ color: {t.muted}; }}
QLabel[role="small"] {{ font-size: 12px; color: {t.muted}; }}
QLabel[role="mono"] {{ font-family: {_mono()}; font-size: 12px; }}
QLabel[role="good"] {{ font-size: 12px; color: {t.good}; }}
QLabel[role="caution"] {{ font-size: 12px; color: {t.caution}; }}
QLabel[role="bad"] {{ font-size: 12px; color: {t.bad}; }}
QMessageBox[role="question"] QLabel#qt_msgbox_label {{ font-weight: 600; }}
QMessageBox QLabel#qt_msgbox_informativelabel {{ color: {t.muted}; min-width: 340px; }}
QDialogButtonBox {{ dialogbuttonbox-buttons-have-icons: 0; }}
QToolTip {{ background: {t.surface}; color: {t.text}; border: 1px solid {t.line}; padding: 4px 6px; }}
"""


def _frames(t: Tokens) -> str:
    return f"""
QFrame[role="card"], QFrame[role="lane"] {{ background: {t.surface}; border: 1px solid {t.line}; border-radius: 8px; }}
QFrame[role="card-current"], QFrame[role="lane-current"] {{
    background: {t.surface}; border: 1px solid {t.accent}; border-radius: 8px; }}
QFrame[role="drop"] {{ background: {t.surface}; border: 1px dashed {t.muted}; border-radius: 8px; }}
QFrame[role="card-bad"] {{ background: {t.bad_wash}; border: 1px solid {t.bad}; border-radius: 8px; }}
QFrame[role="choice"] {{ background: {t.accent_wash}; border: none; border-radius: 6px; }}
QFrame[role="value"] {{ background: {t.surface}; border: 1px solid {t.line}; border-radius: 6px; }}
QFrame[role="lane-head"], QFrame[role="check"], QFrame[role="setup-row"] {{
    border: none; border-bottom: 1px solid {t.line}; background: transparent; }}
QFrame[last="true"] {{ border: none; background: transparent; }}
QFrame[role="rail"] {{ background: {t.rail}; border: none; border-right: 1px solid {t.line}; }}
QFrame[role="footer"] {{ background: {t.surface}; border: none; border-top: 1px solid {t.line}; }}
QScrollArea {{ border: none; background: transparent; }}
QScrollArea:focus {{ border: 2px solid {t.accent}; border-radius: 8px; }}
"""


def _buttons(t: Tokens) -> str:
    # The ring is two pixels wide: the padding shrinks by what the border takes, so that nothing moves.
    ring = f"border: 2px solid {t.accent};"
    return f"""
QPushButton {{ outline: none; background: {t.surface}; color: {t.text}; border: 1px solid {t.line}; border-radius: 6px;
    padding: 6px 13px; }}
QPushButton:hover {{ background: {t.window}; }}
QPushButton:pressed {{ background: {t.accent_wash}; }}
QPushButton:disabled {{ background: {t.window}; color: {t.muted}; }}
QPushButton:focus {{ {ring} padding: 5px 12px; }}
QPushButton[role="primary"] {{ background: {t.accent}; color: {t.on_accent}; border: 1px solid {t.accent};
    font-weight: 600; padding: 7px 17px; }}
QPushButton[role="primary"]:focus {{ border: 2px solid {t.text}; padding: 6px 16px; }}
QPushButton[role="primary"]:disabled {{ background: {t.line}; color: {t.muted}; border-color: {t.line}; }}
QPushButton[role="danger"] {{ color: {t.bad}; border-color: {t.bad}; }}
QPushButton[role="danger"]:hover {{ background: {t.bad_wash}; }}
QPushButton[role="danger"]:focus {{ {ring} padding: 5px 12px; }}
QPushButton[role="danger"]:disabled {{ color: {t.muted}; border-color: {t.line}; background: {t.window}; }}
QPushButton[role="quiet"] {{ background: transparent; border: 1px solid transparent; color: {t.muted};
    padding: 3px 6px; }}
QPushButton[role="quiet"]:hover {{ color: {t.text}; }}
QPushButton[role="quiet"]:focus {{ {ring} padding: 2px 5px; }}
QPushButton[role="link"], QPushButton[role="copy"] {{ background: transparent; border: 1px solid transparent;
    color: {t.accent}; font-weight: 600; padding: 4px 6px; text-align: left; }}
QPushButton[role="copy"]:hover {{ background: {t.accent_wash}; }}
QPushButton[role="link"]:disabled, QPushButton[role="copy"]:disabled {{ color: {t.muted}; }}
QPushButton[role="link"]:focus, QPushButton[role="copy"]:focus {{ {ring} padding: 3px 5px; }}
QPushButton[role="icon"] {{ background: transparent; border: 1px solid transparent; padding: 4px; }}
QPushButton[role="icon"]:hover {{ background: {t.accent_wash}; }}
QPushButton[role="icon"]:focus {{ {ring} padding: 3px; }}
QPushButton[role="stage"], QPushButton[role="step-line"] {{ background: transparent; border: 1px solid transparent;
    border-radius: 8px; padding: 0; }}
QPushButton[role="stage"]:hover {{ background: {t.window}; }}
QPushButton[role="stage"][here="true"] {{ background: {t.window}; border: 1px solid {t.line}; }}
QPushButton[role="tool"] {{ background: transparent; border: 1px solid transparent; border-radius: 8px;
    color: {t.muted}; padding: 4px 8px; text-align: left; }}
QPushButton[role="tool"]:hover {{ background: {t.window}; color: {t.text}; }}
QPushButton[role="tool"][here="true"] {{ background: {t.window}; border: 1px solid {t.line}; color: {t.text}; }}
QPushButton[role="tool"]:focus {{ {ring} padding: 3px 7px; }}
QPushButton[role="step-line"]:hover {{ background: {t.window}; }}
QPushButton[role="stage"]:focus, QPushButton[role="step-line"]:focus {{ {ring} }}
"""


def _inputs(t: Tokens) -> str:
    # A style sheet takes a picture only from a file: one check mark for dark accents, one for light ones.
    name = "tick-light" if contrast("#ffffff", t.accent) >= READABLE else "tick-dark"
    tick = (resources() / "icons" / f"{name}.svg").as_posix()
    arrow = (resources() / "icons" / "chevron-select.svg").as_posix()  # in a gray that is visible on light and dark
    return f"""
QLineEdit, QPlainTextEdit {{ background: {t.surface}; color: {t.text}; border: 1px solid {t.line}; border-radius: 6px;
    padding: 7px 9px; selection-background-color: {t.accent}; selection-color: {t.on_accent}; }}
QLineEdit:focus, QPlainTextEdit:focus {{ border: 2px solid {t.accent}; padding: 6px 8px; }}
QLineEdit, QPlainTextEdit {{ placeholder-text-color: {t.muted}; }}
QComboBox {{ background: {t.surface}; color: {t.text}; border: 1px solid {t.line}; border-radius: 6px;
    padding: 6px 9px; }}
QComboBox::drop-down {{ border: none; width: 24px; }}
QComboBox::down-arrow {{ image: url("{arrow}"); width: 14px; height: 14px; }}
QComboBox:focus {{ border: 2px solid {t.accent}; padding: 5px 8px; }}
QComboBox QAbstractItemView {{ background: {t.surface}; color: {t.text}; border: 1px solid {t.line};
    selection-background-color: {t.accent}; selection-color: {t.on_accent}; }}
QLineEdit:read-only {{ background: {t.window}; color: {t.muted}; }}
QLineEdit[role="mono"], QPlainTextEdit[role="mono"] {{ font-family: {_mono()}; font-size: 12px; }}
QCheckBox, QRadioButton {{ color: {t.text}; spacing: 9px; border: 2px solid transparent; border-radius: 6px;
    padding: 2px; background: transparent; }}
QCheckBox:focus, QRadioButton:focus {{ border: 2px solid {t.accent}; }}
QCheckBox:disabled, QRadioButton:disabled {{ color: {t.muted}; }}
QCheckBox::indicator, QRadioButton::indicator {{ width: 14px; height: 14px; border: 1px solid {t.muted};
    background: {t.surface}; }}
QCheckBox::indicator {{ border-radius: 4px; }}
QRadioButton::indicator {{ border-radius: 8px; }}
QCheckBox::indicator:hover, QRadioButton::indicator:hover {{ border-color: {t.accent}; }}
QCheckBox::indicator:checked {{ background: {t.accent}; border-color: {t.accent}; image: url("{tick}"); }}
QRadioButton::indicator:checked {{ width: 6px; height: 6px; border: 5px solid {t.accent}; background: {t.on_accent}; }}
QCheckBox::indicator:disabled, QRadioButton::indicator:disabled {{ background: {t.window}; border-color: {t.line}; }}
"""


def _lists_and_bars(t: Tokens) -> str:
    return f"""
QListWidget {{ background: {t.surface}; border: 1px solid {t.line}; border-radius: 8px; padding: 6px; outline: 0; }}
QListWidget:focus {{ border: 2px solid {t.accent}; padding: 5px; }}
QListWidget::item {{ padding: 10px; border-radius: 6px; color: {t.text}; border: 1px solid transparent; }}
QListWidget::item:selected {{ background: {t.accent_wash}; color: {t.text}; border: 1px solid {t.accent}; }}
QTableView {{ background: transparent; border: none; color: {t.text}; outline: 0;
    selection-background-color: {t.accent_wash}; selection-color: {t.text}; }}
QTableView:focus {{ border: 2px solid {t.accent}; border-radius: 7px; }}
QTableView::item {{ padding: 0 8px; border-bottom: 1px solid {t.line}; }}
QTableView::item:selected {{ background: {t.accent_wash}; color: {t.text}; }}
QHeaderView {{ background: transparent; border: none; }}
QHeaderView::section {{ background: {t.rail}; color: {t.muted}; font-weight: 600; border: none;
    border-bottom: 1px solid {t.line}; padding: 6px 8px 6px 11px; }}
QScrollBar:vertical {{ width: 10px; background: transparent; margin: 0; }}
QScrollBar::handle:vertical {{ background: {t.faint}; border-radius: 3px; margin: 2px;
    min-height: 30px; }}
QScrollBar::add-line:vertical, QScrollBar::sub-line:vertical {{ height: 0; }}
QScrollBar::add-page:vertical, QScrollBar::sub-page:vertical {{ background: transparent; }}
QProgressBar {{ background: {t.line}; border: none; border-radius: 3px; max-height: 6px; min-height: 6px; }}
QProgressBar::chunk {{ background: {t.accent}; border-radius: 3px; }}
"""


def _pills(t: Tokens) -> str:
    return f"""
QLabel[role^="pill"] {{ font-size: 12px; font-weight: 600; border-radius: 9px; padding: 1px 10px; }}
QLabel[role="pill-accent"] {{ background: {t.accent_wash}; color: {t.accent}; }}
QLabel[role="pill-good"] {{ background: {t.good_wash}; color: {t.good}; }}
QLabel[role="pill-caution"] {{ background: {t.caution_wash}; color: {t.caution}; }}
QLabel[role="pill-bad"] {{ background: {t.bad_wash}; color: {t.bad}; }}
QLabel[role="pill-muted"] {{ background: {t.rail}; color: {t.muted}; }}
"""
