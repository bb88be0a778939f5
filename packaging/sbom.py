"""Lists what a build contains: its libraries with version and license, as a CycloneDX file and a copyright file."""

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

from build_env import BUILD, ROOT

from app import __version__
from app.system.paths import APP_ID

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

WORK = BUILD / "steps/assistant"

TABLES = ("PYZ", "PKG", "COLLECT")
"""PyInstaller's lists of what went into the archive, the program file and the folder."""

KNOWN_LICENSES = {
    "backports.tarfile": "MIT",
    "certifi": "MPL-2.0",
    "email-validator": "Unlicense",
    "h11": "MIT",
    "httpcore": "BSD-3-Clause",
    "httpx": "BSD-3-Clause",
    "jaraco.classes": "MIT",
    "Jinja2": "BSD-3-Clause",
    "lark": "MIT",
    "pyinstaller-hooks-contrib": "Apache-2.0",  # license of the parts that it adds to programs
    "PySide6_Essentials": "LGPL-3.0-only OR GPL-2.0-only OR GPL-3.0-only",
    "PyYAML": "MIT",
    "scim2-server": "Apache-2.0",
    "shiboken6": "LGPL-3.0-only OR GPL-2.0-only OR GPL-3.0-only",
}
"""Licenses of libraries whose metadata has no SPDX expression yet, from their license file or classifier."""


@dataclass(frozen=True, slots=True)
class Component:
    """A component of the build."""

    name: str
    version: str
    license: str
    """An SPDX expression."""
    purl: str
    text: str = ""
    """Its own license files, one after the other; empty if it only names a common license."""
    needs: tuple[str, ...] = ()
    """Names of other components."""


class UnknownComponentError(Exception):
    """The build contains something unknown. The build stops rather than hide it."""


def sources(work: Path = WORK) -> set[Path]:
    """Return the files that PyInstaller used, according to its tables of contents."""
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


def bundled_libraries(taken: Iterable[Path]) -> list[Component]:
    """Return the libraries whose files are in the build."""
    files = {Path(str(path)).resolve() for path in taken}
    found = [
        distribution
        for distribution in importlib.metadata.distributions()
        if any(Path(str(distribution.locate_file(file))).resolve() in files for file in program_files(distribution))
    ]
    names = {normalized(found_one.name) for found_one in found}
    return [
        component_of(distribution, names) for distribution in found if normalized(distribution.name) != "pyinstaller"
    ]


def build_components() -> list[Component]:
    """Return everything in the build that PyInstaller has just made, sorted by name."""
    return sorted([*bundled_libraries(sources()), *platform_components()], key=lambda one: one.name.casefold())


def program_files(distribution: importlib.metadata.Distribution) -> list[importlib.metadata.PackagePath]:
    """Return the files of a distribution that a program can use."""
    return [file for file in distribution.files or [] if file.suffix in (".py", ".so", ".pyd", ".dylib", ".dll")]


def component_of(distribution: importlib.metadata.Distribution, names: set[str]) -> Component:
    """Describe an installed distribution from its metadata."""
    name, meta = distribution.name, distribution.metadata
    expression = meta["License-Expression"] if "License-Expression" in meta else KNOWN_LICENSES.get(name)
    if expression is None:
        raise UnknownComponentError(f"The license of {name} is unknown. Look it up and add it to packaging/sbom.py.")
    asked = {normalized(re.split(r"[^\w.-]", line, maxsplit=1)[0]) for line in distribution.requires or []}
    return Component(
        name,
        distribution.version,
        expression,
        f"pkg:pypi/{normalized(name)}@{distribution.version}",
        license_texts(distribution),
        tuple(sorted(asked & names)),
    )


def license_texts(distribution: importlib.metadata.Distribution) -> str:
    """Return the license files of a distribution, one after the other."""
    found = [
        file.locate()
        for file in distribution.files or []
        if ".dist-info/" in file.as_posix() and re.match(r"(?i)(licen[cs]e|copying|notice|authors)", file.name)
    ]
    return "\n\n".join(Path(str(file)).read_text(encoding="utf-8").strip() for file in sorted(map(str, found)))


def normalized(name: str) -> str:
    """Return a distribution's name in the registry's normalized form."""
    return re.sub(r"[-_.]+", "-", name).lower()


def platform_components() -> list[Component]:
    """Return what the libraries run on: Python, PyInstaller's start code, Qt, and ICU."""
    from PySide6.QtCore import qVersion

    version = platform.python_version()
    return [
        Component("Python", version, "PSF-2.0", f"pkg:generic/python@{version}", python_text()),
        Component(
            "PyInstaller start code",
            importlib.metadata.version("pyinstaller"),
            "GPL-2.0-or-later WITH Bootloader-exception",
            f"pkg:pypi/pyinstaller@{importlib.metadata.version('pyinstaller')}",
        ),
        Component("Qt", qVersion(), "LGPL-3.0-only OR GPL-2.0-only OR GPL-3.0-only", f"pkg:generic/qt@{qVersion()}"),
        *([Component("ICU", icu(), "Unicode-3.0", f"pkg:generic/icu@{icu()}")] if icu() else []),
    ]


def python_text() -> str:
    """Return the licenses of Python and its parts, from where the system has them."""
    name = "libpython{}.{}".format(*sys.version_info[:2])
    places = (
        Path(f"/usr/share/doc/{name}/copyright"),
        Path(sys.base_prefix) / "LICENSE.txt",  # Windows
        Path(sysconfig.get_path("stdlib")) / "LICENSE.txt",
    )
    found = next((place for place in places if place.exists()), None)
    if found is None:
        raise UnknownComponentError("Python's license is not installed here.")
    return found.read_text(encoding="utf-8")


def icu() -> str:
    """Return the version of the ICU shipped with Qt; empty if Qt uses the system's."""
    import PySide6

    found = [file.name for file in Path(PySide6.__path__[0]).glob("Qt/lib/libicudata.so.*")]
    return found[0].rpartition(".")[2] if found else ""


def debian(files: Sequence[Path]) -> list[Component]:
    """Return the Debian packages of libraries that a portable build includes."""
    components = {}
    for file in files:
        # /lib is a link to /usr/lib, and dpkg knows each file only under the path that its package uses.
        bare = str(file).removeprefix("/usr")
        for place in (f"/usr{bare}", bare):
            asked = subprocess.run(["dpkg-query", "-S", place], capture_output=True, text=True, check=False)
            if asked.returncode == 0:
                break
        else:
            raise UnknownComponentError(f"No Debian package contains {file.name}.")
        name = asked.stdout.partition(":")[0]
        shown = ["dpkg-query", "-W", "-f", "${Version}", name]
        version = subprocess.run(shown, capture_output=True, text=True, check=True).stdout
        text = Path(f"/usr/share/doc/{name}/copyright").read_text(encoding="utf-8")
        components[name] = Component(name, version, "", f"pkg:deb/debian/{name}@{version}", text)
    return [components[name] for name in sorted(components)]


def cyclonedx(components: Sequence[Component], name: str, version: str, epoch: int) -> str:
    """Return the bill of materials as CycloneDX 1.6 JSON. The same components give the same text."""
    listed = [cyclonedx_component(one) for one in components]
    seed = json.dumps([name, version, listed], sort_keys=True)
    own = f"pkg:generic/{name}@{version}"
    sbom = {
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
        "components": listed,
        "dependencies": dependencies(components, own),
    }
    return json.dumps(sbom, indent=1, ensure_ascii=False) + "\n"


def write_bill(file: Path, components: Sequence[Component], when: int) -> Path:
    """Write the bill of materials next to its artifact. Return its path."""
    path = file.with_name(f"{file.name}.cdx.json")
    path.write_text(cyclonedx(components, APP_ID, __version__, when), encoding="utf-8", newline="\n")
    return path


def cyclonedx_component(one: Component) -> dict[str, Any]:
    """Return a component in CycloneDX form."""
    known: dict[str, Any] = {"type": "library", "bom-ref": one.purl, "name": one.name, "version": one.version}
    if one.license:
        known["licenses"] = [{"expression": one.license}]
    return known | {"purl": one.purl}


def dependencies(components: Sequence[Component], own: str) -> list[dict[str, Any]]:
    """Return the dependencies; the program itself depends on what nothing else needs."""
    purls = {normalized(one.name): one.purl for one in components}
    needed = {name for one in components for name in one.needs}
    tops = [one.purl for one in components if normalized(one.name) not in needed]
    rows = [{"ref": own, "dependsOn": tops}]
    return rows + [{"ref": one.purl, "dependsOn": [purls[name] for name in one.needs]} for one in components]


def copyright_text(components: Sequence[Component]) -> str:
    """Return the copyright file: the owners and licenses of everything in the build, for a Debian system."""
    own = [(one, text) for one in components if (text := without_common_licenses(one.text))]
    pieces = [f"{'-' * 78}\n{one.name} {one.version}\n\n{text}\n" for one, text in own]
    return license_header(components) + "\n" + "\n".join(pieces)


def license_header(components: Sequence[Component]) -> str:
    """Return the program's own terms and a table of its components."""
    words = (ROOT / "packaging/linux/copyright").read_text(encoding="utf-8")
    width = max(len(one.name) for one in components) + 2
    return words.replace(
        "@TABLE@", "\n".join(f"  {one.name:<{width}}{one.version:<14}{one.license}" for one in components)
    )


def without_common_licenses(text: str) -> str:
    """Return license texts without those that every Debian system has, which the copyright file refers to."""
    pieces = text.split("\n\n\n")
    if re.search(r"Apache License\s+Version 2\.0|Mozilla Public License\s+Version 2\.0|GNU GENERAL PUBLIC", text):
        kept = [line for line in text.splitlines() if re.match(r"\s*Copyright \(?[cC©\d]", line)]
        return "\n".join(dict.fromkeys(line.strip() for line in kept))
    return "\n\n\n".join(pieces)


if __name__ == "__main__":
    sys.stdout.write("\n".join(f"{one.name} {one.version} {one.license}" for one in build_components()) + "\n")
