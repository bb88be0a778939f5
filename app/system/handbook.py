"""Finds the handbook page for a guide or a step."""

from __future__ import annotations

import html
from contextlib import suppress
from typing import TYPE_CHECKING

from app.system.administrators_file import FLATPAK
from app.system.files import make_private_folder, replace_atomically
from app.system.paths import resources

if TYPE_CHECKING:
    from pathlib import Path

_REDIRECT = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta http-equiv="refresh" content="0; url={address}">
<title>Handbook</title>
<p><a href="{address}">Handbook</a></p>
</html>
"""


def page(guide_id: str | None) -> Path:
    """Return the guide's page; the first page for None or for a guide without a page of its own."""
    folder = resources() / "help"
    own = folder / f"{guide_id}.html"
    return own if guide_id is not None and own.exists() else folder / "index.html"


def page_at_step(guide_id: str, step_id: str, folder: Path) -> Path:
    """Return a page that redirects to the step, written to ``folder``; the guide's page if it cannot be written.

    The desktop cannot pass ``page.html#step`` to a browser: xdg-open drops the fragment, GLib rejects the address, and
    Windows and macOS open files, which have no fragment. So the browser gets a page that redirects.
    """
    guide_page = page(guide_id)
    # Outside a Flatpak its files have another path, known only to the portal that opens a file.
    if FLATPAK.exists() or guide_page.stem != guide_id:
        return guide_page
    address = html.escape(f"{guide_page.as_uri()}#{step_id}")
    redirect = folder / "handbook.html"
    with suppress(OSError):
        make_private_folder(folder)
        replace_atomically(redirect, _REDIRECT.format(address=address).encode(), None)
        return redirect
    return guide_page
