"""``python -m app.practice``: the child process that ``app.practice.process`` starts."""

from __future__ import annotations

import sys

from app.practice.server import main

if __name__ == "__main__":
    sys.exit(main())
