"""The keyrings of Windows and macOS as documented: killed before any call, nothing is lost and nothing is left behind.

Not yet run on those systems: the ``keyring`` library's own code runs here, on fakes of the functions that it calls.
"""

from __future__ import annotations

import asyncio
import itertools
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.vault import Vault, VaultStatus
from tests.vault.fakes import Killed, System, installed, opened
from tests.vault.mac import Keychain
from tests.vault.stories import secrets_without_a_setup_are_found_and_removed
from tests.vault.windows import CredentialManager

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SETUP = "cie-scim-assistant/setup/0123456789abcdef0123456789abcdef"
TOKEN, OTHER = f"{SETUP}/token", f"{SETUP}/base_url"
SHORT, LONG, LONGER = "old", "a" * 3000 + "\U0001f511" * 700, "b" * 16_384
SYSTEMS = [CredentialManager, Keychain]


def always() -> bool:
    return True


@pytest.fixture(params=SYSTEMS)
def system(request: pytest.FixtureRequest) -> Iterator[System]:
    with installed(request.param()) as system:
        yield system


def put(system: System, value: str, service: str = TOKEN) -> VaultStatus:
    return opened(system).put(service, value, always).status


def read(system: System, service: str = TOKEN) -> str | None:
    outcome = opened(system).get(service)
    assert outcome.status in (VaultStatus.READ, VaultStatus.ABSENT), outcome.status
    return outcome.value


@pytest.mark.parametrize("value", [SHORT, "", LONG, LONGER, "x" * 1280, "\U0001f511" * 640, "line\nline"])
def test_a_value_of_any_length_comes_back(system: System, value: str) -> None:
    for each in (value, "replaced", value):
        assert put(system, each) is VaultStatus.STORED
        assert read(system) == each
    assert opened(system).services(f"{SETUP}/") != frozenset()
    assert opened(system).delete(TOKEN).status is VaultStatus.DELETED
    assert system.texts() == {}


CHANGES = [(SHORT, LONG), (LONG, SHORT), (LONG, "b" * 2000), (None, LONG)]


@pytest.mark.parametrize(("old", "new"), CHANGES)
def test_killed_at_any_call_of_a_put_the_old_or_the_new_value_survives(
    system: System, old: str | None, new: str
) -> None:
    for deadly in itertools.count():
        begin(system, old)
        keyring = opened(system)
        system.calls.begin(deadly=deadly)
        try:
            ended = keyring.put(TOKEN, new, always).status
        except Killed:
            value = read(system)
            assert value in (old, new)
            assert read(system, OTHER) == "untouched"
            if value == new and old is not None:
                assert not [text for text in system.texts().values() if old[:1200] in text], "no stale copy is left"
            assert put(system, new) is VaultStatus.STORED
            finished(system, new)
        else:
            assert ended is VaultStatus.STORED
            finished(system, new)
            break
    assert deadly > 10


@pytest.mark.parametrize(("old", "new"), CHANGES)
def test_an_error_at_any_call_of_a_put_is_reported_or_handled_and_loses_nothing(
    system: System, old: str | None, new: str
) -> None:
    reported = 0
    for failing in itertools.count():
        begin(system, old)
        keyring = opened(system)
        system.calls.begin(failing=failing)
        ended = keyring.put(TOKEN, new, always).status
        if system.calls.made <= failing:
            break
        assert read(system) == (new if ended is VaultStatus.STORED else old)
        reported += ended is not VaultStatus.STORED
        assert put(system, new) is VaultStatus.STORED
        finished(system, new)
    assert reported > 4


def begin(system: System, old: str | None) -> None:
    """Start with one other value and, if given, the old one."""
    for name in (TOKEN, OTHER):
        assert opened(system).delete(name).status is VaultStatus.DELETED
    assert system.texts() == {}
    assert put(system, "untouched", OTHER) is VaultStatus.STORED
    if old is not None:
        assert put(system, old) is VaultStatus.STORED


def finished(system: System, new: str) -> None:
    """Only the expected values exist, and no others ever did: the library alone would have kept replaced ones."""
    assert all(name.startswith(SETUP) for name in system.ever)
    assert read(system) == new
    assert opened(system).delete(TOKEN).status is VaultStatus.DELETED
    assert len(system.texts()) == 1
    assert read(system, OTHER) == "untouched"


def test_killed_at_any_call_of_a_removal_the_rest_is_found_and_removed(system: System) -> None:
    for deadly in itertools.count():
        assert put(system, LONG) is VaultStatus.STORED
        keyring = opened(system)
        system.calls.begin(deadly=deadly)
        try:
            assert keyring.delete(TOKEN).status is VaultStatus.DELETED
        except Killed:
            assert read(system) in (LONG, None)
            assert bool(opened(system).services(f"{SETUP}/")) == bool(system.texts())
            assert opened(system).delete(TOKEN).status is VaultStatus.DELETED
            assert system.texts() == {}
        else:
            break
    assert deadly > 3


def test_secrets_without_a_setup_are_found_and_removed(system: System, tmp_path: Path) -> None:
    vault = Vault("setup", platform=system.platform)
    asyncio.run(secrets_without_a_setup_are_found_and_removed(tmp_path, vault))
    vault.close()
    assert system.texts() == {}


def test_parts_without_a_head_are_listed_with_their_setup() -> None:
    with installed(CredentialManager()) as system:
        deadly = itertools.count()
        while not system.texts():
            keyring = opened(system)
            system.calls.begin(deadly=next(deadly))
            with pytest.raises(Killed):
                keyring.put(TOKEN, LONGER, always)
        assert set(system.texts()) == {f"{TOKEN}#a1"}
        assert opened(system).services(f"{SETUP}/") == frozenset({TOKEN})
        assert opened(system).get(TOKEN).status is VaultStatus.ABSENT
        assert opened(system).delete(TOKEN).status is VaultStatus.DELETED
        assert system.texts() == {}


STEPS = st.tuples(
    st.sampled_from([TOKEN, OTHER]), st.one_of(st.none(), st.sampled_from([0, 1, 1100, 1279, 4000])), st.integers(0, 60)
)


@pytest.mark.parametrize("kind", SYSTEMS)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(steps=st.lists(STEPS, max_size=8))
def test_after_any_sequence_of_kills_each_value_is_the_previous_or_the_new_one(
    kind: type[System], steps: list[tuple[str, int | None, int]]
) -> None:
    with installed(kind()) as system:
        known: dict[str, str | None] = {TOKEN: None, OTHER: None}
        for turn, (service, length, deadly) in enumerate(steps):
            wanted = None if length is None else f"{turn}" + "z" * length
            keyring = opened(system)
            system.calls.begin(deadly=deadly)
            try:
                keyring.delete(service) if wanted is None else keyring.put(service, wanted, always)
            except Killed:
                assert read(system, service) in (known[service], wanted)
            else:
                assert read(system, service) == wanted
            known[service] = read(system, service)
            assert {each: read(system, each) for each in known} == known
        for service in known:
            assert opened(system).delete(service).status is VaultStatus.DELETED
        assert system.texts() == {}
