"""The handbook's pictures: all there, none too many, as large as the pages say, and small enough for a package."""

from __future__ import annotations

import pytest
from handbook import pictures
from handbook.pages import pages
from PySide6.QtGui import QImage

from app.guide import catalog
from app.guide.vocabulary import SECRET_KINDS, Kind, Lane
from app.system.paths import resources
from tests.handbook.reading import read

FOLDER = resources() / "help/pictures"


def test_the_folder_holds_each_picture_in_both_themes_and_nothing_else() -> None:
    wanted = {p.file(theme) for _, some in pictures.every(catalog.guides()) for p in some for theme in pictures.THEMES}
    assert {path.name for path in FOLDER.iterdir()} == wanted
    assert len(wanted) == 2 * (2 * len(catalog.ids()) + len(pictures.shared()))
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) <= pictures.MOST_BYTES


def test_a_picture_has_its_size_and_its_theme() -> None:
    for _, some in pictures.every(catalog.guides()):
        for picture in some:
            light, dark = (QImage(str(FOLDER / picture.file(theme))) for theme in pictures.THEMES)
            for image in (light, dark):
                assert (image.width(), image.height()) == picture.size, picture.name
            assert light.pixelColor(2, 2).lightness() > 200 > 60 > dark.pixelColor(2, 2).lightness()


@pytest.mark.parametrize("guide_id", catalog.ids())
def test_the_pictures_stand_at_steps_of_the_tour(guide_id: str) -> None:
    guide = catalog.guide(guide_id)
    names, secrets = pictures.of(guide)
    assert {Kind.DIRECTORY_ID, Kind.DIRECTORY_NAME} <= {guide.values[c.value].kind for c in guide.step(names).carries}
    assert {guide.values[c.value].kind for c in guide.step(secrets).carries} & SECRET_KINDS
    assert (guide.step(names).lane, guide.step(secrets).lane) == (Lane.CIE, Lane.PORTAL)
    page = read(pages([guide])[f"{guide_id}.html"])
    shown = [given["src"] for given in page.all("img")]
    assert shown == [f"pictures/{picture.file('light')}" for picture in pictures.of(guide).values()]
    assert [given["srcset"] for given in page.all("source")] == [src.replace("light", "dark") for src in shown]


def test_every_picture_is_shown_with_its_size_and_in_words() -> None:
    shown = [given for html in pages().values() for given in read(html).all("img")]
    wanted = [picture for _, some in pictures.every(catalog.guides()) for picture in some]
    assert {given["src"] for given in shown} == {f"pictures/{picture.file('light')}" for picture in wanted}
    assert all(len(given["alt"]) > 20 for given in shown)
    sizes = {f"pictures/{picture.file('light')}": picture.size for picture in wanted}
    assert all((int(given["width"]), int(given["height"])) == sizes[given["src"]] for given in shown)
