"""What the practice consoles call the faults that can be rehearsed. A changed sentence is changed in its file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from app.practice import switchboard
from tests.support.golden import Golden, lines

if TYPE_CHECKING:
    from collections.abc import Mapping
    from enum import StrEnum

TABLES: dict[str, tuple[type[StrEnum], Mapping[Any, Any]]] = {
    "faults": (switchboard.Fault, switchboard.WORDS),
    "api_faults": (switchboard.ApiFault, switchboard.API_WORDS),
    "portal_faults": (switchboard.PortalFault, switchboard.PORTAL_WORDS),
}


@pytest.mark.parametrize("name", TABLES)
def test_every_member_has_its_sentence(name: str, golden: Golden) -> None:
    golden(name, lines(*TABLES[name]))
