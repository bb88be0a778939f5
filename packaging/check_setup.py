"""Installs a setup for Windows silently, looks at files, menu and registry, upgrades and removes it.

On Windows as it is; on Linux under Wine, with a stand-in for the program.
"""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from ground import say

from app.system.paths import APP_ID

UNINSTALL = rf"HKCU\Software\Microsoft\Windows\CurrentVersion\Uninstall\{APP_ID}"
CLASSES = r"HKCU\Software\Classes"
LINK = "Microsoft/Windows/Start Menu/Programs/SCIM Setup Assistant.lnk"
"""Below the folder that %APPDATA% names."""

LIMIT = 300.0
"""Seconds one step may take."""


@dataclass
class Machine:
    """A Windows, or Wine's image of one."""

    local: Path
    """What %LOCALAPPDATA% names."""
    roaming: Path
    """What %APPDATA% names."""
    prefix: tuple[str, ...] = ()
    """What stands before a command."""
    env: dict[str, str] = field(default_factory=lambda: dict(os.environ))

    @property
    def folder(self) -> Path:
        """Where the program goes."""
        return self.local / "Programs" / APP_ID

    def do(self, *command: str) -> int:
        """Run a command; returns its exit code."""
        done = subprocess.run([*self.prefix, *command], env=self.env, capture_output=True, timeout=LIMIT, check=False)
        return done.returncode

    def value(self, key: str, name: str = "") -> str | None:
        """A value of the registry; the key's own where no name is given; None where there is none."""
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
    """The Windows that this runs on."""
    return Machine(Path(os.environ["LOCALAPPDATA"]), Path(os.environ["APPDATA"]))


def run(setup: Path, version: str, machine: Machine | None = None, *, smoke: bool = False) -> list[str]:
    """Install, look, install again, remove; returns what was not as it must be."""
    on = machine or here()
    before = everything(on)
    failures = []
    say("==> Installing")
    if code := on.do(str(setup), "/S"):
        return [f"the setup ended with {code}"]
    failures += installed(on, version)
    if smoke and (code := on.do(str(on.folder / f"{APP_ID}.exe"), "--smoke")):
        failures.append(f"the program ended with {code}")
    # What an older version had and this one has not must go; what is not the program's must stay.
    say("==> Installing over it")
    own = on.folder / "of-the-user.txt"
    own.write_text("not the program's")
    if code := on.do(str(setup), "/S"):
        failures.append(f"the setup ended with {code} over an older version")
    failures += installed(on, version)
    if not own.exists():
        failures.append("the upgrade took a file that is not the program's")
    own.unlink(missing_ok=True)
    say("==> Removing")
    # Told its folder, it does not go on in a copy of itself that nobody waits for.
    if code := on.do(str(on.folder / "uninstall.exe"), "/S", f"_?={in_windows(on)}"):
        failures.append(f"the removal ended with {code}")
    (on.folder / "uninstall.exe").unlink(missing_ok=True)
    if on.folder.exists() and not any(on.folder.iterdir()):
        on.folder.rmdir()
    failures += [f"left behind: {path}" for path in sorted(everything(on) - before)]
    failures += [f"left in the registry: {key}" for key in (UNINSTALL, rf"{CLASSES}\.ciescim") if on.value(key)]
    return failures


def in_windows(on: Machine) -> str:
    """The program's folder as Windows writes it."""
    return str(on.folder) if sys.platform == "win32" else on.value(UNINSTALL, "InstallLocation") or ""


def installed(on: Machine, version: str) -> list[str]:
    """What is missing of an installed program."""
    kind = on.value(rf"{CLASSES}\.ciescim") or "absent"
    command = on.value(rf"{CLASSES}\{kind}\shell\open\command") or ""
    facts = {
        "the program": (on.folder / f"{APP_ID}.exe").is_file(),
        "a file in a folder of a folder": any(path.is_file() for path in on.folder.glob("*/*/*")),
        "the menu entry": (on.roaming / LINK).is_file(),
        "its name in the list of programs": on.value(UNINSTALL, "DisplayName") == "SCIM Setup Assistant",
        "its version in the list of programs": on.value(UNINSTALL, "DisplayVersion") == version,
        "the way to remove it": "uninstall.exe" in (on.value(UNINSTALL, "UninstallString") or ""),
        "hand-over files": command.endswith(f'{APP_ID}.exe" "%1"'),
    }
    return [f"missing: {name}" for name, there in facts.items() if not there]


def everything(on: Machine) -> set[Path]:
    """All files and folders where programs of a user go, and the menu."""
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
"""A program of Windows that does nothing, made by NSIS: the real one can only be frozen on Windows."""

WINE = "/usr/lib/wine/wine64"


def under_wine(folder: Path, when: int) -> list[str]:
    """Make the setup of a stand-in program, and run it in a Wine of its own; returns what was not as it must be."""
    import on_windows

    program = folder / "program"
    for name in ("_internal/deep er/100% $INSTDIR \u00fc.txt", "_internal/deep er/b.dll", "_internal/a.dll"):
        (program / name).parent.mkdir(parents=True, exist_ok=True)
        (program / name).write_text(name, encoding="utf-8")
    script = folder / "stand-in.nsi"
    script.write_text(STAND_IN.format(out=program / f"{APP_ID}.exe"), encoding="utf-8")
    subprocess.run(["makensis", "-V2", str(script)], check=True)
    setup = folder / f"{APP_ID}-1.2.3-setup.exe"
    on_windows.compile_setup(program, setup, when, "1.2.3", target="amd64-unicode")
    env = {**os.environ, "WINEPREFIX": str(folder / "wine"), "WINEDEBUG": "-all", "HOME": str(folder)}
    env["WINEDLLOVERRIDES"] = "mscoree=;mshtml="  # else it offers to download what it does not need
    subprocess.run([WINE, "wineboot", "-i"], env=env, capture_output=True, timeout=LIMIT, check=True)
    (profile,) = (folder / "wine/drive_c/users").glob("*/AppData")
    machine = Machine(profile / "Local", profile / "Roaming", (WINE,), env)
    try:
        return run(setup, "1.2.3", machine)
    finally:
        subprocess.run([WINE.replace("wine64", "wineserver64"), "-k", "-w"], env=env, capture_output=True, check=False)
