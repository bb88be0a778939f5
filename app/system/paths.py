"""Where the program's own files are, and where user data goes."""

from __future__ import annotations

import sys
from pathlib import Path

APP_ID = "cie-scim-assistant"
"""The name used for folders, keyring services and the desktop entry."""


def resources() -> Path:
    """Return the folder of guides, icons and practice pages, also in a frozen build."""
    frozen: str | None = getattr(sys, "_MEIPASS", None)
    return (Path(frozen) if frozen else Path(__file__).resolve().parents[2]) / "resources"


def data_dir() -> Path:
    """Return the per-user folder for setups, by each OS's convention. Does not create it."""
    from platformdirs import user_data_path

    return user_data_path(APP_ID, appauthor=False)
