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
        ("long word " * 3 + "xx", ("long word " * 3 + "xx",)),
        (", ".join(map(str, range(MOST_TAGS))), tuple(map(str, range(MOST_TAGS)))),
    ],
)
def test_tags_are_read_in_order_and_once(text: str, tags: tuple[str, ...]) -> None:
    assert parse_tags(text) == tags
    assert all(len(tag) <= LONGEST_TAG for tag in tags)
    assert parse_tags(", ".join(tags)) == tags
    assert all(legible(tag) == tag for tag in tags)


@pytest.mark.parametrize(
    "text",
    [
        "long word " * 3 + "xxx",
        "a/b",
        "-a",
        "a-",
        "a--b",
        'a"b',
        "a\u202eb",
        "a\u200bb",
        "a{b}",
        "xxxxxxxxxxxxxxxxxxxxxxxx",
        "prod, 0123456789abcdef01234567",
        ",".join(map(str, range(9))),
    ],
)
def test_other_texts_are_refused(text: str) -> None:
    assert isinstance(parse_tags(text), str)
