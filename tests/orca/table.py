"""A window with a table of findings, whose first cell has the focus."""

from __future__ import annotations

import sys

from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from ui.widgets import accessibility
from ui.widgets.findings import FindingKind, FindingsView
from ui.widgets.tab_order import InTabOrder
from ui.widgets.table import Rows


class Window(InTabOrder, QWidget):
    """Holds the table."""


def main() -> int:
    """Run until the window is closed."""
    qt = QApplication(sys.argv[:1])
    accessibility.install()
    window = Window()
    window.setWindowTitle("table")
    view = FindingsView(("Name", "Members", "Note"))
    rows = Rows(3)
    rows.add(["a", "a", "b"], ["Berlin", "Oslo", "Bergen"], [7, 12, 3], ["none", "empty", "none"])
    view.show_findings([FindingKind("a", "First", 2, ""), FindingKind("b", "Second", 1, "")], rows, 3)
    QVBoxLayout(window).addWidget(view)
    window.resize(800, 400)
    window.show()
    view.table.setFocus()
    view.table.setCurrentIndex(view.table.rows.index(0, 0))
    return qt.exec()


if __name__ == "__main__":
    sys.exit(main())
