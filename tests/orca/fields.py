"""A window with the fields for secrets, which takes orders from the test."""

from __future__ import annotations

import json
import sys

from PySide6.QtCore import QMimeData, QPoint, QPointF, QSocketNotifier, Qt
from PySide6.QtGui import QDropEvent, QGuiApplication, QInputMethodEvent
from PySide6.QtWidgets import QApplication, QPushButton, QVBoxLayout, QWidget

from ui.widgets.fields import CaptureField, ValueField
from ui.widgets.inputs import PlainInput


def main() -> int:
    """Run until the orders end."""
    qt = QApplication(sys.argv[:1])
    window = QWidget()
    window.setWindowTitle("fields")
    given: list[str] = []
    secret = "secret" in sys.argv[1]
    field = CaptureField("Bearer Token", lambda: QGuiApplication.clipboard().text(), secret=secret)
    field.submitted.connect(given.append)
    value = ValueField("Secret Token", "from Bearer Token", secret=True)
    value.show_value("30 characters")
    column = QVBoxLayout(window)
    column.addWidget(field)
    column.addWidget(value)
    window.resize(500, 300)
    window.show()
    line = field.findChild(PlainInput)
    paste = field.findChild(QPushButton, "paste")
    assert isinstance(line, PlainInput)
    assert paste is not None

    def middle(widget: QWidget) -> list[int]:
        point = widget.mapToGlobal(QPoint(widget.width() // 2, widget.height() // 2))
        return [point.x(), point.y()]

    def obey(order: str) -> object:
        word, _, text = order.partition(" ")
        match word:
            case "ready":
                return window.isActiveWindow()
            case "places":
                return [middle(line), middle(paste)]
            case "entered":
                return [line.entered, given]
            case "compose":
                QApplication.sendEvent(line, QInputMethodEvent(text, []))
                event = QInputMethodEvent("", [])
                event.setCommitString(text)
                QApplication.sendEvent(line, event)
            case "drop":
                data = QMimeData()
                data.setText(text)
                action, none = Qt.DropAction.CopyAction, Qt.KeyboardModifier.NoModifier
                line.dropEvent(QDropEvent(QPointF(5, 5), action, data, Qt.MouseButton.LeftButton, none))
            case "reveal":
                value.reveal(text)
                return value.revealed
            case "clear":
                field.clear()
        return True

    def follow() -> None:
        order = sys.stdin.readline().rstrip("\n")
        if not order:
            qt.exit()
            return
        sys.stdout.write(json.dumps(obey(order)) + "\n")
        sys.stdout.flush()

    notifier = QSocketNotifier(sys.stdin.fileno(), QSocketNotifier.Type.Read, window)
    notifier.activated.connect(follow)
    return qt.exec()


if __name__ == "__main__":
    sys.exit(main())
