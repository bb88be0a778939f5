"""What arrived, read and compared with an export, without a window."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from app.exports.columns import ColumnRole as Role
from app.exports.reading import ReadingChoice
from app.scim.arrivals import ArrivalKind, ArrivalProgress, ArrivalReport
from app.session.arrivals import OTHER_EXPORT, UNSURE, ArrivalProblem, Arrivals, ColumnWanted
from tests.hostile.server import TOKEN, Hostile
from tests.scim.directory import Directory, group, user
from tests.support.sessions import opened

if TYPE_CHECKING:
    import socket
    import threading
    from collections.abc import Awaitable, Callable
    from pathlib import Path

LONG = TOKEN + "-0123456789"
pytestmark = pytest.mark.usefixtures("secret_service")


def play(folder: Path, directory: Directory, story: Callable[[Arrivals], Awaitable[None]]) -> None:
    """Read the users and groups of that directory."""

    async def whole(url: str) -> None:
        captured = {"base_url": url, "token": LONG}
        async with opened(folder / "data", captured=captured, practice=True) as session:
            await story(Arrivals(session.connection))

    def answering(connection: socket.socket, request: str, stop: threading.Event) -> None:
        directory(connection, request.replace(LONG, TOKEN), stop)

    with Hostile(answering) as server:
        asyncio.run(whole(server.base_url))


def names(report: ArrivalReport, kind: ArrivalKind) -> list[str]:
    return [row.name for row in report.rows if row.kind is kind]


def ignore(_progress: float | ArrivalProgress) -> None:
    """Progress that is ignored."""


def test_a_sample_is_read_and_an_export_makes_it_everything(tmp_path: Path) -> None:
    file = tmp_path / "users.csv"
    file.write_text("displayName,userPrincipalName\nA,ANN1@example.com\nCanary,gone@example.com\n")

    async def story(arrivals: Arrivals) -> None:
        sample = await arrivals.look(ignore, everything=False)
        assert isinstance(sample, ArrivalReport)
        assert (sample.users.total, sample.users.complete) == (700, False)
        assert not arrivals.compared
        report = await arrivals.compare(file, ignore, ignore)
        assert isinstance(report, ArrivalReport)
        assert arrivals.report is report
        assert (arrivals.groups, arrivals.compared) == (False, 2)
        assert report.users.complete
        assert names(report, ArrivalKind.MISSING) == ["gone@example.com"]
        assert [row.values for row in report.rows if row.kind is ArrivalKind.MISSING] == [("3",)]
        assert report.counts[ArrivalKind.EXTRA] == 699
        again = await arrivals.look(ignore, everything=False)
        assert isinstance(again, ArrivalReport)
        assert again.users.complete, "a comparison needs everything"

    play(tmp_path, Directory([user(n) for n in range(700)], []), story)


def test_an_export_of_groups_is_recognized(tmp_path: Path) -> None:
    file = tmp_path / "groups.csv"
    file.write_text("id,displayName,mail\n1,group 1,g1@example.com\n2,Sales,s@example.com\n")

    async def story(arrivals: Arrivals) -> None:
        report = await arrivals.compare(file, ignore, ignore)
        assert isinstance(report, ArrivalReport)
        assert arrivals.groups
        assert names(report, ArrivalKind.MISSING) == ["Sales"]

    play(tmp_path, Directory([user(1)], [group(1)]), story)


def test_an_export_that_changed_meanwhile_is_counted_only(tmp_path: Path) -> None:
    file = tmp_path / "users.csv"
    file.write_text("userPrincipalName\ngone@example.com\n")

    async def story(arrivals: Arrivals) -> None:
        def change(_progress: ArrivalProgress) -> None:
            file.write_text("userPrincipalName\nsomebody.else@example.com\n")

        report = await arrivals.compare(file, ignore, change, groups=False)
        assert isinstance(report, ArrivalReport)
        assert report.counts[ArrivalKind.MISSING] == 1
        assert names(report, ArrivalKind.MISSING) == []
        assert arrivals.unnamed

    play(tmp_path, Directory([user(1)], []), story)


def test_the_admin_chooses_an_unknown_column(tmp_path: Path) -> None:
    file = tmp_path / "users.csv"
    file.write_text("Konto;Nummer\nann1@example.com;1\n")

    async def story(arrivals: Arrivals) -> None:
        with pytest.raises(ValueError, match="no export"):
            await arrivals.compare_as(None, ignore, ignore)
        assert isinstance(await arrivals.compare(file, ignore, ignore, groups=False), ColumnWanted)
        assert not arrivals.compared
        report = await arrivals.compare_as(ReadingChoice({Role.USER_NAME: 0}, titled=True), ignore, ignore)
        assert isinstance(report, ArrivalReport)
        assert arrivals.compared
        assert not report.counts[ArrivalKind.MISSING]

    play(tmp_path, Directory([user(1)], []), story)


@pytest.mark.parametrize(
    ("text", "asked", "refused"),
    [
        ("userPrincipalName,displayName\nann@example.com,Ann\n", True, True),
        ("Object ID,Display name,Group type\n1,Sales,Security\n", False, True),
        ("displayName\nSales\n", False, False),
        ("displayName\nSales\n", True, False),
    ],
)
def test_an_export_of_the_other_kind_is_refused(text: str, asked: bool, refused: bool, tmp_path: Path) -> None:
    file = tmp_path / "export.csv"
    file.write_text(text)

    async def story(arrivals: Arrivals) -> None:
        answer = await arrivals.compare(file, ignore, ignore, groups=asked)
        assert (answer == ArrivalProblem(OTHER_EXPORT[asked])) is refused
        assert (arrivals.exported is None) is refused

    play(tmp_path, Directory([user(1)], [group(1)]), story)


@pytest.mark.parametrize(
    ("header", "unsure"), [("displayName,mail", True), ("displayName,groupTypes", False), ("userPrincipalName", False)]
)
def test_an_export_that_may_list_either_is_compared_with_a_note(header: str, unsure: bool, tmp_path: Path) -> None:
    file = tmp_path / "export.csv"
    file.write_text(f"{header}\n{'group 1,Unified' if ',' in header else 'ann1@example.com'}\n")

    async def story(arrivals: Arrivals) -> None:
        assert isinstance(await arrivals.compare(file, ignore, ignore), ArrivalReport)
        assert (UNSURE in arrivals.doubts) is unsure

    play(tmp_path, Directory([user(1)], [group(1)]), story)


def test_what_cannot_be_read_says_why(tmp_path: Path) -> None:
    async def story(arrivals: Arrivals) -> None:
        assert isinstance(await arrivals.compare(tmp_path / "nowhere.csv", ignore, ignore), ArrivalProblem)
        assert arrivals.report is None

    play(tmp_path, Directory([], []), story)
