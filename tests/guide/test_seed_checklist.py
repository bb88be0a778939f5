"""Nothing of the vendor's page is missing: each of its steps is carried by the steps that the checklist names."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from app.guide import catalog
from app.system import data_file
from tests.guide.answers import answers, shown

CHECKLIST: dict[str, dict[str, Any]] = data_file.load(Path(__file__).with_name("seed_checklist.yaml"))
SOME_ANSWERS: dict[str, list[str]] = CHECKLIST.pop("some_answers")
STEPS = {"common": 11, "entra": 29, "okta": 19, "okta-custom": 26, "cyberark": 33, "pingfederate": 30, "sase-5g": 14}
"""How many steps each part of the page has in the table of facts, notes on their own not counted."""


def carriers(guide_id: str, mark: str) -> list[str]:
    return [step.id for step in catalog.guide(guide_id).steps if mark in step.covers]


def test_the_checklist_has_every_step_of_the_page() -> None:
    assert {part: len(marks) for part, marks in CHECKLIST.items()} == STEPS
    assert sum(STEPS.values()) == 162


@pytest.mark.parametrize("mark", CHECKLIST["common"])
@pytest.mark.parametrize("guide_id", catalog.ids())
def test_the_common_part_is_in_every_guide(guide_id: str, mark: str) -> None:
    named = CHECKLIST["common"][mark]
    assert carriers(guide_id, mark)
    if guide_id in named or guide_id in CHECKLIST:
        assert carriers(guide_id, mark) == named.get(guide_id, named["every"])


@pytest.mark.parametrize("guide_id", catalog.ids())
def test_every_step_of_the_page_is_carried_whatever_the_answers(guide_id: str) -> None:
    guide = catalog.guide(guide_id)
    always = {*CHECKLIST["common"], *CHECKLIST.get(guide_id, ())} - set(SOME_ANSWERS.get(guide_id, ()))
    for given in answers(guide):
        assert always <= {mark for step in shown(guide, given) for mark in step.covers}, given


@pytest.mark.parametrize(("guide_id", "mark"), [(g, m) for g in CHECKLIST if g != "common" for m in CHECKLIST[g]])
def test_the_clients_part_is_in_its_guide(guide_id: str, mark: str) -> None:
    assert carriers(guide_id, mark) == CHECKLIST[guide_id][mark]
    assert CHECKLIST[guide_id][mark]


@pytest.mark.parametrize("guide_id", catalog.ids())
def test_no_guide_carries_a_step_that_the_page_does_not_have(guide_id: str) -> None:
    known = set(CHECKLIST["common"]) | set(CHECKLIST.get(guide_id, ()))
    assert {mark for step in catalog.guide(guide_id).steps for mark in step.covers} <= known
