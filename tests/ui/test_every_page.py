"""Every page fits every window: its main button is inside, nothing is cut, and nothing scrolls sideways."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QWidget

from app.guide.vocabulary import Lane
from tests.support.controller import walk
from tests.support.pages import ShownPage, dialogs, first_pages, flaws, laid_out, setup_pages
from tests.support.screen import child, in_front, part
from tests.support.until import until
from tests.ui.test_theme import high_contrast
from ui.main_window import MainWindow
from ui.theme import style
from ui.widgets.layouts import column
from ui.widgets.scroll import column_around
from ui.widgets.text import unbroken
from ui.widgets.tiles import Tiles
from ui.wizard.page import WizardPage
from ui.wizard.rail import Rail
from ui.wizard.step_card import StepCard

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytestqt.qtbot import QtBot

    from ui.session.controller import SetupController

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")

SIZES = ((720, 480), (784, 560), (944, 500), (1000, 680), (1264, 640), (1350, 700), (1600, 1000))
"""The smallest window; those of a screen of 800x600, 1920x1080 at 200 percent, the limit of the folded rail, 1920x1080
at 150 percent, 1366x768; and a large one. In device-independent pixels, less the desktop's frame."""
COMPANION = ((360, 400), (410, 560), (410, 960))


async def take_pictures(page: ShownPage, folder: Path) -> None:
    """Save the page in each look, in a file named after its size, its name and the look."""
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    looks: dict[str, Callable[[], None]] = {
        "contrast": lambda: style.use_palette(app, high_contrast()),
        "dark": lambda: style.apply(app, dark=True),
        "light": lambda: style.apply(app, dark=False),
    }
    size = f"{page.window.width()}x{page.window.height()}" if page.resizable else "own"
    for look, put_on in looks.items():
        put_on()
        await laid_out()
        file = folder / size / f"{page.name}-{look}.png"
        file.parent.mkdir(parents=True, exist_ok=True)
        page.window.grab().save(str(file))


@pytest.mark.slow(50, "opens every page of two guides at seven sizes")
@pytest.mark.usefixtures("secret_service")
@pytest.mark.parametrize("guide_id", ["okta-custom", "pingfederate"])
def test_every_page_fits_every_window(
    qapp: QApplication, tmp_path: Path, guide_id: str, request: pytest.FixtureRequest
) -> None:
    found: dict[str, list[str]] = {}
    pictures = request.config.getoption("--pictures")

    async def check(page: ShownPage) -> None:
        sizes = SIZES if isinstance(page.window, MainWindow) else COMPANION
        for width, height in sizes if page.resizable else (page.window.size().toTuple(),):
            page.window.resize(width, height)
            await laid_out()
            wrong = list(flaws(page))
            if page.window.size() != QSize(width, height):
                wrong.append(f"the window became {page.window.width()}x{page.window.height()}")
            if wrong:
                found[f"{page.name} at {width}x{height}"] = wrong
            if pictures:
                await take_pictures(page, Path(pictures) / guide_id)

    async def story(controller: SetupController) -> None:
        window = MainWindow()
        window.show()
        for pages in (first_pages(window), setup_pages(controller, window), dialogs(controller, window)):
            async for page in pages:
                await check(page)
        window.deleteLater()
        await laid_out()

    walk(qapp, tmp_path, story, guide=guide_id)
    assert found == {}


def test_a_page_that_shows_before_it_hides_does_not_enlarge_it(qapp: QApplication) -> None:
    style.apply(qapp, dark=False)
    page, one, other = QWidget(), QWidget(), QWidget()
    for each in (one, other):
        each.setFixedHeight(500)
    column(one, other, inside=page)
    other.hide()
    window = MainWindow()
    size = window.minimumSize().expandedTo(QSize(640, 480))
    window.resize(size)
    window.show_page(page)
    window.show()
    qapp.processEvents()
    other.show()
    one.hide()
    qapp.processEvents()
    assert window.size() == size
    window.deleteLater()


@pytest.mark.usefixtures("secret_service")
def test_a_small_window_folds_the_rail_and_shows_the_other_lane_on_request(qapp: QApplication, tmp_path: Path) -> None:
    async def story(controller: SetupController) -> None:
        guide = controller.session.guide
        step = next(step for step in guide.steps if step.lane is Lane.PORTAL and step.page is None)
        await controller.session.go(step.id)
        window, wizard = MainWindow(), WizardPage(controller)
        window.show_page(wizard)
        window.resize(1000, 680)
        window.show()
        await in_front(window)
        cie, portal, rail = part(wizard, QWidget, "lane-cie"), part(wizard, QWidget, "lane-portal"), part(wizard, Rail)
        wide = rail.width()
        assert (cie.isVisible(), portal.isVisible()) == (True, True)
        for width, height, lanes in ((999, 680, 1), (1000, 679, 2)):
            window.resize(width, height)
            await laid_out()
            assert rail.width() < wide / 3
            assert cie.isVisible() + portal.isVisible() == lanes
            for each in rail.findChildren(QAbstractButton):
                if each.isVisible():
                    assert each.accessibleName()
                    assert each.toolTip()
        window.resize(800, 600)
        await laid_out()
        assert (cie.isVisible(), portal.isVisible()) == (False, True)
        QTest.mouseClick(child(portal, "leave-portal"), Qt.MouseButton.LeftButton)
        assert (cie.isVisible(), portal.isVisible()) == (True, False)
        assert cie.isAncestorOf(window.focusWidget())
        QTest.keyClick(window, Qt.Key.Key_F6)
        assert (cie.isVisible(), portal.isVisible()) == (False, True)
        QTest.keyClick(window, Qt.Key.Key_F6)
        before = next(step for step in guide.steps if step.lane is Lane.CIE and step.page is None)
        await controller.session.go(before.id)
        await controller.session.go(step.id)
        controller.page_changed.emit()
        await until(portal.isVisible)
        assert not cie.isVisible()
        window.resize(1240, 800)
        await laid_out()
        assert (cie.isVisible(), portal.isVisible(), rail.width()) == (True, True, wide)
        window.deleteLater()
        await laid_out()

    walk(qapp, tmp_path, story)


def test_cards_take_as_many_columns_as_fit_and_fill_the_shortest(qtbot: QtBot) -> None:
    cards = [QWidget() for _ in range(4)]
    for card, height in zip(cards, (90, 30, 30, 30), strict=True):
        card.setFixedHeight(height)
    tiles = Tiles(*cards, least=200)
    qtbot.addWidget(tiles)
    cards[3].hide()
    for width, columns in ((199, 1), (411, 1), (412, 2), (2000, 3)):
        places = [place for _, place in tiles.places(width)]
        assert len(places) == 3
        assert len({place.left() for place in places}) == columns
        assert max(place.right() for place in places) < width
    (_, first), (_, second), (_, third) = tiles.places(412)
    assert (first.left(), third.left()) == (0, second.left())
    assert third.top() > second.bottom()


@pytest.mark.usefixtures("secret_service")
def test_a_step_higher_than_its_lane_opens_at_its_title(qapp: QApplication, tmp_path: Path) -> None:
    higher: dict[str, int] = {}

    async def story(controller: SetupController) -> None:
        window, wizard = MainWindow(), WizardPage(controller)
        window.show_page(wizard)
        window.resize(800, 500)
        window.show()
        await in_front(window)
        for step in controller.session.guide.steps:
            await controller.session.go(step.id)
            controller.setup_changed.emit()
            await laid_out()
            card = QApplication.focusWidget()
            around = column_around(card) if isinstance(card, StepCard) else None
            if card is not None and around is not None and card.height() > around.viewport().height():
                higher[step.id] = card.mapTo(around.viewport(), QPoint(0, 0)).y()
        window.deleteLater()
        await laid_out()

    walk(qapp, tmp_path, story)
    assert len(higher) > 1
    assert {step: top for step, top in higher.items() if not 0 <= top < 40} == {}


@pytest.mark.usefixtures("secret_service")
def test_a_lane_shows_the_whole_name_of_its_console(qapp: QApplication, tmp_path: Path) -> None:
    async def story(controller: SetupController) -> None:
        session = controller.session
        window, wizard = MainWindow(), WizardPage(controller)
        window.show_page(wizard)
        window.resize(1000, 680)
        window.show()
        for lane in (Lane.CIE, Lane.PORTAL):
            step = next(step for step in session.guide.steps if step.lane is lane and step.page is None)
            await session.go(step.id)
            controller.setup_changed.emit()
            await laid_out()
            for name in (session.guide.cie.name, session.guide.portal.name):
                assert name in {unbroken(QLabel.text(each)) for each in wizard.findChildren(QLabel) if each.isVisible()}
            assert list(flaws(ShownPage("lanes", window))) == []
        window.deleteLater()
        await laid_out()

    walk(qapp, tmp_path, story, guide="sase-5g")
