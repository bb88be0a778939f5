"""What looks like a slip when a secret is replaced."""

from __future__ import annotations

import pytest

from app.values.resemblance import are_close, doubt

TOKEN = "eyJhbGciOiJub25lIn0.c2NpbS10b2tlbi1vZi1hLXNldHVw"


@pytest.mark.parametrize(
    ("one", "other", "close"),
    [
        (TOKEN, TOKEN, True),
        (TOKEN, TOKEN.upper(), True),
        (TOKEN, f" {TOKEN}\n", True),
        (TOKEN, TOKEN[:-3], True),
        (TOKEN, TOKEN[5:], True),
        (TOKEN, TOKEN[:20] + "X" + TOKEN[21:], True),
        (TOKEN, TOKEN[:20] + TOKEN[26:], True),
        (TOKEN, TOKEN[::-1], False),
        (TOKEN, "c2NpbS10b2tlbi1vZi1hbm90aGVyLXNldHVw" * 2, False),
        ("7c1e3a52-9b1f-4c77-8d2a-0e5b6f3d9a10", "7c1e3a52-9b1f-4c77-8d2a-0e5b6f3d9a11", True),
        ("7c1e3a52-9b1f-4c77-8d2a-0e5b6f3d9a10", "0f4d2b61-2c3e-4f88-9a7b-1d6c5e4f8b32", False),
        ("Acme", "Acme", True),
        ("Acme", "Acme Inc", False),
        (TOKEN, "", False),
    ],
)
def test_close_texts(one: str, other: str, *, close: bool) -> None:
    assert are_close(one, other) is are_close(other, one) is close


def test_a_doubt_names_labels_and_never_values() -> None:
    assert doubt("Bearer token", TOKEN, None, {}) is None
    assert doubt("Bearer token", TOKEN[: len(TOKEN) // 2], TOKEN, {}) is None
    short, other = (
        doubt("Bearer token", TOKEN[:20], TOKEN, {}),
        doubt("Bearer token", TOKEN, None, {"Secret": TOKEN[1:]}),
    )
    assert short is not None
    assert other is not None
    assert "Bearer token" in short
    assert "Secret" in other
    assert not [piece for said in (short, other) for piece in (TOKEN[:8], TOKEN[1:9]) if piece in said]
