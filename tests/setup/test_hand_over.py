"""A setup is handed over unchanged, without secrets, and a file from elsewhere passes the same checks."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.guide import catalog
from app.session.open_setup import new_setup
from app.setup import journey
from app.setup.hand_over import KIND, LIMIT_BYTES, HandOverRefusal, ReceivedSetup, file_name, pack, unpack

if TYPE_CHECKING:
    from app.setup.state import Setup

NOW = datetime(2026, 11, 25, 10, tzinfo=UTC)
TENANT = "8a7b6c5d-1234-4abc-9def-0123456789ab"


def begun() -> Setup:
    guide = catalog.guide("entra")
    setup = new_setup(guide, NOW, practice=False)
    setup = journey.capture(guide, setup, "tenant_id", TENANT, NOW)
    return journey.record_secret(guide, setup, "token", NOW, replaced=False).with_(name="contoso.com")


def opened(content: bytes, *names: str) -> ReceivedSetup:
    received = unpack(content, catalog.guides(), frozenset(names))
    assert isinstance(received, ReceivedSetup)
    return received


def changed(change: dict[str, object], **setup: object) -> bytes:
    data = json.loads(pack(begun(), NOW))
    data["setup"] |= setup
    return json.dumps(data | change).encode()


def test_it_arrives_as_it_was_under_an_id_of_its_own() -> None:
    setup = begun()
    received = opened(pack(setup, NOW))
    assert received.made == NOW
    assert received.dropped == ()
    assert received.setup.id != setup.id
    assert received.setup.with_(id=setup.id) == setup.with_(summary=received.setup.summary)
    assert received.setup.summary.title == catalog.guide("entra").steps[0].title
    assert json.loads(pack(setup, NOW))["setup"]["summary"] is None, "it counts the runs, which stay here"


def test_no_plain_value_arrives_as_a_secret() -> None:
    """A setup with a value that is both cannot be saved."""
    received = opened(changed({}, kept={"tenant_id": NOW.isoformat(), "token": NOW.isoformat()}))
    assert set(received.setup.kept) == {"token"}
    assert received.setup.values["tenant_id"] == TENANT


def test_runs_of_another_computer_stay_outside() -> None:
    run = {"at": NOW.isoformat(), "checks": [{"rung": "name", "verdict": "failed", "observation": "timeout"}]}
    assert opened(changed({}, runs=[run])).setup.runs == ()


def test_a_name_that_is_taken_gets_a_number() -> None:
    content = pack(begun(), NOW)
    assert opened(content, "contoso.com", "contoso.com (2)").setup.name == "contoso.com (3)"


def test_one_without_a_name_stays_so() -> None:
    content = pack(begun().with_(name=""), NOW)
    assert opened(content, "").setup.name == ""
    assert file_name(begun().with_(name="")) == "Unnamed-setup.ciescim"


def test_practice_stays_on_its_computer() -> None:
    with pytest.raises(ValueError, match="practice"):
        pack(begun().with_(practice=True), NOW)
    refused = unpack(changed({}, practice=True), catalog.guides())
    assert isinstance(refused, HandOverRefusal)
    assert "practice" in refused.sentence


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "a hand-over file"),
        (b"\xff\xfe\x00", "a hand-over file"),
        (b"[" * 200_000, "a hand-over file"),
        (b'{"kind": "other"}', "a hand-over file"),
        (b" " * (LIMIT_BYTES + 1), "too large"),
        (changed({"format": 3}), "newer version"),
        (changed({"format": 0}), "damaged"),
        (changed({"more": 1}), "damaged"),
        (changed({}, guide="none", client="Nobody"), "no guide for Nobody"),
        (changed({}, kept={"token": "not a time"}), "damaged"),
        (changed({}, kept={"token": "9999-12-31T23:59:59-12:00"}), "damaged"),
        (changed({"made": "0001-01-01T00:00:00Z"}), "damaged"),
        (changed({}, id="../../etc/passwd"), "damaged"),
    ],
)
def test_what_cannot_be_opened_says_why(content: bytes, says: str) -> None:
    refused = unpack(content, catalog.guides())
    assert isinstance(refused, HandOverRefusal)
    assert says in refused.sentence


def test_values_pass_the_rules_of_the_guide_or_are_dropped() -> None:
    values = {"tenant_id": "not a GUID", "token": "s3cr3t-put-there-by-hand", "unknown": "x"}
    received = opened(changed({}, values=values))
    assert received.dropped == ("tenant_id", "token")
    assert received.setup.values == {}


@given(st.text(max_size=80))
def test_every_name_makes_a_file_name(name: str) -> None:
    made = file_name(begun().with_(name=name))
    assert made.removesuffix(".ciescim").strip("-.")
    assert made.isascii()
    assert not set(made) & set('/\\:*?"<>|')


@given(
    st.recursive(st.none() | st.integers() | st.text(), lambda inner: st.dictionaries(st.text(), inner), max_leaves=8)
)
def test_any_content_is_refused_with_a_sentence(setup: object) -> None:
    content = json.dumps({"kind": KIND, "format": 1, "made": "2026-11-25T10:00:00Z", "version": "1", "setup": setup})
    assert isinstance(unpack(content.encode(), catalog.guides()), HandOverRefusal)
