"""All setups checked at once, in every format, with the secrets of a keyring or of a systemd unit."""

from __future__ import annotations

import json
import os
import plistlib
import re
import stat
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import secretstorage

from app.reports import check
from app.reports.check_formats import CheckFormat
from app.reports.exit_code import Exit
from app.system import policy
from app.vault.credentials import VARIABLE
from tests.hostile.server import Hostile, http, listing
from tests.support.bus_monitor import bus_calls
from tests.support.fleet import TOKEN, saved, store, stored
from tests.support.secret_service import unlocked_keyring

if TYPE_CHECKING:
    import socket
    import threading
    from collections.abc import Iterator, Mapping

    from app.setup.state import Setup

ROOT = Path(__file__).resolve().parents[2]
CANARY = "canary-of-the-path"
NAME = "fabrikam.example"


def here(folder: Path, *arguments: str | Path) -> list[str]:
    """A command line about the practice setups of a folder."""
    return [*map(str, arguments), "--practice", "--data-dir", str(folder)]


@contextmanager
def endpoints(*answers: bytes) -> Iterator[list[Hostile]]:
    """Servers that answer every request with these bytes."""

    def answering(answer: bytes) -> Hostile:
        def act(connection: socket.socket, _request: str, _stop: threading.Event) -> None:
            connection.sendall(answer)

        return Hostile(act)

    servers = [answering(answer) for answer in answers]
    for server in servers:
        server.__enter__()
    try:
        yield servers
    finally:
        for server in servers:
            server.__exit__()


def parsed(text: str) -> Mapping[str, Mapping[tuple[str, ...], float]]:
    """Family → labels setup and secret → value, of a text that follows the rules of both formats."""
    assert text.endswith("\n# EOF\n")
    families: dict[str, dict[tuple[str, ...], float]] = {}
    lines = text.splitlines()[:-1]
    for line in lines:
        if line.startswith("# HELP "):
            family = line.split()[2]
            assert family not in families, "each family once"
            families[family] = {}
        elif line.startswith("# TYPE "):
            assert line == f"# TYPE {family} gauge"
        else:
            matched = re.fullmatch(r'(\w+)\{((?:\w+="(?:[^"\\\n]|\\[\\"n])*",?)+)\} ([0-9.]+)', line)
            assert matched is not None, line
            assert matched[1] == family, "no sample outside of its family"
            labels = dict(re.findall(r'(\w+)="((?:[^"\\]|\\.)*)"', matched[2]))
            assert list(labels)[:3] == ["setup", "client", "tag"]
            key = (labels["setup"], labels["secret"]) if "secret" in labels else (labels["setup"],)
            families[family][key] = float(matched[3])
    return families


@pytest.mark.usefixtures("secret_service")
def test_every_format_says_which_one_broke_and_nothing_secret(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    setups = saved(tmp_path, 4, tags=("eu", "prod"), name=NAME)
    good, broken, bare = [setups[0], setups[1]], setups[2], setups[3]
    printed: dict[CheckFormat, str] = {}
    began = time.time()
    with endpoints(listing(), listing(), http(401)) as servers:
        urls = [f"{server.base_url}/{CANARY}" for server in servers]
        with stored(setups[:3], urls):
            for form, code in {**dict.fromkeys(CheckFormat, 1), CheckFormat.NAGIOS: 2}.items():
                assert check.main(here(tmp_path, "--all", "--format", form)) == code
                out, err = capsys.readouterr()
                printed[form] = out
                for secret in (CANARY, TOKEN, NAME, "localhost", *(str(server.port) for server in servers)):
                    assert secret not in out + err, (form, secret)

    lines = printed[CheckFormat.TEXT].splitlines()
    assert {line.split()[0] for line in lines if any(each.id in line for each in good)} == {"passed"}
    assert [line.split()[0] for line in lines if broken.id in line] == ["failed"]
    assert [line.startswith("not tested") for line in lines if bare.id in line] == [True]

    found = json.loads(printed[CheckFormat.JSON])
    codes = {each["setup"]: each["exit"] for each in found["setups"]}
    assert codes == {good[0].id: 0, good[1].id: 0, broken.id: Exit.FAILED, bare.id: Exit.NO_SECRETS}
    assert found["exit"] == Exit.FAILED
    assert all(each["tags"] == ["eu", "prod"] for each in found["setups"])

    families = parsed(printed[CheckFormat.OPENMETRICS])
    assert families["cie_check_passed"] == {(good[0].id,): 1, (good[1].id,): 1, (broken.id,): 0}
    assert families["cie_check_completed"] == {(each.id,): float(each is not bare) for each in setups}
    assert families["cie_check_http_status_class"] == {(good[0].id,): 2, (good[1].id,): 2, (broken.id,): 4}
    assert families["cie_users"] == families["cie_groups"] == {(each.id,): 0 for each in good}
    assert all(began <= at <= time.time() for at in families["cie_check_timestamp_seconds"].values())
    assert families["cie_check_duration_seconds"].keys() == families["cie_check_passed"].keys()
    assert families["cie_newest_change_timestamp_seconds"] == {}
    captured = families["cie_secret_captured_timestamp_seconds"]
    assert captured[bare.id, "base-url"] == bare.kept["base_url"].timestamp()
    assert len(captured) == 2 * len(setups)
    assert 'tag="eu"' in printed[CheckFormat.OPENMETRICS]

    first, *further = printed[CheckFormat.NAGIOS].splitlines()
    assert first.startswith("CIE CRITICAL - 2 of 4 setups pass, ")
    assert broken.id in first
    assert first.endswith("| passed=2;;;0;4 failed=1;;;0;4 untested=1;;;0;4")
    assert len(further) == 2
    assert not any("|" in line for line in further)


@pytest.mark.usefixtures("secret_service")
def test_a_plugin_says_ok_on_its_first_line_and_a_name_on_request(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (setup,) = saved(tmp_path, 1, name=NAME)
    with endpoints(listing()) as servers, stored([setup], [servers[0].base_url]):
        assert check.main(here(tmp_path, setup.id, "--format=nagios", "--names")) == 0
        assert (
            capsys.readouterr().out == "CIE OK - 1 of 1 setup passes | passed=1;;;0;1 failed=0;;;0;1 untested=0;;;0;1\n"
        )
        assert check.main(here(tmp_path, setup.id, "--format", "openmetrics", "--names")) == 0
    assert f'name="{NAME}"' in capsys.readouterr().out


@pytest.mark.parametrize("line", [["--all", "one"], ["--format", "nagios", "--all", "--timeout", "soon"], ["--bad"]])
def test_a_plugin_says_a_wrong_command_line_on_its_first_line(
    line: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    if "nagios" not in line:
        assert check.main(line) == Exit.USAGE
        assert capsys.readouterr().out == ""
        line = [*line, "--format=nagios"]
    assert check.main(line) == 3
    assert capsys.readouterr().out.startswith("CIE UNKNOWN - ")


def test_tags_choose_setups(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tagged = saved(tmp_path, 2, tags=("Prod",))
    saved(tmp_path, 1, tags=("test", "pro"))
    assert check.main(here(tmp_path, "--list", "--tag", "prod")) == Exit.PASSED
    lines = capsys.readouterr().out.splitlines()
    assert sorted(lines) == sorted(f"{setup.id}  entra  Prod" for setup in tagged)
    assert check.main(here(tmp_path, "--all", "--tag", "nothing")) == Exit.NO_SETUP
    assert check.main(here(tmp_path, tagged[0].id, "--tag", "prod")) == Exit.USAGE
    assert check.main(here(tmp_path / "empty", "--all", "--format", "nagios")) == 3
    assert capsys.readouterr().out.startswith("CIE UNKNOWN - ")


def test_a_damaged_file_is_one_of_all(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    damaged, _ = saved(tmp_path, 2)
    (tmp_path / "practice/setups" / f"{damaged.id}.json").write_text("no setup")
    line = here(tmp_path, "--all", "--format", "openmetrics", "--secrets", "credentials")
    assert check.main(line) == Exit.NO_SECRETS
    assert parsed(capsys.readouterr().out)["cie_check_completed"][(damaged.id,)] == 0


# -- secrets -----------------------------------------------------------------------------


def without_bus() -> dict[str, str]:
    bus = ("DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR")
    return {name: value for name, value in os.environ.items() if name not in bus}


def test_without_a_keyring_the_metrics_say_so_at_once(tmp_path: Path) -> None:
    setups = saved(tmp_path, 3)
    output = tmp_path / "cie.prom"
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "app", "check", *here(tmp_path, "--all", "--format=openmetrics", "--output", output)],
        cwd=ROOT,
        env={**without_bus(), "DISPLAY": ":77"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert time.monotonic() - began < 10
    assert (done.returncode, done.stdout) == (Exit.NO_SECRETS, "")
    assert done.stderr == f"{check.NO_KEYRING} {check.NO_BUS}\n"
    families = parsed(output.read_text())
    assert families["cie_check_completed"] == {(setup.id,): 0 for setup in setups}
    assert families["cie_check_passed"] == {}
    assert len(families["cie_check_timestamp_seconds"]) == len(setups)


def test_a_locked_keyring_is_never_asked_to_prompt(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with unlocked_keyring(tmp_path) as address:
        setups = saved(tmp_path, 2)
        store(setups, ["http://localhost:9/scim/v2"])
        connection = secretstorage.dbus_init()
        secretstorage.get_default_collection(connection).lock()
        connection.close()
        with bus_calls(address) as calls:
            assert check.main(here(tmp_path, "--all", "--format", "openmetrics")) == Exit.NO_SECRETS
        assert calls
        assert not {"Prompt", "Unlock"} & calls.keys()
        assert set(parsed(capsys.readouterr().out)["cie_check_completed"].values()) == {0}
        assert check.main(here(tmp_path, "--all", "--format", "nagios")) == 3
        assert capsys.readouterr().out.startswith("CIE UNKNOWN - The keyring is locked")


def given(folder: Path, setup: Setup, **values: str) -> None:
    """Put credentials where systemd would, readable only."""
    for name, value in values.items():
        file = folder / f"{setup.id}.{name.replace('_', '-')}"
        file.write_text(value)
        file.chmod(0o440)


def test_credentials_are_read_only_when_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere")
    setups = saved(tmp_path, 3)
    whole, halved, odd = setups
    folder = tmp_path / "credentials"
    folder.mkdir()
    with endpoints(listing()) as (server,):
        given(folder, whole, base_url=f"{server.base_url}/{CANARY}\n", token=f"{TOKEN}\n")
        given(folder, halved, base_url=f"{server.base_url}\n")
        given(folder, odd, base_url=server.base_url, token=f"{TOKEN}\n\n")
        line = here(tmp_path, "--all", "--format", "openmetrics", "--secrets", "credentials")
        monkeypatch.delenv(VARIABLE, raising=False)
        assert check.main(line) == Exit.NO_SECRETS
        assert capsys.readouterr().err == f"{check.NO_CREDENTIALS}\n"
        monkeypatch.setenv(VARIABLE, str(folder))
        assert check.main(here(tmp_path, "--all")) == Exit.NO_SECRETS
        assert server.requests == []
        capsys.readouterr()
        assert check.main(line) == Exit.NO_SECRETS
        assert server.requests
        out, err = capsys.readouterr()
        monkeypatch.setattr(policy, "read", lambda: policy.Policy(keyring_required=True))
        assert check.main(line) == Exit.FORBIDDEN
    families = parsed(out)
    assert families["cie_check_passed"] == {(whole.id,): 1}
    assert families["cie_check_completed"] == {(whole.id,): 1, (halved.id,): 0, (odd.id,): 0}
    assert families["cie_secret_captured_timestamp_seconds"] == {}, "they may be others than those captured here"
    assert not any(secret in out + err for secret in (CANARY, TOKEN, str(folder)))


# -- output ------------------------------------------------------------------------------


def test_the_output_file_is_replaced_in_one_step_and_readable(tmp_path: Path) -> None:
    saved(tmp_path, 1)
    folder = tmp_path / "collected"
    folder.mkdir()
    output = folder / "cie.prom"
    output.write_text("old")
    old = output.stat().st_ino
    before = os.umask(0o077)
    try:
        line = here(tmp_path, "--all", "--format", "openmetrics", "--secrets", "credentials", "--output", output)
        assert check.main(line) == Exit.NO_SECRETS
    finally:
        os.umask(before)
    assert stat.S_IMODE(output.stat().st_mode) == 0o644
    assert output.stat().st_ino != old
    assert [each.name for each in folder.iterdir()] == ["cie.prom"]
    parsed(output.read_text())


def test_an_output_file_that_cannot_be_written_has_its_own_code(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    saved(tmp_path, 1)
    line = here(tmp_path, "--all", "--secrets", "credentials", "--output", tmp_path / "nowhere" / "cie.prom")
    assert check.main([*line, "--format", "openmetrics"]) == Exit.NOT_WRITTEN
    out, err = capsys.readouterr()
    assert out == ""
    assert "output file" in err
    assert check.main([*line, "--format", "nagios"]) == 3
    assert capsys.readouterr().out.startswith("CIE UNKNOWN - ")


# -- examples ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["cie-scim-check.service", "cie-scim-check@.service", "org.cie-scim-assistant.check.plist"]
)
def test_the_examples_for_timers_are_command_lines_of_ours(name: str, tmp_path: Path) -> None:
    file = ROOT / "packaging/monitoring" / name
    if file.suffix == ".plist":
        _, command, *rest = plistlib.loads(file.read_bytes())["ProgramArguments"]
    else:
        _, command, *rest = re.findall(r"^ExecStart=(.*)$", file.read_text(), re.MULTILINE)[0].split()
    assert command == "check"
    output = tmp_path / "cie.prom"
    rest[rest.index("--output") + 1] = str(output)
    assert check.main([*rest, "--data-dir", str(tmp_path)]) == Exit.NO_SETUP
    assert parsed(output.read_text())["cie_check_completed"] == {}
