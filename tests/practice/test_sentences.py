"""What the practice consoles call the faults that can be rehearsed. A changed sentence is changed in its file."""

from __future__ import annotations

import pytest

from app.practice.switchboard import SWITCHES, FaultSwitch
from tests.support.golden import Golden, lines, worded


@pytest.mark.parametrize("switch", SWITCHES, ids=lambda switch: switch.name)
def test_every_fault_has_its_words(switch: FaultSwitch, golden: Golden) -> None:
    golden(f"{switch.name}s", lines(switch.faults, worded(switch.faults)))
