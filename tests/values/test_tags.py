"""How the tags of a setup are read."""

from __future__ import annotations

import pytest

from app.text.legible import legible
from app.values.tags import LONGEST_TAG, MOST_TAGS, parse_tags


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ("", ()),
        (" , ,", ()),
        ("prod", ("prod",)),
        ("eu-west, Prod ,prod", ("eu-west", "Prod")),
        ("two  words,a.b:c_d", ("two words", "a.b:c_d")),
        ("Köln, 東京", ("Köln", "東京")),
        ("x" * LONGEST_TAG, ("x" * LONGEST_TAG,)),
        (", ".join(map(str, range(MOST_TAGS))), tuple(map(str, range(MOST_TAGS)))),
    ],
)
def test_tags_are_read_in_order_and_once(text: str, tags: tuple[str, ...]) -> None:
    assert parse_tags(text) == tags
    assert parse_tags(", ".join(tags)) == tags
    assert all(legible(tag) == tag for tag in tags)


@pytest.mark.parametrize(
    "text",
    [
        "x" * (LONGEST_TAG + 1),
        "a/b",
        "-a",
        "a-",
        "a--b",
        'a"b',
        "a\u202eb",
        "a\u200bb",
        "a{b}",
        ",".join(map(str, range(9))),
    ],
)
def test_other_texts_are_refused(text: str) -> None:
    assert isinstance(parse_tags(text), str)
