"""The way from the program to a place in the handbook."""

from __future__ import annotations

import html
from contextlib import suppress
from pathlib import Path

from app.system.files import own_folder, replace_whole
from app.system.paths import resources

FLATPAK = Path("/.flatpak-info")
"""There only inside a Flatpak."""

_LEADING = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta http-equiv="refresh" content="0; url={address}">
<title>Handbook</title>
<p><a href="{address}">Handbook</a></p>
</html>
"""


def page(guide_id: str | None) -> Path:
    """The page of that guide; the first page for None, and for a guide that came without one."""
    folder = resources() / "help"
    own = folder / f"{guide_id}.html"
    return own if guide_id is not None and own.exists() else folder / "index.html"


def at_step(guide_id: str, step_id: str, folder: Path) -> Path:
    """A page that leads to that step, written into a folder of the program's own. Where it cannot be, the guide's page.

    A browser that is handed ``page.html#step`` by the desktop does not see the step: xdg-open cuts it off, GLib
    refuses the address, and Windows and macOS open files, which have no such part. So they get a page that leads on.
    """
    whole = page(guide_id)
    # Outside of a Flatpak the path of its files is another one, which only the portal that opens a file knows.
    if FLATPAK.exists() or whole.stem != guide_id:
        return whole
    address = html.escape(f"{whole.as_uri()}#{step_id}")
    leading = folder / "handbook.html"
    with suppress(OSError):
        own_folder(folder)
        replace_whole(leading, _LEADING.format(address=address).encode(), None)
        return leading
    return whole
