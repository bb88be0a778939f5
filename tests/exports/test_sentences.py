"""The sentences about an export, each table as it is on the screen. A changed sentence is changed in its file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from app.exports import groups_check, problems
from app.text import similar
from tests.support.golden import Golden, lines, worded

if TYPE_CHECKING:
    from collections.abc import Mapping
    from enum import StrEnum

TABLES: dict[str, tuple[type[StrEnum], Mapping[Any, Any]]] = {
    "problems": (problems.FileProblem, worded(problems.FileProblem)),
    "group_issues": (groups_check.GroupIssue, worded(groups_check.GroupIssue)),
    "sameness": (similar.Sameness, worded(similar.Sameness)),
}


@pytest.mark.parametrize("name", TABLES)
def test_every_member_has_its_sentence(name: str, golden: Golden) -> None:
    golden(name, lines(*TABLES[name]))
