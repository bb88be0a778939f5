"""The order of a table, as Orca says it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.desktops.desktops import ROOT
from tests.orca.orca import Spoken
from tests.support.until import until_blocking

pytestmark = pytest.mark.lane("orca")

SCRIPT = str(Path(__file__).with_name("table.py"))


def test_each_order_of_a_table_is_said_once() -> None:
    said = []
    with Spoken() as session:
        session.start(sys.executable, SCRIPT, env=session.env | {"PYTHONPATH": str(ROOT)})
        until_blocking(lambda: any("Berlin" in each.text for each in session.ear.heard), 60)
        session.ear.until_quiet()
        for key in ("Right", "Return", "Return", "Return", "Left", "Right"):
            before = len(session.ear.heard)
            session.press(key)
            said.append(" ".join(each.text for each in session.ear.heard[before:]))
    orders = ["3, sorted by Members, ascending", "12, sorted by Members, descending", "7, in the original order"]
    assert [order in answer for order, answer in zip(orders, said[1:], strict=False)] == [True] * 3, said
    assert "order" not in said[-1], said
