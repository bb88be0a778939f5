"""The look: readable colors, icons that exist and follow the theme, contrast from the system."""

from __future__ import annotations

import ast
from dataclasses import fields
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QColor, QPalette
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QFrame,
    QLineEdit,
    QListWidget,
    QPlainTextEdit,
    QWidget,
)

from app.system.paths import resources
from ui.theme import icons, style
from ui.theme.tokens import DARK, LIGHT, READABLE, SEEN, SPACES, Tokens, contrast
from ui.widgets import busy
from ui.widgets.busy import ThinBar
from ui.widgets.buttons import IconButton, button
from ui.widgets.choices import EDGE, CheckLine, RadioLine
from ui.widgets.layouts import REST, column, left
from ui.widgets.link import LinkButton
from ui.widgets.text import label

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pytestqt.qtbot import QtBot

SURFACES = ("window", "surface", "rail")
PAIRS = [
    *[(text, back) for text in ("text", "muted", "accent", "good", "caution", "bad") for back in SURFACES],
    *[(tone, f"{tone}_wash") for tone in ("accent", "good", "caution", "bad")],
    *[("text", f"{tone}_wash") for tone in ("accent", "good", "caution", "bad")],
    *[("muted", f"{tone}_wash") for tone in ("accent", "good", "caution", "bad")],
    ("on_accent", "accent"),
    ("muted", "disabled"),
]
BORDERS = [("control", back) for back in (*SURFACES, "accent_wash", "good_wash", "caution_wash", "bad_wash")]
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


@pytest.mark.parametrize("tokens", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("border", "back"), BORDERS)
def test_a_border_is_seen(tokens: Tokens, border: str, back: str) -> None:
    assert contrast(getattr(tokens, border), getattr(tokens, back)) >= SEEN


def test_contrast_is_the_ratio_of_wcag() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
    assert contrast("#ffffff", "#777777") == contrast("#777777", "#ffffff")


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
        assert contrast(getattr(tokens, text), getattr(tokens, back)) >= READABLE


def test_a_weak_palette_of_a_high_contrast_desktop_becomes_black_and_white() -> None:
    palette = QPalette()
    palette.setColor(QPalette.ColorRole.Window, QColor("#3a3a3a"))
    palette.setColor(QPalette.ColorRole.WindowText, QColor("#bbbbbb"))
    tokens = style.from_palette(palette)
    assert (tokens.window, tokens.text) == ("#000000", "#ffffff")


LOOKS: dict[str, Callable[[QApplication], None]] = {
    "light": lambda app: style.apply(app, dark=False),
    "dark": lambda app: style.apply(app, dark=True),
    "contrast": lambda app: style.use_palette(app, high_contrast()),
}
PLACES = ("", "card", "card-current", "card-bad", "choice", "rail", "footer", "practice", "lane-head")
"""Roles of the frames that a control may lie on; empty for the window itself."""
BORDERED = ("secondary", "primary", "danger", "check", "radio", "line", "text", "combo", "list")
FOCUSABLE = (*BORDERED, "quiet", "copy", "link", "icon", "tool", "stage", "step-line")


def high_contrast() -> QPalette:
    """The colors of a high-contrast desktop: yellow on black."""
    palette = QPalette()
    for role, color in ((palette.ColorRole.Window, "#000000"), (palette.ColorRole.WindowText, "#ffff00")):
        palette.setColor(role, QColor(color))
    palette.setColor(palette.ColorRole.Highlight, QColor("#00ffff"))
    palette.setColor(palette.ColorRole.HighlightedText, QColor("#000000"))
    return palette


class Painted:
    """One control on one surface, and what is painted along a line that enters it from the left."""

    def __init__(self, kind: str, place: str, qtbot: QtBot) -> None:
        self.page = QWidget()
        qtbot.addWidget(self.page)
        frame = QFrame(self.page)
        frame.setProperty("role", place)
        self.control = control(kind)
        self.other = button("other")
        for child in (self.control, self.other):
            child.setParent(frame)
        self.page.resize(420, 200)
        frame.setGeometry(10, 10, 400, 180)
        self.control.setGeometry(20, 20, 200, 60)
        self.other.setGeometry(20, 120, 100, 40)
        self.page.show()
        self.page.activateWindow()
        qtbot.waitUntil(self.page.isActiveWindow)
        self.other.setFocus()
        # A choice has its own border around the mark, in its first line.
        self.down = 20 + (EDGE + 9 if kind in ("check", "radio") else 59 if kind == "link" else 30)
        self.around = self.colors()[0]
        """The color of the surface."""

    def colors(self) -> list[str]:
        image = self.page.grab().toImage()
        return [image.pixelColor(10 + x, 10 + self.down).name() for x in range(15, 40)]

    def strongest(self) -> float:
        """The best contrast of the first pixels of the control with its surface: its border, or its ring."""
        return max(contrast(self.around, color) for color in self.colors()[5:14])


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("place", PLACES)
def test_a_border_is_seen_on_every_surface(qapp: QApplication, qtbot: QtBot, look: str, place: str) -> None:
    LOOKS[look](qapp)
    for kind in BORDERED:
        painted = Painted(kind, place, qtbot)
        assert painted.strongest() >= SEEN, kind
        if isinstance(painted.control, QAbstractButton):
            painted.control.setDown(True)
            assert painted.strongest() >= SEEN, f"{kind}, pressed"
        painted.page.close()


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("place", PLACES)
def test_the_focus_ring_is_seen_on_every_surface(qapp: QApplication, qtbot: QtBot, look: str, place: str) -> None:
    LOOKS[look](qapp)
    for kind in FOCUSABLE:
        painted = Painted(kind, place, qtbot)
        before = painted.colors()
        painted.control.setFocus()
        after = painted.colors()
        changed = [(new, contrast(old, new)) for old, new in zip(before, after, strict=True) if old != new]
        assert changed, kind
        # Something differs clearly from what was there before, and the ring from the surface.
        assert max(difference for _, difference in changed) >= SEEN, kind
        assert max(contrast(painted.around, new) for new, _ in changed) >= SEEN, kind
        painted.page.close()


def control(kind: str) -> QWidget:
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
        case "text":
            return QPlainTextEdit()
        case "combo":
            return QComboBox()
        case "list":
            return QListWidget()
        case _:
            return button("Press", kind)


def test_a_bar_of_unknown_length_keeps_still_if_the_desktop_asks_for_less_motion(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    bar = ThinBar()
    qtbot.addWidget(bar)
    bar.set_value(None)
    assert bar.maximum() == 0  # it moves
    monkeypatch.setattr(busy, "reduces_motion", lambda: True)
    bar.set_value(None)
    assert (bar.value(), bar.maximum() > 0) == (0, True)


ROOMS = ("spacing", "margins", "across", "down")
"""Parameters that give room in a layout."""
SETTERS = ("setSpacing", "setContentsMargins", "setHorizontalSpacing", "setVerticalSpacing", "addSpacing")
BOXES = ("row", "column", "fill")
"""Functions whose numbers are free room."""


def test_every_layout_uses_the_scale_of_spaces() -> None:
    others = []
    for file in (resources().parent / "ui").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            others += [f"{file.name}: {number}" for number in _rooms(node) if number not in SPACES]
    assert others == []


def _rooms(node: ast.AST) -> Iterator[int]:
    """Yield the numbers of pixels that a call, a default or a constant gives to a layout."""
    parts: list[ast.AST] = []
    if isinstance(node, ast.Assign) and "MARGINS" in ast.unparse(node.targets[0]):
        parts = [node.value]
    elif isinstance(node, ast.Call):
        name = ast.unparse(node.func).rpartition(".")[2]
        parts = [keyword.value for keyword in node.keywords if keyword.arg in ROOMS]
        parts += node.args if name in SETTERS else [each for each in node.args if isinstance(each, ast.Constant)]
        if name not in (*SETTERS, *BOXES):
            parts = [keyword.value for keyword in node.keywords if keyword.arg in ROOMS]
    for part in parts:
        for each in ast.walk(part):
            if isinstance(each, ast.Constant) and isinstance(each.value, int):
                yield each.value


@pytest.mark.parametrize("inside", [False, True])
def test_a_link_is_flush_with_the_text_above(qtbot: QtBot, inside: bool) -> None:
    text, link, page = label("Text above", "body"), LinkButton("Go to step 10"), QWidget()
    qtbot.addWidget(page)
    items = (text, left(link))
    column(*((column(*items),) if inside else items), REST, inside=page, margins=(16, 16, 16, 16))
    page.resize(300, 120)
    page.show()
    image = page.grab().toImage()

    def first(widget: QWidget) -> int:
        """Return the leftmost column of pixels with a letter in the lines of the widget."""
        place = QRect(widget.mapTo(page, QPoint(0, 0)), widget.size())
        back = image.pixel(2, 2)
        lines = range(place.top() + 6, place.bottom() - 5)
        return next(x for x in range(page.width()) if any(image.pixel(x, y) != back for y in lines))

    assert abs(first(text) - first(link)) <= 1  # G begins a little to the right of T
