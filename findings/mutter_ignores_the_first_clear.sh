#!/usr/bin/env bash
# mutter ignores a program that clears what it has copied, and takes the same clear the second time.
# Version: PySide6-Essentials 6.12.0, shiboken6 6.12.0, jeepney 0.9.0, mutter 43.8-0+deb12u1, wl-clipboard 2.1.0-0.1+b1
# Behavior: mutter takes a change of the clipboard only with a newer serial than the last change had, and Qt sends the
#   serial of the last key or click. A copy and a clear with no key between have the same serial, so the clear is
#   ignored. Qt has dropped the text all the same; mutter goes on with its own copy, which the next clear removes.
# Guess: a focused window that owns the clipboard can empty it; one clear does as much as two.
# Seen: wl-paste after clear(): 'copied', after a second clear(): ''
# Here: ui/desktop/clearing.py reads the clipboard again for three seconds, and clears what is back.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
for package in mutter=43.8-0+deb12u1 wl-clipboard=2.1.0-0.1+b1; do
    here=$(dpkg-query -W -f '${Version}' "${package%%=*}" 2>/dev/null || true)
    [ "$here" = "${package#*=}" ] || { echo "apt-get install $package, here is ${here:-none}" >&2; exit 2; }
done
python3 -m pip install --quiet --target "$folder/python" PySide6-Essentials==6.12.0 shiboken6==6.12.0 jeepney==0.9.0
cat >"$folder/probe.py" <<'PROBE'
import subprocess
from jeepney import DBusAddress, new_method_call
from jeepney.io.blocking import open_dbus_connection
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit

NAME = "org.gnome.Mutter.RemoteDesktop"
bus = open_dbus_connection()

def call(path, interface, method, kinds="", values=()):
    return bus.send_and_get_reply(new_method_call(DBusAddress(path, NAME, interface), method, kinds, values)).body

def pasted():
    done = subprocess.run(["wl-paste", "--no-newline"], capture_output=True, text=True, timeout=10)
    return done.stdout if done.returncode == 0 else ""

(session,) = call("/org/gnome/Mutter/RemoteDesktop", NAME, "CreateSession")
call(session, NAME + ".Session", "Start")
app = QApplication([])
field = QLineEdit()
field.show()
assert QTest.qWaitForWindowActive(field)
for pressed in (True, False):
    call(session, NAME + ".Session", "NotifyKeyboardKeycode", "ub", (57, pressed))
QTest.qWait(300)
clipboard = app.clipboard()
clipboard.setText("copied")
QTest.qWait(300)
seen = []
for _ in range(2):
    clipboard.clear()
    QTest.qWait(300)
    seen.append(pasted())
    QTest.qWait(300)
print(f"wl-paste after clear(): {seen[0]!r}, after a second clear(): {seen[1]!r}")
PROBE
cat >"$folder/session.sh" <<'SESSION'
mutter --headless --wayland --no-x11 --virtual-monitor 800x600 --wayland-display=probe >/dev/null 2>&1 &
screen=$!
while [ ! -S "$XDG_RUNTIME_DIR/probe" ]; do sleep 0.1; done
sleep 1
WAYLAND_DISPLAY=probe QT_QPA_PLATFORM=wayland PYTHONPATH="$HOME/python" python3 "$HOME/probe.py" 2>/dev/null
kill "$screen"
SESSION
seen=$(env -i PATH="$PATH" HOME="$folder" XDG_RUNTIME_DIR="$folder" GSETTINGS_BACKEND=memory \
    timeout 120 dbus-run-session -- sh "$folder/session.sh")
printf '%s\n' "$seen"
grep -Fxq -- "# Seen: $seen" "$0"
