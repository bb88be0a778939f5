"""A bare PySide6 wizard window, six pages for two consoles: what any program of this kind pays."""

from __future__ import annotations

import sys

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import (
    QApplication,
    QGroupBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWizard,
    QWizardPage,
)


def main() -> int:
    """Show the window and leave at the first idle moment."""
    application = QApplication(sys.argv)
    wizard = QWizard()
    for number in range(6):
        page = QWizardPage()
        page.setTitle(f"Page {number}")
        row = QHBoxLayout(page)
        for portal in ("one console", "the other console"):
            box = QGroupBox(portal)
            column = QVBoxLayout(box)
            column.addWidget(QLabel("What to do on this screen"))
            column.addWidget(QLineEdit())
            column.addWidget(QPushButton("Copy"))
            row.addWidget(box)
        wizard.addPage(page)
    wizard.show()
    QTimer.singleShot(0, application.quit)
    return application.exec()


if __name__ == "__main__":
    sys.exit(main())
