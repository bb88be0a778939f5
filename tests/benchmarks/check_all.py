"""Prints time and memory of ``check --all`` over 50 and 200 setups, beside its slowest chain of four workers."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from app.polling.turns import MOST_AT_ONCE  # noqa: E402 - the place of the program has to be known first
from tests.benchmarks.run import measure  # noqa: E402
from tests.hostile.server import Hostile, listing  # noqa: E402
from tests.support.fleet import saved, stored  # noqa: E402
from tests.support.secret_service import unlocked_keyring  # noqa: E402

if TYPE_CHECKING:
    import socket
    import threading

SIZES = (50, 200)
ENDPOINTS = 20
LATENCY = 0.05
"""Seconds that an endpoint takes to answer."""
LIMIT = 1.3
DURATION = "cie_check_duration_seconds{"


def serve() -> None:
    """Be the endpoints until standard input ends."""

    def act(connection: socket.socket, _request: str, _stop: threading.Event) -> None:
        time.sleep(LATENCY)
        connection.sendall(listing())

    with ExitStack() as stack:
        servers = [stack.enter_context(Hostile(act)) for _ in range(ENDPOINTS)]
        print(*(server.base_url for server in servers), flush=True)
        sys.stdin.read()


def measured(size: int, base_urls: list[str]) -> float:
    """Print the figures for so many setups, and return the ratio."""
    with tempfile.TemporaryDirectory() as name:
        folder, output = Path(name), Path(name) / "cie.prom"
        with stored(saved(folder, size), base_urls):
            line = [sys.executable, "-m", "app", "check", "--all", "--practice", "--data-dir", name]
            seconds, memory = measure([*line, "--format=openmetrics", "--output", str(output)])
        took = [float(line.split()[-1]) for line in output.read_text().splitlines() if line.startswith(DURATION)]
    assert len(took) == size, "all were checked"
    # No schedule has a shorter slowest chain.
    chain = sum(took) / MOST_AT_ONCE
    print(
        f"check --all, {size} setups: {seconds:.2f} s, the slowest of {MOST_AT_ONCE} chains at least {chain:.2f} s, "
        f"ratio {seconds / chain:.2f} (limit {LIMIT}); {memory:.0f} MiB"
    )
    return seconds / chain


def main() -> int:
    """Return 1 if 200 setups take too long."""
    if sys.argv[1:] == ["serve"]:
        serve()
        return 0
    with tempfile.TemporaryDirectory() as home, unlocked_keyring(Path(home)):
        endpoints = subprocess.Popen(
            [sys.executable, __file__, "serve"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
        )
        assert endpoints.stdin is not None
        assert endpoints.stdout is not None
        base_urls = endpoints.stdout.readline().split()
        ratios = [measured(size, base_urls) for size in SIZES]
        endpoints.stdin.close()
        endpoints.wait(10)
        endpoints.stdout.close()
    return int(ratios[-1] > LIMIT)


if __name__ == "__main__":
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    sys.exit(main())
