"""Any text may be pasted: nothing of it comes back, and none takes long to read."""

from __future__ import annotations

import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.diagnosis.facts import Fact
from app.diagnosis.patterns import (
    ErrorPattern,
    general_errors,
    product_errors,
)
from app.diagnosis.portal_errors import decode
from app.diagnosis.ranking import MOST_CAUSES
from app.guide import catalog
from tests.diagnosis.test_portal_errors import BASE
from tests.support.setups import a_setup

# -- nothing comes back, and never late ------------------------------------------------------

PATTERNS: list[ErrorPattern] = [
    *general_errors().patterns,
    *(pattern for product in product_errors().values() for pattern in (*product.patterns, *product.vague)),
]
CANARY = "eyJhbGciOiJub25lIn0.canary-7f3d91"
PIECES = [
    *(phrase.strip("=*").replace(" ... ", " x ").replace("#", "7") for p in PATTERNS for phrase in p.find),
    *general_errors().elsewhere,
    f"Authorization: Bearer {CANARY}",
    f"Bearer Bearer {CANARY}",
    f"{BASE}/{CANARY}/Users/{CANARY}",
    f"https://{CANARY}.example.com/{CANARY}/Users/Users",
    f"No such host is known. ({CANARY}.example.com:443)",
    f"Tenant URL: https://scim.example.com/{CANARY}",
    "status code 401",
    "HTTP/1.1 404",
    "\\n",
    '{"',
]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    pieces=st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=40)), max_size=30),
    glue=st.sampled_from([" ", "\n", "", ": "]),
    times=st.sampled_from([1, 1, 1, 50, 5000]),
    guide_id=st.sampled_from(catalog.ids()),
    state=st.sampled_from(["fresh", "submitted", "tested", "token-newer"]),
    base=st.sampled_from([None, BASE, f"{BASE}/{CANARY}"]),
)
def test_any_text_ends_in_words_of_this_program(
    pieces: list[str], glue: str, times: int, guide_id: str, state: str, base: str | None
) -> None:
    guide = catalog.guide(guide_id)
    text, setup = (glue.join(pieces) * times)[:200_000], a_setup(guide, state)
    began = time.process_time()
    decoded = decode(text, guide, setup, base)
    assert time.process_time() - began < 1
    assert "canary" not in repr(decoded)
    assert len(decoded.causes) <= MOST_CAUSES
    assert all(label in {pattern.label for pattern in PATTERNS} for label in decoded.recognized)
    allowed = {sentence.replace("{client}", guide.short_name) for sentence in (fact.words for fact in Fact)}
    assert set(decoded.compared) <= allowed


@pytest.mark.parametrize(
    "piece",
    [
        "a",
        " ",
        "\\",
        "\0",
        "\u0130\u200b\U0001f600",
        "https://",
        "https://[",
        "https://a.b/Users ",
        "status code 404 ",
        "bearer ",
        'http/1.1" ',
        "directory id ",
        "group email ",
        "error code: ",
        "enotfound ",
        "enotfound a.b ",
        "users/",
    ],
)
def test_no_text_takes_a_second(piece: str) -> None:
    text = ("https://scim.example.com/" + piece * 200_000)[:200_000]
    for guide_id in ("cyberark", "entra"):
        guide = catalog.guide(guide_id)
        began = time.process_time()
        decode(text, guide, a_setup(guide), BASE)
        assert time.process_time() - began < 1
