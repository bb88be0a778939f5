"""A setup is handed over unchanged, without secrets, and a file from elsewhere passes the same checks."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.guide import catalog
from app.guide.placeholders import fill_guide
from app.guide.vocabulary import Kind, Milestone, Page
from app.session.open_setup import new_setup
from app.setup import journey
from app.setup.document import decode, encode
from app.setup.gate import Locked, Open, gate
from app.setup.hand_over import (
    AHEAD,
    KIND,
    LONGEST_CLIENT,
    LONGEST_ID,
    LONGEST_NAME,
    HandOverRefusal,
    ReceivedSetup,
    file_name,
    pack,
    unpack,
)
from app.setup.state import Sighting
from app.setup.store import LIMIT_BYTES
from app.text.legible import is_invisible
from app.values.rules import read
from tests.support import strange

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
    assert received.setup.with_(id=setup.id) == setup.with_(summary=received.setup.summary, captures=0)
    assert received.setup.summary.title == catalog.guide("entra").steps[0].title
    assert json.loads(pack(setup, NOW))["setup"]["summary"] is None, "it counts the runs, which stay here"
    assert pack(setup.with_(tags=("ours",)), NOW) == pack(setup, NOW)


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
        (changed({}, guide="none", client="Nobody"), "no guide named none"),
    ],
)
def test_what_cannot_be_opened_says_why(content: bytes, says: str) -> None:
    refused = unpack(content, catalog.guides(), file="from-ann.ciescim")
    assert isinstance(refused, HandOverRefusal)
    assert says in refused.sentence
    assert "Nobody" not in refused.sentence, "a sentence of the sender"
    assert "from-ann.ciescim" in refused.sentence


def refusal(content: bytes) -> HandOverRefusal:
    refused = unpack(content, catalog.guides(), file="from-ann.ciescim", now=NOW)
    assert isinstance(refused, HandOverRefusal)
    return refused


def handed_over() -> dict[str, Any]:
    """A file in which every field of the setup has a value."""
    data: dict[str, Any] = json.loads(pack(strange.whole(), NOW))
    data["setup"]["baseline"] = {"users": 0, "groups": 0}  # only this computer knows it, so no file of ours has it
    return data


def altered(place: str, value: object) -> bytes:
    keys = ("setup", *place.split("."))
    return strange.Change(keys, value).made(handed_over())


def test_the_strange_file_opens_unchanged() -> None:
    opened(json.dumps(handed_over()).encode())


@pytest.mark.parametrize("change", strange.changes(handed_over()["setup"]), ids=str)
def test_what_cannot_be_is_refused_by_its_field(change: strange.Change) -> None:
    data = handed_over()
    data["setup"] = json.loads(change.made(data["setup"]))
    refused = refusal(json.dumps(data).encode())
    assert "from-ann.ciescim" in refused.sentence
    if change.value == "\ud800":
        assert refused.field == change.place[-1], "no text, so it is refused where it is read"
        return
    assert refused.field.startswith(".".join(("setup", *change.place))[:60])
    assert refused.field in refused.sentence


LONG = {
    "name": LONGEST_NAME,
    "client": LONGEST_CLIENT,
    "guide": LONGEST_ID,
    "position": LONGEST_ID,
}


@pytest.mark.parametrize("field", LONG)
@pytest.mark.parametrize("more", [1, 2, 1000, 1_000_000])
def test_a_text_that_is_too_long_is_refused(field: str, more: int) -> None:
    assert refusal(altered(field, "n" * (LONG[field] + more))).field == f"setup.{field}"


@pytest.mark.parametrize("character", ["\u202e", "\x00", "\n", "\u200b", "\u2028", "\u0085", "\U000e0041", "W"])
def test_a_name_at_the_limit_stays_short_and_legible(character: str) -> None:
    name = opened(altered("name", character * LONGEST_NAME)).setup.name
    assert len(name) <= LONGEST_NAME
    assert not any(map(is_invisible, name))


@pytest.mark.parametrize("part", ["client", "summary", "runs", "tags"])
def test_no_sentence_of_the_sender_is_read(part: str) -> None:
    lies = {"client": "Call 555-0100", "summary": {"title": "Call 555-0100"}, "runs": [{"title": "Call 555-0100"}]}
    lies["tags"] = ["Call 555-0100"]
    received = opened(altered(part, lies[part]))
    assert "555-0100" not in repr(received)


@pytest.mark.parametrize(
    "field", ["made", "setup.created", "setup.done.note", "setup.kept.token", "setup.reached.started"]
)
@pytest.mark.parametrize("ahead", [timedelta(minutes=6), timedelta(days=2), timedelta(days=20_000)])
def test_a_time_after_the_file_was_written_cannot_be(field: str, ahead: timedelta) -> None:
    data = handed_over()
    *keys, last = field.split(".")
    part = data
    for key in keys:
        part = part[key]
    last = next(iter(part)) if last == "note" else last
    part[last] = (NOW + ahead).isoformat()
    if field == "made" and ahead < AHEAD:
        opened(json.dumps(data).encode())
        return
    assert refusal(json.dumps(data).encode()).field == (f"setup.done.{last}" if ".done." in field else field)


@pytest.mark.parametrize("milestone", journey.AFTER_SUBMIT[:2])
def test_nothing_that_only_follows_submit_is_older(milestone: Milestone) -> None:
    data = handed_over()
    earlier = datetime.fromisoformat(data["setup"]["reached"]["submitted"]) - timedelta(hours=1)
    data["setup"]["reached"][milestone] = earlier.isoformat()
    assert refusal(json.dumps(data).encode()).field == f"setup.reached.{milestone}"
    step = next(s.id for s in catalog.guide("okta").steps if s.marks is milestone)
    data["setup"]["stale"] = [step]  # Submit was redone since
    opened(json.dumps(data).encode())


@pytest.mark.parametrize("place", ["kind", "made", "setup", "name", "reached", "submitted", "users"])
def test_a_key_that_occurs_twice_is_refused(place: str) -> None:
    text = json.dumps(handed_over())
    at = text.index(f'"{place}"')
    refused = refusal(f'{text[:at]}"{place}": 1, {text[at:]}'.encode())
    assert refused.field == place


@pytest.mark.parametrize("depth", [10, 900, 5_000, 100_000])
@pytest.mark.parametrize("pair", ["[]", "{}"])
def test_any_depth_is_refused(depth: int, pair: str) -> None:
    opening = pair[0] if pair == "[]" else '{"a":'
    nested = opening * depth + ("1" if pair == "{}" else "") + pair[1] * depth
    text = json.dumps(handed_over()).replace('"contoso.okta.com"', nested)
    refusal(text.encode())


class TestGate:
    """Whatever a file says, Full Sync unlocks only by a timestamp that is seen from here."""

    @given(
        reached=st.lists(st.datetimes(datetime(2026, 1, 1), datetime(2026, 11, 25)), max_size=5),  # noqa: DTZ001 - UTC below
        sighting=st.none() | st.datetimes(datetime(2026, 1, 1), datetime(2026, 11, 25)),  # noqa: DTZ001 - UTC below
        baseline=st.none() | st.integers(0, 10**9),
        done=st.booleans(),
        ticked=st.booleans(),
    )
    @settings(max_examples=100, deadline=None)
    def test_no_file_opens_it(
        self, reached: list[datetime], sighting: datetime | None, baseline: int | None, done: bool, ticked: bool
    ) -> None:
        guide = catalog.guide("okta")
        data = handed_over()
        setup = data["setup"]
        names = list(Milestone)[: len(reached)]
        setup["reached"] = {name: at.isoformat() + "Z" for name, at in zip(names, sorted(reached), strict=True)}
        at = sighting.isoformat() + "Z" if sighting is not None else None
        seen = {"seen_at": at, "entered": True, "grew": True, "counts": None}
        setup["sighting"] = None if at is None else {"at": at, **seen}
        setup["baseline"] = None if baseline is None else {"users": baseline, "groups": baseline}
        steps = [step.id for step in guide.steps]
        setup["done"] = dict.fromkeys(steps, "2026-11-20T00:00:00Z") if done else {}
        setup["ticked"] = steps if ticked else []
        received = opened(json.dumps(data).encode()).setup
        assert isinstance(gate(guide, received), Locked)
        assert received.received == set(names)
        sync = next(step.id for step in guide.steps if step.marks is Milestone.FULL_SYNC)
        assert journey.block(guide, received, sync) is not None
        assert sync not in received.ticked
        watch = next(step.id for step in guide.steps if step.page is Page.WATCH)
        assert watch not in received.done or watch in received.stale

    def test_a_timestamp_seen_here_opens_it(self) -> None:
        guide = catalog.guide("okta")
        received = opened(json.dumps(handed_over()).encode()).setup
        seen = journey.record_sighting(received, Sighting(NOW, NOW, entered=True))
        assert isinstance(gate(guide, seen), Open)
        assert decode(encode(received)) == received, "the marks are saved"

    def test_a_milestone_reached_here_is_no_longer_the_senders(self) -> None:
        guide = catalog.guide("okta")
        received = opened(json.dumps(handed_over()).encode()).setup
        watch = next(step.id for step in guide.steps if step.page is Page.WATCH)
        assert Milestone.TIMESTAMP in received.received
        assert Milestone.TIMESTAMP not in journey.complete(guide, received, watch, NOW).received


class TestAddresses:
    """Addresses that Open leads to."""

    def test_they_are_named_with_the_warnings_of_typing(self) -> None:
        (named,) = opened(altered("values", {"okta_domain": "okta.example.net"})).opens
        assert named.value == "okta.example.net"
        assert named.warnings == read(Kind.TENANT_HOST, "okta.example.net", hosts=("okta.com",)).warnings != ()
        (usual,) = opened(json.dumps(handed_over()).encode()).opens
        assert usual.warnings == ()

    @pytest.mark.parametrize("guide_id", catalog.ids())
    def test_every_address_with_a_value_is_unconfirmed(self, guide_id: str) -> None:
        guide = catalog.guide(guide_id)
        setup = new_setup(guide, NOW, practice=False)
        hosts = {name: f"{name.replace('_', '-')}.example.net" for name in journey.linked(guide)}
        received = journey.receive(guide, setup.with_(values=hosts))
        filled = fill_guide(guide, hosts)
        for url in (filled.cie.url, filled.portal.url, *(step.link for step in filled.steps if step.link)):
            foreign = any(host in url for host in hosts.values())
            assert bool(journey.unconfirmed_in(received, url)) is foreign
            assert journey.unconfirmed_in(setup.with_(values=hosts), url) == ()

    def test_a_value_entered_here_needs_no_question(self) -> None:
        guide = catalog.guide("okta")
        received = opened(json.dumps(handed_over()).encode()).setup
        assert received.unconfirmed == {"okta_domain"}
        assert journey.capture(guide, received, "okta_domain", "fabrikam.okta.com", NOW).unconfirmed == set()


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
