"""Sets everything up on a fresh machine, then runs the assistant, the checks or the benchmarks.

Standard library only. Usage: ``python3 packaging/dev.py run|test|bench [--no-system] [-- arguments]``.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")

QT_LIBRARIES = [
    "libegl1",
    "libgl1",
    "libfontconfig1",
    "libfreetype6",
    "libglib2.0-0",
    "libxkbcommon0",
    "libdbus-1-3",
    "libx11-6",
    "libxcb-cursor0",
    "libxcb-icccm4",
    "libxcb-image0",
    "libxcb-keysyms1",
    "libxcb-randr0",
    "libxcb-render-util0",
    "libxcb-shape0",
    "libxcb-shm0",
    "libxcb-sync1",
    "libxcb-util1",
    "libxcb-xfixes0",
    "libxcb-xkb1",
    "libx11-xcb1",
    "libxkbcommon-x11-0",
]
VIRTUAL_SCREEN = ["xvfb", "xauth", "dbus", "gnome-keyring", "xclip", "fonts-inter", "fonts-noto-core"]


def say(text: str) -> None:
    """Tell what happens, at once."""
    print(f"==> {text}", flush=True)  # noqa: T201 - a command line tool


def has_display() -> bool:
    """Whether a window can be shown to somebody."""
    if sys.platform != "linux":
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def installed(package: str) -> bool:
    """Whether Debian's package is there."""
    answer = subprocess.run(
        ["dpkg-query", "-W", "-f", "${db:Status-Status}", package],
        capture_output=True,
        text=True,
        check=False,
    )
    return answer.stdout.strip() == "installed"


def system_packages(wanted: list[str]) -> None:
    """Install the Debian packages that are missing; elsewhere do nothing."""
    if not (shutil.which("apt-get") and shutil.which("dpkg-query")):
        return
    if sys.prefix == sys.base_prefix and not _has_venv():
        wanted = [*wanted, "python3-venv"]
    missing = [package for package in wanted if not installed(package)]
    if not missing:
        return
    say(f"Installing what Qt and the tests need from Debian: {' '.join(missing)}")
    if os.name == "posix" and os.geteuid() != 0:
        sys.exit("This needs root. Install the packages above, or run again with --no-system.")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "update", "-q"], check=True, env=environment, stdout=subprocess.DEVNULL)
    subprocess.run(
        ["apt-get", "install", "-y", "-q", "--no-install-recommends", *missing],
        check=True,
        env=environment,
        stdout=subprocess.DEVNULL,
    )


def _has_venv() -> bool:
    probe = subprocess.run([sys.executable, "-c", "import ensurepip, venv"], capture_output=True, check=False)
    return probe.returncode == 0


def environment(lock: str) -> None:
    """Make the virtual environment from the hash-pinned requirements, once for each state of the lock file."""
    requirements = ROOT / "packaging" / lock
    stamp_file = VENV / f"stamp-{lock}"
    stamp = hashlib.sha256(requirements.read_bytes() + sys.version.encode()).hexdigest()
    if PYTHON.exists() and stamp_file.exists() and stamp_file.read_text() == stamp:
        return
    if not PYTHON.exists():
        say("Making the environment in .venv")
        subprocess.run([sys.executable, "-m", "venv", str(VENV)], check=True)
    say(f"Installing the libraries pinned in packaging/{lock}")
    subprocess.run(
        [
            PYTHON,
            "-m",
            "pip",
            "install",
            "--quiet",
            "--require-hashes",
            "--disable-pip-version-check",
            "-r",
            requirements,
        ],
        check=True,
    )
    stamp_file.write_text(stamp)


def command(arguments: list[str], env: dict[str, str] | None = None, limit: float | None = None) -> None:
    """Run one command of the environment; end with its exit code where it fails."""
    say(" ".join(arguments))
    try:
        done = subprocess.run([PYTHON, *arguments], cwd=ROOT, env=env, timeout=limit, check=False)
    except subprocess.TimeoutExpired:
        sys.exit(f"It took longer than {limit:.0f} s and was stopped.")
    if done.returncode:
        sys.exit(done.returncode)


def run(extra: list[str]) -> int:
    """Open the assistant in practice mode, or walk the tour on a virtual screen."""
    if has_display():
        return subprocess.run([PYTHON, "-m", "app", "--practice", *extra], cwd=ROOT, check=False).returncode
    pictures = ROOT / "tour"
    say("There is no display. Walking the practice tour on a virtual screen.")
    with tempfile.TemporaryDirectory(prefix="scim-tour-") as scratch:
        code = on_virtual_screen(
            ["-m", "app", "--data-dir", f"{scratch}/data", "--tour", str(pictures), *extra], Path(scratch)
        )
    say(f"The pictures and tour.json are in {pictures}" if code == 0 else f"The tour stopped; see {pictures}")
    return code


def on_virtual_screen(arguments: list[str], scratch: Path) -> int:
    """Run Python under Xvfb with a session bus and an unlocked keyring of its own; returns the exit code."""
    (scratch / "run").mkdir(mode=0o700)
    env = {
        **os.environ,
        "HOME": str(scratch),
        "XDG_RUNTIME_DIR": str(scratch / "run"),
        "QT_QPA_PLATFORM": "xcb",
    }
    for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "WAYLAND_DISPLAY"):
        env.pop(name, None)
    keyring = 'printf practice | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1; exec "$@"'
    inner = ["dbus-run-session", "--", "sh", "-c", keyring, "sh", str(PYTHON), *arguments]
    return subprocess.run(
        ["xvfb-run", "-a", "-s", "-screen 0 1600x1000x24", *inner], cwd=ROOT, env=env, check=False
    ).returncode


def test() -> None:
    """All checks and tests, in the order in which they fail fastest."""
    command(["-m", "ruff", "check", "."])
    command(["-m", "ruff", "format", "--check", "."])
    command(["-m", "mypy"])
    command(["-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"])
    env = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    command(["-m", "pytest"], env, limit=800)


def main() -> int:
    """Entry point; returns the exit code."""
    parser = argparse.ArgumentParser(description="Set up and run, test or measure the SCIM Setup Assistant.")
    parser.add_argument("what", choices=("run", "test", "bench"))
    parser.add_argument("--no-system", action="store_true", help="install no system packages")
    parser.add_argument("extra", nargs="*", help="after --: arguments for the assistant")
    options = parser.parse_args()
    started = time.monotonic()
    if not options.no_system:
        wanted = QT_LIBRARIES if options.what == "run" and has_display() else QT_LIBRARIES + VIRTUAL_SCREEN
        system_packages(list(wanted))
    environment("requirements.txt" if options.what == "run" else "requirements-test.txt")
    say(f"Ready after {time.monotonic() - started:.1f} s")
    if options.what == "run":
        return run(options.extra)
    if options.what == "bench":
        command(["tests/benchmarks/run.py", *options.extra])
        return 0
    test()
    return 0


if __name__ == "__main__":
    sys.exit(main())
