"""The handbook says what the guides say, in their order, and is a document that any browser shows."""

from __future__ import annotations

import re
import shutil
from datetime import UTC, datetime
from itertools import pairwise, product
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from handbook.entries import sections, steps_at_most
from handbook.pages import pages, write

from app.guide import catalog, guide_file
from app.guide.placeholders import fill_guide
from app.guide.vocabulary import Lane
from app.session.open_setup import new_setup
from app.setup.journey import places
from app.system.paths import resources
from app.values.rules import describe
from tests.guide.answers import answers, shown
from tests.guide.vendor_page import eights, hashes
from tests.handbook.reading import Read, read
from ui.theme.tokens import DARK, LIGHT, READABLE, contrast

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.guide.model import Guide, Step

HELP = resources() / "help"
NINTH = Path(__file__).parents[1] / "journeys/ninth_client.yaml"
CLIENTS = (*catalog.ids(), "ninth")
EVERY = ("index", "administrators", "accessibility", *CLIENTS)

GROUNDS = ("window", "surface", "rail", "wash")
INKS = ("text", "muted", "accent", "good", "caution", "bad")
"""Pairs of a color and its background, all readable."""


@pytest.fixture(scope="module")
def guides(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Guide]:
    """The guides that ship, and one that came with a YAML file alone."""
    folder = tmp_path_factory.mktemp("guides")
    shutil.copytree(resources() / "guides" / "shared", folder / "shared")
    ninth = guide_file.read(Path(shutil.copy(NINTH, folder / "ninth.yaml")))
    return {guide.id: guide for guide in (*catalog.guides(), ninth)}


@pytest.fixture(scope="module")
def written(guides: dict[str, Guide]) -> dict[str, Read]:
    """All pages as a reader sees them, by name without ``.html``."""
    return {name.removesuffix(".html"): read(html) for name, html in pages(guides.values()).items()}


@pytest.fixture(params=CLIENTS)
def guide(request: pytest.FixtureRequest, guides: dict[str, Guide]) -> Guide:
    return guides[request.param]


@pytest.fixture
def page(guide: Guide, written: dict[str, Read]) -> Read:
    return written[guide.id]


@pytest.fixture(params=EVERY)
def any_page(request: pytest.FixtureRequest, written: dict[str, Read]) -> Read:
    return written[request.param]


# -- in step with the guides ---------------------------------------------------------------


def test_the_files_are_what_the_guides_give() -> None:
    """Otherwise: python3 packaging/dev.py help."""
    made = pages()
    assert {path.name for path in HELP.glob("*.html")} == set(made)
    stale = [name for name, html in made.items() if (HELP / name).read_text("utf-8") != html]
    assert not stale


def test_a_page_of_a_guide_that_is_gone_goes_too(tmp_path: Path) -> None:
    (tmp_path / "gone.html").write_text("old", "utf-8")
    (tmp_path / "contributors.md").write_text("stays", "utf-8")
    assert {path.name for path in write(tmp_path)} == {path.name for path in tmp_path.glob("*.html")} == set(pages())
    assert (tmp_path / "contributors.md").exists()


def told(guide: Guide) -> Iterator[str]:
    """Every text of a guide that belongs on its page."""
    yield from (guide.name, guide.summary, guide.scim_client, guide.portal.name, *guide.aliases)
    for need in guide.prerequisites:
        yield from (need.text, need.why)
    for branch in guide.branches:
        yield branch.ask
        for option in branch.options:
            yield from (option.label, option.unavailable or option.sign)
            yield from ("" if option.unavailable else w for w in (option.means, option.shuts_gate) if w)
    for stage in guide.stages:
        yield from (stage.title, stage.lead)
        for step in stage.steps:
            yield from told_of(step, guide)
    cadence = guide.cadence
    yield from (cadence.words, cadence.on_demand or "", *cadence.meanwhile)
    yield from (source.title for source in guide.sources.values())


def told_of(step: Step, guide: Guide) -> Iterator[str]:
    yield from (step.title, *step.path, *step.do, *step.notes, *step.advice, step.success)
    yield from (step.takes or "", step.confirm or "", *(need.because for need in step.needs))
    for carry in step.carries:
        yield from (carry.field, guide.values[carry.value].label, guide.values[carry.value].origin)
    yield from (guide.values[name].label for name in step.captures)
    for choice in step.choices:
        yield from (choice.field, choice.choose, choice.why)
    for failure in step.failures:
        yield from (failure.sign, failure.cause, failure.repair)


def test_nothing_that_a_guide_says_is_missing(guide: Guide, page: Read) -> None:
    everything = "\n".join(page.blocks)
    texts = [" ".join(text.replace("**", "").split()) for text in told(fill_guide(guide, {}))]
    assert len(texts) > 100
    assert not [text for text in texts if text not in everything]


def test_every_step_has_its_anchor_in_the_order_of_the_program(guide: Guide, page: Read) -> None:
    steps = [step.id for step in guide.steps]
    articles = [given["id"] for given in page.all("article")]
    assert articles == steps
    listed = [given["href"][1:] for given in page.all("a") if given.get("href", "")[1:] in steps]
    assert listed[: len(steps)] == steps  # the table of contents stands first


def test_the_numbers_are_those_of_the_program(guide: Guide) -> None:
    entries = {entry.step.id: entry for section in sections(guide) for entry in section.entries}
    now = datetime(2026, 11, 25, tzinfo=UTC)
    first = places(guide, new_setup(guide, now, practice=False))
    assert [entries[p.step.id].number for p in first] == [p.number for p in first]
    for step in guide.steps:
        own = {branch: wanted if isinstance(wanted, str) else wanted[0] for branch, wanted in step.when.items()}
        seen = places(guide, new_setup(guide, now, practice=False).with_(answers=own))
        assert {p.step.id: p.number for p in seen}[step.id] == entries[step.id].number


@pytest.mark.parametrize("guide_id", catalog.ids())
def test_the_most_steps_are_those_of_the_longest_answers(
    guide_id: str, guides: dict[str, Guide], written: dict[str, Read]
) -> None:
    guide = guides[guide_id]
    most = max(len(shown(guide, given)) for given in answers(guide))
    assert steps_at_most(guide) == most
    assert f"{most} at most" in "\n".join(written[guide_id].blocks)


def test_every_question_is_there_with_all_its_answers_before_what_depends_on_it(guide: Guide, page: Read) -> None:
    order = page.ids
    for branch in guide.branches:
        asked = order.index(f"question-{branch.id}")
        depending = [step.id for step in guide.steps if branch.id in step.when]
        assert all(order.index(step_id) > asked for step_id in depending), branch.id
    conditions = sum(len(step.when) for step in guide.steps)
    assert sum(given.get("class") == "only" for given in page.all("span")) == conditions


def test_the_lane_of_every_step_is_told(guide: Guide, page: Read) -> None:
    lanes = [given["class"].split()[1] for given in page.all("span") if given.get("class", "").startswith("lane ")]
    assert lanes == [step.lane.value for step in guide.steps]
    assert set(lanes) == {lane.value for lane in Lane}


def test_the_rule_of_every_value_is_the_one_that_the_program_checks(guide: Guide, page: Read) -> None:
    words = "\n".join(page.blocks)
    for step in guide.steps:
        for name in step.captures:
            assert describe(guide.values[name].kind) in words, name


# -- a document ----------------------------------------------------------------------------


def test_a_page_is_well_formed(any_page: Read) -> None:
    assert not any_page.problems
    assert len(any_page.ids) == len(set(any_page.ids))
    assert any_page.title.endswith(" - SCIM Setup Assistant")
    assert any_page.all("html") == [{"lang": "en"}]
    levels = [int(name[1]) for name, _ in any_page.elements if re.fullmatch(r"h[1-6]", name)]
    assert levels.count(1) == 1
    after = levels[levels.index(1) :]
    assert all(deeper - upper <= 1 for upper, deeper in pairwise(after))
    assert all(given.get("scope") for given in any_page.all("th"))


def test_the_reader_notices_what_is_not_well_formed() -> None:
    for broken in ("<p><b>x</p></b>", "<p>x", '<a id="x" id="y">x</a>', "<p><p>x</p></p>"):
        assert read(broken).problems, broken


def test_a_page_loads_and_runs_nothing_from_elsewhere(any_page: Read) -> None:
    names = {name for name, _ in any_page.elements}
    assert not names & {"script", "link", "iframe", "object", "embed", "form", "input", "base", "video", "audio"}
    assert not re.search(r"@import|url\(|expression", any_page.style)
    for name, given in any_page.elements:
        assert not [key for key in given if key.startswith("on") or key == "style"], name
        loaded = [given.get("src", ""), *given.get("srcset", "").split()]
        assert not [address for address in loaded if urlsplit(address).scheme or address.startswith("/")]


def test_every_link_leads_somewhere(any_page: Read, written: dict[str, Read]) -> None:
    assert len(any_page.all("a")) > 5
    for href in (given["href"] for given in any_page.all("a")):
        parts = urlsplit(href)
        if parts.scheme:
            assert parts.scheme == "https", href
            continue
        if parts.path.endswith(".md"):
            assert (HELP / parts.path).exists(), href
            continue
        name = parts.path.removesuffix(".html")
        target = written[name] if parts.path else any_page
        assert not parts.fragment or parts.fragment in target.ids, href


def test_pages_can_be_reached_by_keyboard_and_by_what_reads_aloud(any_page: Read) -> None:
    assert any_page.all("a")[0] == {"class": "skip", "href": "#content"}
    assert all(given.get("aria-label") for given in any_page.all("nav"))
    assert len(any_page.all("main")) == 1
    assert all(given.get("alt") for given in any_page.all("img"))


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_colors_are_the_programs_and_readable(theme: str, written: dict[str, Read]) -> None:
    schemes = re.findall(r":root \{([^}]*)\}", written["index"].style)
    light, dark = (dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", scheme)) for scheme in schemes[:2])
    assert set(light) == set(dark)
    found, tokens = (light, LIGHT) if theme == "light" else (dark, DARK)
    renamed = {"wash": "accent_wash"}
    assert found == {name: getattr(tokens, renamed.get(name, name.replace("-", "_"))) for name in found}
    for ink, ground in (*product(INKS, GROUNDS), ("on-accent", "accent")):
        assert contrast(found[ink], found[ground]) >= READABLE, (ink, ground)


# -- words ---------------------------------------------------------------------------------


def test_no_eight_words_in_a_row_are_the_vendors(any_page: Read) -> None:
    theirs = hashes()
    assert not [run for block in any_page.blocks for run, mark in eights(block) if mark in theirs]


def test_the_words_are_ours(any_page: Read) -> None:
    for block in set(any_page.blocks) - any_page.listings:
        assert not re.search(r"\b(please|simply|just|easy|easily)\b", block, re.IGNORECASE), block
        assert not re.search(r"\*\*|\{\w|!", block), block
        assert block.startswith("Sources: ") or all(len(s.split()) <= 30 for s in sentences(block)), block


def sentences(text: str) -> list[str]:
    return re.split(r"(?<=[.!?:])\s+", text)


def test_nothing_looks_like_a_secret(any_page: Read) -> None:
    shown = "\n".join(any_page.blocks)
    assert not re.search(r"://127\.0\.0\.1|localhost|/scim/|eyJ[\w-]{10}", shown)
    assert not [word for word in shown.split() if re.fullmatch(r"[A-Za-z0-9_-]{40,}", word)]
