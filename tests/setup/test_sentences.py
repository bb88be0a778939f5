"""The sentences of the setup's enums, each table as it is on the screen. A changed sentence is changed in its file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from app.guide import catalog
from app.setup.action import ActionKind
from app.setup.gate import TimestampProblem
from app.setup.journey import BlockReason
from app.setup.sentences import status_line
from app.setup.state import Counts, Status, Summary, Wait
from tests.support.golden import Golden, lines, worded
from tests.support.setups import fresh

if TYPE_CHECKING:
    from app.text.worded import WordedEnum

TABLES: dict[str, type[WordedEnum]] = {
    "statuses": Status,
    "waits": Wait,
    "blocks": BlockReason,
    "actions": ActionKind,
    "timestamp_problems": TimestampProblem,
}


@pytest.mark.parametrize("name", TABLES)
def test_every_member_has_its_sentence(name: str, golden: Golden) -> None:
    golden(name, lines(TABLES[name], worded(TABLES[name])))


def test_the_line_of_a_listed_setup() -> None:
    setup = fresh(catalog.guide("entra"), synced=Counts(1, 2))
    lines = []
    for status in Status:
        wait = Wait.FULL_SYNC if status is Status.WAITING else None
        lines.append(status_line(setup.with_(summary=Summary(status, wait, 4, 28, "Add the SCIM Connector app"))))
    assert lines == [
        "Step 4 of 28, add the SCIM Connector app",
        "Waiting for Full Sync to finish",
        "Ready for Full Sync",
        "Full Sync is complete: 1 user and 2 groups",
        "Redo step 4 of 28, add the SCIM Connector app",
        "The last Test Connection failed",
    ]
    assert status_line(setup.with_(summary=Summary())) == ""
