"""Where the program's own files are, and where its user's files go."""

from __future__ import annotations

import sys
from pathlib import Path

APP_ID = "cie-scim-assistant"
"""The name of folders, keyring services and the desktop entry."""


def resources() -> Path:
    """The folder of guides, icons and practice pages, also inside a frozen build."""
    frozen: str | None = getattr(sys, "_MEIPASS", None)
    return (Path(frozen) if frozen else Path(__file__).resolve().parents[2]) / "resources"


def data_dir() -> Path:
    """The per-user folder for setups, by each OS's convention. Not created here."""
    from platformdirs import user_data_path

    return user_data_path(APP_ID, appauthor=False)
