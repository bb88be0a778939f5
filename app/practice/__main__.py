"""``python -m app.practice``: the child process started by ``app.practice.process``."""

from __future__ import annotations

import sys

from app.practice.server import main

if __name__ == "__main__":
    sys.exit(main())
