"""A match expression of PingOne is one comparison."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.guide.vocabulary import Builder
from tests.guide.builders.made import ANY, STEADY, made, make


@pytest.mark.parametrize(
    ("inputs", "text"),
    [
        ({}, 'userName Eq "%s"'),
        ({"attribute": "emails.value"}, 'emails.value Eq "%s"'),
        ({"attribute": "not offered"}, 'userName Eq "%s"'),
        ({"other": "urn:a:b:2.0:User:badge"}, 'urn:a:b:2.0:User:badge Eq "%s"'),
    ],
)
def test_match_expression(inputs: dict[str, str], text: str) -> None:
    assert made(Builder.MATCH_EXPRESSION, **inputs) == text


@pytest.mark.parametrize(
    "other", ['userName eq "x" or id', "a.b.c", "1a", "a b", 'a"', "%s", "emails[type]", "a" * 201]
)
def test_match_expression_refuses(other: str) -> None:
    assert make(Builder.MATCH_EXPRESSION, other=other).problem


def test_only_user_name_is_without_a_note() -> None:
    assert not make(Builder.MATCH_EXPRESSION).notes
    assert not make(Builder.MATCH_EXPRESSION, other="username").notes
    assert make(Builder.MATCH_EXPRESSION, attribute="externalId").notes


@STEADY
@given(other=ANY | st.from_regex(r"[a-zA-Z.:]+", fullmatch=True))
def test_a_match_expression_is_one_comparison(other: str) -> None:
    text = make(Builder.MATCH_EXPRESSION, other=other).text
    assert text is None or re.fullmatch(r'[A-Za-z][A-Za-z0-9_:.-]* Eq "%s"', text)
    assert text is None or text.count("%") == 1
