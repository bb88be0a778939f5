"""Hardening of real processes: no core dump and no access to their memory or environment. Windows as documented."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.system.hardening import harden
from tests.support.until import until_blocking

ROOT = Path(__file__).resolve().parents[2]
PLAIN = ["setpriv", "--bounding-set=-sys_ptrace,-sys_admin,-perfmon"] if os.geteuid() == 0 else []
"""Root can inspect every process. Without these capabilities it has the rights of any other user over its own."""

ALONE = """
import ctypes, os, resource, sys
from app.system.hardening import harden
if os.geteuid() == 0:
    os.setresgid(65534, 65534, 65534)
    os.setresuid(65534, 65534, 65534)
    ctypes.CDLL(None).prctl(4, 1, 0, 0, 0)  # changing the user turned it off
print("plain", flush=True)
sys.stdin.readline()
print(harden(), ctypes.CDLL(None).prctl(3, 0, 0, 0, 0), flush=True)
sys.stdin.readline()
"""


def can_inspect(pid: int, part: str = "environ") -> bool:
    """Return whether another process of this user can read that part of the process."""
    return subprocess.run([*PLAIN, "cat", f"/proc/{pid}/{part}"], capture_output=True, check=False).returncode == 0


def core_limit(pid: int) -> list[str]:
    lines = Path(f"/proc/{pid}/limits").read_text().splitlines()
    return next(line for line in lines if line.startswith("Max core file size")).split()[4:6]


def test_a_hardened_process_can_be_inspected_by_root_only() -> None:
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, "-c", ALONE], cwd=ROOT, stdin=pipe, stdout=pipe, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        environ = Path(f"/proc/{process.pid}/environ")
        assert process.stdout.readline() == "plain\n"
        assert environ.stat().st_uid == (os.geteuid() or 65534)
        process.stdin.write("\n")
        process.stdin.flush()
        assert process.stdout.readline() == "True 0\n"
        assert environ.stat().st_uid == 0
        assert core_limit(process.pid) == ["0", "0"]
        process.stdin.close()


@pytest.mark.usefixtures("secret_service")
def test_the_program_and_its_practice_process_cannot_be_inspected(tmp_path: Path) -> None:
    bystander = subprocess.Popen([*PLAIN, "sleep", "60"])
    program = subprocess.Popen(
        [*PLAIN, sys.executable, "-m", "app", "--practice", "--data-dir", str(tmp_path / "data")],
        cwd=ROOT,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen", "HOME": str(tmp_path)},
    )
    try:
        child = wait_for_child(program)
        for pid in (program.pid, child):
            assert core_limit(pid) == ["0", "0"]
            for part in ("environ", "maps", "mem"):
                assert not can_inspect(pid, part)
        assert can_inspect(bystander.pid), "this check would find nothing in any process"
    finally:
        for process in (program, bystander):
            process.kill()
            process.wait(10)


def wait_for_child(program: subprocess.Popen[bytes]) -> int:
    """Return the practice server's process id once the server is hardened."""
    children = Path(f"/proc/{program.pid}/task/{program.pid}/children")

    def hardened() -> int | None:
        assert program.poll() is None
        found = map(int, children.read_text().split())
        return next((child for child in found if core_limit(child) == ["0", "0"] and not can_inspect(child)), None)

    return until_blocking(hardened, 30)


def test_a_crash_leaves_no_core_and_the_interpreters_trace_has_no_values(tmp_path: Path) -> None:
    script = f"""
import ctypes, sys
sys.path.insert(0, {str(ROOT)!r})
from app.system.hardening import harden
harden()
def fail(token):
    ctypes.string_at(0)
fail("canary" + "-in-a-local")
"""
    command = ["sh", "-c", 'ulimit -c unlimited 2>/dev/null; exec "$@"', "sh", sys.executable, "-X", "faulthandler"]
    done = subprocess.run([*command, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode < 0
    assert "in fail" in done.stderr
    assert "canary" not in done.stdout + done.stderr
    assert list(tmp_path.iterdir()) == []


class FakeKernel32:
    """Behaves as documented. Not yet run on Windows."""

    def __init__(self, answer: int) -> None:
        self.answer = answer
        self.mode = 0x8000

    def GetErrorMode(self) -> int:  # noqa: N802 - the system's name
        return self.mode

    def SetErrorMode(self, mode: int) -> int:  # noqa: N802 - the system's name
        before, self.mode = self.mode, mode
        return before

    def WerSetFlags(self, flags: int) -> int:  # noqa: N802 - the system's name
        assert flags == 1
        return self.answer


def test_windows_reports_no_crash_and_no_heap() -> None:
    kernel = FakeKernel32(0)
    assert harden("win32", kernel)
    assert kernel.mode == 0x8003, "earlier flags stay set"
    assert not harden("win32", FakeKernel32(-2147024809))
