"""Builds the Windows setup from the frozen program, signs it, and checks that it installs, runs and can be removed."""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
from typing import TYPE_CHECKING

import check_setup
import nsis
import release
from build_env import BUILD, DIST, say

from app import __version__
from app.system.paths import APP_ID

if TYPE_CHECKING:
    from pathlib import Path

    import sbom

TITLE = "SCIM Setup Assistant"
PUBLISHER = "SCIM Setup Assistant maintainers"
CERTIFICATE = "SIGN_CERTIFICATE"
"""Environment variable with the SHA-1 thumbprint of the signing certificate; nothing is signed without it."""

TIMESTAMP = "SIGN_TIMESTAMP_URL"
"""Environment variable with the address of a time stamp server (RFC 3161), required with a certificate."""

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
    """Write the version resource, which is added to the program when it is frozen."""
    BUILD.mkdir(exist_ok=True)
    (BUILD / "version.txt").write_text(version_text(__version__), encoding="utf-8")


def version_text(version: str) -> str:
    """Return the version resource in PyInstaller's format."""
    four = (*(int(part) for part in re.findall(r"\d+", version)[:3]), 0)
    return VERSION_TEXT.format(four=four, publisher=PUBLISHER, title=TITLE, version=version, id=APP_ID)


def build(frozen: Path, components: list[sbom.Component], when: int) -> list[tuple[Path, list[sbom.Component]]]:
    """Build the setup, signed if a certificate is set. Return it with its components."""
    setup = DIST / f"{APP_ID}-{__version__}-windows-x86_64-setup.exe"
    release.put(frozen / "_internal/resources", components)
    signing = sign_command(os.environ)
    if signing:
        subprocess.run([*signing, str(frozen / f"{APP_ID}.exe")], check=True)
    nsis.compile_setup(frozen, setup, when, __version__, signing)
    return [(setup, components)]


def sign_command(environ: os._Environ[str] | dict[str, str]) -> list[str]:
    """Return the signtool command, to which the file is appended; empty if no certificate is set."""
    if not environ.get(CERTIFICATE):
        return []
    server = environ[TIMESTAMP]  # a signature without a time stamp expires with its certificate
    return ["signtool", "sign", "/sha1", environ[CERTIFICATE], "/fd", "sha256", "/tr", server, "/td", "sha256"]


def begin(_when: int) -> contextlib.AbstractContextManager[None]:
    """Do nothing: a check needs nothing before the package is built."""
    return contextlib.nullcontext()


def check(made: list[Path], _when: int, _begun: None) -> int:
    """Install the setup, show the first window and remove it. Return the exit code."""
    setup = made[0]
    say(f"==> {setup.stat().st_size / 1e6:.1f} MB to download")
    failures = check_setup.run(setup, __version__, smoke=True)
    for failure in failures:
        say(f"    {failure}")
    return int(bool(failures))
