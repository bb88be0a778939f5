#!/usr/bin/env bash
# A QCoreApplication changes which month names Python's datetime reads and writes.
# Version: PySide6-Essentials 6.12.0, shiboken6 6.12.0, Python 3.11.2, glibc 2.36 (localedef, in Debian package locales)
# Behavior: on Unix its constructor calls setlocale(LC_ALL, ""); strptime and strftime follow the C locale from then on.
# Guess: Python keeps the C locale for times until the program itself calls locale.setlocale.
# Seen: before: 24 Dec 2026 read; after: 24 Dec 2026 refused, written as 24 Dez 2026
# Here: app/text/time_reading.py has the names of the months itself; the tests run in four locales.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m pip install --quiet --target "$folder/python" --no-deps PySide6-Essentials==6.12.0 shiboken6==6.12.0
mkdir "$folder/locales"
localedef -i de_DE -f UTF-8 "$folder/locales/de_DE.UTF-8"
cat >"$folder/probe.py" <<'PROBE'
from datetime import datetime

from PySide6.QtCore import QCoreApplication

TEXT, FORM = "24 Dec 2026", "%d %b %Y"

def reads():
    try:
        datetime.strptime(TEXT, FORM)
    except ValueError:
        return "refused"
    return "read"

before = reads()
application = QCoreApplication([])
print(f"before: {TEXT} {before}; after: {TEXT} {reads()}, written as {datetime(2026, 12, 24).strftime(FORM)}")
PROBE
seen=$(LOCPATH="$folder/locales" LC_ALL=de_DE.UTF-8 PYTHONPATH="$folder/python" timeout 60 python3 "$folder/probe.py")
printf '%s\n' "$seen"
grep -Fxq -- "# Seen: $seen" "$0"
