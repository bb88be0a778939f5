"""An administrator's policy applies everywhere, and an invalid one stops the program."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import fields
from types import SimpleNamespace
from typing import TYPE_CHECKING, Self

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtWidgets import QPushButton

from app.guide import catalog
from app.guide.vocabulary import Kind
from app.reports.check import main as check
from app.reports.exit_code import Exit
from app.session import access
from app.session.directory_sync import SECRETS
from app.session.open_setup import new_setup, utc_now
from app.setup.store import Store
from app.system import policy
from app.system.policy import NO_KEYRING, InvalidPolicy, Policy, parse, read
from app.vault import Vault
from tests.support.keyrings import LockedKeyring, MemoryKeyring
from tests.support.screen import child, message
from tests.support.sessions import opened

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.running import Program
    from ui.application import Application


INSIDE = "https://scim.cie.paloaltonetworks.com/v2/abcdefgh"
OUTSIDE = "https://scim.example.com/v2/abcdefgh"
TOKEN = "t0ken-" + "x" * 40
STRICT = Policy(keyring_required=True, base_url_hosts=("*.paloaltonetworks.com",), contact="Ask the identity team.")
UNREADABLE = "This computer's policy can't be read."
SETTINGS = [each.name for each in fields(Policy)]
ALL = """
keyring_required = true
clipboard_seconds = 20
reveal = false
practice = false
base_url_hosts = ["*.paloaltonetworks.com", "scim.partner.example"]
contact = "Ask the identity team, extension 4711."
"""


@pytest.fixture
def policy_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    file = tmp_path / "policy.toml"
    monkeypatch.setattr(policy, "path", lambda _platform="linux": file)
    return file


def test_without_a_policy_nothing_is_forbidden(policy_file: Path) -> None:
    assert read() == Policy()
    assert Policy().allows(OUTSIDE)


def test_every_setting_is_read(policy_file: Path) -> None:
    policy_file.write_text(ALL)
    assert read() == Policy(
        keyring_required=True,
        clipboard_seconds=20,
        reveal=False,
        practice=False,
        base_url_hosts=("*.paloaltonetworks.com", "scim.partner.example"),
        contact="Ask the identity team, extension 4711.",
    )


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("reveal = maybe", UNREADABLE),
        ("\ufeff\x00", UNREADABLE),
        ("x" * 70_000, UNREADABLE),
        ("practice = " + "[" * 30_000, UNREADABLE),
        ("revael = false", "revael is not known to this version"),
        ('zzz = 1\nreveal = "no"\nrevael = false', "revael is not known to this version"),
        ('reveal = "no"', "reveal takes true or false"),
        ("clipboard_seconds = 4", "clipboard_seconds takes a whole number of seconds from 5 to 300"),
        ("clipboard_seconds = true", "clipboard_seconds takes a whole number of seconds from 5 to 300"),
        ("base_url_hosts = []", 'base_url_hosts takes a list of host names, such as "*.example.com"'),
        ('base_url_hosts = "a.example"', 'base_url_hosts takes a list of host names, such as "*.example.com"'),
        ('base_url_hosts = ["*"]', 'base_url_hosts takes a list of host names, such as "*.example.com"'),
        (
            'base_url_hosts = ["https://a.example"]',
            'base_url_hosts takes a list of host names, such as "*.example.com"',
        ),
        ('contact = "a\\nb"', "contact takes one line of at most 200 characters"),
        (f'contact = "{"a" * 201}"', "contact takes one line of at most 200 characters"),
    ],
)
def test_an_invalid_policy_is_reported(policy_file: Path, text: str, sentence: str) -> None:
    policy_file.write_text(text, encoding="utf-8")
    found = read()
    assert isinstance(found, InvalidPolicy)
    assert sentence in found.sentence


def test_a_file_that_cannot_be_read_does_not_count_as_no_policy(policy_file: Path) -> None:
    policy_file.mkdir()
    assert isinstance(read(), InvalidPolicy)


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("https://scim.paloaltonetworks.com/x", True),
        ("https://a.b.PaloAltoNetworks.com:443/x", True),
        ("https://paloaltonetworks.com/x", False),
        ("https://evilpaloaltonetworks.com/x", False),
        ("https://scim.paloaltonetworks.com.evil.example/x", False),
        ("https://scim.paloaltonetworks.com@evil.example/x", False),
        ("https://[::1", False),
    ],
)
def test_hosts(url: str, allowed: bool) -> None:
    assert STRICT.allows(url) is allowed


@given(st.dictionaries(st.sampled_from(SETTINGS) | st.text(), st.none() | st.integers() | st.text()))
def test_any_content_gives_a_policy_or_a_sentence(settings: dict[str, object]) -> None:
    assert isinstance(parse(settings), Policy | InvalidPolicy)


def test_windows_reads_the_registry(monkeypatch: pytest.MonkeyPatch) -> None:
    values = [("reveal", 0, 4), ("clipboard_seconds", 30, 4), ("base_url_hosts", ["a.example"], 7)]

    class Key:
        def __enter__(self) -> Self:
            return self

        def __exit__(self, *_error: object) -> None:
            pass

    def opened(root: str, path: str) -> Key:
        assert (root, path) == ("HKLM", r"SOFTWARE\Policies\cie-scim-assistant")
        return Key()

    fake = SimpleNamespace(
        HKEY_LOCAL_MACHINE="HKLM",
        OpenKey=opened,
        QueryInfoKey=lambda _key: (0, len(values), 0),
        EnumValue=lambda _key, index: values[index],
    )
    monkeypatch.setitem(sys.modules, "winreg", fake)
    assert read("win32") == Policy(reveal=False, clipboard_seconds=30, base_url_hosts=("a.example",))

    def absent(_root: str, _path: str) -> Key:
        raise FileNotFoundError

    fake.OpenKey = absent
    assert read("win32") == Policy()


@pytest.mark.usefixtures("secret_service")
def test_a_base_url_on_another_host_is_neither_accepted_nor_contacted(tmp_path: Path) -> None:
    async def story() -> None:
        async with opened(tmp_path, policy=STRICT) as session:
            refused = await session.captures.give("base_url", OUTSIDE)
            assert not refused.accepted
            assert refused.sentence == "The policy of this computer does not allow this host. Ask the identity team."
            assert (await session.captures.give("base_url", INSIDE)).accepted
            assert (await session.captures.give("token", TOKEN)).accepted
            way = await access.endpoint_access(session.guide, session.setup, session.vault, STRICT)
            assert not isinstance(way, access.AccessMissing)
            # Saved before the policy existed.
            await session.vault.put(session.setup.id, "base_url", OUTSIDE)
            problem = await session.testing.run()
            assert problem is not None
            assert "does not allow the host" in problem

    asyncio.run(story())


def test_without_a_keyring_no_secret_is_accepted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.vault.backend.platform_keyring", lambda _platform: None)

    async def story() -> None:
        async with opened(tmp_path, policy=STRICT) as session:
            refused = await session.captures.give("token", TOKEN)
            assert not refused.accepted
            assert NO_KEYRING in refused.sentence
            assert (await session.vault.get(session.setup.id, "token")).value is None

    asyncio.run(story())


def test_a_value_refused_by_the_keyring_is_not_held_either(tmp_path: Path) -> None:
    async def story() -> None:
        async with opened(tmp_path, policy=STRICT, vault=Vault("setup", LockedKeyring()), keep=True) as session:
            refused = await session.captures.give("token", TOKEN)
            assert not refused.accepted
            assert NO_KEYRING in refused.sentence
            assert "token" not in session.setup.kept
            assert (await session.vault.get(session.setup.id, "token")).value is None

    asyncio.run(story())


class Reluctant(MemoryKeyring):
    """Accepts one value and no second one."""

    def set_password(self, service: str, username: str, password: str) -> None:
        if service in self.items:
            raise RuntimeError("no more")
        super().set_password(service, username, password)


def test_a_refused_new_secret_leaves_the_old_one(tmp_path: Path) -> None:
    async def story() -> None:
        async with opened(tmp_path, policy=STRICT, vault=Vault("setup", Reluctant())) as session:
            assert (await session.captures.give("token", TOKEN)).accepted
            assert not (await session.captures.give("token", TOKEN + "-renewed")).accepted
            assert (await session.vault.get(session.setup.id, "token")).value == TOKEN
            assert await session.api.give_secret(Kind.CLIENT_SECRET, "an-old-secret-of-the-api") is None
            assert await session.api.give_secret(Kind.CLIENT_SECRET, "a-new-secret-of-the-api") is not None
            name = SECRETS[Kind.CLIENT_SECRET]
            assert (await session.vault.get(session.setup.id, name)).value == "an-old-secret-of-the-api"

    asyncio.run(story())


@pytest.mark.usefixtures("secret_service")
def test_the_window_applies_the_policy(program: Program, policy_file: Path) -> None:
    policy_file.write_text(ALL)

    async def story(application: Application) -> None:
        assert not child(application.home, "practice").isVisible()
        assert application.clipboard.ttl_seconds == 20
        await application.new_setup("entra")
        controller, page = application.opened.controller, application.opened.page
        assert controller is not None
        assert page is not None
        session = controller.session
        assert (await session.captures.give("base_url", INSIDE)).accepted
        shown: list[str] = []
        controller.revealed.connect(lambda _name, text: shown.append(text))
        controller.reveal("base_url", on=True)
        step = next(s for s in session.guide.steps if any(c.value == "base_url" for c in s.carries))
        await session.go(step.id)
        assert page.findChild(QPushButton, "copy") is not None
        assert page.findChild(QPushButton, "reveal") is None
        assert shown == []
        await application.delete(session.setup.id)

    program.play(story)


@pytest.mark.parametrize(("text", "practice"), [("practice = false", True), ("nonsense", False)])
def test_the_program_stops(
    program: Program, policy_file: Path, text: str, practice: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    policy_file.write_text(text)

    async def story() -> None:
        async with program.starting(practice=practice) as (application, life):
            (await message(application.window)).accept()
            assert await life == 1
            assert application.workspace is None

    program.loop(story)
    assert "This computer's policy" in capsys.readouterr().err


def test_the_check_command_stops_too(tmp_path: Path, policy_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    policy_file.write_text("nonsense")
    store = Store(tmp_path)
    store.lock()
    store.save(new_setup(catalog.guide("entra"), utc_now(), practice=False).with_(name="contoso.com"))
    store.close()
    assert check(["contoso.com", "--data-dir", str(tmp_path)]) == Exit.NO_SECRETS
    assert "policy" in capsys.readouterr().err
