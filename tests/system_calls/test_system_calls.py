"""A whole tour under strace: hosts it connects to, files it opens for writing, and programs it starts are on a list."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.lane("system-calls")

ROOT = Path(__file__).resolve().parents[2]
CALLS = (
    "execve,execveat,connect,open,openat,openat2,creat,truncate,rename,renameat,renameat2,link,linkat,symlink,symlinkat"
)

PROGRAMS = (r"{python}", r"{python} -m app\.practice")
"""What is started: strace's own child, and the practice consoles."""
HOSTS = (r"127\.0\.0\.1:\d+",)
"""Internet addresses: the practice endpoint and consoles, on this computer."""
SOCKETS = (r"{bus}", r"/run/dbus/system_bus_socket", r"/var/run/dbus/system_bus_socket", r"/run/systemd/.*")
"""Local sockets: the session bus with the keyring, the system bus, which says when the screen is locked."""
FILES = (
    r"{home}/data/practice/lock",
    r"{home}/data/practice/setups/known",
    r"{home}/data/practice/setups/\.[0-9a-f]{{32}}\.json(\.bak)?\.new",
    r"{home}/data/practice/setups/\.?[0-9a-f]{{32}}\.json(\.\w+)?",
    r"{home}/data/practice/consoles/\.?practice\.json(\.new)?",
    r"{home}/tour/\d\d-[a-z-]+\.png",
    r"{home}/tour/tour\.json",
    r"/dev/null",
    r"{home}/\.cache/.*",
)
"""Opened for writing, renamed or linked. The cache belongs to the system's font library."""

_CALL = re.compile(r"^\d+ +(\w+)\((.*)\) += (-?\d+)")
_TEXT = re.compile(r'"((?:[^"\\]|\\.)*)"')


def seen(log: str) -> dict[str, set[str]]:
    """What the log of strace holds, by kind. Calls that failed count too: they were tried."""
    found: dict[str, set[str]] = {"programs": set(), "hosts": set(), "sockets": set(), "files": set()}
    for line in log.replace(" <unfinished ...>", ") = 0").splitlines():
        if (call := _CALL.match(line)) is None:
            continue
        name, given = call[1], call[2]
        texts = _TEXT.findall(given)
        if name.startswith("exec"):
            found["programs"].add(" ".join([texts[0], *texts[2:4]]) if "-m" in texts[2:3] else texts[0])
        elif name == "connect":
            if "AF_UNIX" in given:
                found["sockets"].add(texts[0] if texts else "")
            elif address := re.search(r"sin6?_port=htons\((\d+)\).*?\"([^\"]+)\"", given):
                found["hosts"].add(f"{address[2]}:{address[1]}")
            elif "AF_UNSPEC" not in given:
                found["hosts"].add(given)
        elif name in ("open", "openat", "openat2"):
            if re.search(r"O_WRONLY|O_RDWR|O_CREAT|O_TRUNC", given):
                found["files"].add(texts[0])
        else:
            found["files"] |= set(texts)
    return found


def beyond(found: set[str], allowed: tuple[str, ...], names: dict[str, str]) -> set[str]:
    """What is on no list."""
    patterns = [re.compile(each.format(**names) + r"\Z") for each in allowed]
    return {each for each in found if not any(pattern.match(each) for pattern in patterns)}


@pytest.mark.parametrize("client", ["entra", "pingone"])
def test_a_tour_touches_only_what_is_on_the_list(client: str, tmp_path: Path, secret_service: str) -> None:
    strace = shutil.which("strace")
    if strace is None:
        pytest.skip("strace is not installed")
    home, log = tmp_path / "home", tmp_path / "log"
    home.mkdir()
    done = subprocess.run(
        [
            *(strace, "-f", "-qq", "-s", "4096", "-e", f"trace={CALLS}", "-o", str(log)),
            *(sys.executable, "-m", "app", "--tour", str(home / "tour"), "--data-dir", str(home / "data")),
            *("--client", client, "--theme", "light"),
        ],
        cwd=ROOT,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen", "HOME": str(home), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    found = seen(log.read_text("utf-8", "replace"))
    bus = re.escape(secret_service.partition("path=")[2].partition(",")[0])
    names = {"home": re.escape(str(home)), "python": re.escape(sys.executable), "bus": bus}
    assert beyond(found["programs"], (*PROGRAMS, r"{python} -m app"), names) == set()
    assert beyond(found["hosts"], HOSTS, names) == set()
    assert beyond(found["sockets"], SOCKETS, names) == set()
    assert beyond(found["files"], FILES, names) == set()
    assert all(found.values()), "nothing of one kind was seen: the log is not understood"


def test_the_log_is_read() -> None:
    log = (
        '7 execve("/usr/bin/python3", ["/usr/bin/python3", "-m", "app"], 0x7 /* 41 vars */) = 0\n'
        '7 execve("/bin/sh", ["sh", "-c", "x"], 0x7 /* 41 vars */) = -1 ENOENT (No such file or directory)\n'
        '8 connect(3, {sa_family=AF_INET, sin_port=htons(443), sin_addr=inet_addr("192.0.2.1")}, 16) = 0\n'
        "8 connect(3, {sa_family=AF_INET6, sin6_port=htons(53), sin6_flowinfo=htonl(0), "
        'inet_pton(AF_INET6, "2001:db8::1", &sin6_addr), sin6_scope_id=0}, 28) = -1 EINPROGRESS (now)\n'
        '8 connect(3, {sa_family=AF_UNIX, sun_path="/run/bus"}, 41 <unfinished ...>\n'
        '8 openat(AT_FDCWD, "/tmp/a", O_WRONLY|O_CREAT, 0600) = 3\n'
        '8 openat(AT_FDCWD, "/tmp/read", O_RDONLY|O_CLOEXEC) = 3\n'
        '8 rename("/tmp/b", "/tmp/c") = 0\n'
    )
    assert seen(log) == {
        "programs": {"/usr/bin/python3 -m app", "/bin/sh"},
        "hosts": {"192.0.2.1:443", "2001:db8::1:53"},
        "sockets": {"/run/bus"},
        "files": {"/tmp/a", "/tmp/b", "/tmp/c"},
    }
