"""Where the program's own files are, and where user data goes."""

from __future__ import annotations

import os
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


def runtime_dir() -> Path:
    """Return the per-user folder for sockets. Does not create it. Windows' named pipes need none."""
    if not (runtime := os.environ.get("XDG_RUNTIME_DIR")):
        import tempfile

        # On macOS, temporary files have a folder for each user.
        return Path(tempfile.gettempdir(), f"{APP_ID}-{os.getuid()}")
    # What all instances of a Flatpak share, by its documentation.
    return Path(runtime, "app", flatpak) if (flatpak := os.environ.get("FLATPAK_ID")) else Path(runtime, APP_ID)
