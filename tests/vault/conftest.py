"""Three real Secret Services, each running for the tests of a module."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from app.vault import linux
from tests.vault.providers import SAVING, GnomeKeyring, KeePassXC, KWallet, Provider

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module", params=[GnomeKeyring, KeePassXC, KWallet], ids=lambda kind: kind.name)
def served(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Provider]:
    provider = request.param(tmp_path_factory.mktemp("provider"))
    try:
        provider.start()
        yield provider
    finally:
        provider.close()


@pytest.fixture
def provider(served: Provider, monkeypatch: pytest.MonkeyPatch) -> Provider:
    """The Secret Service as the one of this session."""
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", served.address)
    monkeypatch.setattr(linux, "SETTLE_SECONDS", {"KeePassXC": SAVING})
    return served
