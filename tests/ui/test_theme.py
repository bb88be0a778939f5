"""The look: readable colors, icons that exist and follow the theme, contrast from the system."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

import pytest
from PySide6.QtGui import QColor, QPalette
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget

from app.system.paths import resources
from ui.theme import icons, style
from ui.theme.tokens import DARK, LIGHT, READABLE, Tokens, contrast
from ui.widgets.buttons import IconButton, button
from ui.widgets.choices import CheckLine, RadioLine
from ui.widgets.link import LinkButton

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytestqt.qtbot import QtBot

SURFACES = ("window", "surface", "rail")
PAIRS = [
    *[(text, back) for text in ("text", "muted", "accent", "good", "caution", "bad") for back in SURFACES],
    *[(tone, f"{tone}_wash") for tone in ("accent", "good", "caution", "bad")],
    *[("text", f"{tone}_wash") for tone in ("accent", "good", "caution", "bad")],
    *[("muted", f"{tone}_wash") for tone in ("accent", "good", "caution", "bad")],
    ("on_accent", "accent"),
    ("muted", "line"),  # a button that cannot be pressed yet
]
FOLDER = resources() / "icons"
NAMES = sorted(path.stem for path in FOLDER.glob("*.svg") if "currentColor" in path.read_text("utf-8"))
NEEDED = {
    *("check", "cross", "copy", "eye", "eye-off", "lock", "open", "pin", "arrow-left", "chevron-right"),
    *("info", "warning", "refresh", "trash", "paste", "home", "companion"),
}


@pytest.fixture(autouse=True)
def light_again(qapp: QApplication) -> Iterator[None]:
    style.apply(qapp, dark=False)
    yield
    style.apply(qapp, dark=False)


@pytest.mark.parametrize("tokens", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("text", "back"), PAIRS)
def test_text_is_readable(tokens: Tokens, text: str, back: str) -> None:
    assert contrast(getattr(tokens, text), getattr(tokens, back)) >= READABLE


def test_contrast_is_the_ratio_of_wcag() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
    assert contrast("#ffffff", "#777777") == contrast("#777777", "#ffffff")


def test_faint_colors_no_text(qapp: QApplication) -> None:
    for tokens in (LIGHT, DARK):
        style.apply(qapp, tokens is DARK)
        declarations = qapp.styleSheet().replace("{", ";").replace("}", ";").split(";")
        assert f"color: {tokens.faint}" not in {d.strip() for d in declarations}


@pytest.mark.parametrize("name", NAMES)
def test_every_icon_is_drawn_in_the_requested_color(qapp: QApplication, name: str) -> None:
    assert QSvgRenderer(str(resources() / "icons" / f"{name}.svg")).isValid()
    image = icons.pixmap(name, 32, "bad").toImage()
    solid = {
        image.pixelColor(x, y).name()
        for x in range(image.width())
        for y in range(image.height())
        if image.pixelColor(x, y).alpha() == 255
    }
    assert LIGHT.bad in solid


def test_the_family_is_complete() -> None:
    assert set(NAMES) >= NEEDED


def test_the_icon_of_the_program_has_every_size(qapp: QApplication) -> None:
    assert {size.width() for size in icons.icon("app").availableSizes()} == set(icons.APP_SIZES)


def test_an_icon_follows_the_theme(qapp: QApplication, qtbot: QtBot) -> None:
    press = button("Copy", "copy", "copy")
    qtbot.addWidget(press)
    press.show()

    def strongest() -> QColor:
        image = press.icon().pixmap(16, 16).toImage()
        pixels = (image.pixelColor(x, y) for x in range(16) for y in range(16))
        return max(pixels, key=QColor.alpha)

    assert _close(strongest(), LIGHT.accent)
    style.apply(qapp, dark=True)
    assert _close(strongest(), DARK.accent)


def _close(one: QColor, other: str) -> bool:
    wanted = QColor(other)
    parts = ((one.red(), wanted.red()), (one.green(), wanted.green()), (one.blue(), wanted.blue()))
    return all(abs(a - b) <= 4 for a, b in parts)  # rounding of half-covered pixels


def test_high_contrast_uses_only_the_systems_colors() -> None:
    palette = QPalette()
    pairs = {
        QPalette.ColorRole.Window: "#000000",
        QPalette.ColorRole.WindowText: "#ffff00",
        QPalette.ColorRole.Highlight: "#00ff00",
        QPalette.ColorRole.HighlightedText: "#000000",
    }
    for role, color in pairs.items():
        palette.setColor(role, QColor(color))
    tokens = style.from_palette(palette)
    assert {getattr(tokens, field.name) for field in fields(tokens)} <= set(pairs.values())
    for text, back in PAIRS:
        if (text, back) != ("muted", "line"):
            assert contrast(getattr(tokens, text), getattr(tokens, back)) >= READABLE


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize(
    "kind", ["primary", "secondary", "quiet", "danger", "copy", "link", "icon", "check", "radio", "line"]
)
def test_the_focus_ring_is_seen(qapp: QApplication, qtbot: QtBot, kind: str, dark: bool) -> None:
    style.apply(qapp, dark)
    widget = _focusable(kind)
    page = QWidget()
    qtbot.addWidget(page)
    widget.setParent(page)
    other = button("other")
    other.setParent(page)
    page.resize(500, 300)
    widget.setGeometry(20, 20, 300, 60)
    other.setGeometry(20, 120, 100, 40)
    page.show()
    page.activateWindow()
    qtbot.waitUntil(page.isActiveWindow)
    other.setFocus()
    before = widget.grab().toImage()
    widget.setFocus()
    after = widget.grab().toImage()
    middle = widget.height() // 2 if kind != "line" else 32
    edge = [x for x in range(3) if before.pixelColor(x, middle) != after.pixelColor(x, middle)]
    assert edge
    tokens = style.current()
    shown = after.pixelColor(edge[0], middle).name()
    assert shown in (tokens.accent, tokens.text)


def _focusable(kind: str) -> QWidget:
    match kind:
        case "link":
            return LinkButton("Go to step 10")
        case "icon":
            return IconButton("eye", "Show the token")
        case "check":
            return CheckLine("I have done it")
        case "radio":
            return RadioLine("The new view")
        case "line":
            return QLineEdit()
        case _:
            return button("Press", kind)
