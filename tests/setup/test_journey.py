"""The way through a guide: order, what is blocked and why, and what a changed value makes to be redone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from app.guide import catalog
from app.guide.model import Guide, Kind, Milestone, Page
from app.setup import journey
from app.setup.state import Setup, Sighting

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
SAMPLES = {
    Kind.GUID: "7c1e3a52-9b1f-4c77-8d2a-0e5b6f3d9a10",
    Kind.DOMAIN: "contoso.com",
    Kind.COUNT: "12",
    Kind.TEXT: "text",
}


def entra() -> Guide:
    return catalog.guide("entra")


def fresh(guide: Guide) -> Setup:
    return Setup(id="0" * 32, guide=guide.id, client=guide.name, name="new", created=NOW, changed=NOW)


def satisfy(guide: Guide, setup: Setup, step_id: str) -> Setup:
    """Give a step what it asks for."""
    step = guide.step(step_id)
    for name in step.captures:
        spec = guide.values[name]
        if spec.secret:
            setup = journey.keep(guide, setup, name, NOW, replaced=False)
        else:
            setup = journey.capture(guide, setup, name, SAMPLES[spec.kind], NOW)
    if step.page is Page.CHECKLIST:
        for need in guide.prerequisites:
            setup = journey.tick(setup, need.id, on=True)
    if step.confirm:
        setup = journey.tick(setup, step_id, on=True)
    if step.page is Page.WATCH:
        setup = journey.sight(setup, Sighting(NOW, NOW, entered=False))
    return setup


def walk(guide: Guide, setup: Setup, until: Milestone) -> Setup:
    for _ in guide.steps:
        step_id = journey.position(guide, setup)
        setup = satisfy(guide, setup, step_id)
        assert journey.block(guide, setup, step_id) is None
        setup = journey.complete(guide, setup, step_id, NOW)
        if guide.step(step_id).marks is until:
            break
    return setup


def test_every_answer_leads_to_the_end() -> None:
    guide = entra()
    for option in guide.branches[0].options:
        setup = journey.answer(fresh(guide), guide.branches[0].id, option.id)
        setup = walk(guide, setup, Milestone.FINISHED)
        assert journey.finished(setup)
        assert journey.frontier(guide, setup) is None
        assert set(setup.reached) == set(Milestone)
        assert "Full Sync done" in journey.status_line(guide, setup)


def test_a_later_step_can_be_looked_at_but_not_completed() -> None:
    guide = entra()
    setup = fresh(guide)
    for place in journey.places(guide, setup)[1:]:
        seen = journey.go(setup, place.step.id)
        assert journey.position(guide, seen) == place.step.id
        blocked = journey.block(guide, satisfy(guide, seen, place.step.id), place.step.id)
        assert blocked is not None
        assert blocked.step is not None


def test_submit_waits_for_the_token() -> None:
    guide = entra()
    submit = next(s for s in guide.steps if s.marks is Milestone.SUBMITTED)
    blocked = journey.block(guide, fresh(guide), submit.id)
    assert blocked is not None
    assert blocked.step in {n.step for n in submit.needs}


def test_full_sync_waits_for_the_timestamp() -> None:
    guide = entra()
    setup = walk(guide, fresh(guide), Milestone.STARTED)
    full_sync = next(s for s in guide.steps if s.marks is Milestone.FULL_SYNC)
    watch = next(s for s in guide.steps if s.page is Page.WATCH)
    assert journey.block(guide, setup, watch.id) is not None
    blocked = journey.block(guide, setup, full_sync.id)
    assert blocked is not None


def test_a_changed_value_marks_what_rested_on_it() -> None:
    guide = entra()
    setup = walk(guide, fresh(guide), Milestone.STARTED)
    other = SAMPLES[Kind.GUID].replace("7c1e", "8c1e")
    after = journey.capture(guide, setup, "tenant_id", other, NOW)
    expected = {s.id for s in guide.steps if "directory_id" in journey.rests_on(s) and s.id in setup.done}
    assert expected
    assert after.stale == expected
    assert len(journey.stale_titles(guide, setup, after)) == len(expected)
    assert journey.frontier(guide, after) in expected
    assert journey.capture(guide, after, "tenant_id", other, NOW).stale == expected


def test_a_replaced_token_marks_the_portal_and_the_test() -> None:
    guide = entra()
    setup = walk(guide, fresh(guide), Milestone.STARTED)
    after = journey.keep(guide, setup, "token", NOW, replaced=True)
    assert any("token" in {c.value for c in guide.step(s).carries} for s in after.stale)
    assert any(guide.step(s).page is Page.TEST for s in after.stale)
    assert journey.keep(guide, setup, "token", NOW, replaced=False).stale == setup.stale


def test_back_is_the_step_before_and_changes_nothing_else() -> None:
    guide = entra()
    setup = walk(guide, fresh(guide), Milestone.SUBMITTED)
    before = journey.neighbour(guide, setup, -1)
    assert before is not None
    assert journey.go(setup, before).done == setup.done


def test_a_second_full_sync_waits_ninety_seconds() -> None:
    setup = fresh(entra()).with_(reached={Milestone.FULL_SYNC: NOW})
    assert journey.sync_pause(setup, NOW + timedelta(seconds=30)) == 60
    assert journey.sync_pause(setup, NOW + timedelta(seconds=91)) == 0


def test_the_directory_name_follows_from_the_domain() -> None:
    guide = entra()
    setup = journey.capture(guide, fresh(guide), "primary_domain", "contoso.com", NOW)
    assert setup.values["directory_name"] == "contoso.com"
    assert setup.name == "contoso.com"
