"""An identities file is summed up, and its bad lines are named."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.guide.builders import Built, identities_csv
from app.guide.vocabulary import Builder

if TYPE_CHECKING:
    from collections.abc import Callable

from tests.guide.builders.made import ANY, STEADY, make
from tests.guide.builders.readers import luhn_ok

IMEI = "356938035643809"
IMSI = "262011234567890"


def with_check_digit(body: int) -> str:
    return next(imei for end in range(10) if luhn_ok(imei := f"{body:014}{end}"))


def rows(number: int, make_row: Callable[[int], str] = lambda n: f"{with_check_digit(n)},{n:015},internet") -> str:
    return "\n".join(make_row(n) for n in range(number))


def test_a_good_file_is_summed_up() -> None:
    built = make(Builder.IDENTITIES_CSV, text=rows(500) + "\n")
    assert built == Built("500 records of 500, each with IMEI, IMSI and APN. APN: internet.")
    headed = make(Builder.IDENTITIES_CSV, text=f'\ufeffimei, IMSI,"APN"\r\n{IMEI},{IMSI},"corp.example"\r\n')
    assert headed.text == "1 record of 500, each with IMEI, IMSI and APN. APN: corp.example."
    assert "headings" in headed.notes[0]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("IMEI,IMSI,APN\n", "no records"),
        ("IMSI,IMEI,APN\n1,2,3", "order IMEI, IMSI, APN"),
        (f"{IMEI};{IMSI};a", "commas"),
        (f"{IMEI},{IMSI}", "Line 1: has 2 columns"),
        (f"{IMEI},{IMSI},a,", "remove the comma at its end"),
        (f"IMEI,IMSI,APN,\n{IMEI},{IMSI},a,", "headings end with a comma"),
        ("3,56938E+14;2,62011E+14;internet", "semicolons"),
        ("3,56938E+14;2,62011E+14;internet", "shortened"),
        (f"IMEI\tIMSI\tAPN\n{IMEI}\t{IMSI}\ta", "tabs"),
        (f"3,56938E+14,{IMSI},a", "shortened by a spreadsheet"),
        (f'"3,56938E+14",{IMSI},a', "shortened by a spreadsheet"),
        (f'="{IMEI}",{IMSI},a', '="..."'),
        (f'"=""{IMEI}""",{IMSI},a', '="..."'),
        (f"{IMEI},'{IMSI},a", "IMSI has an apostrophe"),
        (f"{IMEI},,a", "IMSI is missing"),
        (f"\n{IMEI[:14]},{IMSI},a", "Line 2: the IMEI has 14 digits, its check digit"),
        (f"{IMEI}1,{IMSI},a", "IMEISV"),
        (f"{IMEI[:9]},{IMSI},a", "9 digits, 15 are needed"),
        (f"3.56938E+14,{IMSI},a", "spreadsheet"),
        (f"{IMEI},{IMSI}1,a", "16 digits"),
        (f"{IMEI},12345,a", "5 digits"),
        (f"{IMEI},26201x,a", "digits only"),
        ("\u0663" * 15 + f",{IMSI},a", "digits only"),
        (f"{IMEI},{IMSI},a..b", "dots between"),
        (f"{IMEI},{IMSI},-a", "letters, digits"),
        (f"{IMEI},{IMSI},*", "letters, digits"),
        (f"{IMEI},{IMSI},{'a' * 31}.{'b' * 31}", "62 characters fit"),
        (f"{IMEI},{IMSI},a\n\n{IMEI},{IMSI},a", "Line 3: repeats line 1"),
        (rows(501), "501 records, and 500 fit"),
    ],
)
def test_a_bad_file_names_its_lines(text: str, words: str) -> None:
    built = make(Builder.IDENTITIES_CSV, text=text)
    assert built.text is None
    assert words in (built.problem or "")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (f"356938035643800,{IMSI},a", "check digit of the IMEI does not fit: line 1."),
        (f"{IMEI},{IMSI},a\n{IMEI},{IMSI},b", "The IMSI occurred in an earlier line: line 2."),
        (rows(9, lambda n: f"{IMEI},{n:015},a"), "IMEI occurred in an earlier line: lines 2, 3, 4, 5, 6 and 3 more."),
        (f"{IMEI},{IMSI},racing", "reserves this beginning or end of an APN: line 1."),
        (f"{IMEI},{IMSI},a.gprs", "reserves this beginning or end of an APN: line 1."),
    ],
)
def test_what_the_portal_may_take_is_a_note(text: str, words: str) -> None:
    built = make(Builder.IDENTITIES_CSV, text=text)
    assert built.text
    assert words in " ".join(built.notes)


@pytest.mark.parametrize("apn", ["a", "3g", f"{'a' * 31}.{'b' * 30}", "internet.mnc001.mcc262.gprs", "CORP.Example"])
def test_good_apns(apn: str) -> None:
    assert not make(Builder.IDENTITIES_CSV, text=f"{IMEI},{IMSI},{apn}").notes


def test_five_lines_are_named_and_the_others_counted() -> None:
    problem = make(Builder.IDENTITIES_CSV, text=rows(12, lambda n: f"{n},{IMSI},a")).problem or ""
    assert re.findall(r"Line (\d+):", problem) == ["1", "2", "3", "4", "5"]
    assert problem.endswith("And 7 more lines.")


@STEADY
@given(body=st.integers(0, 10**15 - 1))
def test_the_check_digit_is_that_of_the_annex(body: int) -> None:
    imei = f"{body:015}"
    assert identities_csv.check_digit_fits(imei) is luhn_ok(imei)


@STEADY
@given(
    records=st.lists(
        st.tuples(
            st.integers(0, 10**14 - 1).map(with_check_digit),
            st.from_regex(r"[0-9]{6,15}", fullmatch=True),
            st.from_regex(r"[a-z0-9]{1,8}(\.[a-z0-9]{1,8}){0,3}", fullmatch=True),
        ),
        min_size=1,
        max_size=20,
        unique=True,
    ),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
    broken=st.none() | st.integers(0, 19),
)
def test_good_lines_pass_and_the_broken_one_is_named(
    records: list[tuple[str, str, str]], end: str, broken: int | None
) -> None:
    lines = [",".join(record) for record in records]
    if broken is not None:
        lines[broken % len(lines)] += ",more"
    built = make(Builder.IDENTITIES_CSV, text=end.join(lines))
    if broken is None:
        assert (built.text or "").startswith(f"{len(records)} record")
    else:
        assert built.problem == f"Line {broken % len(lines) + 1}: has 4 columns, 3 are needed."


@STEADY
@given(text=st.lists(st.sampled_from([IMEI, IMSI, ",", "\n", '"', "a.b", ";"]) | ANY).map("".join))
def test_no_identity_is_repeated_in_a_sentence(text: str) -> None:
    built = make(Builder.IDENTITIES_CSV, text=text)
    said = " ".join([built.problem or "", *built.notes])
    assert IMEI not in said
    assert IMSI not in said
