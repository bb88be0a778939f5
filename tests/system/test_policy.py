"""An administrator's policy applies everywhere, and an invalid one stops the program."""

from __future__ import annotations

import asyncio
import os
import socket
import stat
import sys
from dataclasses import fields
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Self

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtWidgets import QPushButton

from app.guide import catalog
from app.guide.vocabulary import Kind
from app.practice import server
from app.reports.check import main as check
from app.reports.exit_code import Exit
from app.session import access
from app.session.directory_sync import SECRETS
from app.session.open_setup import new_setup, utc_now
from app.setup.store import Store
from app.system import administrators_file
from app.system.administrators_file import Distrust
from app.system.policy import NO_KEYRING, NO_PRACTICE, InvalidPolicy, Policy, PolicyFault, parse, path, read
from app.vault import Vault
from tests.support.golden import lines, worded
from tests.support.keyrings import LockedKeyring, MemoryKeyring
from tests.support.screen import child, message
from tests.support.sessions import opened

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.golden import Golden
    from tests.support.running import Program
    from ui.application import Application


INSIDE = "https://scim.cie.paloaltonetworks.com/v2/abcdefgh"
OUTSIDE = "https://scim.example.com/v2/abcdefgh"
TOKEN = "t0ken-" + "x" * 40
STRICT = Policy(keyring_required=True, base_url_hosts=("*.paloaltonetworks.com",), contact="Ask the identity team.")
UNREADABLE = PolicyFault.UNREADABLE.words.format(file=path("linux"))
MARKED = PolicyFault.MARKED.words.format(file=path("linux"))
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
def policy_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The policy's path in a system of its own, whose administrator runs the test."""
    before = os.umask(0o022)
    system = tmp_path / "system"
    file = system / path("linux").relative_to("/")
    file.parent.mkdir(parents=True)
    monkeypatch.setattr(administrators_file, "system_root", lambda: system)
    monkeypatch.setattr(administrators_file, "administrators", lambda: {os.geteuid()})
    yield file
    os.umask(before)


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
        ("\ufeffreveal = false", MARKED),
        ("\x00", UNREADABLE),
        ("x" * 70_000, Distrust.TOO_LARGE.words.format(file=path("linux"))),
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


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-be", "utf-16-le"])
def test_a_byte_order_mark_is_named(policy_file: Path, encoding: str) -> None:
    marked = ALL if encoding in ("utf-8-sig", "utf-16") else "\ufeff" + ALL  # those two write the mark themselves
    policy_file.write_text(marked, encoding)
    assert fault() is PolicyFault.MARKED


def fault() -> Distrust | PolicyFault | None:
    found = read("linux")
    assert isinstance(found, InvalidPolicy)
    return found.fault


def way_to(file: Path, step: str) -> Path:
    """A step on the way to the policy; for the links, put where it was."""
    steps = {"etc": file.parent.parent, "folder": file.parent, "file": file}
    if step in steps:
        return steps[step]
    linked = steps[step.removeprefix("link to ")]
    elsewhere = file.parents[2] / "elsewhere"
    elsewhere.mkdir(mode=0o755)
    target = linked.rename(elsewhere / linked.name)
    relative = step.endswith("file")
    linked.symlink_to(f"../../elsewhere/{linked.name}" if relative else f"/elsewhere/{linked.name}")
    return target


STEPS = ["etc", "folder", "file", "link to folder", "link to file"]


@pytest.mark.parametrize("step", STEPS)
def test_what_only_the_administrator_can_change_is_read(policy_file: Path, step: str) -> None:
    policy_file.write_text(ALL)
    way_to(policy_file, step)
    assert isinstance(read("linux"), Policy)


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("bits", [0o020, 0o002, 0o022, 0o1002, 0o2020])
def test_what_others_may_write_stops_the_program(policy_file: Path, step: str, bits: int) -> None:
    policy_file.write_text(ALL)
    changed = way_to(policy_file, step)
    changed.chmod(changed.stat().st_mode | bits)
    assert fault() is Distrust.WRITABLE


@pytest.mark.parametrize("step", STEPS)
def test_what_belongs_to_others_stops_the_program(
    policy_file: Path, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    policy_file.write_text(ALL)
    changed = way_to(policy_file, step)
    if os.geteuid() == 0:
        os.chown(changed, 1234, -1)
    else:  # the file is the user's own, as it would be for whoever wants no policy
        monkeypatch.setattr(administrators_file, "administrators", lambda: {0})
    assert fault() is Distrust.FOREIGN


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a link away")
@pytest.mark.parametrize("step", ["link to folder", "link to file"])
def test_a_link_of_others_stops_the_program(policy_file: Path, step: str) -> None:
    policy_file.write_text(ALL)
    way_to(policy_file, step)
    link = policy_file if policy_file.is_symlink() else policy_file.parent
    os.chown(link, 1234, -1, follow_symlinks=False)
    assert fault() is Distrust.FOREIGN


def test_whoever_may_write_in_the_folder_could_have_removed_the_policy(policy_file: Path) -> None:
    assert read("linux") == Policy()
    policy_file.parent.chmod(0o777)
    assert fault() is Distrust.WRITABLE


@pytest.mark.parametrize("target", ["nowhere", "policy.toml", "/", "../../../../../..", "."])
def test_a_link_that_leads_to_no_file_is_no_missing_policy(policy_file: Path, target: str) -> None:
    policy_file.symlink_to(target)
    expected = Distrust.LINK if target in ("nowhere", "policy.toml") else Distrust.NOT_A_FILE
    assert fault() is expected


@pytest.mark.parametrize("kind", ["folder", "pipe", "socket", "device"])
def test_what_is_no_file_is_never_waited_for(policy_file: Path, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(policy_file.parent)  # the address of a socket has to be short
    if kind == "folder":
        policy_file.mkdir(mode=0o755)
    elif kind == "pipe":
        os.mkfifo(policy_file, 0o644)
    elif kind == "socket":
        with socket.socket(socket.AF_UNIX) as listening:
            listening.bind(policy_file.name)
    else:
        try:
            os.mknod(policy_file, stat.S_IFCHR | 0o644, Path("/dev/zero").stat().st_rdev)
        except PermissionError:
            pytest.skip("this account can't make a device")
    assert fault() is Distrust.NOT_A_FILE


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_a_file_that_cannot_be_read_does_not_count_as_no_policy(policy_file: Path) -> None:
    policy_file.write_text(ALL)
    policy_file.chmod(0o000)
    assert fault() is PolicyFault.UNREADABLE


class TestFlatpak:
    """Inside a Flatpak, ``/etc`` is the runtime's; the host's is elsewhere."""

    @pytest.fixture
    def host(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        (tmp_path / "info").touch()
        monkeypatch.setattr(administrators_file, "FLATPAK", tmp_path / "info")
        monkeypatch.setattr(administrators_file, "FLATPAK_HOST", tmp_path / "host")
        monkeypatch.setattr(administrators_file, "administrators", lambda: {os.geteuid()})
        return tmp_path / "host"

    def test_the_policy_of_the_host_applies(self, host: Path) -> None:
        file = host / path("linux").relative_to("/")
        file.parent.mkdir(0o755, parents=True)
        file.parent.parent.chmod(0o755)
        assert read("linux") == Policy()
        file.write_text("reveal = false")
        file.chmod(0o644)
        assert read("linux") == Policy(reveal=False)

    def test_where_the_host_cannot_be_seen_the_program_stops(self, host: Path) -> None:
        host.mkdir()
        assert fault() is Distrust.HIDDEN

    @pytest.mark.parametrize(
        ("id_map", "owners"),
        [
            ("         0          0 4294967295\n", {0}),
            ("      1000       1000          1\n", {0, 65534}),
            ("      1000          0          1\n", {1000}),
            ("         0       1000          1\n         1     100000      65536\n", {0, 65534}),
            ("no map", {0}),
        ],
    )
    def test_the_owner_of_roots_files_is_known(
        self, id_map: str, owners: set[int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "uid_map").write_text(id_map)
        (tmp_path / "overflowuid").write_text("65534\n")
        monkeypatch.setattr(administrators_file, "ID_MAP", tmp_path / "uid_map")
        monkeypatch.setattr(administrators_file, "OVERFLOW", tmp_path / "overflowuid")
        assert administrators_file.administrators() == owners


def test_every_fault_has_its_sentence(golden: Golden) -> None:
    golden("policy_faults", lines([*Distrust, *PolicyFault], worded(Distrust) | worded(PolicyFault)))


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


def test_no_sub_command_practices_where_the_policy_forbids_it(
    tmp_path: Path, policy_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    policy_file.write_text('practice = false\ncontact = "Ask the help desk."')
    assert check(["contoso.com", "--practice", "--data-dir", str(tmp_path / "data")]) == Exit.FORBIDDEN
    said = capsys.readouterr().err
    assert NO_PRACTICE in said
    assert "help desk" in said
    assert server.main() == Exit.FORBIDDEN
    assert check(["contoso.com", "--data-dir", str(tmp_path / "data")]) == Exit.NO_SETUP, "real use is not forbidden"


def test_the_check_command_stops_too(tmp_path: Path, policy_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    policy_file.write_text("nonsense")
    store = Store(tmp_path)
    store.lock()
    store.save(new_setup(catalog.guide("entra"), utc_now(), practice=False).with_(name="contoso.com"))
    store.close()
    assert check(["contoso.com", "--data-dir", str(tmp_path)]) == Exit.FORBIDDEN
    assert "policy" in capsys.readouterr().err
