"""What endpoints that misbehave need."""

from __future__ import annotations

import pytest

from app import net


@pytest.fixture(scope="session", autouse=True)
def _imports() -> None:
    net.prepare()
