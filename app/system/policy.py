"""The policy that an organization sets for all users of a computer, in a place that only administrators may write.

Linux ``/etc/cie-scim-assistant/policy.toml``, macOS ``/Library/Application Support/cie-scim-assistant/policy.toml``,
Windows the values under ``HKEY_LOCAL_MACHINE\\SOFTWARE\\Policies\\cie-scim-assistant``, where group policy writes them
(any user could create a folder in ProgramData). A Flatpak reads the host's file. A policy that is invalid, or that
anyone but an administrator can change, stops the program, because running without it could allow what it forbids. Not
yet run on Windows and macOS.
"""

from __future__ import annotations

import codecs
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from app.system import administrators_file
from app.system.administrators_file import Distrust
from app.system.paths import APP_ID
from app.text.worded import WordedEnum

REGISTRY: Final = rf"SOFTWARE\Policies\{APP_ID}"
LIMIT_BYTES: Final = 65_536


@dataclass(frozen=True, slots=True)
class Policy:
    """What the administrator of a computer has decided for everybody who uses it.

    The defaults apply without a policy.
    """

    keyring_required: bool = False
    """Secrets are refused if no keyring can store them; otherwise they are held in memory."""
    clipboard_seconds: int | None = None
    """How long a copied secret stays in the clipboard; None for the program's default."""
    reveal: bool = True
    """Whether a secret may be shown on the screen."""
    practice: bool = True
    """Whether practice is offered."""
    base_url_hosts: tuple[str, ...] = ()
    """Allowed hosts of a Base URL, with a leading ``*.`` for any subdomain; empty allows every host."""
    contact: str = ""
    """The contact to ask, one line, shown whenever the policy refuses something."""

    def allows(self, base_url: str) -> bool:
        """Return whether the Base URL's host is allowed. Not used in practice, which stays on this computer."""
        if not self.base_url_hosts:
            return True
        try:
            host = (urlsplit(base_url).hostname or "").lower()
        except ValueError:
            return False
        return any(host.endswith(each[1:]) if each.startswith("*.") else host == each for each in self.base_url_hosts)

    def refusal(self, sentence: str) -> str:
        """Return the sentence followed by the contact."""
        return f"{sentence} {self.contact}".strip()


NO_POLICY: Final = Policy()

NO_PRACTICE: Final = "This computer's policy doesn't allow practice."
NO_KEYRING: Final = "This computer's policy allows secrets in a keyring only."
ASK_TO_FIX: Final = "Ask this computer's administrator to fix it."


class PolicyFault(WordedEnum):
    """What is wrong with the file as a whole."""

    MARKED = "marked", "{file} starts with a byte order mark. Save it as UTF-8 without one."
    """TOML doesn't allow it."""
    UNREADABLE = "unreadable", "{file} can't be read."
    """The system didn't allow it, or it isn't UTF-8 or TOML."""


@dataclass(frozen=True, slots=True)
class InvalidPolicy:
    """A policy exists but cannot be applied."""

    sentence: str
    fault: Distrust | PolicyFault | None = None
    """None if a setting is invalid."""


def path(platform: str = sys.platform) -> Path:
    """Return the policy file's path. No environment variable changes it, so that users cannot bypass the policy."""
    base = "/Library/Application Support" if platform == "darwin" else "/etc"
    return Path(base) / APP_ID / "policy.toml"


def read(platform: str = sys.platform) -> Policy | InvalidPolicy:
    """Return the policy in force. Blocks for a moment."""
    if platform == "win32":
        try:
            return parse(_registry())
        except OSError:
            return _faulty(PolicyFault.UNREADABLE, rf"HKEY_LOCAL_MACHINE\{REGISTRY}")
    file = path(platform)
    settings = _file(file)
    return parse(settings) if isinstance(settings, Mapping) else _faulty(settings, str(file))


def _faulty(fault: Distrust | PolicyFault, place: str) -> InvalidPolicy:
    reason = fault.words.format(file=place)
    return InvalidPolicy(f"This computer's policy can't be used. {reason} {ASK_TO_FIX}", fault)


def parse(settings: Mapping[str, object]) -> Policy | InvalidPolicy:
    """Return the policy as written, or the first setting whose name or value is invalid."""
    if not settings:
        return NO_POLICY
    from app.system import policy_settings  # pydantic; not needed without a policy

    values = policy_settings.validate(settings)
    if isinstance(values, policy_settings.InvalidSetting):
        return InvalidPolicy(f"This computer's policy is invalid: {values.name} {values.reason}. {ASK_TO_FIX}")
    return Policy(**values)


def _file(file: Path) -> Mapping[str, object] | Distrust | PolicyFault:
    import tomllib

    try:
        content = administrators_file.read(file, LIMIT_BYTES)
        if content is None or isinstance(content, Distrust):
            return {} if content is None else content
        if content.startswith((codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return PolicyFault.MARKED
        return tomllib.loads(content.decode("utf-8"))
    except (OSError, ValueError, RecursionError):
        return PolicyFault.UNREADABLE


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
