"""Three Secret Services, each on its own session bus that starts no service by itself."""

from __future__ import annotations

import base64
import os
import shutil
import signal
import socket
import subprocess
import time
import uuid
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jeepney import DBusAddress, DBusErrorResponse, MessageType, new_method_call
from jeepney.io.blocking import open_dbus_connection

from tests.support.secret_service import BUS
from tests.support.until import until_blocking

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PASSWORD = "only for tests"
SECRETS = "org.freedesktop.secrets"
SAVING = 0.5
"""Seconds that KeePassXC needs to save a test's small database: it starts after 0.15 and takes up to 0.2."""

DATABASE = """<?xml version="1.0" encoding="UTF-8"?>
<KeePassFile>
<Meta><CustomData><Item><Key>FDO_SECRETS_EXPOSED_GROUP</Key><Value>{{{group}}}</Value></Item></CustomData></Meta>
<Root><Group><UUID>{encoded}</UUID><Name>Root</Name></Group></Root>
</KeePassFile>
"""

KEEPASSXC = """[FdoSecrets]
Enabled=true
ShowNotification=false
ConfirmAccessItem=false
ConfirmDeleteItem=false
"""

KWALLET = """[Wallet]
First Use=false
Default Wallet=kdewallet
[org.freedesktop.secrets]
apiEnabled=true
"""


class Provider:
    """A program that serves the Secret Service, with its own home directory."""

    name = ""
    prompts = False
    """Whether it opens its own prompt when locked; otherwise it reports the lock at once."""

    def __init__(self, home: Path) -> None:
        self.home = home
        run = home / "run"
        run.mkdir(mode=0o700)
        self.environment = {
            **os.environ,
            "HOME": str(home),
            "XDG_RUNTIME_DIR": str(run),
            "TMPDIR": str(run),  # where KeePassXC checks whether it is already running
            "QT_QPA_PLATFORM": "offscreen",
        }
        for name in ("DISPLAY", "WAYLAND_DISPLAY", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "GNOME_KEYRING_CONTROL"):
            self.environment.pop(name, None)
        (home / "bus.conf").write_text(BUS.format(folder=run))
        self._bus = self._popen("dbus-daemon", f"--config-file={home / 'bus.conf'}", "--nofork", "--print-address=1")
        assert self._bus.stdout is not None
        self.address = self.environment["DBUS_SESSION_BUS_ADDRESS"] = self._bus.stdout.readline().decode().strip()
        self._process: subprocess.Popen[bytes] | None = None
        try:
            self.prepare()
        except BaseException:
            self.close()
            raise

    def prepare(self) -> None:
        """Create what must exist before the first start."""

    def run(self) -> subprocess.Popen[bytes]:
        """Start the program."""
        raise NotImplementedError

    def lock(self) -> None:
        """Lock the keyring from outside."""
        self.call(
            SECRETS, "/org/freedesktop/secrets", "org.freedesktop.Secret.Service", "Lock", "ao", [self.collection]
        )
        self.until(lambda: self.locked)

    def unlock(self) -> None:
        """Unlock the keyring from outside."""
        raise NotImplementedError

    @property
    def collection(self) -> str:
        """The path of the default collection."""
        alias = self.call(
            SECRETS, "/org/freedesktop/secrets", "org.freedesktop.Secret.Service", "ReadAlias", "s", "default"
        )
        return str(alias[0])

    def start(self) -> None:
        """Start the program and wait until its keyring is available."""
        self._process = self.run()
        self.until(lambda: len(self.collection) > 1)

    def kill(self) -> None:
        """``kill -9``."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(5)
            for stream in (self._process.stdin, self._process.stdout):
                if stream is not None:
                    stream.close()
            self._process = None

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """Let it answer nothing for a while, as one that is slow."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._process.send_signal(signal.SIGCONT)

    def close(self) -> None:
        """End all processes."""
        self.kill()
        self._bus.terminate()
        self._bus.wait(5)
        assert self._bus.stdout is not None
        self._bus.stdout.close()

    def call(
        self, name: str, path: str, interface: str, method: str, signature: str, *body: Any, through: Any = None
    ) -> tuple[Any, ...]:
        """Make one D-Bus call, on a new connection unless one is given. Raises DBusErrorResponse."""
        connection = through or open_dbus_connection(self.address)
        try:
            address = DBusAddress(path, name, interface)
            reply = connection.send_and_get_reply(new_method_call(address, method, signature, body), timeout=10)
        finally:
            if through is None:
                connection.close()
        if reply.header.message_type is MessageType.error:
            raise DBusErrorResponse(reply)
        return tuple(reply.body)

    @property
    def locked(self) -> bool:
        """Whether the default collection is locked."""
        properties = "org.freedesktop.DBus.Properties"
        interface = "org.freedesktop.Secret.Collection"
        return bool(self.call(SECRETS, self.collection, properties, "Get", "ss", interface, "Locked")[0][1])

    def on_disk(self) -> tuple[bytes, ...]:
        """Return the content of its files. KeePassXC and KWallet write them some moments after they have answered."""
        # Selected by suffix, so that a temporary file about to replace another does not count.
        kinds = (".keyring", ".kdbx", ".kwl", ".json")
        return tuple(path.read_bytes() for path in sorted(self.home.rglob("*.*")) if path.suffix in kinds)

    def written(self, earlier: tuple[bytes, ...]) -> None:
        """Wait until its files have changed and then settled: KWallet writes a second file for the names of items."""
        self.until(lambda: self.on_disk() != earlier)
        while (now := self.on_disk()) != earlier:
            earlier = now
            time.sleep(0.3)

    def flush(self) -> None:
        """Make it write now, if it can be asked to and would otherwise wait."""

    def until(self, condition: Callable[[], object], seconds: float = 15) -> None:
        """Wait until the condition holds. A D-Bus error counts as not yet."""
        until_blocking(condition, seconds, not_yet=(DBusErrorResponse,))

    def _popen(self, *arguments: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            arguments,
            env=self.environment,
            stdin=subprocess.PIPE if arguments[0] != "dbus-daemon" else subprocess.DEVNULL,
            stdout=subprocess.PIPE if arguments[0] == "dbus-daemon" else subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def _with_password(self, process: subprocess.Popen[bytes]) -> subprocess.Popen[bytes]:
        assert process.stdin is not None
        process.stdin.write(PASSWORD.encode() + (b"\n" if self.name == "KeePassXC" else b""))
        process.stdin.close()
        return process


class GnomeKeyring(Provider):
    """gnome-keyring-daemon with a login keyring."""

    name = "GNOME Keyring"

    def run(self) -> subprocess.Popen[bytes]:
        """Unlocked with the password, as PAM does."""
        return self._with_password(
            self._popen("gnome-keyring-daemon", "--foreground", "--unlock", "--components=secrets")
        )

    def unlock(self) -> None:
        """Unlock through the interface that the daemon offers to other parts of GNOME."""
        service = (SECRETS, "/org/freedesktop/secrets")
        connection = open_dbus_connection(self.address)
        try:
            opened = self.call(
                *service, "org.freedesktop.Secret.Service", "OpenSession", "sv", "plain", ("s", ""), through=connection
            )
            secret = (opened[1], b"", PASSWORD.encode(), "text/plain")
            inner = "org.gnome.keyring.InternalUnsupportedGuiltRiddenInterface"
            self.call(
                *service, inner, "UnlockWithMasterPassword", "o(oayays)", self.collection, secret, through=connection
            )
        finally:
            connection.close()


class KeePassXC(Provider):
    """KeePassXC with a database whose root group is exposed."""

    name = "KeePassXC"
    prompts = True
    WINDOW = ("org.keepassxc.KeePassXC.MainWindow", "/keepassxc", "org.keepassxc.KeePassXC.MainWindow")

    def prepare(self) -> None:
        """Create a database and a configuration that exposes it."""
        group = uuid.uuid4()
        encoded = base64.b64encode(group.bytes).decode()
        (self.home / "db.xml").write_text(DATABASE.format(group=group, encoded=encoded))
        (self.home / "keepassxc.ini").write_text(KEEPASSXC)
        subprocess.run(
            ["keepassxc-cli", "import", "-q", "-t", "100", "-p", self.home / "db.xml", self._database],
            env=self.environment,
            input=f"{PASSWORD}\n{PASSWORD}\n".encode(),
            capture_output=True,
            check=True,
            timeout=30,
        )

    @property
    def _database(self) -> Path:
        return self.home / "db.kdbx"

    def run(self) -> subprocess.Popen[bytes]:
        """Start without a database: 2.7.10 crashes when it is started with one under Qt's offscreen platform."""
        settings = ["--config", str(self.home / "keepassxc.ini"), "--localconfig", str(self.home / "local.ini")]
        return self._popen("keepassxc", *settings)

    def start(self) -> None:
        """Also open the database, through the method with which other programs open one."""
        self._process = self.run()
        self.until(self._runs)
        self.call(*self.WINDOW, "openDatabase", "ss", str(self._database), PASSWORD)
        self.until(lambda: not self.locked)

    def _runs(self) -> bool:
        self.call(*self.WINDOW[:2], "org.freedesktop.DBus.Peer", "Ping", "")
        return True

    def lock(self) -> None:
        """Lock through KeePassXC's own method: the Secret Service's method only opens a prompt."""
        self.call(*self.WINDOW, "lockAllDatabases", "")
        self.until(lambda: self.locked)

    def unlock(self) -> None:
        """Unlock by restarting: 2.7.10 does not answer while its prompt is open, and nobody answers that here."""
        self.kill()
        self.start()


class KWallet(Provider):
    """KWallet with a wallet opened as PAM opens it: kwalletd5, kwalletd6, or since 6.17 ksecretd."""

    name = "KWallet"
    prompts = True

    def prepare(self) -> None:
        """Create a wallet: kwalletd exposes only the wallets that existed when it started."""
        self.program = next(filter(shutil.which, ("ksecretd", "kwalletd6", "kwalletd5")), "kwalletd5")
        (self.home / ".config").mkdir()
        for name in ("kwalletrc", "ksecretdrc"):
            (self.home / ".config" / name).write_text(KWALLET)
        self._process = self.run()
        self.until(self._values_on_disk)
        self.written(())
        self.kill()

    def run(self) -> subprocess.Popen[bytes]:
        """Start it and give it the wallet's key through a pipe, then the session's environment through a socket."""
        address = str(self.home / "run" / "pam.socket")
        Path(address).unlink(missing_ok=True)
        environment = {**self.environment, "PAM_KWALLET5_LOGIN": address}
        key, write = os.pipe()
        with socket.socket(socket.AF_UNIX) as listener, os.fdopen(write, "wb") as pipe:
            listener.bind(address)
            listener.listen(1)
            passed = (key, listener.fileno())
            process = subprocess.Popen(
                [self.program, "--pam-login", *map(str, passed)],
                env=environment,
                pass_fds=passed,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            os.close(key)
            pipe.write(PASSWORD.encode().ljust(56))
        with socket.socket(socket.AF_UNIX) as session:
            session.connect(address)
            session.sendall("".join(f"{name}={value}\n" for name, value in environment.items()).encode())
        return process

    def unlock(self) -> None:
        """Unlock by restarting: it opens no wallet while its prompt is open, and nobody answers that here."""
        self.kill()
        self.start()

    def flush(self) -> None:
        """Make kwalletd write now, not after five seconds. ksecretd can't be asked to, so wait for it."""
        if self.program == "ksecretd":
            earlier = self._values_on_disk()
            self.until(lambda: self._values_on_disk() != earlier)
            return
        daemon = (f"org.kde.{self.program}", f"/modules/{self.program}", "org.kde.KWallet")
        connection = open_dbus_connection(self.address)
        try:
            (handle,) = self.call(*daemon, "open", "sxs", "kdewallet", 0, "tests", through=connection)
            self.call(*daemon, "sync", "is", handle, "tests", through=connection)
        finally:
            connection.close()

    def _values_on_disk(self) -> tuple[bytes, ...]:
        """Return the content of the file of the values. Another file has the names of the items, and comes first."""
        return tuple(path.read_bytes() for path in sorted(self.home.rglob("*.kwl")))
