"""A separate screen, session bus, keyring and folders for one tour, so that two can run at once."""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from tests.support.until import until_blocking

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Path(__file__).resolve().parents[2]

LIST_KEYRING = """
import json
from secretstorage import dbus_init, get_all_collections
items = [item for collection in get_all_collections(dbus_init()) for item in collection.get_all_items()]
print(json.dumps([[item.get_label(), item.get_attributes(), item.get_secret().decode()] for item in items]))
"""


class Workstation:
    """Everything that one admin has on the computer. ``folder`` contains everything the program may write."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._keyring_home = folder.with_name(f"{folder.name}-keyring")
        self._stack = ExitStack()
        self.env = {**os.environ, "QT_QPA_PLATFORM": "xcb", "QT_LINUX_ACCESSIBILITY_ALWAYS_ON": "1"}
        self.env.pop("WAYLAND_DISPLAY", None)
        self.env.pop("XAUTHORITY", None)

    def __enter__(self) -> Self:
        for name, part in (
            ("HOME", "home"),
            ("TMPDIR", "tmp"),
            ("XDG_RUNTIME_DIR", "run"),
            ("XDG_DATA_HOME", "data"),
            ("XDG_CONFIG_HOME", "config"),
            ("XDG_CACHE_HOME", "cache"),
            ("XDG_STATE_HOME", "state"),
        ):
            (self.folder / part).mkdir(mode=0o700, parents=True)
            self.env[name] = str(self.folder / part)
        try:
            self.env["DISPLAY"] = self._screen()
            self.env["DBUS_SESSION_BUS_ADDRESS"] = self._bus()
            self._keyring()
        except BaseException:
            self._stack.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def _start(self, command: Sequence[str], **more: Any) -> subprocess.Popen[bytes]:
        process: subprocess.Popen[bytes] = subprocess.Popen(command, env=self.env, stderr=subprocess.DEVNULL, **more)
        self._stack.callback(process.wait, 10)
        self._stack.callback(process.terminate)
        return process

    def _screen(self) -> str:
        read, write = os.pipe()
        command = ["Xvfb", "-displayfd", str(write), "-screen", "0", "1600x1000x24", "-nolisten", "tcp"]
        self._start(command, pass_fds=(write,), stdout=subprocess.DEVNULL)
        os.close(write)
        with os.fdopen(read) as answer:
            assert select.select([answer], [], [], 30)[0], "no screen"
            return f":{answer.readline().strip()}"

    def _bus(self) -> str:
        command = [
            "dbus-daemon",
            "--session",
            "--nofork",
            "--print-address=1",
            f"--address=unix:dir={self.folder / 'run'}",
        ]
        bus = self._start(command, stdout=subprocess.PIPE)
        assert bus.stdout is not None
        self._stack.callback(bus.stdout.close)
        return bus.stdout.readline().decode().strip()

    def _keyring(self) -> None:
        self._keyring_home.mkdir(mode=0o700)
        env = {**self.env, "HOME": str(self._keyring_home), "XDG_DATA_HOME": str(self._keyring_home / "share")}
        command = ["gnome-keyring-daemon", "--foreground", "--unlock", "--components=secrets"]
        daemon = subprocess.Popen(
            command, env=env, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        self._stack.callback(daemon.wait, 10)
        self._stack.callback(daemon.terminate)
        assert daemon.stdin is not None
        daemon.stdin.write(b"only for tests")
        daemon.stdin.close()
        until_blocking((self._keyring_home / "share/keyrings/login.keyring").exists, 30)

    def kept(self) -> list[tuple[str, dict[str, str], str]]:
        """Return label, attributes and secret of everything in the keyring."""
        command = [sys.executable, "-c", LIST_KEYRING]
        done = subprocess.run(command, env=self.env, capture_output=True, text=True, check=True, timeout=30)
        return [(label, attributes, secret) for label, attributes, secret in json.loads(done.stdout)]

    def files(self) -> list[Path]:
        """Return every file that the program or the keyring has written."""
        found = [*self.folder.rglob("*"), *self._keyring_home.rglob("*")]
        return [path for path in found if path.is_file() and not path.is_symlink()]
