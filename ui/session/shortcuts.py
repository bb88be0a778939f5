"""Makes the keys of the table work in a window."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtGui import QKeySequence, QShortcut

from ui.session.keys import Key

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QWidget

    from ui.session.controller import SetupController


def bind(key: Key, owner: QWidget, act: Callable[[], object]) -> QShortcut:
    """Act on a key while the window of ``owner`` is active and ``owner`` is visible. Holding the key acts once."""
    return _bind(key.sequences, owner, act)


def _bind(sequences: tuple[str, ...], owner: QWidget, act: Callable[[], object]) -> QShortcut:
    made = QShortcut(owner)
    made.setKeys([QKeySequence(each) for each in sequences])
    made.setAutoRepeat(False)
    made.activated.connect(act)
    return made


def bind_step(owner: QWidget, controller: SetupController) -> tuple[QShortcut, ...]:
    """Bind the keys of an open step, which both of its windows have. Return those that copy."""
    numbered = enumerate(Key.COPY.sequences)
    copying = [_bind((sequence,), owner, partial(controller.copy_at, index)) for index, sequence in numbered]
    bind(Key.FIND, owner, partial(find_step, owner, controller))
    return *copying, bind(Key.COPY_NEXT, owner, controller.copy_next)


def find_step(owner: QWidget, controller: SetupController) -> None:
    """Open the list in which a step is found."""
    from ui.dialogs.find_step import FindStep

    FindStep(controller, owner).open()


def show_keys(owner: QWidget) -> None:
    """Open the page of keys."""
    from ui.dialogs.keys import KeysDialog

    KeysDialog(owner).open()
