"""Whole practice setups with the keyboard alone, and what Orca says on the way."""

from __future__ import annotations

import faulthandler
import itertools
from typing import TYPE_CHECKING

import pytest

from tests.orca.orca import Spoken
from tests.orca.transcript import ARRIVAL, Transcript, take_tour

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.golden import Golden


pytestmark = pytest.mark.lane("orca")

CLIENTS = ("entra", "pingfederate")
ANSWERED_WITHIN = 1.0
"""Seconds from Done, on an idle machine, until the next step has the focus on the bus, and until it is said."""


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
    assert heard.code == 0, heard.trouble


def test_no_secret_is_said_or_reaches_the_accessibility_bus(heard: Transcript) -> None:
    assert len(heard.secrets) >= 2  # the token and the Base URL
    # Orca 48 looks at the clipboard itself, where the browser of this test has put the secret.
    log = [line for line in heard.log.splitlines() if "clipboard" not in line.casefold()]
    assert [secret for secret in heard.secrets if any(secret in line for line in log)] == []


def test_each_done_is_answered_by_the_name_of_the_next_step(heard: Transcript) -> None:
    late, limit = {}, ANSWERED_WITHIN * heard.slower
    for (_, presses), (title, _) in itertools.pairwise(heard.sections[1:]):
        (done, *_) = reversed([press for press in presses if press.key == "space"])
        focused = [each.at - done.at for each in heard.focused if each.at > done.at and title in " ".join(each.names)]
        said = [each.at - done.at for each in done.answer if title in each.text]
        if not focused or not said or max(focused[0], said[0]) > limit:
            late[title] = focused[:1], said[:1]
    assert late == {}


def test_nothing_is_said_twice(heard: Transcript) -> None:
    assert heard.repeated() == []
    said = [each.text for _, presses in heard.sections for press in presses for each in press.answer]
    assert said.count(ARRIVAL) == 1


def test_each_step_sounds_as_a_person_would_want_it(heard: Transcript, golden: Golden) -> None:
    golden(f"{heard.client}-orca-{heard.orca}", str(heard))
