"""Names that look the same: the key they share and how they differ."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.text.legible import without_invisible
from app.text.similar import NameList, Sameness, key, sameness

ZERO_WIDTH = "\u200b\u2060\ufeff\u00ad\u200d"


@given(st.text())
def test_every_form_of_a_name_has_the_same_key(name: str) -> None:
    found = key(name)
    assert key(found) == found
    for form in ("NFC", "NFD", "NFKC", "NFKD"):
        assert key(unicodedata.normalize(form, name)) == found
    assert key(name.casefold()) == found
    assert key(f" \u00a0{name}\t{ZERO_WIDTH}") == found


@given(st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E)))
def test_the_fast_path_for_ascii_gives_the_same_key(name: str) -> None:
    assert key(name) == key(f"{name}\u200b")


@given(st.text(), st.text(st.sampled_from(ZERO_WIDTH + "\x00\x07\u202e"), max_size=3))
def test_characters_drawn_as_nothing_are_removed(name: str, nothing: str) -> None:
    assert without_invisible(nothing) == ""
    assert without_invisible(name + nothing) == without_invisible(name)
    assert without_invisible("a b\u00a0c") == "a b\u00a0c", "spaces are visible"


@pytest.mark.parametrize(
    ("one", "other", "how"),
    [
        ("Sales", "Sales", Sameness.EXACT),
        ("Sales", "SALES", Sameness.CASE),
        ("Straße", "STRASSE", Sameness.CASE),
        ("Sales EMEA", "Sales  EMEA ", Sameness.SPACES),
        ("Sales EMEA", "sales\u00a0EMEA", Sameness.SPACES),
        ("Sales", "Sa\u200bles", Sameness.INVISIBLE),
        ("Sales", "\u202eSALES", Sameness.INVISIBLE),
        ("Vertrieb S\u00fcd", "Vertrieb Su\u0308d", Sameness.UNICODE),
        ("Finance", "\uff26inance", Sameness.LOOKALIKE),
        ("Team 2", "Team \u00b2", Sameness.LOOKALIKE),
    ],
)
def test_the_difference_is_named(one: str, other: str, how: Sameness) -> None:
    assert key(one) == key(other)
    assert sameness(one, other) is how
    assert sameness(other, one) is how
    assert how.words


@pytest.mark.parametrize(("one", "other"), [("Sales", "Sale"), ("Müller", "Muller"), ("R&D", "RD"), ("a-b", "a_b")])
def test_different_names_have_different_keys(one: str, other: str) -> None:
    assert key(one) != key(other)


@pytest.mark.parametrize("name", ["", " ", "\u200b", "\u00a0\t\u2060", "\u3164"])
def test_a_name_with_nothing_visible_has_no_key(name: str) -> None:
    assert key(name) == ""


PIECES = [
    "a",
    "B",
    " ",
    "  ",
    "\u00fc",
    "u\u0308",
    "\u200b",
    "\u00df",
    "\u00a0",
    "\t",
    "\ufb01",
    "\u0130",
    "\u0301",
    "\x1c",
]
PIECES += [
    "\u2028",
    "\r",
    "\n",
    "\u0345",
    "\u1100",
    "\u1161",
    "\uac00",
    "\u042f",
    "\u03c2",
    "\u0149",
    "\U0001f600",
    "x y",
]


@given(st.lists(st.lists(st.sampled_from(PIECES), max_size=5).map("".join), max_size=5))
def test_the_keys_of_many_names_are_those_of_each(names: list[str]) -> None:
    assert NameList(names).keys() == list(map(key, names))
