"""Writes the handbook's pages from the guides and the templates in ``resources/handbook``."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.guide import catalog
from app.guide.builders import FORMS
from app.guide.placeholders import fill_guide
from app.reports.open_metrics import FAMILIES
from app.system import policy
from app.system.paths import resources
from app.system.policy_settings import LONGEST_CONTACT, LONGEST_SECONDS, SHORTEST_SECONDS
from app.values.address import API_HOSTS, TOKEN_HOST
from handbook import pictures
from handbook.entries import journeys, sections, steps_at_most
from ui.session.keys import Key

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from jinja2 import Environment
    from markupsafe import Markup

    from app.guide.model import Guide

MONITORING = Path(__file__).resolve().parents[1] / "monitoring"
"""Units, a job and alerts that the administrators' page shows."""

EXAMPLE = """\
keyring_required = true
clipboard_seconds = 20
base_url_hosts = ["*.paloaltonetworks.com"]
contact = "Ask the identity team, extension 4711."
"""
"""The example of a policy on the administrators' page."""


HEARD = ("entra", ("Copy the Tenant ID", "Copy the primary domain"))
"""The client and the steps on the page about accessibility, by their titles in the transcript."""


def pages(guides: Iterable[Guide] | None = None) -> dict[str, str]:
    """File name → HTML of every page. The same guides always give the same text."""
    templates = _templates()
    shown = [picture for picture in pictures.shared() if _taken(picture)]
    every = catalog.guides() if guides is None else tuple(guides)
    # As before the first value is captured: its suggestion or its label, never a real value.
    filled = tuple(fill_guide(guide, {}) for guide in every)
    common = {
        "guides": filled,
        "most": {guide.id: steps_at_most(guide) for guide in filled},
        "shared": shown,
        "keys": tuple(Key),
    }
    for_administrators = {**common, **_decided(), "consoles": [_consoles(guide) for guide in every]}
    written = {
        "index.html": _page(templates, "index.html", common),
        "administrators.html": _page(templates, "administrators.html", for_administrators),
        "accessibility.html": _page(templates, "accessibility.html", {**common, **_heard()}),
    }
    for guide in filled:
        written[f"{guide.id}.html"] = client_page(templates, guide, common)
    return written


def client_page(templates: Environment, guide: Guide, common: Mapping[str, Any]) -> str:
    """The page of one SCIM client."""
    written = sections(guide)
    there = {step: picture for step, picture in pictures.of(guide).items() if _taken(picture)}
    parts = {
        "pictures": there,
        "guide": guide,
        "sections": written,
        "journeys": journeys(guide, written),
        "numbers": {entry.step.id: entry for section in written for entry in section.entries},
        "forms": FORMS,
    }
    return _page(templates, "client.html", {**common, **parts})


def _consoles(guide: Guide) -> Guide:
    """The guide with labels in place of values, because an address may contain a value."""
    return fill_guide(guide, {name: spec.label for name, spec in guide.values.items()})


def _decided() -> dict[str, Any]:
    """What the administrators' page takes from the code that it speaks of."""
    places = {"linux": policy.path("linux"), "macos": policy.path("darwin"), "registry": policy.REGISTRY}
    limits = {"shortest": SHORTEST_SECONDS, "longest": LONGEST_SECONDS, "contact": LONGEST_CONTACT}
    metrics = {name: words for name, (words, _) in FAMILIES.items()}
    monitoring = {file.name: file.read_text(encoding="utf-8").rstrip() for file in MONITORING.iterdir()}
    return {
        "token_host": TOKEN_HOST,
        "api_hosts": API_HOSTS,
        "policy": {**places, **limits, "example": EXAMPLE},
        "metrics": metrics,
        "monitoring": monitoring,
    }


def _heard() -> dict[str, Any]:
    """Steps of the transcript that the tests of the lane ``orca`` compare with what Orca says."""
    client, titles = HEARD
    transcript = (resources().parent / f"tests/orca/golden/{client}-orca-43.txt").read_text("utf-8")
    sections = re.split(r"^(.+)\n=+\n", transcript, flags=re.MULTILINE)[1:]
    said = dict(zip(sections[::2], sections[1::2], strict=True))
    return {"client": catalog.guide(client).name, "heard": [(title, said[title].strip()) for title in titles]}


def write(folder: Path) -> tuple[Path, ...]:
    """Write all pages into that folder and delete those of removed guides; returns their paths."""
    written = pages()
    for old in folder.glob("*.html"):
        if old.name not in written:
            old.unlink()
    for name, html in written.items():
        (folder / name).write_text(html, "utf-8", newline="\n")
    return tuple(folder / name for name in written)


def _taken(picture: pictures.Picture) -> bool:
    """Whether it exists; a new guide has no pictures yet."""
    return all((resources() / "help/pictures" / picture.file(theme)).exists() for theme in pictures.THEMES)


def _page(templates: Environment, name: str, parts: Mapping[str, Any]) -> str:
    return templates.get_template(name).render(**parts) + "\n"


def _templates() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    templates = Environment(
        loader=FileSystemLoader([resources() / "handbook", resources() / "console"]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.filters["marked"] = _marked
    return templates


def _marked(text: str) -> Markup:
    """The words of a guide as HTML: ``**label**`` becomes bold, everything else is escaped."""
    from markupsafe import Markup, escape

    return Markup(re.sub(r"\*\*(.+?)\*\*", r"<b>\1</b>", str(escape(text))))
