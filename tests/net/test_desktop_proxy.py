"""A real desktop portal with real GNOME settings: the proxy that it returns for a host is the one used."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from app.net import desktop_proxy, system_proxy
from app.net.proxy import ProxyOrigin, origin_of
from app.system import session_bus
from tests.support.until import until_blocking

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="other systems have no portal")
URL = "https://cie.example/a/path-that-is-secret"
BUS = """<busconfig><type>session</type><listen>unix:dir={folder}</listen><auth>EXTERNAL</auth>
<standard_session_servicedirs/><policy context="default"><allow send_destination="*" eavesdrop="true"/>
<allow eavesdrop="true"/><allow own="*"/></policy></busconfig>"""


@pytest.fixture(autouse=True)
def _no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture(scope="module")
def gnome(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Callable[..., None]]]:
    """The address of a bus on which the portal starts, and a function that changes a GNOME proxy setting."""
    home = tmp_path_factory.mktemp("desktop")
    (home / "run").mkdir(mode=0o700)
    (home / "bus.conf").write_text(BUS.format(folder=home / "run"))
    env = {
        **{name: value for name, value in os.environ.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY")},
        "HOME": str(home),
        "XDG_RUNTIME_DIR": str(home / "run"),
        "XDG_CONFIG_HOME": str(home / "config"),
        "XDG_CURRENT_DESKTOP": "GNOME",
        "GSETTINGS_BACKEND": "keyfile",
    }
    command = ["dbus-daemon", f"--config-file={home / 'bus.conf'}", "--nofork", "--print-address=1"]
    bus = subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert bus.stdout is not None
    address = env["DBUS_SESSION_BUS_ADDRESS"] = bus.stdout.readline().strip()

    def put(*setting: str) -> None:
        schema = "org.gnome.system.proxy"
        schema, name, value = (f"{schema}.{setting[0]}", *setting[1:]) if len(setting) > 2 else (schema, *setting)
        subprocess.run(["gsettings", "set", schema, name, value], env=env, check=True, capture_output=True)

    try:
        yield address, put
    finally:
        bus.terminate()
        bus.wait(5)
        bus.stdout.close()


def test_the_desktops_proxy_is_used(gnome: tuple[str, Callable[..., None]], monkeypatch: pytest.MonkeyPatch) -> None:
    address, put = gnome
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
    put("mode", "none")
    assert system_proxy(URL) is None
    put("https", "host", "proxy.example")
    put("https", "port", "3128")
    put("ignore-hosts", "['inside.example']")
    put("mode", "manual")
    until_blocking(lambda: system_proxy(URL) == "http://proxy.example:3128")  # it hears of a change through a file
    assert origin_of("http://proxy.example:3128") is ProxyOrigin.SYSTEM
    assert system_proxy("https://inside.example/") is None
    assert system_proxy("https://127.0.0.1/") is None
    monkeypatch.setenv("https_proxy", "http://env.example:1")
    assert system_proxy(URL) == "http://env.example:1"


def test_without_a_portal_there_is_none(secret_service: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert os.environ["DBUS_SESSION_BUS_ADDRESS"] == secret_service
    monkeypatch.setattr(session_bus, "PORTAL", "org.example.nobody")
    assert system_proxy(URL) is None
    for address in ("", f"unix:path={tmp_path / 'nothing'}", "no address"):
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
        assert system_proxy(URL) is None
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS")
    assert system_proxy(URL) is None


@pytest.mark.parametrize(
    ("proxies", "expected"),
    [
        (["direct://"], None),
        ([], None),
        (["nonsense"], None),
        (None, None),
        ("http://p.example", None),
        ([5], None),
        ([["http://p.example"]], None),
        (["http://"], None),
        (["https://p.example:8443", "direct://"], "https://p.example:8443"),
        (["http://name:word@p.example:8080"], "http://name:word@p.example:8080"),
        (["socks://p.example:1080"], "socks5://p.example:1080"),
    ],
)
def test_the_first_proxy_counts(proxies: object, expected: str | None) -> None:
    assert desktop_proxy.first_proxy(proxies) == expected
