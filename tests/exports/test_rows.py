"""The rows of a file, split or parsed, against the csv module alone."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.exports import rows as row_reader
from app.exports.encodings import Encoding
from app.exports.problems import FileProblem, UnusableFileError
from app.exports.rows import ExportRows
from app.exports.shape import FileShape

if TYPE_CHECKING:
    from pathlib import Path

TEXT = st.one_of(
    st.lists(st.sampled_from(["a", ",", ";", "\n", "\r\n", '"', " ", "\u00fc", "\u2028", "\x0b", "b,c\n"])),
    # Rows that are quoted as a whole, and what ends that.
    st.lists(
        st.sampled_from(['"a","b"\n', '"a","b"\n', '"a",\n', ',"b"\n', ",\n", '"', '""', '"a\n', '"\n"', '","', "c"])
    ),
).map("".join)


def read(path: Path, *, titled: bool = False, skipped: int = 0) -> tuple[list[tuple[int, list[str]]], ExportRows]:
    shape = FileShape(Encoding("utf-8"), ",", skipped, titled, ("name",), ())
    with path.open("rb") as source:
        rows = ExportRows(source, shape, lambda _read: None)
        every = [pair for batch in rows.all() for pair in zip(batch.numbers, batch.rows, strict=True)]
        for wanted in ([number for number, _ in every[::2]], [number for number, _ in every[1::3]]):
            again = [pair for batch in rows.only(wanted) for pair in zip(batch.numbers, batch.rows, strict=True)]
            assert again == [pair for pair in every if pair[0] in set(wanted)]
    return every, rows


@settings(deadline=None, max_examples=400)
@given(text=TEXT, chunk=st.integers(1, 9), titled=st.booleans())
def test_rows_are_those_of_the_csv_module(
    tmp_path_factory: pytest.TempPathFactory, text: str, chunk: int, titled: bool
) -> None:
    path = tmp_path_factory.mktemp("rows") / "a.csv"
    path.write_bytes(text.encode())
    lines = io.StringIO(text, newline=None)
    try:
        expected = [(at, row) for at, row in enumerate(csv.reader(lines, strict=True), start=1)]
    except csv.Error:
        expected = None
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(row_reader, "CHUNK", chunk)
        patch.setattr(row_reader, "BATCH", chunk)
        patch.setattr(row_reader, "SMALLEST", 1)
        if expected is None:
            with pytest.raises(UnusableFileError) as error:
                read(path)
            assert error.value.unusable.problem is FileProblem.BROKEN
            return
        if titled:
            header = next((at for at, row in expected if any(map(str.strip, row))), len(expected))
            expected = [pair for pair in expected if pair[0] > header]
        assert read(path, titled=titled)[0] == [(at, row) for at, row in expected if row]


@pytest.mark.parametrize("content", ["t\n\nname,id\nA,1\nB,2\n", 't\n\nname,id\n"A",1\nB,2\n'])
def test_rows_are_numbered_as_a_spreadsheet_counts(tmp_path: Path, content: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(content)
    every, _ = read(path, titled=True, skipped=2)
    assert every == [(4, ["A", "1"]), (5, ["B", "2"])]


def test_another_file_than_the_one_read_before_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("a\nb\nc\n")
    shape = FileShape(Encoding("utf-8"), ",", 0, False, ("name",), ())
    with path.open("r+b") as source:
        rows = ExportRows(source, shape, lambda _read: None)
        assert sum(len(batch.rows) for batch in rows.all()) == 3
        source.truncate(2)
        with pytest.raises(UnusableFileError) as error:
            list(rows.only([1, 3]))
    assert error.value.unusable.problem is FileProblem.CHANGED
