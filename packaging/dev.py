"""Sets up a fresh machine, then runs the assistant, the checks or the benchmarks, or builds packages.

Standard library only. Usage: ``python3 packaging/dev.py run|test|bench|schema|help|build [options] [-- arguments]``.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import importlib.util
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")

RUN_LOCK = "requirements.txt"
TEST_LOCK = "requirements-test.txt"
"""The libraries to run the program and to test it. The test lock contains all of the run lock in the same versions."""

BUILD_LOCK = "requirements-build.txt"
BUILD_VENV = ROOT / "build/venv"
"""The run libraries and PyInstaller, in a separate environment, so that nothing else gets into a package."""

FOREIGN_LOCK = "requirements-foreign.txt"
FOREIGN_VENV = ROOT / "build/foreign"
"""SCIM servers by other authors, and a Node.js to run one of them, for tests, separate from the run libraries."""

DISTRIBUTION_PYTHON = Path("/usr/bin/python3")
"""The Python that builds packages on Linux: another one would leave the path of its own libraries in them."""

OLDEST, TOO_NEW = (3, 11), (3, 16)
"""The Python versions in pyproject.toml: the oldest supported, and the first one that is too new for qasync 0.28."""

TEST_LIMIT = 1500.0
"""Seconds that all checks and tests, or a build, may take without the setup. A hung Qt loop never ends by itself."""

LANE_LIMIT = 900.0
"""Additional seconds for each lane."""

DISPLAY_LIMIT = 30.0
"""Seconds that Xvfb may take to report its display."""

WINDOW = {
    "Qt's libraries": (
        "libegl1 libgl1 libfontconfig1 libfreetype6 libglib2.0-0 libxkbcommon0 libdbus-1-3 libx11-6 "
        "libxcb-cursor0 libxcb-icccm4 libxcb-image0 libxcb-keysyms1 libxcb-randr0 libxcb-render-util0 "
        "libxcb-shape0 libxcb-shm0 libxcb-sync1 libxcb-util1 libxcb-xfixes0 libxcb-xkb1 libx11-xcb1 "
        "libxkbcommon-x11-0"
    ),
}
SCREENLESS = {
    "a virtual screen": "xvfb xauth",
    "a session bus with its own keyring": "dbus gnome-keyring",
    "the accessibility bus that Qt looks for": "at-spi2-core",
    "the fonts of the pictures": "fonts-inter fonts-noto-core",
}
PACKAGES = {
    "the Python library that goes into the program": "libpython{}.{}".format(*sys.version_info[:2]),
    "the tools that inspect and package libraries and know the commit": "binutils dpkg-dev squashfs-tools git",
}
PACKAGE_CHECKS = {
    "the checks of the package": "lintian desktop-file-utils appstream",
    "a minimal system to install the package on": "mmdebstrap",
    "the Windows setup, and Wine to run it": "nsis wine64",
}
KEYRINGS = {
    "KeePassXC, another keyring": "keepassxc",
    "KWallet, another keyring": "kwallet6|libkf5wallet-bin libqca-qt6-plugins|libqca-qt5-2-plugins",
}
DESKTOP = {"a desktop's proxy settings": "xdg-desktop-portal glib-networking gsettings-desktop-schemas libglib2.0-bin"}
OUTSIDE_VIEW = {
    "looking at the clipboard and windows from outside": "xclip x11-utils",
    "reading text in pictures": "tesseract-ocr",
}
"""Debian packages by the reason why they are needed. ``new|old``: the first that the system's archive has."""


@dataclass(frozen=True, slots=True)
class TestLane:
    """Tests that need heavy outside software, and run when asked for or when what they cover changes."""

    packages: dict[str, str]
    """Debian packages by reason, in addition to those of every test."""
    paths: tuple[str, ...]
    """Path prefixes of the files that the lane covers: CI runs the lane when such a file has changed."""


LANES = {
    "browser": TestLane(
        {
            "a browser": "chromium xdg-utils",
            "a desktop to walk on": "openbox xdotool x11-utils at-spi2-core gnome-keyring",
        },
        ("tests/browser/", "ui/companion/", "ui/wizard/", "resources/practice/"),
    ),
    "desktops": TestLane(
        {
            "desktops on Wayland": (
                "gnome-shell mutter python3-dbusmock kwin-wayland sway weston xwayland "
                "wl-clipboard wtype swaylock xdotool libglib2.0-bin"
            ),
            "a window manager and clipboard managers": (
                "openbox xfce4-clipman parcellite diodon qlipper gpaste-2 copyq plasma-workspace clipman"
            ),
        },
        ("tests/desktops/", "ui/desktop/"),
    ),
    "directories": TestLane(
        {
            "OpenLDAP and its clients": "slapd ldap-utils",
            "389 Directory Server": "389-ds-base",
            "Samba's Active Directory": ("samba samba-ad-provision samba-dsdb-modules samba-vfs-modules python3-samba"),
        },
        ("tests/directories/", "app/guide/builders/"),
    ),
    "orca": TestLane(
        {
            "a screen reader, and keys": "orca at-spi2-core xvfb openbox xdotool xclip dbus gnome-keyring",
            "a listener on the accessibility bus": "gir1.2-atspi-2.0 python3-gi",
            "notifications": "dunst xfce4-notifyd xdg-desktop-portal-gtk",
        },
        ("tests/orca/", "ui/"),
    ),
    "prometheus": TestLane(
        {"Prometheus, and the node exporter that it scrapes": "prometheus prometheus-node-exporter"},
        ("tests/prometheus/", "app/reports/", "packaging/monitoring/"),
    ),
    "proxies": TestLane(
        {"proxies": "squid tinyproxy privoxy dante-server stunnel4 mitmproxy"},
        ("tests/proxies/", "app/net/", "app/scim/network_path.py"),
    ),
    "servers": TestLane({}, ("tests/foreign/", "app/scim/")),
    "system-calls": TestLane({"what a tour does, seen from the kernel": "strace"}, ("tests/system_calls/", "ui/tour/")),
}
"""The names that a test may use in its marker ``lane("...")``."""


def say(text: str) -> None:
    """Print what happens, unbuffered."""
    print(f"==> {text}", flush=True)  # noqa: T201 - a command line tool


def has_display() -> bool:
    """Return whether a window can be shown."""
    return sys.platform != "linux" or any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY"))


# System packages ----------------------------------------------------------------------------------------------------


def installed(packages: Sequence[str]) -> set[str]:
    """Return which of the Debian packages are installed, with one call of dpkg."""
    # Since Debian 13 some libraries have the suffix t64; the old name is then only "provided".
    names = [*packages, *(f"{package}t64" for package in packages)]
    answer = subprocess.run(
        ["dpkg-query", "-W", "-f", "${Package} ${db:Status-Status}\n", *names],
        capture_output=True,
        text=True,
        check=False,  # 1 if any of them is unknown
    )
    lines = (line.split() for line in answer.stdout.splitlines())
    return {line[0].removesuffix("t64") for line in lines if line[1:] == ["installed"]}


def missing_packages(wanted: dict[str, str]) -> dict[str, list[str]]:
    """The Debian packages that are missing, by their purpose; empty on other systems."""
    if not (shutil.which("apt-get") and shutil.which("dpkg-query")):
        return {}
    there = installed([name for packages in wanted.values() for each in packages.split() for name in each.split("|")])
    missing = {why: [p for p in packages.split() if there.isdisjoint(p.split("|"))] for why, packages in wanted.items()}
    return {why: packages for why, packages in missing.items() if packages}


def system_packages(wanted: dict[str, str], *, install: bool = True) -> None:
    """Name the Debian packages that are missing, and for what; then install them, or say that they are left out."""
    missing = missing_packages(wanted)
    if not missing:
        return
    for why, packages in missing.items():
        say(f"Missing Debian packages for {why}: {' '.join(packages).replace('|', ' or ')}")
    if not install:
        say("They are left out, as --no-system asks. What needs them will fail.")
        return
    if sys.platform != "win32" and os.geteuid() != 0:
        sys.exit("Installing them needs root. Install them yourself, or run again with --no-system.")
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    names = [package for packages in missing.values() for package in packages]
    say("Installing them with apt-get")
    # Unlike install, satisfy takes alternatives: "new | old".
    wishes = [name.replace("|", " | ") for name in names]
    for step in (["update", "-qq"], ["satisfy", "-y", "-qq", "--no-install-recommends", *wishes]):
        done = subprocess.run(["apt-get", *step], env=env, stdout=subprocess.DEVNULL, check=False)
        if done.returncode:
            sys.exit(f"apt-get {step[0]} exited with {done.returncode}.")


# The environment ----------------------------------------------------------------------------------------------------


def stamp(lock: str) -> str:
    """Return a hash of what the environment is made from: the lock file and the Python version."""
    python = "{}.{}".format(*sys.version_info[:2])
    return hashlib.sha256((ROOT / "packaging" / lock).read_bytes() + python.encode()).hexdigest()


def python_of(venv: Path) -> Path:
    """Return the Python of an environment."""
    return venv / PYTHON.relative_to(VENV)


def is_current(lock: str, venv: Path | None = None) -> bool:
    """Return whether the environment already has the libraries of this lock file."""
    venv = venv or VENV
    # The test libraries include the run libraries, so `run` after `test` has nothing to install.
    return python_of(venv).exists() and any(
        file.exists() and file.read_text() == stamp(name)
        for name in {lock, TEST_LOCK}
        if (file := venv / f"stamp-{name}")
    )


def environment(lock: str, venv: Path | None = None) -> None:
    """Create the virtual environment from the hash-pinned requirements, once per state of the lock file."""
    venv = venv or VENV
    if is_current(lock, venv):
        return
    pip = make_venv(venv)
    # A stamp must not outlive the libraries it stands for, even if this is interrupted.
    for old in venv.glob("stamp-*"):
        old.unlink()
    say(f"Installing the libraries pinned in packaging/{lock}")
    # The lock names every library. If pip before 23.1 also resolves, it takes libraries with extras, which a lock
    # cannot name, in their newest version, and stops if that is not the pinned one.
    options = ["--require-hashes", "--no-deps", "--no-input", "--disable-pip-version-check", "--progress-bar=off"]
    code, output = run_pip([*pip, "install", *options, "-r", f"packaging/{lock}"])
    if code:
        print("\n".join(output[-PIP_LINES:]), flush=True)  # noqa: T201 - why it failed
        sys.exit(f"pip exited with {code}. The environment is incomplete. The next run tries again.")
    (venv / f"stamp-{lock}").write_text(stamp(lock))


PIP_LINES = 30
"""Lines of pip's output that are shown if it fails."""


def run_pip(command: Sequence[str]) -> tuple[int, list[str]]:
    """Run pip, saying now and then how many libraries it has come to; returns its exit code and its output."""
    output, libraries, said = list[str](), 0, time.monotonic()
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        for line in process.stdout or ():
            output.append(line.rstrip())
            libraries += line.startswith(("Collecting ", "Requirement already satisfied"))
            if time.monotonic() - said > PROGRESS_SECONDS:
                said = time.monotonic()
                say(f"  {libraries} libraries so far")
    return process.returncode, output


PROGRESS_SECONDS = 10.0
"""Between two lines of progress."""


def make_venv(venv: Path | None = None) -> list[str]:
    """Create an environment if it is missing or has another Python. Return the command of a pip that fills it."""
    venv = venv or VENV
    own_python = str(python_of(venv))
    if not Path(own_python).exists() or venv_version(venv) != sys.version_info[:2]:
        say(f"Creating the environment in {venv.relative_to(ROOT)}")
        if not works([sys.executable, "-m", "venv", "--clear", "--without-pip", str(venv)], quiet=False):
            sys.exit("Python couldn't create the environment. On Debian, install python3-venv.")
    own = [own_python, "-m", "pip"]
    if works([*own, "--version"]) or works([own_python, "-m", "ensurepip", "--default-pip"]):
        return own
    # A minimal Debian has no ensurepip (it comes with python3-venv), so the system's own pip fills the environment.
    # Inside an environment without pip, the pip of its base Python does.
    for python in dict.fromkeys((sys.executable, getattr(sys, "_base_executable", sys.executable))):
        beside = [python, "-m", "pip", "--python", own_python]
        if works([*beside, "--version"]):
            return beside
    sys.exit("This Python has neither ensurepip nor pip 22.3 or newer. On Debian, install python3-venv.")


def venv_version(venv: Path | None = None) -> tuple[int, ...]:
    """Return the major and minor Python version of an environment; empty if unknown."""
    with contextlib.suppress(OSError, ValueError):
        for line in ((venv or VENV) / "pyvenv.cfg").read_text(encoding="utf-8").splitlines():
            key, _, value = line.partition("=")
            if key.strip() in ("version", "version_info"):
                return tuple(int(part) for part in value.strip().split(".")[:2])
    return ()


def works(arguments: list[str], *, quiet: bool = True) -> bool:
    """Return whether the command exits with 0."""
    sink = subprocess.DEVNULL if quiet else None
    return subprocess.run(arguments, stdout=sink, stderr=sink, check=False).returncode == 0


# Processes ----------------------------------------------------------------------------------------------------------


def supervise(arguments: Sequence[str], env: dict[str, str], limit: float | None = None) -> int:
    """Run a command in the checkout, then end all it started. Return its exit code, or 124 after `limit` seconds."""
    posix = sys.platform != "win32"
    process = subprocess.Popen(arguments, cwd=ROOT, env=env, start_new_session=posix)
    try:
        return process.wait(limit)
    except subprocess.TimeoutExpired:
        say(f"Stopped: it took longer than {limit or 0:.0f} s")
        return 124
    finally:
        end(process)


def end(process: subprocess.Popen[bytes]) -> None:
    """End a process and, if the system has process groups, everything in its group."""
    if sys.platform != "win32":
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGTERM if process.poll() is None else signal.SIGKILL)
    elif process.poll() is None:
        process.terminate()
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@contextlib.contextmanager
def virtual_screen() -> Iterator[str]:
    """Start Xvfb on a free display that it chooses itself. Yields the display's name."""
    read, write = os.pipe()
    arguments = ["Xvfb", "-displayfd", str(write), "-screen", "0", "1600x1000x24", "-nolisten", "tcp"]
    try:
        screen = subprocess.Popen(
            arguments, pass_fds=(write,), start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
    finally:
        os.close(write)
    try:
        with os.fdopen(read) as answer:
            number = answer.readline().strip() if select.select([answer], [], [], DISPLAY_LIMIT)[0] else ""
        if not number:
            sys.exit("Xvfb didn't start, so there is no screen for the tour.")
        yield f":{number}"
    finally:
        end(screen)


# What it does -------------------------------------------------------------------------------------------------------


def run(extra: list[str]) -> int:
    """Open the assistant in practice mode, or run the tour on a virtual screen. Return the exit code."""
    if has_display():
        return subprocess.run([PYTHON, "-m", "app", "--practice", *extra], cwd=ROOT, check=False).returncode
    missing = [name for name in ("Xvfb", "dbus-run-session", "gnome-keyring-daemon") if not shutil.which(name)]
    if missing:
        sys.exit(f"There is no display, and the tour needs {', '.join(missing)}. Run again without --no-system.")
    pictures = ROOT / "tour"
    say("There is no display. Running the practice tour on a virtual screen.")
    # The keyring daemon may still be writing while it is being stopped.
    with tempfile.TemporaryDirectory(prefix="scim-tour-", ignore_cleanup_errors=True) as scratch:
        tour = ["--practice", "--data-dir", f"{scratch}/data", "--tour", str(pictures), *extra]
        code = on_virtual_screen([str(PYTHON), "-m", "app", *tour], Path(scratch))
    say(f"The pictures and tour.json are in {pictures}" if code == 0 else f"The tour stopped; see {pictures}")
    return code


def on_virtual_screen(arguments: list[str], home: Path) -> int:
    """Run a command under Xvfb with its own session bus and unlocked keyring. Return the exit code."""
    (home / "run").mkdir(mode=0o700)
    env = {**os.environ, "HOME": str(home), "XDG_RUNTIME_DIR": str(home / "run"), "QT_QPA_PLATFORM": "xcb"}
    for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "DBUS_SESSION_BUS_ADDRESS", "XAUTHORITY"):
        env.pop(name, None)
    # The password of a keyring that exists only during the tour and holds only practice values.
    keyring = 'printf practice | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1; exec "$@"'
    with virtual_screen() as display:
        env["DISPLAY"] = display
        return supervise(["dbus-run-session", "--", "sh", "-c", keyring, "sh", *arguments], env)


WORKERS = min(6, max(2, 3 * (os.cpu_count() or 1) // 2))
"""Processes that run tests: three for two processors, because about half of a test's time is waiting."""

CHECKS = (
    ["-m", "ruff", "check", "."],
    ["-m", "ruff", "format", "--check", "."],
    ["-m", "mypy"],
    ["-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"],
    ["-m", "pytest", f"--numprocesses={WORKERS}", "--dist=loadfile", "--no-loadscope-reorder"],
)
"""Ordered so that failures show early. The tests of one file share slow-starting fixtures, so they stay together; which
file starts first is decided by ``tests/support/slow.py``."""


FAST = "--fast"
"""The option of ``tests/support/slow.py`` that leaves out slow tests."""

NEAR = {"resources/guides": "tests/guide", "resources/help": "tests/handbook", "resources": "tests/handbook"}
"""The tests of a folder, if they are not in the folder of the same name below tests."""

ALWAYS = ("tests/test_structure.py", "tests/test_english.py")
"""Tests that read every file."""

ONE_BY_ONE = ["-m", "pytest", "--numprocesses=0"]
"""Lanes start whole desktops and servers, which would disturb each other."""


def test(extra: list[str]) -> int:
    """Run all checks and tests up to the first failure and return its exit code. `extra` is passed to pytest.

    If lanes are named, only their tests run. With --fast, only the tests near what the last commit and the working tree
    changed, except slow ones.
    """
    env = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    if FAST in extra and not any(part.startswith("tests") for part in extra):
        extra = [*extra, *rooms_near(changed_files("HEAD^") or [])]
    lanes = lanes_named(extra)
    only_lanes = bool(lanes) and "--all-lanes" not in extra
    deadline = time.monotonic() + TEST_LIMIT + LANE_LIMIT * len(lanes)
    checks = (ONE_BY_ONE,) if only_lanes else CHECKS
    for check in checks:
        arguments = [*check, *extra] if check is checks[-1] else check
        say("lint-imports" if check[0] == "-c" else " ".join(arguments[1:]))
        code = supervise([str(PYTHON), *arguments], env, max(1.0, deadline - time.monotonic()))
        if code:
            say(f"Failed with exit code {code}")
            return code
    say(f"Lanes passed: {', '.join(lanes)}" if only_lanes else "All checks and tests passed")
    return 0


def lanes_named(extra: Sequence[str]) -> tuple[str, ...]:
    """Return the lanes requested in pytest's arguments. Ends the program if a lane does not exist."""
    if "--all-lanes" in extra:
        return tuple(LANES)
    parser = argparse.ArgumentParser(prog="dev.py test --", add_help=False, allow_abbrev=False)
    parser.add_argument("--lane", action="append", choices=tuple(LANES), default=[])
    return tuple(dict.fromkeys(parser.parse_known_args(extra)[0].lane))


def changed_files(since: str) -> list[str] | None:
    """Return the files changed since that commit; None if Git does not know it."""
    # A clone of only the last commit has no earlier commit.
    asked = ["git", "-c", "safe.directory=*", "diff", "--name-only", "--no-renames", since, "--"]
    answer = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=False)
    return None if answer.returncode else answer.stdout.splitlines()


def rooms_near(files: Sequence[str]) -> list[str]:
    """Return the tests near these files: those in the room of the same name, and those that read every file."""
    near = dict.fromkeys(ALWAYS)
    for file in files:
        top, _, rest = file.partition("/")
        room = rest.partition("/")[0]
        known = next((tests for folder, tests in NEAR.items() if file.startswith(f"{folder}/")), None)
        fitting = (known, f"tests/{room}", f"tests/{top}")
        near |= dict.fromkeys(tests for tests in fitting if tests and room and (ROOT / tests).exists())
    return list(near)


def lanes_changed(since: str) -> tuple[str, ...]:
    """Return the lanes that cover a file changed since that commit; all lanes if Git does not know the commit."""
    changed = changed_files(since)
    if changed is None:
        say(f"Git doesn't know {since}, so every lane runs")
        return tuple(LANES)
    return tuple(name for name, lane in LANES.items() if any(file.startswith(lane.paths) for file in changed))


def schema(_extra: list[str]) -> int:
    """Write the JSON Schema of guides for editors. Return the exit code."""
    code = (
        "import json; from app.guide.catalog import schema; from app.system.paths import resources; "
        "(resources() / 'guides' / 'guide.schema.json').write_text(json.dumps(schema(), indent=1) + chr(10), 'utf-8')"
    )
    return supervise([str(PYTHON), "-c", code], dict(os.environ))


def write_help(extra: list[str]) -> int:
    """Write the handbook's pages and the picture of the house, and other pictures on request. Return the exit code."""
    env = {**os.environ, "PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "packaging")))}
    if "--pictures" in extra and (failed := supervise([str(PYTHON), "-m", "handbook.take_pictures"], env)):
        return failed
    code = (
        "import house; from handbook.pages import write; from app.system.paths import resources; "
        "write(resources() / 'help'); house.write()"
    )
    return supervise([str(PYTHON), "-c", code], env)


def bench(extra: list[str]) -> int:
    """Print the benchmarks, or what grows over hours if ``endurance`` is named. Return their exit code."""
    script, rest = ("endurance", extra[1:]) if extra[:1] == ["endurance"] else ("run", extra)
    return supervise([str(PYTHON), f"tests/benchmarks/{script}.py", *rest], dict(os.environ))


def build(extra: list[str]) -> int:
    """Build the packages of this OS into dist/. Return the exit code."""
    return supervise([str(python_of(BUILD_VENV)), "packaging/build.py", *extra], dict(os.environ), TEST_LIMIT)


def needed(what: str, *, check: bool = False, lanes: Sequence[str] = ()) -> dict[str, str]:
    """Return which Debian packages a command needs, and why."""
    packages = WINDOW if what == "run" and has_display() else WINDOW | SCREENLESS
    if what == "build":
        packages = WINDOW | PACKAGES | (PACKAGE_CHECKS | SCREENLESS if check else {})
    elif what != "run":
        packages = packages | OUTSIDE_VIEW | (KEYRINGS | DESKTOP if what == "test" else {})
    for lane in lanes:
        packages = packages | LANES[lane].packages
    python = python_of(BUILD_VENV) if what == "build" else PYTHON
    if not python.exists() and not any(map(importlib.util.find_spec, ("ensurepip", "pip"))):
        packages = packages | {"creating the environment": "python3-venv"}
    return packages


def main(arguments: list[str]) -> int:
    """Run the command line. Return the exit code."""
    # argparse loses arguments after "--" if an option comes before it, so it never sees them.
    cut = arguments.index("--") if "--" in arguments else len(arguments)
    parser = argparse.ArgumentParser(
        description="Set up and run, test, measure or build the SCIM Setup Assistant.",
        epilog="Arguments after -- are passed to the assistant, pytest or the benchmarks.",
    )
    parser.add_argument("what", choices=("run", "test", "bench", "schema", "help", "build"))
    parser.add_argument("--check", action="store_true", help="with build: check, install and remove the packages")
    parser.add_argument("--pictures", action="store_true", help="with help: also take the pictures again")
    parser.add_argument(
        "--changed-lanes",
        nargs="?",
        const="HEAD^",
        metavar="COMMIT",
        help="with test: only the lanes that cover files changed since that commit (default: HEAD^)",
    )
    parser.add_argument("--no-system", action="store_true", help="install no system packages")
    options = parser.parse_args(arguments[:cut])
    if not OLDEST <= sys.version_info[:2] < TOO_NEW:
        sys.exit(wrong_python())
    if options.what == "build" and sys.platform == "linux" and not made_by(DISTRIBUTION_PYTHON):
        os.execv(DISTRIBUTION_PYTHON, [str(DISTRIBUTION_PYTHON), __file__, *arguments])
    # When terminated, it also ends what it started.
    signal.signal(signal.SIGTERM, lambda number, _frame: sys.exit(128 + number))
    started = time.monotonic()
    extra = ["--check"] * options.check + ["--pictures"] * options.pictures + arguments[cut + 1 :]
    if options.changed_lanes is not None:
        changed = lanes_changed(options.changed_lanes)
        if not changed:
            say("No lane covers the changes")
            return 0
        extra += [f"--lane={name}" for name in changed]
    lanes = lanes_named(extra) if options.what == "test" else ()
    system_packages(needed(options.what, check=options.check, lanes=lanes), install=not options.no_system)
    if options.what == "build":
        environment(BUILD_LOCK, BUILD_VENV)
    else:
        environment(RUN_LOCK if options.what == "run" else TEST_LOCK)
    if options.what == "test":
        environment(FOREIGN_LOCK, FOREIGN_VENV)
    say(f"Ready after {time.monotonic() - started:.1f} s")
    commands = {"run": run, "test": test, "bench": bench, "schema": schema, "help": write_help, "build": build}
    return commands[options.what](extra)


def wrong_python() -> str:
    """What to do where this Python is too old or too new."""
    newest = f"{TOO_NEW[0]}.{TOO_NEW[1] - 1}"
    fitting = [f"python{OLDEST[0]}.{minor}" for minor in range(OLDEST[1], TOO_NEW[1])]
    other = next((name for name in reversed(fitting) if shutil.which(name)), "")
    found = f"This is Python {'.'.join(map(str, sys.version_info[:3]))} ({sys.executable})."
    advice = f"Run it again with {other}." if other else "Install one of them, then run this again with it."
    return f"{found} The assistant needs Python {OLDEST[0]}.{OLDEST[1]} to {newest}. {advice}"


def made_by(python: Path) -> bool:
    """Return whether this runs with that Python, or there is no such Python."""
    return not python.exists() or Path(sys.executable).resolve() == python.resolve()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
