"""Makes the Windows setup from the frozen program, signs it, and proves that it installs, runs and is removed."""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
from typing import TYPE_CHECKING

import check_setup
import nsis
import release
from ground import BUILD, DIST, say

from app import __version__
from app.system.paths import APP_ID

if TYPE_CHECKING:
    from pathlib import Path

    import bill

TITLE = "SCIM Setup Assistant"
PUBLISHER = "SCIM Setup Assistant maintainers"
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
    nsis.compile_setup(frozen, setup, when, __version__, signing)
    return [(setup, parts)]


def sign_command(environ: os._Environ[str] | dict[str, str]) -> list[str]:
    """The signtool command that the file to sign is put behind; empty where no certificate is named."""
    if not environ.get(CERTIFICATE):
        return []
    server = environ[TIMESTAMP]  # a signature without a time ends with its certificate
    return ["signtool", "sign", "/sha1", environ[CERTIFICATE], "/fd", "sha256", "/tr", server, "/td", "sha256"]


def begin(_when: int) -> contextlib.AbstractContextManager[None]:
    """Nothing has to be prepared before there is a package."""
    return contextlib.nullcontext()


def check(made: list[Path], _when: int, _begun: None) -> int:
    """Install the setup, show the first window, remove it; returns the exit code."""
    setup = made[0]
    say(f"==> {setup.stat().st_size / 1e6:.1f} MB to download")
    failures = check_setup.run(setup, __version__, smoke=True)
    for failure in failures:
        say(f"    {failure}")
    return int(bool(failures))
