"""What an organisation decides for everybody on a computer: a file that only its administrators may write.

Linux ``/etc/cie-scim-assistant/policy.toml``, macOS ``/Library/Application Support/cie-scim-assistant/policy.toml``,
Windows the values under ``HKEY_LOCAL_MACHINE\\SOFTWARE\\Policies\\cie-scim-assistant``, where group policy puts them
(a folder below ProgramData could be made by anybody). A policy that cannot be understood stops the program: going on
without it could allow what it forbids. Windows and macOS: not yet run there.
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from app.system.paths import APP_ID
from app.text.legible import legible

if TYPE_CHECKING:
    from collections.abc import Mapping

REGISTRY: Final = rf"SOFTWARE\Policies\{APP_ID}"
LIMIT_BYTES: Final = 65_536
LONGEST_CONTACT: Final = 200
"""Characters."""
SHORTEST, LONGEST = 5, 300
"""Seconds that a copied secret may be allowed to stay in the clipboard."""

_PATTERN = re.compile(r"(\*\.)?[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})+")


@dataclass(frozen=True, slots=True)
class Policy:
    """What the administrator of a computer has decided for everybody who uses it.

    The defaults apply without a policy.
    """

    keyring_required: bool = False
    """Secrets are not taken where no keyring keeps them; else they are held for the run."""
    clipboard_seconds: int | None = None
    """How long a copied secret stays in the clipboard; None for the program's own time."""
    reveal: bool = True
    """Whether a secret may be shown on the screen."""
    practice: bool = True
    """Whether practice is offered."""
    base_url_hosts: tuple[str, ...] = ()
    """Hosts that a Base URL may have, ``*.`` in front for any name below; empty for every host."""
    contact: str = ""
    """Whom to ask, shown with every refusal of the policy; one line."""

    def allows(self, base_url: str) -> bool:
        """Whether that Base URL has one of the hosts. Practice is not asked about: it stays on this computer."""
        if not self.base_url_hosts:
            return True
        try:
            host = (urlsplit(base_url).hostname or "").lower()
        except ValueError:
            return False
        return any(host.endswith(each[1:]) if each.startswith("*.") else host == each for each in self.base_url_hosts)

    def refusal(self, sentence: str) -> str:
        """The sentence, and whom to ask."""
        return f"{sentence} {self.contact}".strip()


NO_POLICY: Final = Policy()

NO_KEYRING: Final = "The policy of this computer allows secrets in a keyring only."


@dataclass(frozen=True, slots=True)
class Invalid:
    """There is a policy, and it cannot be followed."""

    sentence: str


def place(platform: str = sys.platform) -> Path:
    """Where the file is looked for. Not the environment's choice: a user must not get around it."""
    base = "/Library/Application Support" if platform == "darwin" else "/etc"
    return Path(base) / APP_ID / "policy.toml"


def read(platform: str = sys.platform) -> Policy | Invalid:
    """The policy in force. Blocks for a moment."""
    try:
        given = _registry() if platform == "win32" else _file(place(platform))
    except (OSError, ValueError, RecursionError):
        return Invalid("The policy of this computer cannot be read. Its administrator has to look at it.")
    return parse(given)


def parse(given: Mapping[str, object]) -> Policy | Invalid:
    """The decisions as written. Every name and every value has to be understood."""
    known = {each.name for each in fields(Policy)}
    if unknown := sorted(set(given) - known):
        return _invalid(unknown[0], "is not known to this version")
    taken: dict[str, Any] = {}
    for name, value in given.items():
        read_value = _READERS[name](value)
        if read_value is None:
            return _invalid(name, _EXPECTED[name])
        taken[name] = read_value
    return Policy(**taken)


def _invalid(name: str, why: str) -> Invalid:
    shown = legible(name, 40)
    return Invalid(f"The policy of this computer cannot be followed: {shown} {why}. Its administrator has to mend it.")


def _flag(value: object) -> bool | None:
    if isinstance(value, int) and value in (0, 1):  # the registry has no other truth than 0 and 1
        return bool(value)
    return None


def _seconds(value: object) -> int | None:
    fits = isinstance(value, int) and not isinstance(value, bool) and SHORTEST <= value <= LONGEST
    return int(value) if fits else None  # type: ignore[call-overload]


def _hosts(value: object) -> tuple[str, ...] | None:
    if not isinstance(value, list) or not value or not all(isinstance(each, str) for each in value):
        return None
    hosts = tuple(each.strip().lower() for each in value)
    return hosts if all(_PATTERN.fullmatch(each) for each in hosts) else None


def _line(value: object) -> str | None:
    if not isinstance(value, str) or len(value) > LONGEST_CONTACT or "\n" in value:
        return None
    return legible(value)


_READERS: Final = {
    "keyring_required": _flag,
    "clipboard_seconds": _seconds,
    "reveal": _flag,
    "practice": _flag,
    "base_url_hosts": _hosts,
    "contact": _line,
}
_EXPECTED: Final = {
    "keyring_required": "takes true or false",
    "clipboard_seconds": f"takes a whole number of seconds from {SHORTEST} to {LONGEST}",
    "reveal": "takes true or false",
    "practice": "takes true or false",
    "base_url_hosts": 'takes a list of host names, such as "*.example.com"',
    "contact": f"takes one line of at most {LONGEST_CONTACT} characters",
}


def _file(path: Path) -> Mapping[str, object]:
    import tomllib

    try:
        with path.open("rb") as file:
            content = file.read(LIMIT_BYTES + 1)
    except (FileNotFoundError, NotADirectoryError):
        return {}
    if len(content) > LIMIT_BYTES:
        raise ValueError("too large")
    return tomllib.loads(content.decode("utf-8"))


def _registry() -> Mapping[str, object]:
    import winreg

    registry: Any = winreg
    try:
        key = registry.OpenKey(registry.HKEY_LOCAL_MACHINE, REGISTRY)
    except FileNotFoundError:
        return {}
    with key:
        count = registry.QueryInfoKey(key)[1]
        return {name: value for name, value, _kind in (registry.EnumValue(key, index) for index in range(count))}
