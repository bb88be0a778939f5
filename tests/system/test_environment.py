"""Whatever is in the environment or on the command line: a sentence that names it, never a bug."""

from __future__ import annotations

import contextlib
import importlib
import io
import os
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.cli import parse, sub_command
from app.net import desktop_proxy, system_proxy
from app.net.proxy import ProxyOrigin, origin_of, usable
from app.reports.exit_code import Exit
from app.system import environment
from app.system.environment import LEAST_SCALE, MOST_SCALE, UnusableVariable, VariableProblem, remove_unusable
from app.text.times import clock, day, recorded
from tests.support.golden import lines, worded

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from tests.support.golden import Golden

ROOT = Path(__file__).resolve().parents[2]
NOW = datetime(2026, 11, 25, 10, tzinfo=UTC)
MANY = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
SURROGATE = "\udcff"
"""A byte that is no UTF-8, as Python reads it from the environment and the command line."""


def texts(*parts: str, most: int = 7) -> st.SearchStrategy[str]:
    """Texts made of these parts, in any order and number; the system allows no NUL in them."""
    common = ("", " ", "\n", "%", "/", "-1", "0", SURROGATE, "\u2100", "\u0661", "x" * 5000)
    return st.lists(st.sampled_from((*parts, *common)), max_size=most).map("".join)


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Leave the environment as it was, whatever a test puts in or the program takes out."""
    before = dict(os.environ)
    for name in before:
        if name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    yield
    os.environ.clear()
    os.environ.update(before)
    time.tzset()


# -- what is taken out --------------------------------------------------------------------


@MANY
@given(texts("AAA", "BBB", "UTC", "<", ">", "+", "24", "23", "25", "167", ":59", ",M3.2.0", ",J60", ":", "Asia/Tokyo"))
def test_any_time_zone_gives_times(zone: str) -> None:
    os.environ["TZ"] = zone
    time.tzset()
    found = remove_unusable()
    assert {each.name for each in found} <= {"TZ"}
    for written in (clock(NOW), recorded(NOW), day(NOW, NOW)):
        assert "2026" in written or written == "started today"


@pytest.mark.parametrize("zone", ["AAA24", "AAA-24", "AAA167", "AAA23BBB25", "AAA23:59BBB,M3.2.0,M11.1.0"])
def test_a_zone_of_a_day_is_named(zone: str) -> None:
    os.environ["TZ"] = zone
    time.tzset()
    named = remove_unusable() == (UnusableVariable("TZ", VariableProblem.TIME_ZONE),)
    assert named is (zone != "AAA23:59BBB,M3.2.0,M11.1.0")
    assert ("TZ" not in os.environ) is named


FOLDERS = ("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME", "XDG_RUNTIME_DIR")


@MANY
@given(st.sampled_from(FOLDERS), texts("/", "~", "..", "/dev/null", "/proc", "/tmp", "home", "/x", "/y" * 3000))
def test_any_folder_is_absolute_or_taken_out(name: str, path: str) -> None:
    os.environ[name] = path
    found = remove_unusable()
    value = os.environ.get(name)
    assert not value or value.startswith("/")
    assert Path("~").expanduser().is_absolute()
    if path.startswith("/") and len(path) > 5000:
        assert UnusableVariable(name, VariableProblem.NOT_A_FOLDER) in found


@pytest.mark.parametrize("home", [None, "", "relative"])
def test_an_account_without_a_home_is_named(home: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    import pwd

    def unknown(_uid: int) -> None:
        raise KeyError

    monkeypatch.setattr(pwd, "getpwuid", unknown)
    if home is None:
        os.environ.pop("HOME", None)
    else:
        os.environ["HOME"] = home
    assert UnusableVariable("HOME", VariableProblem.NO_HOME) in remove_unusable()
    assert Path.home() == Path(environment._NOWHERE)


SCALES = ("QT_SCALE_FACTOR", "QT_SCREEN_SCALE_FACTORS")


@MANY
@given(st.sampled_from(SCALES), texts("1", "2", ".5", "e", "9", "nan", "inf", ";", "=", "HDMI-1"))
def test_any_scale_is_a_bounded_number_or_taken_out(name: str, scale: str) -> None:
    os.environ[name] = scale
    found = remove_unusable()
    left = os.environ.get(name)
    assert (left is None) is (UnusableVariable(name, VariableProblem.SCALE) in found)
    for factor in (left or "").split(";"):
        assert not factor or LEAST_SCALE <= float(factor.rpartition("=")[2]) <= MOST_SCALE


def test_what_is_usual_stays() -> None:
    usual = {
        "TZ": "Europe/Berlin",
        "HOME": "/tmp",
        "XDG_DATA_HOME": "/tmp/not there yet",
        "QT_SCALE_FACTOR": "1.25",
        "QT_SCREEN_SCALE_FACTORS": "HDMI-1=1.5;2",
        "QT_FONT_DPI": "96",
    }
    os.environ.update(usual)
    assert remove_unusable() == ()
    assert usual.items() <= os.environ.items()


def test_every_reason_has_its_sentence(golden: Golden) -> None:
    golden("environment", lines(VariableProblem, worded(VariableProblem)))
    assert all("{name}" in each.words for each in VariableProblem)


# -- proxies and buses --------------------------------------------------------------------

PROXY = texts(
    *("http", "https", "HTTP", "socks5", "socks4", "ftp", "://", ":", "//", "@", "[", "]", "::1", "fe80::1%25eth0"),
    *("a.example", "127.0.0.1", "user", "p%40w", "\t", "8080", "99999", "%00", "xn--", "..", "_", "?q", "#f", "="),
    most=9,
)


@MANY
@given(
    st.sampled_from(("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy")),
    PROXY,
    st.sampled_from(("NO_PROXY", "no_proxy")),
    st.none() | PROXY,
)
def test_any_proxy_is_used_or_named(name: str, value: str, but: str, exceptions: str | None) -> None:
    os.environ[name] = value
    if exceptions is not None:
        os.environ[but] = exceptions
    proxy = system_proxy("https://scim.example.com:443/v2")
    del os.environ[name]
    os.environ.pop(but, None)
    if proxy is not None and usable(proxy):
        importlib.import_module("httpx").Proxy(proxy)
        os.environ[name] = value
        assert origin_of(proxy) is ProxyOrigin.ENVIRONMENT
        del os.environ[name]


@pytest.mark.parametrize(
    ("proxy", "expected"),
    [
        ("http://proxy.example:8080", True),
        ("http://proxy.example", True),
        ("https://proxy.example:65535/", True),
        ("http://me:p%40w@10.0.0.1:3128", True),
        ("http://[::1]:3128", True),
        ("http://proxy_host:1", True),
        ("http://0127.0.0.1", False),
        ("http://300.0.0.1:3128", False),
        ("http://1234567", True),
        ("http://proxy.example:0", False),
        ("http://proxy.example:65536", False),
        ("http://proxy.example:", False),
        ("http://:8080", False),
        ("http://a b", False),
        ("http://a/path", False),
        ("http://me:p@w@proxy.example", False),
        ("http://[::1", False),
        ("http://[nonsense]", False),
        ("socks5://proxy.example:1080", False),
        ("proxy.example:8080", False),
        ("", False),
        ("http://" + "a" * 1000, False),
        (f"http://{SURROGATE}", False),
    ],
)
def test_what_is_the_address_of_a_proxy(proxy: str, expected: bool) -> None:
    assert usable(proxy) is expected


BUS = texts(
    *(
        "unix:",
        "path=",
        "abstract=",
        "tcp:",
        "host=",
        "port=",
        ",",
        ";",
        "=",
        "%zz",
        "%41",
        "/nonexistent",
        "/dev/null",
    ),
    *("guid=", "tmpdir=", "unixexec:", "launchd:", "autolaunch:", "runtime=yes", ":"),
)


@MANY
@given(BUS)
def test_any_bus_address_is_no_proxy(address: str) -> None:
    os.environ["DBUS_SESSION_BUS_ADDRESS"] = address
    assert desktop_proxy.desktop_proxy("scim.example.com") is None


# -- the command line ---------------------------------------------------------------------

ARGUMENTS = st.lists(
    st.sampled_from(
        (
            *("--practice", "--data-dir", "--tour", "--client", "--answer", "--fault", "--size", "--theme", "--scale"),
            *(
                "--trace",
                "--smoke",
                "--version",
                "--help",
                "-h",
                "--",
                "-",
                "=",
                "a=b",
                "=b",
                "1000x680",
                "1x",
                "light",
            ),
            *(
                "nan",
                "inf",
                "1e400",
                "2",
                SURROGATE,
                "\udc80\udcfe",
                "x" * 5000,
                "/" + "y/" * 3000,
                "\n",
                "",
                "%s",
                "{",
            ),
            *("/dev/null", "/", "--json", "--encoding", "--skip", "-1", "entra", "--timeout", "--list", "--names"),
            *("\u0661", "9" * 5000, "--size=\u0663x\u0663", "--unknown"),
        )
    ),
    max_size=5,
)


@MANY
@given(ARGUMENTS)
def test_any_arguments_are_parsed_or_refused(arguments: list[str]) -> None:
    ends_as_usual(lambda: parse(arguments), {0, 2})


@pytest.mark.parametrize("command", ["check", "explain"])
@settings(MANY, max_examples=40)
@given(arguments=ARGUMENTS)
def test_any_arguments_of_a_command_get_its_own_code(
    command: str, arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"AADSTS50034")))
    place = ["--data-dir", str(tmp_path)] if command == "check" else ["--client", "entra"]
    ends_as_usual(lambda: sub_command([command, *arguments, *place]), set(Exit) - {Exit.INTERNAL})


def ends_as_usual(work: object, codes: Collection[int]) -> None:
    assert callable(work)
    said = io.TextIOWrapper(io.BytesIO(), "utf-8", errors="backslashreplace")
    try:
        with contextlib.redirect_stdout(io.TextIOWrapper(io.BytesIO(), "utf-8")), contextlib.redirect_stderr(said):
            code = work()
    except SystemExit as ended:
        code = ended.code
    assert not isinstance(code, int) or code in codes
    said.flush()
    assert "Bug" not in said.buffer.getvalue().decode()


# -- real processes -----------------------------------------------------------------------

START = """
import sys
from dataclasses import replace
from app.cli import parse
from app.system import environment, log
from ui.start import main

log.install_hooks()
notes = tuple(each.sentence for each in environment.remove_unusable())
sys.stderr.writelines(notes)

async def walk(application):
    return 0 if application.bugs.count == 0 else 70

sys.exit(main(replace(parse(["--data-dir", sys.argv[1]]), notes=notes), walk))
"""
STRANGE: tuple[tuple[dict[str, str], str | None], ...] = (
    ({"TZ": "AAA24"}, "TZ"),
    ({"LC_ALL": "xx_YY.UTF-99", "LANGUAGE": "/../" * 100, "LANG": SURROGATE}, None),
    ({"HOME": "relative", "XDG_RUNTIME_DIR": SURROGATE}, "HOME"),
    ({"QT_SCALE_FACTOR": "1000", "QT_FONT_DPI": "nan"}, "QT_SCALE_FACTOR"),
    ({"QT_SCREEN_SCALE_FACTORS": "inf"}, "QT_SCREEN_SCALE_FACTORS"),
    ({"QT_LOGGING_RULES": SURROGATE, "QT_STYLE_OVERRIDE": "none", "QT_QPA_PLATFORMTHEME": "x" * 5000}, None),
    ({"DBUS_SESSION_BUS_ADDRESS": "unix:path=%zz;" + SURROGATE}, None),
    ({"HTTPS_PROXY": "http://[", "NO_PROXY": "[" + SURROGATE}, None),
    ({"SSL_CERT_FILE": "/dev/zero", "SSL_CERT_DIR": SURROGATE, "SSLKEYLOGFILE": "/nonexistent/x"}, None),
)


def run(arguments: list[str], changes: dict[str, str], home: Path) -> subprocess.CompletedProcess[str]:
    env = {"PATH": os.environ["PATH"], "HOME": str(home), "QT_QPA_PLATFORM": "offscreen"} | changes
    command = [sys.executable, *arguments]
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, errors="replace", timeout=60)


@pytest.mark.parametrize(("changes", "named"), STRANGE, ids=[" ".join(changes) for changes, _ in STRANGE])
def test_the_window_opens(changes: dict[str, str], named: str | None, tmp_path: Path) -> None:
    done = run(["-c", START, str(tmp_path / "data")], changes, tmp_path)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    assert named is None or named in done.stderr


@pytest.mark.parametrize("platform", ["bogus", "xcb", SURROGATE, ""])
def test_without_a_screen_it_says_where_to_look(platform: str, tmp_path: Path) -> None:
    done = run(["-m", "app", "--smoke"], {"QT_QPA_PLATFORM": platform}, tmp_path)
    assert done.returncode == 8
    assert ("QT_QPA_PLATFORM" if platform else "DISPLAY") in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("command", [["check", "x"], ["explain", "--client", "entra"], ["--help"]], ids=" ".join)
def test_the_commands_run(command: list[str], tmp_path: Path) -> None:
    everything = {name: value for changes, _ in STRANGE for name, value in changes.items()}
    done = run(["-m", "app", *command], everything, tmp_path)
    assert done.returncode in (Exit.NO_SETUP, Exit.FAILED, Exit.PASSED)
    assert "Bug" not in done.stderr
    assert "Traceback" not in done.stderr
    assert "TZ" in done.stderr


TLS = """
import asyncio
from app.net import client, prepare

async def main():
    prepare()
    async with client.ReadOnlyClient("scim.example.invalid") as one:
        print((await one.get("https://scim.example.invalid/")).failure)

asyncio.run(main())
"""


@pytest.mark.parametrize("sections", ["[[[", "providers = p\n[p]\nother = o\n[o]\nactivate = 1", "alg_section = x"])
def test_a_strange_openssl_configuration_is_named(sections: str, tmp_path: Path) -> None:
    (tmp_path / "openssl.cnf").write_text(f"openssl_conf = here\n[here]\n{sections}\n")
    done = run(["-c", TLS], {"OPENSSL_CONF": str(tmp_path / "openssl.cnf")}, tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == ("tls-settings" if sections.startswith("providers") else "name")
