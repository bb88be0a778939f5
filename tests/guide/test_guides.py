"""What every guide has to keep: references, order, words of its own, and completeness against the vendor's page."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from app.guide import catalog, placeholders
from app.guide.vocabulary import Kind, Lane, Milestone, Page
from app.system import data_file
from app.system.paths import resources
from app.values.rules import derive, read
from tests.guide.answers import answers, shown
from tests.guide.vendor_page import eights, hashes
from ui.wizard.step_card import ANOTHER_VALUE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.guide.model import Guide

FOLDER = resources() / "guides"
IDS = catalog.ids()

LABELS: dict[str, list[str]] = data_file.load(Path(__file__).with_name("labels.yaml"))
NOT_WORDS = {
    "builder",
    "value",
    "named_by",
    "derived_from",
    "suggestion",
    "at",
    "verified_on",
    "test_requests",
    "roles",
    "hosting",
    "errors",
    "tenant_values",
    "id",
    "url",
    "kind",
    "sources",
    "covers",
    "revisit",
    "when",
    "link",
    "captures",
    "depends_on",
    "source",
}


def guides() -> list[Guide]:
    return [catalog.guide(guide_id) for guide_id in IDS]


@pytest.fixture(params=IDS)
def guide(request: pytest.FixtureRequest) -> Guide:
    return catalog.guide(request.param)


def texts(part: Any, at: str = "") -> Iterator[tuple[str, str]]:
    """Everything in a guide that an admin reads, with where it stands."""
    if isinstance(part, str):
        yield at, part
    elif isinstance(part, dict):
        for key, value in part.items():
            if key not in NOT_WORDS:
                yield from texts(value, f"{at}.{key}")
    elif isinstance(part, (list, tuple)):
        for number, value in enumerate(part):
            name = value.get("id", number) if isinstance(value, dict) else number
            yield from texts(value, f"{at}.{name}")


def words_of(guide: Guide) -> list[tuple[str, str]]:
    found = list(texts(guide.model_dump(mode="json")))
    assert len(found) > 100
    return found


def sentences(text: str) -> list[str]:
    return re.split(r"(?<=[.!?])\s+", text)


# -- what the program relies on ------------------------------------------------------------


def test_there_are_guides_and_their_ids_are_their_file_names() -> None:
    assert "entra" in IDS
    assert [guide.id for guide in guides()] == list(IDS)
    assert len(catalog.guides()) == len(IDS)


def test_what_is_carried_was_captured_before(guide: Guide) -> None:
    for given in answers(guide):
        known: set[str] = set()
        for step in shown(guide, given):
            wanted = {c.value for c in step.carries}
            wanted |= {n for n in step.depends_on if any(n in s.captures for s in shown(guide, given))}
            missing = {n for n in wanted if not _known(guide, n, known)}
            assert not missing, (step.id, given)
            known |= set(step.captures)


def _known(guide: Guide, name: str, known: set[str]) -> bool:
    spec = guide.values[name]
    return name in known or spec.suggestion is not None or spec.derived_from in known


def test_every_capture_is_used(guide: Guide) -> None:
    carried = {c.value for s in guide.steps for c in s.carries}
    rested_on = {n for s in guide.steps for n in s.depends_on}
    sources = {spec.derived_from for spec in guide.values.values()}
    said = placeholders.placeholders_of(guide)
    for step in guide.steps:
        for name in step.captures:
            counted = guide.values[name].kind is Kind.COUNT
            assert counted or name in carried | rested_on | sources | said | {guide.named_by}, (step.id, name)


def test_a_value_is_captured_at_most_once_and_never_stays_unknown(guide: Guide) -> None:
    ever: set[str] = set()
    for given in answers(guide):
        captured = [name for step in shown(guide, given) for name in step.captures]
        assert len(captured) == len(set(captured)), given
        ever |= set(captured)
    rest = [name for name, spec in guide.values.items() if not (spec.derived_from or spec.suggestion)]
    assert set(rest) <= ever


def test_only_a_value_that_can_be_known_before_is_the_admins_own_choice(guide: Guide) -> None:
    for name, spec in guide.values.items():
        if spec.own:
            assert spec.derived_from or spec.suggestion, name
            assert not spec.secret, name


def test_every_step_is_shown_under_some_answer(guide: Guide) -> None:
    seen = {step.id for given in answers(guide) for step in shown(guide, given)}
    assert seen == {step.id for step in guide.steps}


def test_every_answer_makes_a_difference(guide: Guide) -> None:
    """Other steps, or a consequence that is named."""
    in_steps = {
        (branch, o) for s in guide.steps for branch, w in s.when.items() for o in ([w] if isinstance(w, str) else w)
    }
    for branch in guide.branches:
        for option in branch.options:
            told = option.means or option.unavailable or option.shuts_gate
            assert told or (branch.id, option.id) in in_steps, (branch.id, option.id)


def test_a_question_is_asked_where_the_admin_always_comes_by(guide: Guide) -> None:
    for given in answers(guide):
        order = [step.id for step in shown(guide, given)]
        for branch in guide.branches:
            if branch.at is None:
                continue
            assert branch.at in order, (branch.id, given)
            depending = [n for n, step in enumerate(shown(guide, given)) if branch.id in step.when]
            assert not depending or order.index(branch.at) < min(depending), branch.id


def test_steps_point_only_to_steps_that_are_shown_with_them(guide: Guide) -> None:
    for given in answers(guide):
        order = [step.id for step in shown(guide, given)]
        for step in shown(guide, given):
            pointed = [need.step for need in step.needs]
            pointed += [failure.revisit for failure in step.failures if failure.revisit]
            for target in pointed:
                # A target of another answer is left out on the screen.
                if target in order:
                    assert order.index(target) <= order.index(step.id), (step.id, target)


def test_the_milestones_come_in_their_order_and_end_the_guide(guide: Guide) -> None:
    for given in answers(guide):
        reached = [step.marks for step in shown(guide, given) if step.marks]
        assert reached == list(Milestone), given
        assert shown(guide, given)[-1].marks is Milestone.FINISHED
        assert {Milestone.TIMESTAMP, Milestone.FULL_SYNC} <= {s.marks for s in guide.stages[-1].steps}


def test_the_order_that_the_vendor_warns_about_is_kept(guide: Guide) -> None:
    for given in answers(guide):
        steps = shown(guide, given)
        submit = next(n for n, s in enumerate(steps) if s.marks is Milestone.SUBMITTED)
        token = max(n for n, s in enumerate(steps) if any(guide.values[c].secret for c in s.captures))
        test = next(n for n, s in enumerate(steps) if s.page is Page.TEST)
        pasted = next(n for n, s in enumerate(steps) if any(guide.values[c.value].secret for c in s.carries))
        assert token < submit < test < pasted
        pasted_values = {c.value for s in steps for c in s.carries}
        kinds = {guide.values[name].kind for s in steps for name in s.captures if guide.values[name].secret}
        assert kinds in ({Kind.BASE_URL, Kind.TOKEN}, {Kind.BASE_URL, Kind.CLIENT_ID, Kind.CLIENT_SECRET}), given
        secrets = {name for s in steps for name in s.captures if guide.values[name].secret}
        unpasted = secrets - pasted_values
        assert {guide.values[name].kind for name in unpasted} <= {Kind.BASE_URL}, unpasted
        captors = {s.id for s in steps if any(guide.values[c].secret for c in s.captures)}
        assert captors <= {need.step for need in steps[submit].needs}
        assert steps[submit].id in {need.step for need in steps[test].needs}
        watch = next(s for s in steps if s.page is Page.WATCH)
        sync = next(s for s in steps if s.marks is Milestone.FULL_SYNC)
        assert watch.marks is Milestone.TIMESTAMP
        assert watch.id in {need.step for need in sync.needs}


def test_the_assistant_has_each_page_once(guide: Guide) -> None:
    for given in answers(guide):
        pages = [step.page for step in shown(guide, given) if step.lane is Lane.ASSISTANT]
        assert pages == [Page.CHECKLIST, Page.TEST, Page.WATCH]


def test_a_secret_goes_only_into_a_field_of_the_portal(guide: Guide) -> None:
    for step in guide.steps:
        if any(guide.values[carry.value].secret for carry in step.carries):
            assert step.lane is Lane.PORTAL
    assert not any(guide.values[name].secret for name in guide.practice.tenant_values)


def test_the_counts_of_both_sides_can_be_compared(guide: Guide) -> None:
    last = guide.steps[-1]
    assert last.captures == ("synced_users", "synced_groups")
    assert {"portal_users", "portal_groups"} <= set(guide.values)
    assert {guide.values[name].kind for name in last.captures} == {Kind.COUNT}


def test_the_practice_values_satisfy_their_rules(guide: Guide) -> None:
    for name, text in guide.practice.tenant_values.items():
        value = read(guide.values[name].kind, text).value
        assert value, name
        for spec in guide.values.values():
            if spec.derived_from == name:
                assert derive(spec.kind, value).value, name
    carried = {(carry.field, carry.value) for step in guide.steps for carry in step.carries}
    for field in (*guide.practice.fields, *guide.practice.oidc_fields):
        assert (field.label, field.value) in carried, field
    can = any(o.id == "oidc" and o.unavailable is None for b in guide.branches for o in b.options)
    assert bool(guide.practice.oidc_fields) == can


def test_the_cadence_is_a_span(guide: Guide) -> None:
    if guide.cadence.first_minutes:
        shortest, longest = guide.cadence.first_minutes
        assert 0 <= shortest < longest
    assert guide.cadence.meanwhile
    if guide.cadence.per_object_minutes:
        least, most = guide.cadence.per_object_minutes
        assert 0 < least < most


# -- completeness and sources --------------------------------------------------------------


def test_the_labels_of_the_screens_occur(guide: Guide) -> None:
    everything = "\n".join(text for _, text in words_of(guide))
    for label in (*LABELS["common"], *LABELS.get(guide.id, ())):
        assert label in everything, label


def test_every_step_names_its_sources_and_every_source_is_used(guide: Guide) -> None:
    assert all(step.sources for step in guide.steps)
    used = {name for step in guide.steps for name in step.sources} | {guide.cadence.source}
    assert used == set(guide.sources)
    assert all(s.updated is None or s.updated <= guide.verified_on for s in guide.sources.values())


def test_what_is_not_known_of_cie_is_not_stated(guide: Guide) -> None:
    everything = "\n".join(text for _, text in words_of(guide)).lower()
    for guess in ("scim-sync", "token expires after", "token is valid for", "rate limit", "/scim/v2", "jwt"):
        assert guess not in everything, guess


# -- words ---------------------------------------------------------------------------------


def test_no_sentence_is_longer_than_thirty_words(guide: Guide) -> None:
    long = [(at, s) for at, text in words_of(guide) for s in sentences(text) if len(s.split()) > 30]
    assert not long


def test_no_eight_words_in_a_row_are_the_vendors(guide: Guide) -> None:
    theirs = hashes()
    assert len(theirs) > 2000
    shared = [(at, run) for at, text in words_of(guide) for run, mark in eights(text) if mark in theirs]
    assert not shared


def test_the_hashes_are_those_of_the_vendors_page() -> None:
    """The heading of the page, which is also its title, has to be recognized."""
    theirs = hashes()
    assert [mark in theirs for _, mark in eights("Configure SCIM Connector for the Cloud Identity Engine")] == [True]
    assert not any(mark in theirs for _, mark in eights("Eight words that nobody has ever written there before"))


def test_the_words_are_ours(guide: Guide) -> None:
    for at, text in words_of(guide):
        assert not re.search(r"\b(please|simply|just|easy|easily)\b", text, re.IGNORECASE), (at, text)
        assert "!" not in text, (at, text)
        assert text.count("**") % 2 == 0, (at, text)
        assert "  " not in text, (at, text)
        assert text == text.strip(), (at, text)


def test_what_is_shown_plainly_has_no_asterisks(guide: Guide) -> None:
    for stage in guide.stages:
        for step in stage.steps:
            plain = [step.title, *step.path, step.takes, step.done_label, step.confirm]
            plain += [need.because for need in step.needs] + [carry.field for carry in step.carries]
            plain += [part for choice in step.choices for part in (choice.field, choice.choose)]
            assert not [p for p in plain if p and "**" in p], step.id
        assert "**" not in stage.title + stage.lead


def test_titles_are_short_and_statements_end_with_a_full_stop(guide: Guide) -> None:
    for step in guide.steps:
        assert len(step.title) <= 60
        assert step.title[0].isupper()
        assert not step.title.endswith(".")
        said = [*step.do, step.success, *step.notes, *step.advice, *(n.because for n in step.needs)]
        said += [part for f in step.failures for part in (f.cause, f.repair)] + [c.why for c in step.choices]
        assert all(text.endswith(".") for text in said), step.id


def test_the_assistants_own_link_is_mentioned_by_its_label(guide: Guide) -> None:
    for step in guide.steps:
        for text in (*step.notes, *step.advice, *(failure.repair for failure in step.failures)):
            named = re.findall(r"\*\*((?:Use|Choose|Take) another [^*]+)\*\*", text)
            assert set(named) <= {ANOTHER_VALUE}
            assert not named or any(spec.own for spec in guide.values.values())
