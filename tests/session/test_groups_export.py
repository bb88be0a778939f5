"""An export of groups is checked, read in another way and saved, without a window."""

from __future__ import annotations

import asyncio
import csv
from typing import TYPE_CHECKING

import pytest

from app.exports.columns import ColumnRole
from app.exports.groups_check import GroupIssue
from app.exports.problems import FileProblem, Unusable
from app.exports.reading import Checked, ReadingChoice
from app.session.groups_export import GroupsExport

if TYPE_CHECKING:
    from pathlib import Path


def checked(export: GroupsExport, save: Path | None = None) -> Checked:
    answer = asyncio.run(export.check(lambda _share: None, save))
    assert isinstance(answer, Checked)
    export.keep(answer)
    return answer


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Names under an unknown header, one of them twice."""
    path = tmp_path / "groups.csv"
    path.write_text("Bezeichnung;Kennung\nSales;7\nSales;8\n")
    return path


def test_without_a_file_nothing_is_checked() -> None:
    export = GroupsExport()
    assert not export.read_as(ReadingChoice(titled=True))
    with pytest.raises(ValueError, match="no export"):
        asyncio.run(export.check(lambda _share: None))


def test_a_column_that_is_not_evident_is_chosen_and_undone(file: Path) -> None:
    export = GroupsExport()
    export.choose(file)
    assert checked(export).report is None
    assert export.read_as(ReadingChoice({ColumnRole.NAME: 0}))
    report = checked(export).report
    assert report is not None
    assert report.counts == {GroupIssue.SAME: 1}
    assert export.order is not None
    assert export.order.chosen
    assert export.read_as(None)
    assert checked(export).report is None
    assert not export.order.chosen


def test_findings_are_saved_and_where_is_not_kept(file: Path, tmp_path: Path) -> None:
    export, saved = GroupsExport(), tmp_path / "findings.csv"
    export.choose(file)
    assert export.read_as(ReadingChoice({ColumnRole.NAME: 0}))
    checked(export, saved)
    with saved.open(encoding="utf-8-sig", newline="") as content:
        assert [row[:2] for row in csv.reader(content)][1:] == [["3", "Sales"]]
    assert export.order is not None
    assert export.order.save is None


def test_a_file_that_changed_since_it_was_shown_is_refused(file: Path) -> None:
    export = GroupsExport()
    export.choose(file)
    shown = checked(export)
    file.write_text("Bezeichnung;Kennung\nSales;7\nMarketing;8\nFinance;9\n")
    again = asyncio.run(export.check(lambda _share: None))
    assert isinstance(again, Unusable)
    assert again.problem is FileProblem.CHANGED
    assert export.answer is shown
    export.choose(file)
    assert export.answer is None
    assert checked(export).rows == 3
