"""Whole practice setups with the keyboard alone, and what Orca says on the way."""

from __future__ import annotations

import faulthandler
from typing import TYPE_CHECKING

import pytest

from tests.orca.orca import Spoken
from tests.orca.transcript import Transcript, take_tour

if TYPE_CHECKING:
    from pathlib import Path


pytestmark = pytest.mark.lane("orca")

CLIENTS = ("entra", "pingfederate")


@pytest.fixture(scope="module", params=CLIENTS)
def heard(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Transcript:
    """The transcript of a client's tour; also in a file, to read."""
    faulthandler.cancel_dump_traceback_later()  # a walk takes minutes, and hangs nowhere: each wait in it has an end
    with Spoken() as session:
        transcript = take_tour(session, request.param)
    file: Path = tmp_path_factory.getbasetemp() / f"{request.param}.txt"
    file.write_text(str(transcript), "utf-8")
    (file.with_suffix(".log")).write_text(transcript.log, "utf-8")
    return transcript


def test_the_keyboard_alone_leads_to_the_end(heard: Transcript) -> None:
    assert heard.code == 0


def test_no_secret_is_said_or_reaches_the_accessibility_bus(heard: Transcript) -> None:
    assert len(heard.secrets) >= 2  # the token and the Base URL
    assert [secret for secret in heard.secrets if secret in heard.log] == []
