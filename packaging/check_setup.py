"""Tests a Windows setup: installs it silently, checks files, menu and registry, upgrades it and removes it.

Runs on Windows with the real program, and on Linux under Wine with a stub program.
"""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import nsis
from build_env import say

from app.system.paths import APP_ID

UNINSTALL = rf"HKCU\Software\Microsoft\Windows\CurrentVersion\Uninstall\{APP_ID}"
CLASSES = r"HKCU\Software\Classes"
LINK = "Microsoft/Windows/Start Menu/Programs/SCIM Setup Assistant.lnk"
"""Path relative to the folder in %APPDATA%."""

LIMIT = 300.0
"""Seconds that one step may take."""


@dataclass
class Machine:
    """A Windows computer, or a Wine prefix."""

    local: Path
    """The folder %LOCALAPPDATA%."""
    roaming: Path
    """The folder %APPDATA%."""
    prefix: tuple[str, ...] = ()
    """Arguments before every command, for example Wine."""
    env: dict[str, str] = field(default_factory=lambda: dict(os.environ))

    @property
    def folder(self) -> Path:
        """Where the program is installed."""
        return self.local / "Programs" / APP_ID

    def do(self, *command: str) -> int:
        """Run a command. Return its exit code."""
        done = subprocess.run([*self.prefix, *command], env=self.env, capture_output=True, timeout=LIMIT, check=False)
        return done.returncode

    def value(self, key: str, name: str = "") -> str | None:
        """Return a registry value: the key's default value if no name is given, None if there is none."""
        asked = ["reg", "query", key, *(["/v", name] if name else ["/ve"])]
        done = subprocess.run(
            [*self.prefix, *asked], env=self.env, capture_output=True, text=True, timeout=LIMIT, check=False
        )
        for line in done.stdout.splitlines() if done.returncode == 0 else ():
            for kind in ("REG_SZ", "REG_DWORD"):
                if kind in line:
                    return line.partition(kind)[2].strip()
        return None


def here() -> Machine:
    """Return the Windows computer that this runs on."""
    return Machine(Path(os.environ["LOCALAPPDATA"]), Path(os.environ["APPDATA"]))


def run(setup: Path, version: str, machine: Machine | None = None, *, smoke: bool = False) -> list[str]:
    """Install, check, upgrade and remove. Return what failed, one phrase each."""
    on = machine or here()
    before = everything(on)
    failures = []
    say("==> Installing")
    if code := on.do(str(setup), "/S"):
        return [f"the setup exited with {code}"]
    failures += installed(on, version)
    if smoke and (code := on.do(str(on.folder / f"{APP_ID}.exe"), "--smoke")):
        failures.append(f"the program exited with {code}")
    # Files of an older version must be removed; files that do not belong to the program must stay.
    say("==> Installing over it")
    own = on.folder / "of-the-user.txt"
    own.write_text("not the program's")
    if code := on.do(str(setup), "/S"):
        failures.append(f"the upgrade exited with {code}")
    failures += installed(on, version)
    if not own.exists():
        failures.append("the upgrade removed a file that is not the program's")
    own.unlink(missing_ok=True)
    say("==> Removing")
    # With its folder given, the uninstaller does not continue in a detached copy of itself.
    if code := on.do(str(on.folder / "uninstall.exe"), "/S", f"_?={in_windows(on)}"):
        failures.append(f"the uninstaller exited with {code}")
    (on.folder / "uninstall.exe").unlink(missing_ok=True)
    if on.folder.exists() and not any(on.folder.iterdir()):
        on.folder.rmdir()
    failures += [f"left behind: {path}" for path in sorted(everything(on) - before)]
    failures += [f"left in the registry: {key}" for key in (UNINSTALL, rf"{CLASSES}\.ciescim") if on.value(key)]
    return failures


def in_windows(on: Machine) -> str:
    """Return the program's folder as a Windows path."""
    return str(on.folder) if sys.platform == "win32" else on.value(UNINSTALL, "InstallLocation") or ""


def installed(on: Machine, version: str) -> list[str]:
    """Return what is missing from an installed program."""
    kind = on.value(rf"{CLASSES}\.ciescim") or "absent"
    command = on.value(rf"{CLASSES}\{kind}\shell\open\command") or ""
    facts = {
        "the program": (on.folder / f"{APP_ID}.exe").is_file(),
        "a file in a nested folder": any(path.is_file() for path in on.folder.glob("*/*/*")),
        "the menu entry": (on.roaming / LINK).is_file(),
        "its name in the list of installed apps": on.value(UNINSTALL, "DisplayName") == "SCIM Setup Assistant",
        "its version in the list of installed apps": on.value(UNINSTALL, "DisplayVersion") == version,
        "its uninstall command": "uninstall.exe" in (on.value(UNINSTALL, "UninstallString") or ""),
        "the handler of hand-over files": command.endswith(f'{APP_ID}.exe" "%1"'),
    }
    return [f"missing: {name}" for name, there in facts.items() if not there]


def everything(on: Machine) -> set[Path]:
    """Return all files and folders in the user's program folder and start menu."""
    menu = (on.roaming / LINK).parent
    return {path for top in (on.local / "Programs", menu) for path in top.rglob("*")}


STAND_IN = """\
Unicode true
Target amd64-unicode
SilentInstall silent
RequestExecutionLevel user
OutFile "{out}"
Section
SectionEnd
"""
"""A Windows program that does nothing, compiled by NSIS: the real program can only be frozen on Windows."""

WINE = "/usr/lib/wine/wine64"


def under_wine(folder: Path, when: int) -> list[str]:
    """Build the setup of a stub program and test it in a separate Wine prefix. Return what failed."""
    program = folder / "program"
    for name in ("_internal/deep er/100% $INSTDIR \u00fc.txt", "_internal/deep er/b.dll", "_internal/a.dll"):
        (program / name).parent.mkdir(parents=True, exist_ok=True)
        (program / name).write_text(name, encoding="utf-8")
    script = folder / "stand-in.nsi"
    script.write_text(STAND_IN.format(out=program / f"{APP_ID}.exe"), encoding="utf-8")
    subprocess.run(["makensis", "-V2", str(script)], check=True)
    setup = folder / f"{APP_ID}-1.2.3-setup.exe"
    nsis.compile_setup(program, setup, when, "1.2.3", target="amd64-unicode")
    env = {**os.environ, "WINEPREFIX": str(folder / "wine"), "WINEDEBUG": "-all", "HOME": str(folder)}
    env["WINEDLLOVERRIDES"] = "mscoree=;mshtml="  # otherwise Wine offers to download what is not needed
    subprocess.run([WINE, "wineboot", "-i"], env=env, capture_output=True, timeout=LIMIT, check=True)
    (profile,) = (folder / "wine/drive_c/users").glob("*/AppData")
    machine = Machine(profile / "Local", profile / "Roaming", (WINE,), env)
    try:
        return run(setup, "1.2.3", machine)
    finally:
        subprocess.run([WINE.replace("wine64", "wineserver64"), "-k", "-w"], env=env, capture_output=True, check=False)
