"""Sets everything up on a fresh machine, then runs the assistant, the checks or the benchmarks, or builds packages.

Standard library only. Usage: ``python3 packaging/dev.py run|test|bench|schema|help|build``, options, ``-- arguments``.
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
"""The libraries of the run and those of the tests; the tests' hold all of the run's at the same versions."""

BUILD_LOCK = "requirements-build.txt"
BUILD_VENV = ROOT / "build/venv"
"""The libraries of the run and PyInstaller, in an environment apart, so that nothing else gets into a package."""

FOREIGN_LOCK = "requirements-foreign.txt"
FOREIGN_VENV = ROOT / "build/foreign"
"""SCIM servers that others wrote and a Node to run one of them, for the tests, apart from the libraries of the run."""

DISTRIBUTION_PYTHON = Path("/usr/bin/python3")
"""On Linux packages are built with it: another Python would leave the path of its own libraries in them."""

OLDEST, TOO_NEW = (3, 11), (3, 14)
"""The range of Python that pyproject.toml names."""

TEST_LIMIT = 1500.0
"""Seconds all checks and tests may take, or a build, without the set-up. A hung Qt loop does not end by itself."""

LANE_LIMIT = 900.0
"""Seconds that each lane may take beside."""

DISPLAY_LIMIT = 30.0
"""Seconds Xvfb may take to name its display."""

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
    "a session bus with a keyring of its own": "dbus gnome-keyring",
    "the accessibility bus Qt looks for": "at-spi2-core",
    "the fonts of the pictures": "fonts-inter fonts-noto-core",
}
PACKAGES = {
    "the library of Python that goes into the program": "libpython{}.{}".format(*sys.version_info[:2]),
    "the tools that look into libraries, pack them and know the commit": "binutils dpkg-dev squashfs-tools git",
}
PACKAGE_CHECKS = {
    "the checks of the package": "lintian desktop-file-utils appstream",
    "a bare system to install it on": "mmdebstrap",
    "the setup of Windows, and something to run it": "nsis wine64",
}
KEYRINGS = {"KeePassXC and KWallet, where secrets are kept too": "keepassxc libkf5wallet-bin libqca-qt5-2-plugins"}
DESKTOP = {"the proxies of a desktop": "xdg-desktop-portal glib-networking gsettings-desktop-schemas libglib2.0-bin"}
OUTSIDE_VIEW = {
    "a look at clipboard and windows from outside": "xclip x11-utils",
    "the reading of pictures": "tesseract-ocr",
}
"""Why, and which Debian packages."""


@dataclass(frozen=True, slots=True)
class TestLane:
    """Tests that need heavy outside software, and run when asked for or when what they cover changes."""

    packages: dict[str, str]
    """Why, and which Debian packages, beside those of every test."""
    paths: tuple[str, ...]
    """What the lane covers: a changed file whose path begins so makes CI run it."""


LANES = {
    "desktops": TestLane(
        {
            "desktops on Wayland": (
                "gnome-shell mutter python3-dbusmock kwin-wayland sway weston xwayland "
                "wl-clipboard wtype swaylock xdotool"
            ),
            "a window manager and clipboard managers": (
                "openbox xfce4-clipman parcellite diodon qlipper gpaste-2 copyq plasma-workspace clipman"
            ),
        },
        ("tests/desktops/", "ui/desktop/", "ui/companion/window.py", "ui/main_window.py"),
    ),
    "orca": TestLane({}, ("tests/orca/",)),
    "directories": TestLane(
        {
            "OpenLDAP and its clients": "slapd ldap-utils",
            "389 Directory Server": "389-ds-base",
            "Samba's Active Directory": ("samba samba-ad-provision samba-dsdb-modules samba-vfs-modules python3-samba"),
        },
        ("tests/directories/", "app/guide/builders/"),
    ),
    "prometheus": TestLane({}, ("tests/prometheus/",)),
    "proxies": TestLane({}, ("tests/proxies/",)),
    "browser": TestLane({}, ("tests/browser/",)),
}
"""The names that a test may have in its marker ``lane("...")``."""


def say(text: str) -> None:
    """Tell what happens, at once."""
    print(f"==> {text}", flush=True)  # noqa: T201 - a command line tool


def has_display() -> bool:
    """Whether a window can be shown to somebody."""
    return sys.platform != "linux" or any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY"))


# System packages ----------------------------------------------------------------------------------------------------


def installed(packages: Sequence[str]) -> set[str]:
    """Those of the Debian packages that are there, asked of dpkg in one call."""
    # Since Debian 13 some libraries carry the suffix t64; the old name is then only "provided".
    names = [*packages, *(f"{package}t64" for package in packages)]
    answer = subprocess.run(
        ["dpkg-query", "-W", "-f", "${Package} ${db:Status-Status}\n", *names],
        capture_output=True,
        text=True,
        check=False,  # 1 when any of them is unknown
    )
    lines = (line.split() for line in answer.stdout.splitlines())
    return {line[0].removesuffix("t64") for line in lines if line[1:] == ["installed"]}


def system_packages(wanted: dict[str, str]) -> None:
    """Install the Debian packages that are missing, saying which and why; elsewhere do nothing."""
    if not (shutil.which("apt-get") and shutil.which("dpkg-query")):
        return
    there = installed([package for packages in wanted.values() for package in packages.split()])
    missing = {why: [p for p in packages.split() if p not in there] for why, packages in wanted.items()}
    missing = {why: packages for why, packages in missing.items() if packages}
    if not missing:
        return
    for why, packages in missing.items():
        say(f"Missing from Debian, for {why}: {' '.join(packages)}")
    if sys.platform != "win32" and os.geteuid() != 0:
        sys.exit("Installing them needs root. Install them another way, or run again with --no-system.")
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    names = [package for packages in missing.values() for package in packages]
    say("Installing them with apt-get")
    for step in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", *names]):
        done = subprocess.run(["apt-get", *step], env=env, stdout=subprocess.DEVNULL, check=False)
        if done.returncode:
            sys.exit(f"apt-get {step[0]} ended with {done.returncode}.")


# The environment ----------------------------------------------------------------------------------------------------


def stamp(lock: str) -> str:
    """What the environment was made from: the lock file and the version of Python."""
    python = "{}.{}".format(*sys.version_info[:2])
    return hashlib.sha256((ROOT / "packaging" / lock).read_bytes() + python.encode()).hexdigest()


def python_of(venv: Path) -> Path:
    """The Python of an environment."""
    return venv / PYTHON.relative_to(VENV)


def is_current(lock: str, venv: Path | None = None) -> bool:
    """Whether the environment holds the libraries of this lock file already."""
    venv = venv or VENV
    # The tests' libraries hold those of the run, so `run` after `test` has nothing to do.
    return python_of(venv).exists() and any(
        file.exists() and file.read_text() == stamp(name)
        for name in {lock, TEST_LOCK}
        if (file := venv / f"stamp-{name}")
    )


def environment(lock: str, venv: Path | None = None) -> None:
    """Make the virtual environment from the hash-pinned requirements, once for each state of the lock file."""
    venv = venv or VENV
    if is_current(lock, venv):
        return
    pip = make_venv(venv)
    # A stamp must not outlive the libraries it speaks of, also when this is interrupted.
    for old in venv.glob("stamp-*"):
        old.unlink()
    say(f"Installing the libraries pinned in packaging/{lock}")
    # The lock names every library. Asked to resolve as well, pip before 23.1 takes a library with extras, which no
    # lock can name, in its newest version, and stops as soon as that is not the pinned one.
    options = ["--quiet", "--require-hashes", "--no-deps", "--disable-pip-version-check", "-r", f"packaging/{lock}"]
    done = subprocess.run([*pip, "install", *options], cwd=ROOT, check=False)
    if done.returncode:
        sys.exit(f"pip ended with {done.returncode}. The environment is incomplete; the next run tries again.")
    (venv / f"stamp-{lock}").write_text(stamp(lock))


def make_venv(venv: Path | None = None) -> list[str]:
    """Make an environment where it is missing or of another Python; returns the command of a pip that fills it."""
    venv = venv or VENV
    own_python = str(python_of(venv))
    if not Path(own_python).exists() or venv_version(venv) != sys.version_info[:2]:
        say(f"Making the environment in {venv.relative_to(ROOT)}")
        if not works([sys.executable, "-m", "venv", "--clear", "--without-pip", str(venv)], quiet=False):
            sys.exit("Python could not make the environment. On Debian the package python3-venv helps.")
    own = [own_python, "-m", "pip"]
    if works([*own, "--version"]) or works([own_python, "-m", "ensurepip", "--default-pip"]):
        return own
    # A bare Debian has no ensurepip (it comes with python3-venv); there the system's own pip fills the environment.
    # Inside an environment without pip, the pip of the Python that it was made from does.
    for python in dict.fromkeys((sys.executable, getattr(sys, "_base_executable", sys.executable))):
        beside = [python, "-m", "pip", "--python", own_python]
        if works([*beside, "--version"]):
            return beside
    sys.exit("This Python has neither ensurepip nor pip 22.3 or newer. On Debian the package python3-venv helps.")


def venv_version(venv: Path | None = None) -> tuple[int, ...]:
    """The major and minor version of Python that an environment was made with; empty where it does not say."""
    with contextlib.suppress(OSError, ValueError):
        for line in ((venv or VENV) / "pyvenv.cfg").read_text(encoding="utf-8").splitlines():
            key, _, value = line.partition("=")
            if key.strip() in ("version", "version_info"):
                return tuple(int(part) for part in value.strip().split(".")[:2])
    return ()


def works(arguments: list[str], *, quiet: bool = True) -> bool:
    """Whether the command ends with 0."""
    sink = subprocess.DEVNULL if quiet else None
    return subprocess.run(arguments, stdout=sink, stderr=sink, check=False).returncode == 0


# Processes ----------------------------------------------------------------------------------------------------------


def supervise(arguments: Sequence[str], env: dict[str, str], limit: float | None = None) -> int:
    """Run a command in the checkout; returns its exit code, 124 after `limit` seconds. Nothing it started is left."""
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
    """End a process and, where the system has process groups, everything in its group."""
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
    """An Xvfb on a free display of its own choice; yields its name."""
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
            sys.exit("Xvfb did not start, so there is no screen to walk the tour on.")
        yield f":{number}"
    finally:
        end(screen)


# What it does -------------------------------------------------------------------------------------------------------


def run(extra: list[str]) -> int:
    """Open the assistant in practice mode, or walk the tour on a virtual screen; returns the exit code."""
    if has_display():
        return subprocess.run([PYTHON, "-m", "app", "--practice", *extra], cwd=ROOT, check=False).returncode
    missing = [name for name in ("Xvfb", "dbus-run-session", "gnome-keyring-daemon") if not shutil.which(name)]
    if missing:
        sys.exit(f"There is no display, and the tour needs {', '.join(missing)}. Run again without --no-system.")
    pictures = ROOT / "tour"
    say("There is no display. Walking the practice tour on a virtual screen.")
    # The keyring's daemon may still write while it is told to end.
    with tempfile.TemporaryDirectory(prefix="scim-tour-", ignore_cleanup_errors=True) as scratch:
        tour = ["--practice", "--data-dir", f"{scratch}/data", "--tour", str(pictures), *extra]
        code = on_virtual_screen([str(PYTHON), "-m", "app", *tour], Path(scratch))
    say(f"The pictures and tour.json are in {pictures}" if code == 0 else f"The tour stopped; see {pictures}")
    return code


def on_virtual_screen(arguments: list[str], home: Path) -> int:
    """Run a command under Xvfb with a session bus and an unlocked keyring of its own; returns the exit code."""
    (home / "run").mkdir(mode=0o700)
    env = {**os.environ, "HOME": str(home), "XDG_RUNTIME_DIR": str(home / "run"), "QT_QPA_PLATFORM": "xcb"}
    for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "DBUS_SESSION_BUS_ADDRESS", "XAUTHORITY"):
        env.pop(name, None)
    # The password of a keyring that lives as long as the tour and holds practice values only.
    keyring = 'printf practice | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1; exec "$@"'
    with virtual_screen() as display:
        env["DISPLAY"] = display
        return supervise(["dbus-run-session", "--", "sh", "-c", keyring, "sh", *arguments], env)


CHECKS = (
    ["-m", "ruff", "check", "."],
    ["-m", "ruff", "format", "--check", "."],
    ["-m", "mypy"],
    ["-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"],
    ["-m", "pytest", "--numprocesses=auto", "--maxprocesses=4", "--dist=loadfile"],
)
"""In the order in which they fail fastest. The tests of one file share what is slow to start, so they stay together."""


ONE_BY_ONE = ["-m", "pytest", "--numprocesses=0"]
"""Lanes start whole desktops and servers, which get in each other's way."""


def test(extra: list[str]) -> int:
    """Run all checks and tests up to the first that fails; returns its exit code. `extra` goes to pytest.

    Where lanes are named, only their tests run.
    """
    env = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
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
    """The lanes that arguments of pytest ask for; ends the program where there is no such lane."""
    if "--all-lanes" in extra:
        return tuple(LANES)
    parser = argparse.ArgumentParser(prog="dev.py test --", add_help=False, allow_abbrev=False)
    parser.add_argument("--lane", action="append", choices=tuple(LANES), default=[])
    return tuple(dict.fromkeys(parser.parse_known_args(extra)[0].lane))


def lanes_changed(since: str) -> tuple[str, ...]:
    """The lanes that cover a file which differs from that commit; all where the commit cannot be asked for."""
    # A clone of the last commit alone has no commit before.
    asked = ["git", "-c", "safe.directory=*", "diff", "--name-only", "--no-renames", since, "--"]
    answer = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=False)
    if answer.returncode:
        say(f"Git does not know {since}, so every lane runs")
        return tuple(LANES)
    changed = answer.stdout.splitlines()
    return tuple(name for name, lane in LANES.items() if any(file.startswith(lane.paths) for file in changed))


def schema(_extra: list[str]) -> int:
    """Write the JSON Schema of guides for editors; returns the exit code."""
    code = (
        "import json; from app.guide.catalog import schema; from app.system.paths import resources; "
        "(resources() / 'guides' / 'guide.schema.json').write_text(json.dumps(schema(), indent=1) + chr(10), 'utf-8')"
    )
    return supervise([str(PYTHON), "-c", code], dict(os.environ))


def write_help(extra: list[str]) -> int:
    """Write the handbook's pages and the picture of the house, other pictures if asked for; returns the exit code."""
    env = {**os.environ, "PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "packaging")))}
    if "--pictures" in extra and (failed := supervise([str(PYTHON), "-m", "handbook.take_pictures"], env)):
        return failed
    code = (
        "import house; from handbook.pages import write; from app.system.paths import resources; "
        "write(resources() / 'help'); house.write()"
    )
    return supervise([str(PYTHON), "-c", code], env)


def bench(extra: list[str]) -> int:
    """Print the benchmarks; returns their exit code."""
    return supervise([str(PYTHON), "tests/benchmarks/run.py", *extra], dict(os.environ))


def build(extra: list[str]) -> int:
    """Build the packages of this OS into dist/; returns the exit code."""
    return supervise([str(python_of(BUILD_VENV)), "packaging/build.py", *extra], dict(os.environ), TEST_LIMIT)


def needed(what: str, *, check: bool = False, lanes: Sequence[str] = ()) -> dict[str, str]:
    """Which Debian packages a command needs, and why."""
    packages = WINDOW if what == "run" and has_display() else WINDOW | SCREENLESS
    if what == "build":
        packages = WINDOW | PACKAGES | (PACKAGE_CHECKS | SCREENLESS if check else {})
    elif what != "run":
        packages = packages | OUTSIDE_VIEW | (KEYRINGS | DESKTOP if what == "test" else {})
    for lane in lanes:
        packages = packages | LANES[lane].packages
    python = python_of(BUILD_VENV) if what == "build" else PYTHON
    if not python.exists() and not any(map(importlib.util.find_spec, ("ensurepip", "pip"))):
        packages = packages | {"the making of the environment": "python3-venv"}
    return packages


def main(arguments: list[str]) -> int:
    """Entry point; returns the exit code."""
    # argparse loses what follows "--" when an option stands in front of it, so it never sees it.
    cut = arguments.index("--") if "--" in arguments else len(arguments)
    parser = argparse.ArgumentParser(
        description="Set up and run, test, measure or build the SCIM Setup Assistant.",
        epilog="What follows -- is passed on to the assistant, to pytest or to the benchmarks.",
    )
    parser.add_argument("what", choices=("run", "test", "bench", "schema", "help", "build"))
    parser.add_argument("--check", action="store_true", help="after build: check the packages, install and remove them")
    parser.add_argument("--pictures", action="store_true", help="after help: take the pictures anew, from the tours")
    parser.add_argument(
        "--changed-lanes",
        nargs="?",
        const="HEAD^",
        metavar="COMMIT",
        help="with test: only the lanes that cover what differs from that commit, the one before the last unless named",
    )
    parser.add_argument("--no-system", action="store_true", help="install no system packages")
    options = parser.parse_args(arguments[:cut])
    if not OLDEST <= sys.version_info[:2] < TOO_NEW:
        sys.exit("This needs Python 3.11, 3.12 or 3.13.")
    if options.what == "build" and sys.platform == "linux" and not made_by(DISTRIBUTION_PYTHON):
        os.execv(DISTRIBUTION_PYTHON, [str(DISTRIBUTION_PYTHON), __file__, *arguments])
    # Ended from outside, it ends what it started.
    signal.signal(signal.SIGTERM, lambda number, _frame: sys.exit(128 + number))
    started = time.monotonic()
    extra = ["--check"] * options.check + ["--pictures"] * options.pictures + arguments[cut + 1 :]
    if options.changed_lanes is not None:
        changed = lanes_changed(options.changed_lanes)
        if not changed:
            say("No lane covers what changed")
            return 0
        extra += [f"--lane={name}" for name in changed]
    lanes = lanes_named(extra) if options.what == "test" else ()
    if not options.no_system:
        system_packages(needed(options.what, check=options.check, lanes=lanes))
    if options.what == "build":
        environment(BUILD_LOCK, BUILD_VENV)
    else:
        environment(RUN_LOCK if options.what == "run" else TEST_LOCK)
    if options.what == "test":
        environment(FOREIGN_LOCK, FOREIGN_VENV)
    say(f"Ready after {time.monotonic() - started:.1f} s")
    commands = {"run": run, "test": test, "bench": bench, "schema": schema, "help": write_help, "build": build}
    return commands[options.what](extra)


def made_by(python: Path) -> bool:
    """Whether this runs with that Python, or there is no such Python."""
    return not python.exists() or Path(sys.executable).resolve() == python.resolve()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
