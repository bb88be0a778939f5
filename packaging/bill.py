"""What a build contains: the libraries in it with version and licence, as a CycloneDX bill and as a copyright file."""

from __future__ import annotations

import ast
import datetime
import importlib.metadata
import json
import platform
import re
import subprocess
import sys
import sysconfig
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ground import BUILD, ROOT

from app import __version__
from app.system.paths import APP_ID

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

WORK = BUILD / "steps/assistant"

TABLES = ("PYZ", "PKG", "COLLECT")
"""PyInstaller's lists of what went into the archive, into the program file and into the folder."""

UNSAID = {
    "backports.tarfile": "MIT",
    "certifi": "MPL-2.0",
    "email-validator": "Unlicense",
    "h11": "MIT",
    "httpcore": "BSD-3-Clause",
    "httpx": "BSD-3-Clause",
    "jaraco.classes": "MIT",
    "Jinja2": "BSD-3-Clause",
    "lark": "MIT",
    "pyinstaller-hooks-contrib": "Apache-2.0",  # of what it puts into programs
    "PySide6_Essentials": "LGPL-3.0-only OR GPL-2.0-only OR GPL-3.0-only",
    "PyYAML": "MIT",
    "scim2-server": "Apache-2.0",
    "shiboken6": "LGPL-3.0-only OR GPL-2.0-only OR GPL-3.0-only",
}
"""The licence of those whose metadata has no SPDX expression yet, as their licence file or classifier says."""


@dataclass(frozen=True, slots=True)
class Part:
    """Something that is in the build."""

    name: str
    version: str
    licence: str
    """An SPDX expression."""
    purl: str
    text: str = ""
    """Its own licence files, one after the other; empty for those that only name a common licence."""
    needs: tuple[str, ...] = ()
    """The names of other parts."""


class UnknownPartError(Exception):
    """Something is in the build of which nothing is known; the build stops rather than hide it."""


def sources(work: Path = WORK) -> set[Path]:
    """The files that PyInstaller took, as its tables of contents tell."""
    tables = [ast.literal_eval((work / f"{name}-00.toc").read_text(encoding="utf-8")) for name in TABLES]
    taken: set[Path] = set()

    def walk(value: object) -> None:
        match value:
            case (str(), str(source), str()) if source:
                taken.add(Path(source))
            case list() | tuple():
                for item in value:
                    walk(item)

    for table in tables:
        walk(table)
    return taken


def bundled(taken: Iterable[Path]) -> list[Part]:
    """The libraries whose files are in the build."""
    files = {Path(str(path)).resolve() for path in taken}
    found = [
        distribution
        for distribution in importlib.metadata.distributions()
        if any(Path(str(distribution.locate_file(file))).resolve() in files for file in code(distribution))
    ]
    names = {plain(found_one.name) for found_one in found}
    return [part(distribution, names) for distribution in found if plain(distribution.name) != "pyinstaller"]


def contents() -> list[Part]:
    """All that is in the build that PyInstaller has just made, by name."""
    return sorted([*bundled(sources()), *foundations()], key=lambda one: one.name.casefold())


def code(distribution: importlib.metadata.Distribution) -> list[importlib.metadata.PackagePath]:
    """The files of a distribution that a program can use."""
    return [file for file in distribution.files or [] if file.suffix in (".py", ".so", ".pyd", ".dylib", ".dll")]


def part(distribution: importlib.metadata.Distribution, names: set[str]) -> Part:
    """What the metadata of an installed distribution tell."""
    name, meta = distribution.name, distribution.metadata
    licence = meta["License-Expression"] if "License-Expression" in meta else UNSAID.get(name)
    if licence is None:
        raise UnknownPartError(f"Nothing tells the licence of {name}; look it up and add it to packaging/bill.py.")
    asked = {plain(re.split(r"[^\w.-]", line, maxsplit=1)[0]) for line in distribution.requires or []}
    return Part(
        name,
        distribution.version,
        licence,
        f"pkg:pypi/{plain(name)}@{distribution.version}",
        texts(distribution),
        tuple(sorted(asked & names)),
    )


def texts(distribution: importlib.metadata.Distribution) -> str:
    """The licence files of a distribution, one after the other."""
    found = [
        file.locate()
        for file in distribution.files or []
        if ".dist-info/" in file.as_posix() and re.match(r"(?i)(licen[cs]e|copying|notice|authors)", file.name)
    ]
    return "\n\n".join(Path(str(file)).read_text(encoding="utf-8").strip() for file in sorted(map(str, found)))


def plain(name: str) -> str:
    """A distribution's name as the registry writes it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def foundations() -> list[Part]:
    """What carries the libraries: Python, the start code, and Qt's companion for languages and scripts."""
    from PySide6.QtCore import qVersion

    version = platform.python_version()
    return [
        Part("Python", version, "PSF-2.0", f"pkg:generic/python@{version}", python_text()),
        Part(
            "PyInstaller start code",
            importlib.metadata.version("pyinstaller"),
            "GPL-2.0-or-later WITH Bootloader-exception",
            f"pkg:pypi/pyinstaller@{importlib.metadata.version('pyinstaller')}",
        ),
        Part("Qt", qVersion(), "LGPL-3.0-only OR GPL-2.0-only OR GPL-3.0-only", f"pkg:generic/qt@{qVersion()}"),
        *([Part("ICU", icu(), "Unicode-3.0", f"pkg:generic/icu@{icu()}")] if icu() else []),
    ]


def python_text() -> str:
    """The licences of Python and what is in it, from where the system has them."""
    name = "libpython{}.{}".format(*sys.version_info[:2])
    places = (
        Path(f"/usr/share/doc/{name}/copyright"),
        Path(sys.base_prefix) / "LICENSE.txt",  # Windows
        Path(sysconfig.get_path("stdlib")) / "LICENSE.txt",
    )
    found = next((place for place in places if place.exists()), None)
    if found is None:
        raise UnknownPartError("Nothing here holds the licence of Python.")
    return found.read_text(encoding="utf-8")


def icu() -> str:
    """The version of ICU beside Qt; empty where Qt uses the system's."""
    import PySide6

    found = [file.name for file in Path(PySide6.__path__[0]).glob("Qt/lib/libicudata.so.*")]
    return found[0].rpartition(".")[2] if found else ""


def debian(files: Sequence[Path]) -> list[Part]:
    """The Debian packages of libraries that a portable build takes along."""
    parts = {}
    for file in files:
        # /lib is a link to /usr/lib, and dpkg knows each file by the one place that its package has.
        bare = str(file).removeprefix("/usr")
        for place in (f"/usr{bare}", bare):
            asked = subprocess.run(["dpkg-query", "-S", place], capture_output=True, text=True, check=False)
            if asked.returncode == 0:
                break
        else:
            raise UnknownPartError(f"No Debian package holds {file.name}.")
        name = asked.stdout.partition(":")[0]
        shown = ["dpkg-query", "-W", "-f", "${Version}", name]
        version = subprocess.run(shown, capture_output=True, text=True, check=True).stdout
        text = Path(f"/usr/share/doc/{name}/copyright").read_text(encoding="utf-8")
        parts[name] = Part(name, version, "", f"pkg:deb/debian/{name}@{version}", text)
    return [parts[name] for name in sorted(parts)]


def cyclonedx(parts: Sequence[Part], name: str, version: str, epoch: int) -> str:
    """The bill as CycloneDX 1.6 JSON; the same parts give the same text."""
    components = [component(one) for one in parts]
    seed = json.dumps([name, version, components], sort_keys=True)
    own = f"pkg:generic/{name}@{version}"
    bill = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, seed)}",
        "version": 1,
        "metadata": {
            "timestamp": datetime.datetime.fromtimestamp(epoch, datetime.UTC).isoformat().replace("+00:00", "Z"),
            "component": {
                "type": "application",
                "bom-ref": own,
                "name": name,
                "version": version,
                "purl": own,
                "licenses": [{"expression": "Apache-2.0"}],
            },
        },
        "components": components,
        "dependencies": dependencies(parts, own),
    }
    return json.dumps(bill, indent=1, ensure_ascii=False) + "\n"


def beside(file: Path, parts: Sequence[Part], when: int) -> Path:
    """Put the bill of materials beside the artefact that it is about; returns its path."""
    path = file.with_name(f"{file.name}.cdx.json")
    path.write_text(cyclonedx(parts, APP_ID, __version__, when), encoding="utf-8", newline="\n")
    return path


def component(one: Part) -> dict[str, Any]:
    """A part as the bill writes it."""
    known: dict[str, Any] = {"type": "library", "bom-ref": one.purl, "name": one.name, "version": one.version}
    if one.licence:
        known["licenses"] = [{"expression": one.licence}]
    return known | {"purl": one.purl}


def dependencies(parts: Sequence[Part], own: str) -> list[dict[str, Any]]:
    """Who needs whom; the program itself needs what nobody else does."""
    purls = {plain(one.name): one.purl for one in parts}
    needed = {name for one in parts for name in one.needs}
    tops = [one.purl for one in parts if plain(one.name) not in needed]
    rows = [{"ref": own, "dependsOn": tops}]
    return rows + [{"ref": one.purl, "dependsOn": [purls[name] for name in one.needs]} for one in parts]


def copyright_text(parts: Sequence[Part]) -> str:
    """Who owns what is in the build, and under which terms it is passed on, as a Debian system tells it."""
    own = [(one, text) for one in parts if (text := short(one.text))]
    pieces = [f"{'-' * 78}\n{one.name} {one.version}\n\n{text}\n" for one, text in own]
    return head(parts) + "\n" + "\n".join(pieces)


def head(parts: Sequence[Part]) -> str:
    """The program's own terms, and a table of what it takes along."""
    words = (ROOT / "packaging/linux/copyright").read_text(encoding="utf-8")
    width = max(len(one.name) for one in parts) + 2
    return words.replace("@TABLE@", "\n".join(f"  {one.name:<{width}}{one.version:<14}{one.licence}" for one in parts))


def short(text: str) -> str:
    """Licence texts without those that the copyright file names by their place on every Debian system."""
    pieces = text.split("\n\n\n")
    if re.search(r"Apache License\s+Version 2\.0|Mozilla Public License\s+Version 2\.0|GNU GENERAL PUBLIC", text):
        kept = [line for line in text.splitlines() if re.match(r"\s*Copyright \(?[cC©\d]", line)]
        return "\n".join(dict.fromkeys(line.strip() for line in kept))
    return "\n\n\n".join(pieces)


if __name__ == "__main__":
    sys.stdout.write("\n".join(f"{one.name} {one.version} {one.licence}" for one in contents()) + "\n")
