"""What this computer trusts while endpoints misbehave."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import trustme

from app import net

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session", autouse=True)
def _imports() -> None:
    net.prepare()


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    """The only authority that these tests trust."""
    return trustme.CA()


@pytest.fixture
def trusted(authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make this computer trust that authority and no other. Return the file that says so."""
    file = tmp_path / "authority.pem"
    authority.cert_pem.write_to_path(str(file))
    (tmp_path / "empty").mkdir()
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path / "empty"))
    return file
