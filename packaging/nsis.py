"""Compiles the Windows setup with NSIS.

NSIS compiles the same script on every OS, so everything except the program inside is also built and tested on Linux.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from build_env import BUILD, ICONS, ROOT

if TYPE_CHECKING:
    from collections.abc import Sequence

EXTENSION, MIME = ".ciescim", "application/vnd.cie-scim-assistant.setup+json"
"""File extension and media type of hand-over files."""

WINDOWS = ROOT / "packaging/windows"


def compile_setup(
    program: Path, setup: Path, when: int, version: str, signing: Sequence[str] = (), target: str = ""
) -> None:
    """Compile the setup of a program folder. ``target`` names a processor other than NSIS's default."""
    files = sorted(path for path in program.rglob("*") if path.is_file())
    for file in files:
        os.utime(file, (when, when))  # stored in the setup
    listed = BUILD / "windows/files.nsh"
    listed.parent.mkdir(parents=True, exist_ok=True)
    # With a byte order mark; otherwise NSIS would read it in the system's code page.
    listed.write_text(file_list(program, files), encoding="utf-8-sig")
    defines = {
        "VERSION": version,
        "FILES": listed,
        "ICON": ICONS / "app.ico",
        "OUT": setup,
        "MIME": MIME,
        "SIZE": sum(file.stat().st_size for file in files) // 1024,
        "SIGN": subprocess.list2cmdline(signing),
        "TARGET": target,
    }
    options = [f"-D{name}={value}" for name, value in defines.items() if value != ""]
    env = {**os.environ, "SOURCE_DATE_EPOCH": str(when)}
    # The NSIS installer does not add it to the path.
    makensis = shutil.which("makensis") or r"C:\Program Files (x86)\NSIS\makensis.exe"
    command = [makensis, "-V2", "-WX", "-INPUTCHARSET", "UTF8", *options, str(WINDOWS / "setup.nsi")]
    subprocess.run(command, env=env, check=True)


def file_list(program: Path, files: Sequence[Path]) -> str:
    """Return NSIS macros that install every file, and that remove exactly these files."""
    folders = sorted({file.parent.relative_to(program) for file in files})
    install: list[str] = []
    for folder in folders:
        install.append(f"SetOutPath {installed(folder)}")
        # NSIS takes the source path literally; the name of the copy is an NSIS string.
        beside = (file for file in files if file.parent == program / folder)
        install += [f'File "/oname={literal(file.name)}" "{file}"' for file in beside]
    remove = [f"Delete {installed(file.relative_to(program))}" for file in files]
    inner = {parent for folder in folders for parent in (folder, *folder.parents)} - {Path()}
    remove += [f"RMDir {installed(folder)}" for folder in sorted(inner, key=lambda one: (-len(one.parts), one))]
    return macro("INSTALL_FILES", install) + macro("REMOVE_FILES", remove)


def macro(name: str, lines: Sequence[str]) -> str:
    """Return an NSIS macro."""
    return "".join((f"!macro {name}\n", *(f"  {line}\n" for line in lines), "!macroend\n"))


def installed(path: Path) -> str:
    """Return the installed path of a file or folder, quoted for NSIS."""
    return '"' + "\\".join(("$INSTDIR", *map(literal, path.parts))) + '"'


def literal(text: str) -> str:
    """Escape a text so that NSIS takes every character literally."""
    return text.replace("$", "$$")
