"""Each finding of the review of November 2026 is carried by the step or file that the checklist names."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from app.guide import catalog
from app.system import data_file

ROOT = Path(__file__).resolve().parents[2]
CHECKLIST: dict[str, dict[str, Any]] = data_file.load(Path(__file__).with_name("review_checklist.yaml"))
FINDINGS = {"G": 18, "N": 19, "F": 15}
"""How many findings of each kind the review has."""


def words_at(place: str) -> str:
    """The words of a step or a file. Raises KeyError or OSError where there is none."""
    if "/" in place:
        return (ROOT / place).read_text("utf-8")
    guide_id, step_id = place.split(".")
    return json.dumps(catalog.guide(guide_id).step(step_id).model_dump(mode="json"), ensure_ascii=False)


def test_the_checklist_has_every_finding_once() -> None:
    assert list(CHECKLIST) == [f"{kind}{number}" for kind, most in FINDINGS.items() for number in range(1, most + 1)]


@pytest.mark.parametrize("finding", CHECKLIST)
def test_a_finding_is_where_the_checklist_says(finding: str) -> None:
    entry = CHECKLIST[finding]
    assert entry["in"]
    for place in entry["in"]:
        assert entry["says"] in " ".join(words_at(place).split()), place
