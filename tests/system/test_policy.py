"""What an administrator decides holds everywhere; a policy that cannot be understood stops the program."""

from __future__ import annotations

import asyncio
import sys
from types import SimpleNamespace
from typing import TYPE_CHECKING, Self

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtWidgets import QPushButton

from app.guide import catalog
from app.guide.vocabulary import Kind
from app.reports.check import Exit
from app.reports.check import main as check
from app.session import access
from app.session.directory_sync import SECRETS
from app.session.open_setup import new_setup, utc_now
from app.setup.store import Store
from app.system import policy
from app.system.policy import Invalid, Policy, parse, read
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
ALL = """
keyring_required = true
clipboard_seconds = 20
reveal = false
practice = false
base_url_hosts = ["*.paloaltonetworks.com", "scim.partner.example"]
contact = "Ask the identity team, extension 4711."
"""


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "policy.toml"
    monkeypatch.setattr(policy, "place", lambda _platform="linux": path)
    return path


def test_without_a_file_nothing_is_forbidden(file: Path) -> None:
    assert read() == Policy()
    assert Policy().allows(OUTSIDE)


def test_every_decision_is_read(file: Path) -> None:
    file.write_text(ALL)
    assert read() == Policy(
        keyring_required=True,
        clipboard_seconds=20,
        reveal=False,
        practice=False,
        base_url_hosts=("*.paloaltonetworks.com", "scim.partner.example"),
        contact="Ask the identity team, extension 4711.",
    )


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("reveal = maybe", "cannot be read"),
        ("\ufeff\x00", "cannot be read"),
        ("x" * 70_000, "cannot be read"),
        ("practice = " + "[" * 30_000, "cannot be read"),
        ("revael = false", "revael is not known"),
        ('reveal = "no"', "reveal takes true or false"),
        ("clipboard_seconds = 4", "from 5 to 300"),
        ("clipboard_seconds = true", "from 5 to 300"),
        ("base_url_hosts = []", "list of host names"),
        ('base_url_hosts = ["*"]', "list of host names"),
        ('base_url_hosts = ["https://a.example"]', "list of host names"),
        ('contact = "a\\nb"', "one line"),
    ],
)
def test_what_cannot_be_followed_is_said(file: Path, text: str, says: str) -> None:
    file.write_text(text, encoding="utf-8")
    found = read()
    assert isinstance(found, Invalid)
    assert says in found.sentence


def test_a_file_that_may_not_be_read_does_not_count_as_none(file: Path) -> None:
    file.mkdir()
    assert isinstance(read(), Invalid)


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


@given(st.dictionaries(st.sampled_from(sorted(policy._READERS)) | st.text(), st.none() | st.integers() | st.text()))
def test_whatever_is_written_it_is_a_policy_or_a_sentence(given_: dict[str, object]) -> None:
    assert isinstance(parse(given_), Policy | Invalid)


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
def test_a_base_url_elsewhere_is_not_taken_and_not_asked(tmp_path: Path) -> None:
    async def story() -> None:
        async with opened(tmp_path, policy=STRICT) as session:
            refused = await session.captures.give("base_url", OUTSIDE)
            assert not refused.accepted
            assert refused.sentence == "The policy of this computer does not allow this host. Ask the identity team."
            assert (await session.captures.give("base_url", INSIDE)).accepted
            assert (await session.captures.give("token", TOKEN)).accepted
            way = await access.endpoint_access(session.guide, session.setup, session.vault, STRICT)
            assert not isinstance(way, access.AccessMissing)
            # Kept before the policy came.
            await session.vault.put(session.setup.id, "base_url", OUTSIDE)
            problem = await session.testing.run()
            assert problem is not None
            assert "does not allow the host" in problem

    asyncio.run(story())


def test_without_a_keyring_no_secret_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.vault.backend.platform_keyring", lambda _platform: None)

    async def story() -> None:
        async with opened(tmp_path, policy=STRICT) as session:
            refused = await session.captures.give("token", TOKEN)
            assert not refused.accepted
            assert "in a keyring only. Ask the identity team." in refused.sentence
            assert (await session.vault.get(session.setup.id, "token")).value is None

    asyncio.run(story())


def test_what_the_keyring_refuses_is_not_held_either(tmp_path: Path) -> None:
    async def story() -> None:
        async with opened(tmp_path, policy=STRICT, vault=Vault("setup", LockedKeyring()), keep=True) as session:
            refused = await session.captures.give("token", TOKEN)
            assert not refused.accepted
            assert "keyring only" in refused.sentence
            assert "token" not in session.setup.kept
            assert (await session.vault.get(session.setup.id, "token")).value is None

    asyncio.run(story())


class Reluctant(MemoryKeyring):
    """Takes one value and no second one."""

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
def test_the_window_follows(program: Program, file: Path) -> None:
    file.write_text(ALL)

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
def test_the_program_does_not_go_on(
    program: Program, file: Path, text: str, practice: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    file.write_text(text)

    async def story() -> None:
        async with program.starting(practice=practice) as (application, life):
            (await message(application.window)).accept()
            assert await life == 1
            assert application.workspace is None

    program.loop(story)
    assert "The policy of this computer" in capsys.readouterr().err


def test_the_check_without_a_window_stops_too(tmp_path: Path, file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file.write_text("nonsense")
    store = Store(tmp_path)
    store.lock()
    store.save(new_setup(catalog.guide("entra"), utc_now(), practice=False).with_(name="contoso.com"))
    store.close()
    assert check(["contoso.com", "--data-dir", str(tmp_path)]) == Exit.NO_SECRETS
    assert "policy" in capsys.readouterr().err
