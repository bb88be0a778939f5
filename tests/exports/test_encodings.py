"""The encoding of names: each code page with the words of its languages, in files as short as real ones are."""

from __future__ import annotations

import csv
import io
import random
from pathlib import Path

import pytest

from app.exports import encodings
from app.exports.encodings import CHOICES, CODE_PAGES, Encoding, look_at
from app.exports.problems import FileProblem, UnusableFileError

WORDS: dict[str, list[str]] = {}
with (Path(__file__).parent / "names.csv").open(encoding="utf-8", newline="") as file:
    for row in csv.DictReader(file):
        WORDS.setdefault(row["code page"], []).append(row["names"])
CONSOLES = {"cp1252": ("cp850", "mac_roman"), "cp1250": ("cp852", "iso8859_2"), "cp1251": ("cp866", "koi8_r")}


def read(data: bytes, chosen: str | None = None) -> Encoding:
    return look_at(io.BytesIO(data), chosen, lambda _read: None)


def table(names: list[str]) -> str:
    return "Object Id,Display Name\r\n" + "".join(f"{at},{name}\r\n" for at, name in enumerate(names))


@pytest.mark.parametrize("written", WORDS)
def test_four_names_tell_their_code_page(written: str) -> None:
    dice = random.Random(written)
    for words in WORDS[written]:
        for _ in range(20):
            text = table(dice.sample(words.split("|"), 4))
            found = read(text.encode(written))
            assert text.encode(written).decode(found.name) == text, (found, text)


@pytest.mark.parametrize(("windows", "written"), [(page, other) for page in CONSOLES for other in CONSOLES[page]])
def test_other_code_pages_are_told_from_a_page_of_names(windows: str, written: str) -> None:
    for words in WORDS[windows]:
        names = [name for name in words.split("|") if name.encode(written, "ignore").decode(written) == name]
        text = table(names)
        assert text.encode(written).decode(read(text.encode(written)).name) == text


def test_few_letters_are_not_certain_and_many_are() -> None:
    assert not read("Name\r\nS\u00fcd\r\n".encode("cp1252")).certain
    assert read(table(WORDS["cp1252"][0].split("|")).encode("cp1252")).certain


@pytest.mark.parametrize("name", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
@pytest.mark.parametrize("words", [WORDS["cp932"][0], WORDS["cp1251"][0], "Sales|IT"])
def test_unicode_is_certain(name: str, words: str) -> None:
    text = table(words.split("|"))
    found = read(text.encode(name))
    assert found.certain
    assert text.encode(name).decode(found.name) == text


def test_utf8_with_a_few_broken_bytes_stays_utf8() -> None:
    data = table(WORDS["cp1252"][0].split("|") * 5).encode() + b"9,S\xfcd\r\n"
    found = read(data)
    assert (found.name, found.certain, found.errors) == ("utf-8", False, "replace")


def test_a_letter_far_into_the_file_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encodings, "CHUNK", 100)
    text = table([f"Team {number}" for number in range(300)] + WORDS["cp1250"][0].split("|"))
    assert read(text.encode("cp1250")).name == "cp1250"
    assert read(text.encode()).name == "utf-8"


@pytest.mark.parametrize("chosen", CHOICES)
def test_the_admins_word_is_followed(chosen: str) -> None:
    found = read("Name\nS\u00fcd\n".encode("utf-16" if chosen == "utf-16" else "cp1252"), chosen)
    assert found.short == chosen
    assert found.label == CHOICES[chosen]


@pytest.mark.parametrize("data", [b"name\n\x81\x8d", b"na\0me\n" * 9, b"a\x01\x02\x03\x04", b"\xff\xfen\x00a"])
def test_what_is_no_text_is_refused(data: bytes) -> None:
    with pytest.raises(UnusableFileError) as error:
        read(data)
    assert error.value.unusable.problem is FileProblem.BINARY


def test_every_code_page_has_letters_of_its_languages() -> None:
    for name, page in CODE_PAGES.items():
        for language in page.languages:
            pairs = encodings.letter_bits()[language]
            beyond = [pair for pair in pairs if not pair.isascii()]
            held = sum(1 for pair in beyond if pair.encode(name, "ignore").decode(name) == pair)
            assert held * 10 > len(beyond) * 7, (name, language)
