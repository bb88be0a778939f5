"""The setup of Windows, made from the frozen program with NSIS, and the proof that it installs, runs and goes again.

NSIS compiles the same script on every OS, so all but the program in it is made and tried on Linux as well.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import release
from ground import BUILD, DIST, ICONS, ROOT, say

from app import __version__
from app.system.paths import APP_ID

if TYPE_CHECKING:
    from collections.abc import Sequence

    import bill

WINDOWS = ROOT / "packaging/windows"
TITLE = "SCIM Setup Assistant"
PUBLISHER = "SCIM Setup Assistant maintainers"
EXTENSION, MIME = ".ciescim", "application/vnd.cie-scim-assistant.setup+json"
"""Of hand-over files."""

CERTIFICATE = "SIGN_CERTIFICATE"
"""The environment variable with the SHA-1 thumbprint of the certificate to sign with; without it nothing is signed."""

TIMESTAMP = "SIGN_TIMESTAMP_URL"
"""The environment variable with the address of a time stamp server (RFC 3161), needed with a certificate."""

VERSION_TEXT = """\
# What Explorer and Task Manager show of the program; read by packaging/assistant.spec.
VSVersionInfo(
  ffi=FixedFileInfo(filevers={four}, prodvers={four}, mask=0x3F, flags=0, OS=0x40004, fileType=1, subtype=0),
  kids=[
    StringFileInfo([StringTable("040904B0", [
      StringStruct("CompanyName", "{publisher}"),
      StringStruct("FileDescription", "{title}"),
      StringStruct("FileVersion", "{version}"),
      StringStruct("InternalName", "{id}"),
      StringStruct("LegalCopyright", "Apache-2.0"),
      StringStruct("OriginalFilename", "{id}.exe"),
      StringStruct("ProductName", "{title}"),
      StringStruct("ProductVersion", "{version}"),
    ])]),
    VarFileInfo([VarStruct("Translation", [1033, 1200])]),
  ],
)
"""


def prepare(_when: int) -> None:
    """Write the version resource, which goes into the program when it is frozen."""
    BUILD.mkdir(exist_ok=True)
    (BUILD / "version.txt").write_text(version_text(__version__), encoding="utf-8")


def version_text(version: str) -> str:
    """The version resource as PyInstaller reads it."""
    four = (*(int(part) for part in re.findall(r"\d+", version)[:3]), 0)
    return VERSION_TEXT.format(four=four, publisher=PUBLISHER, title=TITLE, version=version, id=APP_ID)


def build(frozen: Path, parts: list[bill.Part], when: int) -> list[tuple[Path, list[bill.Part]]]:
    """The setup, signed where a certificate is named, with what is in it."""
    setup = DIST / f"{APP_ID}-{__version__}-windows-x86_64-setup.exe"
    release.put(frozen / "_internal/resources", parts)
    signing = sign_command(os.environ)
    if signing:
        subprocess.run([*signing, str(frozen / f"{APP_ID}.exe")], check=True)
    compile_setup(frozen, setup, when, __version__, signing)
    return [(setup, parts)]


def sign_command(environ: os._Environ[str] | dict[str, str]) -> list[str]:
    """The signtool command that the file to sign is put behind; empty where no certificate is named."""
    if not environ.get(CERTIFICATE):
        return []
    server = environ[TIMESTAMP]  # a signature without a time ends with its certificate
    return ["signtool", "sign", "/sha1", environ[CERTIFICATE], "/fd", "sha256", "/tr", server, "/td", "sha256"]


def compile_setup(
    program: Path, setup: Path, when: int, version: str, signing: Sequence[str] = (), target: str = ""
) -> None:
    """Make the setup of a folder with the program; ``target`` names another processor than NSIS's own choice."""
    files = sorted(path for path in program.rglob("*") if path.is_file())
    for file in files:
        os.utime(file, (when, when))  # the setup keeps it
    listed = BUILD / "windows/files.nsh"
    listed.parent.mkdir(parents=True, exist_ok=True)
    # With its mark, or NSIS would read it in the code page of the system.
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
    # Its own setup leaves it off the path.
    makensis = shutil.which("makensis") or r"C:\Program Files (x86)\NSIS\makensis.exe"
    command = [makensis, "-V2", "-WX", "-INPUTCHARSET", "UTF8", *options, str(WINDOWS / "setup.nsi")]
    subprocess.run(command, env=env, check=True)


def file_list(program: Path, files: Sequence[Path]) -> str:
    """Macros of NSIS that put every file in its place, and that remove these and no others."""
    folders = sorted({file.parent.relative_to(program) for file in files})
    install: list[str] = []
    for folder in folders:
        install.append(f"SetOutPath {installed(folder)}")
        # The source is taken as it stands; the name that it gets is a text of NSIS.
        beside = (file for file in files if file.parent == program / folder)
        install += [f'File "/oname={literal(file.name)}" "{file}"' for file in beside]
    remove = [f"Delete {installed(file.relative_to(program))}" for file in files]
    inner = {parent for folder in folders for parent in (folder, *folder.parents)} - {Path()}
    remove += [f"RMDir {installed(folder)}" for folder in sorted(inner, key=lambda one: (-len(one.parts), one))]
    return macro("INSTALL_FILES", install) + macro("REMOVE_FILES", remove)


def macro(name: str, lines: Sequence[str]) -> str:
    """A macro of NSIS."""
    return "".join((f"!macro {name}\n", *(f"  {line}\n" for line in lines), "!macroend\n"))


def installed(path: Path) -> str:
    """Where a file or folder of the program lies on the other computer, quoted for NSIS."""
    return '"' + "\\".join(("$INSTDIR", *map(literal, path.parts))) + '"'


def literal(text: str) -> str:
    """A text as NSIS takes it, without a meaning of its signs."""
    return text.replace("$", "$$")


def begin(_when: int) -> contextlib.AbstractContextManager[None]:
    """A check needs nothing before there is a package."""
    return contextlib.nullcontext()


def check(made: list[Path], _when: int, _begun: None) -> int:
    """Install the setup, show the first window, remove it; returns the exit code."""
    import check_setup

    setup = made[0]
    say(f"==> {setup.stat().st_size / 1e6:.1f} MB to download")
    failures = check_setup.run(setup, __version__, smoke=True)
    for failure in failures:
        say(f"    {failure}")
    return int(bool(failures))
