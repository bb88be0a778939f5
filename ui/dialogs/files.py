"""The system's own file dialogs: they open beside the work, and pass on the path that was chosen."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QStandardPaths
from PySide6.QtWidgets import QFileDialog, QWidget

if TYPE_CHECKING:
    from collections.abc import Callable

CSV: Final = "CSV (*.csv *.tsv *.txt);;All files (*)"
"""The files shown where an export is chosen."""


def choose_file(parent: QWidget, title: str, kinds: str, take: Callable[[Path], object]) -> None:
    """Ask for an existing file, starting in the downloads folder. ``kinds`` is Qt's filter of names."""
    dialog = _dialog(parent, title, kinds, take, QStandardPaths.StandardLocation.DownloadLocation)
    dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
    dialog.open()


def choose_target(parent: QWidget, title: str, kinds: str, name: str, take: Callable[[Path], object]) -> None:
    """Ask where to write a file, starting in the documents folder.

    The suffix of the suggested name is added to a name without one.
    """
    dialog = _dialog(parent, title, kinds, take, QStandardPaths.StandardLocation.DocumentsLocation)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setDefaultSuffix(Path(name).suffix.removeprefix("."))
    dialog.selectFile(name)
    dialog.open()


def _dialog(
    parent: QWidget,
    title: str,
    kinds: str,
    take: Callable[[Path], object],
    location: QStandardPaths.StandardLocation,
) -> QFileDialog:
    # Without a folder that exists, Qt starts where the program was started, such as a folder of the system.
    folders = (QStandardPaths.writableLocation(location), str(Path.home()))
    first = next((folder for folder in folders if Path(folder).is_dir()), "")
    dialog = QFileDialog(parent.window(), title, first, kinds)
    dialog.fileSelected.connect(lambda name: take(Path(name)))
    dialog.finished.connect(dialog.deleteLater)
    return dialog
