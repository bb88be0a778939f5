"""Files as directories, portals and spreadsheets write them, and files that are no CSV: real ones, a real process."""

from __future__ import annotations

import asyncio
import csv
import os
import sys
from pathlib import Path

import pytest

from app.exports import problems
from app.exports import rows as row_reader
from app.exports.columns import ColumnRole as Role
from app.exports.encodings import Encoding
from app.exports.findings_file import harmless, part_of
from app.exports.groups_check import GroupIssue
from app.exports.problems import FileProblem, Unusable
from app.exports.reading import Checked, ExportOrder, check
from app.exports.rows import ExportRows
from app.exports.shape import FileShape

NAMES = ("Vertrieb Süd", "Straße", "Finance")
TABLE = "Object Id,Display Name\r\n" + "".join(f"id-{i},{name}\r\n" for i, name in enumerate(NAMES))


def run(order: ExportOrder | Path) -> Checked | Unusable:
    return asyncio.run(check(order if isinstance(order, ExportOrder) else ExportOrder(order)))


def checked(order: ExportOrder | Path) -> Checked:
    answer = run(order)
    assert isinstance(answer, Checked), answer
    return answer


def refused(order: ExportOrder | Path) -> Unusable:
    answer = run(order)
    assert isinstance(answer, Unusable), answer
    assert answer.sentence.endswith(".")
    return answer


@pytest.mark.parametrize(
    ("encoding", "words"),
    [
        ("utf-8", "UTF-8"),
        ("utf-8-sig", "UTF-8"),
        ("utf-16", "UTF-16"),
        ("utf-16-le", "UTF-16"),
        ("utf-16-be", "UTF-16"),
        ("utf-32", "UTF-32"),
        ("cp1252", "Windows-1252"),
    ],
)
def test_every_encoding_is_told(tmp_path: Path, encoding: str, words: str) -> None:
    file = tmp_path / "groups.csv"
    twice = TABLE + "id-9,Vertrieb Süd\r\n"
    file.write_bytes(twice.encode(encoding))
    answer = checked(file)
    assert (answer.seen.label.partition(" (")[0], answer.seen.separator) == (words, ",")
    assert answer.seen.encoding_certain is (encoding != "cp1252")
    assert answer.seen.headers == ("Object Id", "Display Name")
    assert answer.report is not None
    assert [(f.row, f.name, f.issue) for f in answer.report.found] == [(5, "Vertrieb Süd", GroupIssue.SAME)]


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_every_separator_is_told(tmp_path: Path, separator: str) -> None:
    file = tmp_path / "groups.csv"
    with file.open("w", newline="") as out:
        writer = csv.writer(out, delimiter=separator)
        writer.writerows([["displayName", "members", "id"], ["A, B", "x;y", "1"], ["C|D", 'a "b"\nline', "2"]])
    answer = checked(file)
    assert (answer.seen.encoding, answer.seen.separator) == ("utf-8", separator)
    assert answer.seen.roles[Role.NAME] == 0
    assert answer.report is not None
    assert answer.report.rows == 2
    assert answer.report.uneven == 0


@pytest.mark.parametrize("line", ["sep=;", '"sep=;"', "#TYPE Selected.Microsoft.ActiveDirectory.Management.ADGroup"])
def test_a_line_before_the_header_is_no_row(tmp_path: Path, line: str) -> None:
    file = tmp_path / "groups.csv"
    file.write_text(f"{line}\r\nName;ID\r\nSales;1\r\nSALES;2\r\n")
    answer = checked(file)
    assert answer.seen.headers == ("Name", "ID")
    assert answer.report is not None
    assert [f.row for f in answer.report.found] == [4], "as a spreadsheet counts"


def test_a_file_without_a_header_asks_for_the_column(tmp_path: Path) -> None:
    file = tmp_path / "groups.csv"
    file.write_text("0b9c2f40-1111-2222-3333-444455556666,Sales\n1b9c2f40-1111-2222-3333-444455556666,Sales\n")
    answer = checked(file)
    assert not answer.seen.titled
    assert answer.seen.headers == ("Column 1", "Column 2")
    assert answer.seen.rows[0][1] == "Sales"
    assert answer.report is None
    chosen = checked(ExportOrder(file, columns={Role.NAME: 1}))
    assert chosen.report is not None
    assert chosen.report.rows == 2
    assert chosen.report.counts[GroupIssue.SAME] == 1


def test_an_unknown_header_asks_and_the_admins_word_on_the_header_counts(tmp_path: Path) -> None:
    file = tmp_path / "groups.csv"
    file.write_text("Bezeichnung;Nummer\nSales;7\n")
    answer = checked(file)
    assert answer.seen.titled
    assert answer.report is None
    other = checked(ExportOrder(file, titled=False, columns={Role.NAME: 0}))
    assert other.report is not None
    assert other.report.rows == 2


def test_the_admin_chooses_over_what_the_headers_tell(tmp_path: Path) -> None:
    file = tmp_path / "groups.csv"
    file.write_text("displayName,mailNickname,id\nA,same,1\nB,same,2\n")
    assert checked(file).report.counts[GroupIssue.SAME] == 0  # type: ignore[union-attr]
    answer = checked(ExportOrder(file, columns={Role.NAME: 1, Role.ID: None}))
    assert answer.seen.roles[Role.NAME] == 1
    assert Role.ID not in answer.seen.roles
    assert answer.report is not None
    assert answer.report.counts[GroupIssue.SAME] == 1


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", FileProblem.EMPTY),
        (b"\r\n \r\n,,\r\n", FileProblem.EMPTY),
        (b"\xef\xbb\xbf", FileProblem.EMPTY),
        (b"PK\x03\x04 and so on", FileProblem.WORKBOOK),
        (b"\xd0\xcf\x11\xe0 and so on", FileProblem.WORKBOOK),
        (bytes(range(256)) * 40, FileProblem.BINARY),
        (b"name,id\n" + b"\x81\x8d", FileProblem.BINARY),
        (b"name,id\na\x01\x02\x03\x04\x05,1\n", FileProblem.BINARY),
        (b"\xff\xfen\x00a\x00m", FileProblem.BINARY),
        (b"  <!doctype html><title>Sign in</title>", FileProblem.MARKUP),
        (b'[{"displayName": "Sales"}]', FileProblem.MARKUP),
    ],
)
def test_what_is_no_csv_is_refused_with_a_sentence(tmp_path: Path, content: bytes, problem: FileProblem) -> None:
    file = tmp_path / "groups.csv"
    file.write_bytes(content)
    assert refused(file).problem is problem


def test_a_quotation_mark_that_is_never_closed_names_its_row(tmp_path: Path) -> None:
    file = tmp_path / "groups.csv"
    file.write_text('name,id\nA,1\n"B,2\nC,3\n')
    answer = refused(file)
    assert answer.problem is FileProblem.BROKEN
    assert answer.row == 3
    assert "row 3" in answer.sentence


def test_a_file_that_is_not_there_not_a_file_or_not_allowed(tmp_path: Path) -> None:
    assert refused(tmp_path / "gone.csv").problem is FileProblem.ABSENT
    assert refused(tmp_path).problem is FileProblem.FOLDER
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = os.open(pipe, os.O_RDWR)
    try:
        assert refused(pipe).problem is FileProblem.FOLDER
    finally:
        os.close(writer)


def test_a_file_that_this_account_may_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "groups.csv"
    file.write_text(TABLE)
    file.chmod(0)
    if os.geteuid() == 0:  # root may read everything; another account of the system may not
        monkeypatch.setattr(
            "app.exports.reading.command",
            lambda: ["setpriv", "--reuid=65534", "--clear-groups", sys.executable, "-m", "app.exports.worker"],
        )
        for folder in (tmp_path, *tmp_path.parents):
            if folder.stat().st_uid == 0 and folder not in (Path("/"), Path("/tmp")):
                folder.chmod(folder.stat().st_mode | 0o055)
    assert refused(file).problem is FileProblem.DENIED


def test_exactly_the_limit_is_taken_and_one_byte_more_is_not(tmp_path: Path) -> None:
    file = tmp_path / "groups.csv"
    with file.open("wb") as sparse:
        sparse.truncate(problems.MOST_BYTES + 1)
    assert refused(file).problem is FileProblem.TOO_LARGE


def test_too_many_rows_end_the_check(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(row_reader, "MOST_ROWS", 7)
    shape = FileShape(Encoding("utf-8"), ",", 0, True, ("name",), (("x",),))
    file = tmp_path / "groups.csv"
    for content in ("name\n" + "x\n" * 7, 'name\n"x"\n' + "x\n" * 6):
        file.write_text(content)
        with file.open("rb") as source:
            assert sum(len(batch.rows) for batch in ExportRows(source, shape, lambda _read: None).all()) == 7
        file.write_text(content + "x\n")
        with file.open("rb") as source, pytest.raises(problems.UnusableFileError) as error:
            list(ExportRows(source, shape, lambda _read: None).all())
        assert error.value.unusable.problem is FileProblem.TOO_MANY


def test_progress_goes_from_nothing_to_all(tmp_path: Path) -> None:
    file = tmp_path / "groups.csv"
    file.write_text("name,id\n" + "".join(f"Group {i},{i}\n" for i in range(30_000)))
    shares: list[float] = []
    assert isinstance(asyncio.run(check(ExportOrder(file), shares.append)), Checked)
    assert shares == sorted(shares)
    assert len(shares) > 20
    assert 0 < shares[0] < 0.5 < 0.9 < shares[-1] <= 1


def test_cancelling_ends_the_process_at_once_and_leaves_nothing(tmp_path: Path) -> None:
    file, save = tmp_path / "groups.csv", tmp_path / "findings.csv"
    file.write_text("name,id\n" + "".join(f"Group & {i},{i}\n" for i in range(300_000)))

    async def story() -> float:
        begun = asyncio.Event()
        work = asyncio.ensure_future(
            check(ExportOrder(file, save=save), lambda share: begun.set() if share > 0.7 else None)
        )
        await asyncio.wait_for(begun.wait(), 30)
        assert part_of(save).exists()
        loop = asyncio.get_running_loop()
        before = loop.time()
        work.cancel()
        with pytest.raises(asyncio.CancelledError):
            await work
        return loop.time() - before

    assert asyncio.run(story()) < 1
    assert sorted(each.name for each in tmp_path.iterdir()) == ["groups.csv"]


def test_all_findings_are_saved_and_no_spreadsheet_runs_them(tmp_path: Path) -> None:
    file, save = tmp_path / "groups.csv", tmp_path / "findings.csv"
    with file.open("w", newline="", encoding="utf-8") as out:
        csv.writer(out).writerows(
            [["name", "id"], ["=1+cmd|'/c calc'!A0", "1"], ['@SUM(1)"', "2"], ["Ein\u200bkauf", "3"], ["R&D", "4"]]
        )
    first = checked(file)
    answer = checked(ExportOrder(file, save=save, stamp=first.seen.stamp))
    assert answer.report is not None
    assert first.report is not None
    assert answer.report.found == first.report.found
    assert save.read_bytes().startswith(b"\xef\xbb\xbf"), "or Excel takes it for another encoding"
    with save.open(encoding="utf-8-sig", newline="") as back:
        table = list(csv.reader(back))
    assert table[0] == ["Row", "Name", "Kind", "Finding"]
    assert [row[1] for row in table[1:]] == ["'=1+cmd|'/c calc'!A0", "'@SUM(1)\"", "Ein[U+200B]kauf", "R&D"]
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in table for cell in row)
    assert not part_of(save).exists()


@pytest.mark.parametrize("field", ["=1", "+1", "-1", "@a", "\t=1", "\r=1", "\n=1", "\uff1d1", "\uff0b1"])
def test_what_looks_like_a_formula_is_not_one(field: str) -> None:
    assert harmless(field) == f"'{field}"
    assert harmless(f"a{field}") == f"a{field}"


def test_findings_are_not_saved_over_the_export_nor_where_nothing_can_be_written(tmp_path: Path) -> None:
    file = tmp_path / "groups.csv"
    file.write_text(TABLE)
    assert refused(ExportOrder(file, save=file)).problem is FileProblem.ITSELF
    assert file.read_bytes().decode() == TABLE
    assert refused(ExportOrder(file, save=tmp_path / "no" / "folder.csv")).problem is FileProblem.NOT_SAVED


def test_another_file_than_the_one_checked_is_not_saved_from(tmp_path: Path) -> None:
    file, save = tmp_path / "groups.csv", tmp_path / "findings.csv"
    file.write_text(TABLE)
    stamp = checked(file).seen.stamp
    file.write_text(TABLE + "id-7,More\r\n")
    assert refused(ExportOrder(file, save=save, stamp=stamp)).problem is FileProblem.CHANGED
    assert not save.exists()


def test_a_process_that_dies_is_no_result(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "groups.csv"
    file.write_text(TABLE)
    monkeypatch.setattr("app.exports.reading.command", lambda: [sys.executable, "-c", "print('{}')"])
    assert refused(file).problem is FileProblem.ENDED
    monkeypatch.setattr("app.exports.reading.command", lambda: [str(tmp_path / "no-such-program")])
    assert refused(file).problem is FileProblem.ENDED
