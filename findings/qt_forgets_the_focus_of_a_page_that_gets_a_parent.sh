#!/usr/bin/env bash
# A page that is put into a window forgets which of its widgets was given the focus before.
# Version: PySide6-Essentials 6.12.0, shiboken6 6.12.0, Python 3.11.7, platform plugin "offscreen"
# Behavior: QWidget.setParent clears the focus widget of the page, as do layouts, QMainWindow, QStackedWidget and QTabWidget;
#   the window then begins at the first widget in the order of Tab. Once the page has its window, the same call holds.
# Guess: setFocus() on a child of a hidden page is remembered and used when its window opens, as for a page without parent.
# Seen: alone: second; in a window: first; given in the window: second
# Here: ui/main_window.py reads the focus widget of a page before it adds the page. Orca 43 said the first button, too.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m pip install --quiet --target "$folder/python" --no-deps PySide6-Essentials==6.12.0 shiboken6==6.12.0
cat >"$folder/probe.py" <<'PROBE'
from PySide6.QtWidgets import QApplication, QMainWindow, QPushButton, QVBoxLayout, QWidget

application = QApplication([])

def page():
    made = QWidget()
    column = QVBoxLayout(made)
    for name in ("first", "second"):
        column.addWidget(QPushButton(name))
    return made, column.itemAt(1).widget()

def begins(window):
    window.show()
    window.activateWindow()
    for _ in range(20):
        application.processEvents()
    focused = application.focusWidget()
    window.close()
    return focused.text() if focused else "nothing"

alone, second = page()
second.setFocus()
said = [f"alone: {begins(alone)}"]
before, second = page()
second.setFocus()
window = QMainWindow()
window.setCentralWidget(before)
said.append(f"in a window: {begins(window)}")
after, second = page()
other = QMainWindow()
other.setCentralWidget(after)
second.setFocus()
said.append(f"given in the window: {begins(other)}")
print("; ".join(said))
PROBE
seen=$(QT_QPA_PLATFORM=offscreen PYTHONPATH="$folder/python" timeout 60 python3 "$folder/probe.py")
printf '%s\n' "$seen"
grep -Fxq -- "# Seen: $seen" "$0"
