"""Checks the environment before any library reads it.

What a library would fail on is removed from this process's environment, and a sentence names the variable.
Addresses of proxies are checked where they are used, see ``app.net.proxy``.
"""

from __future__ import annotations

import math
import os
import stat
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import quote_from_bytes

from app.text.worded import WordedEnum

if TYPE_CHECKING:
    from collections.abc import Callable


LEAST_SCALE, MOST_SCALE = 0.25, 16.0
LEAST_DPI, MOST_DPI = 24, 1536


class VariableProblem(WordedEnum):
    """Why the value of an environment variable can't be used, and what follows."""

    NOT_ABSOLUTE = "not-absolute", "The path in {name} isn't absolute, so it is ignored."
    """As the XDG Base Directory Specification says."""
    NOT_A_FOLDER = "not-a-folder", "The path in {name} can't be used as a folder."
    NO_HOME = "no-home", "{name} isn't set, and this account has no home folder."
    TIME_ZONE = "time-zone", "The time zone in {name} can't be used. Times are shown in the system's time zone."
    """It is a day or more from UTC, which no date can be."""
    SCALE = "scale", f"{{name}} isn't a scale from {LEAST_SCALE:g} to {MOST_SCALE:g}, so it is ignored."
    RESOLUTION = "resolution", f"{{name}} isn't a resolution from {LEAST_DPI} to {MOST_DPI}, so it is ignored."


SESSION_BUS: Final = "DBUS_SESSION_BUS_ADDRESS"
_NOWHERE: Final = "/nonexistent"
"""The home folder of accounts without one (Debian Policy 9.2.3)."""
_MONTHS: Final = tuple(datetime(2026, month, 15, tzinfo=UTC) for month in range(1, 13))
"""Summer time may be in any of them."""


@dataclass(frozen=True, slots=True)
class UnusableVariable:
    """A variable that can't be used."""

    name: str
    reason: VariableProblem

    @property
    def sentence(self) -> str:
        """What is wrong, and what follows. The value isn't shown."""
        return self.reason.words.format(name=self.name)


def remove_unusable() -> tuple[UnusableVariable, ...]:
    """Remove what can't be used from this process's environment, except a folder's path. Return what it was.

    A folder that can't be used stays, so that the program stops rather than writes to another place.
    """
    found = []
    for name, check in _CHECKS.items():
        value = os.environ.get(name)
        if (value or (value == "" and name == "HOME")) and (reason := check(value)) is not None:
            found.append(UnusableVariable(name, reason))
            if reason is not VariableProblem.NOT_A_FOLDER:
                del os.environ[name]
    if not _has_home():
        found.append(UnusableVariable("HOME", VariableProblem.NO_HOME))
        os.environ["HOME"] = _NOWHERE  # otherwise libraries would use a folder named ~ wherever the program was started
    if any(each.reason is VariableProblem.TIME_ZONE for each in found) and hasattr(time, "tzset"):
        time.tzset()
    return tuple(found)


def find_session_bus() -> None:
    """Put the address of this user's session bus into the environment, if only its socket is there.

    Other programs look there too (sd_bus_open_user(3)); jeepney, which talks to the keyring, reads the variable alone.
    """
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    if sys.platform != "linux" or not runtime or os.environ.get(SESSION_BUS):
        return
    place = Path(runtime) / "bus"
    try:
        found = place.lstat()
    except (OSError, ValueError):
        return
    if stat.S_ISSOCK(found.st_mode) and found.st_uid == os.geteuid():
        os.environ[SESSION_BUS] = f"unix:path={quote_from_bytes(os.fsencode(place), safe='/-_.*')}"


def _folder(value: str) -> VariableProblem | None:
    if not Path(value).is_absolute():
        return VariableProblem.NOT_ABSOLUTE
    try:
        is_folder = stat.S_ISDIR(Path(value).stat().st_mode)
    except FileNotFoundError:
        return None  # it is created
    except (OSError, ValueError):
        is_folder = False
    return None if is_folder else VariableProblem.NOT_A_FOLDER


def _has_home() -> bool:
    try:
        return Path.home().is_absolute()
    except RuntimeError:
        return False


def _time_zone(_value: str) -> VariableProblem | None:
    try:
        for moment in _MONTHS:
            moment.astimezone()
    except (ValueError, OverflowError, OSError):
        return VariableProblem.TIME_ZONE
    return None


def _number(text: str, least: float, most: float) -> bool:
    try:
        number = float(text)
    except ValueError:
        return False
    return math.isfinite(number) and least <= number <= most


def _scale(value: str) -> VariableProblem | None:
    # Of several screens: "1.5;2", or "HDMI-1=1.5;DP-2=2".
    factors = (part.rpartition("=")[2] for part in value.split(";") if part)
    return None if all(_number(factor, LEAST_SCALE, MOST_SCALE) for factor in factors) else VariableProblem.SCALE


def _resolution(value: str) -> VariableProblem | None:
    return None if _number(value, LEAST_DPI, MOST_DPI) else VariableProblem.RESOLUTION


_CHECKS: Final[dict[str, Callable[[str], VariableProblem | None]]] = {
    "TZ": _time_zone,
    "HOME": _folder,
    **dict.fromkeys(
        ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME", "XDG_RUNTIME_DIR"), _folder
    ),
    "QT_SCALE_FACTOR": _scale,
    "QT_SCREEN_SCALE_FACTORS": _scale,
    "QT_FONT_DPI": _resolution,
}
