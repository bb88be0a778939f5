"""The first script of the frozen program: restores the user's environment and starts ``app``.

PyInstaller's start code points the loader and Qt at the program's own folder. The program no longer needs that, but a
browser that it opens would load our libraries instead of its own.
"""

from __future__ import annotations

import os
import sys

# At module level: the Qt plug-in path must be gone before the first import of Qt.
for _name in ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH"):
    _before = os.environ.pop(f"{_name}_ORIG", None)
    if _before is not None:
        os.environ[_name] = _before
    elif getattr(sys, "frozen", False):
        os.environ.pop(_name, None)
for _name in ("QT_PLUGIN_PATH", "QML2_IMPORT_PATH"):
    os.environ.pop(_name, None)  # the libraries know their own folder

from app.__main__ import run  # noqa: E402

if __name__ == "__main__":
    run()
