"""Opening the handbook at a step, whatever the desktop does to addresses."""

from __future__ import annotations

import stat
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

import pytest

from app.guide import catalog
from app.system import handbook
from app.system.paths import resources
from tests.handbook.reading import read

HELP = resources() / "help"


def redirect_target(leading: Path) -> tuple[Path, str]:
    """Return the file and the anchor that a browser is redirected to."""
    page = read(leading.read_text("utf-8"))
    assert not page.problems
    (refresh,) = (given["content"] for given in page.all("meta") if given.get("http-equiv") == "refresh")
    seconds, _, address = refresh.partition("; url=")
    assert seconds == "0"
    assert page.all("a") == [{"href": address}]
    parts = urlsplit(address)
    assert parts.scheme == "file"
    return Path(url2pathname(parts.path)), parts.fragment


@pytest.mark.parametrize("guide_id", catalog.ids())
def test_every_step_can_be_opened(guide_id: str, tmp_path: Path) -> None:
    anchors = read((HELP / f"{guide_id}.html").read_text("utf-8")).ids
    for step in (catalog.guide(guide_id).steps[0], catalog.guide(guide_id).steps[-1]):
        target, anchor = redirect_target(handbook.page_at_step(guide_id, step.id, tmp_path))
        assert (target, anchor) == (HELP / f"{guide_id}.html", step.id)
        assert anchor in anchors


def test_a_folder_with_unusual_characters_can_be_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installed = tmp_path / "Programme #1 & 'mehr' 100% ü"
    (installed / "help").mkdir(parents=True)
    (installed / "help" / "okta.html").write_text("<p>x</p>", "utf-8")
    monkeypatch.setattr(handbook, "resources", lambda: installed)
    assert redirect_target(handbook.page_at_step("okta", "submit", tmp_path)) == (
        installed / "help" / "okta.html",
        "submit",
    )


def test_the_page_belongs_to_the_user_and_is_replaced(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    first = handbook.page_at_step("okta", "submit", folder)
    assert first == handbook.page_at_step("entra", "submit", folder)
    assert redirect_target(first)[0].name == "entra.html"
    assert [path.name for path in folder.iterdir()] == ["handbook.html"]
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(first.stat().st_mode) == 0o600


def test_a_client_without_a_page_gets_the_first_page(tmp_path: Path) -> None:
    assert handbook.page_at_step("ninth", "note-realm", tmp_path) == handbook.page(None) == HELP / "index.html"
    assert handbook.page("okta") == HELP / "okta.html"
    assert not list(tmp_path.iterdir())


def test_if_nothing_can_be_written_the_page_itself_is_opened(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    assert handbook.page_at_step("okta", "submit", tmp_path / "file") == HELP / "okta.html"
    (tmp_path / "link").symlink_to(tmp_path)
    assert handbook.page_at_step("okta", "submit", tmp_path / "link") == HELP / "okta.html"


def test_inside_a_flatpak_the_page_itself_is_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not yet run in a Flatpak. There a portal gives the browser only the one file that it was asked to open."""
    marker = tmp_path / ".flatpak-info"
    marker.write_text("[Application]\n")
    monkeypatch.setattr(handbook, "FLATPAK", marker)
    assert handbook.page_at_step("okta", "submit", tmp_path / "data") == HELP / "okta.html"
    assert not (tmp_path / "data").exists()
