"""What every test of a builder needs: how one is called, and texts that go wrong easily."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from hypothesis import settings
from hypothesis import strategies as st

from app.guide.builders import FORMS, Built, group_dn

if TYPE_CHECKING:
    from app.guide.vocabulary import Builder


STEADY = settings(deadline=None, max_examples=200, derandomize=True, database=None)

NASTY_PIECES = (
    *(",", "+", '"', "\\", "<", ">", ";", "#", " ", "=", "*", "(", ")", "|", "&", "!", "'"),
    *("\\2a", "\\,", "CN=", "OU=", "DC=", "%s", "; rm -rf /", "$(id)", "`id`"),
    *("\u00e9", "\u4e2d", "\U0001f600", "\u200b", "\n", "\r\n", "\t", "\0"),
)
NASTY = st.sampled_from(NASTY_PIECES)
ANY = st.lists(NASTY | st.text(max_size=8), max_size=12).map("".join)
VISIBLE_TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Zl", "Zp"]), max_size=8)
VISIBLE_PIECE = st.sampled_from([piece for piece in NASTY_PIECES if not set(piece) & set("\0\r\n\t")])
VISIBLE = st.lists(VISIBLE_PIECE | VISIBLE_TEXT, min_size=1, max_size=10).map("".join)


def make(builder: Builder, **inputs: str) -> Built:
    return FORMS[builder].build(inputs)


def made(builder: Builder, **inputs: str) -> str:
    built = make(builder, **inputs)
    assert built.problem is None
    assert built.text is not None
    return built.text


def taken_as_it_is(part: str) -> bool:
    """Whether it is a plain name, which is neither escaped already nor in another form."""
    other_form = re.match(r"\s*(CN|OU|DC)\s*=|[^/]*\.[^/]*/", part, re.IGNORECASE) or part.casefold() == "users"
    return bool(part.strip()) and not other_form and group_dn.unescape_value(part) is None
