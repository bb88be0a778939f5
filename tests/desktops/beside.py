"""A window beside the others whose button leaves the keyboard to them, which takes orders from the test."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

from PySide6.QtCore import QSocketNotifier, Qt
from PySide6.QtGui import QGuiApplication, QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from ui.desktop.unfocused_press import UnfocusedPress
from ui.desktop.windows import bring_forward
from ui.desktop.x_keys import RETURN, XKeys

if TYPE_CHECKING:
    from PySide6.QtCore import QByteArray


class Beside(QWidget):
    """A button, a field and some background."""

    def __init__(self, title: str) -> None:
        super().__init__(None, Qt.WindowType.Window | Qt.WindowType.WindowStaysOnTopHint)
        self.setWindowTitle(title)
        self.presses, self.keys = 0, 0
        self.parts = {"button": QPushButton("Press"), "field": QLineEdit(), "background": QLabel("Text")}
        inside = QVBoxLayout(self)
        for each in self.parts.values():
            inside.addWidget(each)
        self.parts["button"].pressed.connect(self._press)  # type: ignore[attr-defined]
        QShortcut(QKeySequence("Ctrl+1"), self).activated.connect(self._key)
        self._unfocused = UnfocusedPress(self, lambda widget: widget is self.parts["button"])

    def _press(self) -> None:
        self.presses += 1

    def _key(self) -> None:
        self.keys += 1

    def nativeEvent(  # noqa: N802 - Qt's name
        self,
        eventType: QByteArray | bytes | bytearray | memoryview,  # noqa: N803 - Qt's name
        message: int,
    ) -> object:
        """Learn when the window manager offers the keyboard."""
        self._unfocused.read(message)
        return super().nativeEvent(eventType, message)

    def obey(self, order: str) -> object:
        """Do what the test says, and return what it asks."""
        word, _, rest = order.partition(" ")
        match word:
            case "ready":
                return True
            case "active":
                return self.isActiveWindow()
            case "done":
                field = self.parts["field"]
                assert isinstance(field, QLineEdit)
                return [self.presses, self.keys, field.text()]
            case "copy":
                QGuiApplication.clipboard().setText(rest)
            case "place":
                widget = self.parts[rest]
                at = widget.mapToGlobal(widget.rect().center())
                return [at.x(), at.y()]
            case "forward":
                bring_forward(self)
            case "grab":
                try:
                    self._grabbed = XKeys(self, {ord("c"): self._key, RETURN: self._key})
                except OSError:
                    return False
                return True
            case "release":
                self._grabbed.end()
        return None


def main() -> int:
    """Run until the orders end."""
    qt = QApplication(sys.argv[:1])
    window = Beside(sys.argv[1])
    window.setGeometry(800, 100, 300, 300)
    window.show()

    def take() -> None:
        line = sys.stdin.readline()
        if line:
            print(json.dumps(window.obey(line.strip())), flush=True)
        else:
            notifier.setEnabled(False)
            window.destroyed.connect(qt.quit)
            window.deleteLater()

    notifier = QSocketNotifier(sys.stdin.fileno(), QSocketNotifier.Type.Read, qt)
    notifier.activated.connect(take)
    return qt.exec()


if __name__ == "__main__":
    sys.exit(main())
