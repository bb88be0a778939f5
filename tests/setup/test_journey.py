"""Progress through a guide: order, what is blocked and why, and what a changed value makes stale."""

from __future__ import annotations

import copy
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from app.guide import catalog, guide_file
from app.guide.vocabulary import Kind, Milestone, Page
from app.setup import journey
from app.setup.gate import Locked, Open, gate
from app.setup.journey import Block, BlockReason
from app.setup.sentences import sentence
from app.setup.state import Sighting
from app.system.paths import resources
from tests.support.clock import NOW
from tests.support.setups import SAMPLES, advance, complete, fresh, satisfy

if TYPE_CHECKING:
    from app.guide.model import Guide


def entra() -> Guide:
    return catalog.guide("entra")


def test_a_later_step_can_be_looked_at_but_not_completed() -> None:
    guide = entra()
    setup = fresh(guide)
    for place in journey.places(guide, setup)[1:]:
        seen = journey.open_step(setup, place.step.id)
        assert journey.position(guide, seen) == place.step.id
        blocked = journey.block(guide, satisfy(guide, seen, place.step.id), place.step.id)
        assert blocked is not None
        assert blocked.step is not None


def test_done_of_a_later_step_is_the_admins_word_for_those_before_it() -> None:
    guide = catalog.guide("okta-custom")
    setup = fresh(guide)
    while guide.step(journey.position(guide, setup)).id != "edit-app-settings":
        setup = complete(guide, setup, journey.position(guide, setup))
    ahead = [place.step.id for place in journey.ahead(guide, setup)]
    assert ahead[-1] == "test-in-portal", "another step asks for this one, so it has a Done of its own"
    setup = journey.open_step(setup, ahead[-1])
    assert journey.block(guide, setup, ahead[-1]) == Block(BlockReason.STEP_BEFORE, "edit-app-settings")
    assert journey.block(guide, setup, ahead[-1], along=True) is None
    done = journey.complete(guide, setup, ahead[-1], NOW).done
    assert {"edit-app-settings", *ahead} <= done.keys()


@pytest.mark.parametrize("guide", catalog.guides(), ids=lambda guide: guide.id)
def test_no_step_that_asks_for_something_is_completed_along_with_a_later_one(guide: Guide) -> None:
    setup = fresh(guide)
    for place in journey.places(guide, setup):
        along = {step.id for step in journey.unfinished_before(guide, setup, place.step.id)}
        if journey.block(guide, setup, place.step.id, along=True) is None:
            for step in map(guide.step, along):
                assert journey.missing(guide, setup, step) == (), step.id
                assert (step.marks, step.confirm, step.page) == (None, None, None), step.id
        if not journey.on_word(guide, setup, place.step):
            setup = satisfy(guide, setup, place.step.id)
            assert journey.block(guide, setup, place.step.id, along=True) is None, place.step.id
            setup = journey.complete(guide, setup, place.step.id, NOW)


def changed_guide(**changes: object) -> Guide:
    """The guide of Entra ID with some parts replaced."""
    data = {**copy.deepcopy(guide_file.merge(resources() / "guides" / "entra.yaml")), **changes}
    return guide_file.check(data)


def preview_guide() -> Guide:
    mode = {
        "id": "mode",
        "ask": "Which mode?",
        "at": "add-gallery-app",
        "options": [
            {"id": "live", "label": "Live", "sign": "Live is chosen.", "means": "Everything is sent."},
            {"id": "preview", "label": "Preview", "sign": "Preview is chosen.", "shuts_gate": "Nothing is sent."},
        ],
    }
    whole = guide_file.merge(resources() / "guides" / "entra.yaml")
    return changed_guide(branches=[*whole["branches"], mode])


def test_an_answer_under_which_nothing_is_sent_shuts_the_gate() -> None:
    guide = preview_guide()
    setup = advance(guide, fresh(guide), Milestone.STARTED)
    setup = journey.record_sighting(setup, Sighting(NOW, NOW, entered=True))
    assert isinstance(gate(guide, setup), Open)
    setup = journey.answer(setup, "mode", "preview")
    assert gate(guide, setup) == Locked(Block(BlockReason.ANSWER, "add-gallery-app"))
    for step in guide.steps:
        if step.marks in (Milestone.TIMESTAMP, Milestone.FULL_SYNC):
            blocked = journey.block(guide, setup, step.id)
            assert blocked is not None
            if not step.needs:
                assert blocked == Block(BlockReason.ANSWER, "add-gallery-app")
                assert sentence(guide, setup, blocked) == "Nothing is sent."
    assert isinstance(gate(guide, journey.answer(setup, "mode", "live")), Open)


def test_a_derived_value_follows_until_the_admin_chooses_another() -> None:
    guide = entra()
    assert guide.values["directory_name"].own
    setup = journey.capture(guide, fresh(guide), "primary_domain", "contoso.com", NOW)
    setup = journey.capture(guide, setup, "primary_domain", "fabrikam.com", NOW)
    assert setup.values["directory_name"] == "fabrikam.com"
    setup = journey.capture(guide, setup, "directory_name", "staff", NOW)
    setup = journey.capture(guide, setup, "primary_domain", "contoso.com", NOW)
    assert setup.values["directory_name"] == "staff"


def test_a_suggestion_is_there_from_the_start_unless_a_step_captures_it() -> None:
    whole = guide_file.merge(resources() / "guides" / "entra.yaml")
    values = copy.deepcopy(whole["values"])
    values["directory_name"] = {**values["directory_name"], "derived_from": None, "suggestion": "staff"}
    values["primary_domain"]["suggestion"] = "contoso.com"
    begun = journey.begin(changed_guide(values=values), fresh(entra()))
    assert begun.values == {"directory_name": "staff"}


def test_a_step_of_another_answer_is_never_waited_for() -> None:
    guide = entra()
    data = copy.deepcopy(guide_file.merge(resources() / "guides" / "entra.yaml"))
    submit = next(s for stage in data["stages"] for s in stage["steps"] if s["id"] == "submit")
    submit["needs"].append({"step": "open-provisioning-classic", "because": "Never under the newer screens."})
    guide = guide_file.check(data)
    assert journey.frontier(guide, advance(guide, fresh(guide), Milestone.FINISHED)) is None


def test_after_the_last_open_step_the_next_one_opens() -> None:
    guide = entra()
    setup = advance(guide, fresh(guide), Milestone.FINISHED)
    first, second = (place.step.id for place in journey.places(guide, setup)[:2])
    again = journey.complete(guide, journey.open_step(setup, first), first, NOW)
    assert journey.position(guide, again) == second


def test_submit_waits_for_the_token() -> None:
    guide = entra()
    submit = next(s for s in guide.steps if s.marks is Milestone.SUBMITTED)
    blocked = journey.block(guide, fresh(guide), submit.id)
    assert blocked is not None
    assert blocked.step in {n.step for n in submit.needs}


def test_full_sync_waits_for_the_timestamp() -> None:
    guide = entra()
    setup = advance(guide, fresh(guide), Milestone.STARTED)
    full_sync = next(s for s in guide.steps if s.marks is Milestone.FULL_SYNC)
    watch = next(s for s in guide.steps if s.page is Page.WATCH)
    assert journey.block(guide, setup, watch.id) is not None
    blocked = journey.block(guide, setup, full_sync.id)
    assert blocked is not None


def test_a_changed_value_marks_what_rested_on_it() -> None:
    guide = entra()
    setup = advance(guide, fresh(guide), Milestone.STARTED)
    other = SAMPLES[Kind.GUID].replace("7c1e", "8c1e")
    after = journey.capture(guide, setup, "tenant_id", other, NOW)
    expected = {s.id for s in guide.steps if "directory_id" in journey.depends_on(s) and s.id in setup.done}
    assert expected
    assert after.stale == expected
    assert len(journey.stale_titles(guide, setup, after)) == len(expected)
    assert journey.frontier(guide, after) in expected
    assert journey.capture(guide, after, "tenant_id", other, NOW).stale == expected


def test_a_replaced_token_marks_the_portal_and_the_test() -> None:
    guide = entra()
    setup = advance(guide, fresh(guide), Milestone.STARTED)
    after = journey.record_secret(guide, setup, "token", NOW, replaced=True)
    assert any("token" in {c.value for c in guide.step(s).carries} for s in after.stale)
    assert any(guide.step(s).page is Page.TEST for s in after.stale)
    assert journey.record_secret(guide, setup, "token", NOW, replaced=False).stale == setup.stale


def test_back_is_the_step_before_and_changes_nothing_else() -> None:
    guide = entra()
    setup = advance(guide, fresh(guide), Milestone.SUBMITTED)
    before = journey.neighbor(guide, setup, -1)
    assert before is not None
    assert journey.open_step(setup, before).done == setup.done


def test_a_second_full_sync_waits_ninety_seconds() -> None:
    setup = fresh(entra()).with_(reached={Milestone.FULL_SYNC: NOW})
    assert journey.sync_pause(setup, NOW + timedelta(seconds=30)) == 60
    assert journey.sync_pause(setup, NOW + timedelta(seconds=91)) == 0


def test_the_directory_name_follows_from_the_domain() -> None:
    guide = entra()
    setup = journey.capture(guide, fresh(guide), "primary_domain", "contoso.com", NOW)
    assert setup.values["directory_name"] == "contoso.com"
    assert setup.name == "contoso.com"
