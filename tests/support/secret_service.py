"""A real Secret Service of our own, for the tests that need a keyring."""

from __future__ import annotations

import os
import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from app.system.paths import APP_ID
from app.vault.backend import SYSTEM, Keyring
from app.vault.linux import SecretService
from app.vault.outcome import VaultStatus
from tests.support.left_behind import failed
from tests.support.until import until_blocking

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_shared: dict[str, Keyring] = {}
"""The keyring of ``secret_service`` by its bus address. Once started, it serves every later test of the process."""


BUS = """<busconfig><type>session</type><listen>unix:dir={folder}</listen>
<policy context="default">
<allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/>
</policy>
<limit name="max_connections_per_user">100000</limit><limit name="max_replies_per_connection">50000</limit>
</busconfig>
"""
"""A session bus that starts no service: one installed on the computer would take the name that a test serves.

Its limits are those of a desktop's session bus; dbus-daemon's own are for the system bus.
"""


@pytest.fixture(scope="session")
def secret_service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a D-Bus session with an unlocked gnome-keyring, also in DBUS_SESSION_BUS_ADDRESS."""
    with unlocked_keyring(tmp_path_factory.mktemp("keyring-home")) as address:
        keyring = _shared[address] = Keyring(SecretService(), SYSTEM)
        yield address
        keyring.release()
        _shared.clear()


@pytest.fixture(autouse=True)
def no_secret_is_left_behind(request: pytest.FixtureRequest) -> Iterator[None]:
    """Remove what a test leaves of setups in the shared keyring, and fail that test.

    The secrets of a test that has failed are removed as well, so that the next test doesn't fail because of them.
    """
    yield
    keyring = _shared.get(os.environ.get("DBUS_SESSION_BUS_ADDRESS", ""))
    left = keyring.services(f"{APP_ID}/setup/") if keyring is not None else frozenset()
    assert isinstance(left, frozenset), left
    if keyring is None or not left:
        return
    for service in left:
        assert keyring.delete(service).status is VaultStatus.DELETED
    if not failed(request.node):
        pytest.fail("secrets left in the keyring:\n" + "\n".join(f"  {each}" for each in sorted(left)), pytrace=False)


@contextmanager
def unlocked_keyring(home: Path) -> Iterator[str]:
    """A D-Bus session with an unlocked gnome-keyring, whose address is also in DBUS_SESSION_BUS_ADDRESS."""
    runtime = home / "run"
    runtime.mkdir(mode=0o700)
    patch = pytest.MonkeyPatch()
    environment = {**os.environ, "HOME": str(home), "XDG_RUNTIME_DIR": str(runtime)}
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "GNOME_KEYRING_CONTROL"):
        environment.pop(name, None)
    (home / "bus.conf").write_text(BUS.format(folder=runtime))
    bus = subprocess.Popen(
        ["dbus-daemon", f"--config-file={home / 'bus.conf'}", "--nofork", "--print-address=1"],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert bus.stdout is not None
    address = environment["DBUS_SESSION_BUS_ADDRESS"] = bus.stdout.readline().strip()
    keyring = subprocess.Popen(
        ["gnome-keyring-daemon", "--foreground", "--unlock", "--components=secrets"],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        assert keyring.stdin is not None
        keyring.stdin.write(b"only for tests")
        keyring.stdin.close()
        patch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
        until_blocking(lambda: (home / ".local/share/keyrings/login.keyring").exists() and _served(address), 20)
        yield address
    finally:
        patch.undo()
        for process in (keyring, bus):
            process.terminate()
            process.wait(5)
        bus.stdout.close()


def _served(address: str) -> bool:
    """Whether the daemon has its name on the bus."""
    from jeepney import message_bus
    from jeepney.io.blocking import Proxy, open_dbus_connection

    connection = open_dbus_connection(address)
    try:
        return bool(Proxy(message_bus, connection).NameHasOwner("org.freedesktop.secrets")[0])
    finally:
        connection.close()
