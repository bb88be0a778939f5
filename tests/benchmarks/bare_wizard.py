"""A bare PySide6 wizard window: what any program of this kind pays before its own first line."""

from __future__ import annotations

import sys

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QVBoxLayout, QWizard, QWizardPage


def main() -> int:
    """Show the window and leave at the first idle moment."""
    application = QApplication(sys.argv)
    wizard = QWizard()
    for number in range(6):
        page = QWizardPage()
        page.setTitle(f"Page {number}")
        column = QVBoxLayout(page)
        column.addWidget(QLabel("A value"))
        column.addWidget(QLineEdit())
        wizard.addPage(page)
    wizard.show()
    QTimer.singleShot(0, application.quit)
    return application.exec()


if __name__ == "__main__":
    sys.exit(main())
