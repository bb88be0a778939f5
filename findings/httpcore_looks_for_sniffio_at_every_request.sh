#!/usr/bin/env bash
# httpcore searches the disk for a package that is not installed, several times in every request.
# Version: httpx 0.28.1, httpcore 1.0.9, anyio 4.16.0
# Behavior: each lock, event and cancel scope of httpcore imports sniffio to learn which event loop runs. anyio needed
#   sniffio up to 4.11; since then nothing installs it. A failed import is not remembered by Python, so each one looks
#   through every folder of sys.path again. Test Connection spent one sixth of its processor time on that.
# Guess: an optional package is searched for once, when the library is imported.
# Seen: sniffio installed: no; searches in one request on an open connection: 4; in the first: 8
# Here: nothing works around it; both sides of tests/benchmarks/latency.py pay for it.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m pip install --quiet --target "$folder" httpx==0.28.1 httpcore==1.0.9 anyio==4.16.0
cat >"$folder/probe.py" <<'PROBE'
import asyncio
import importlib.util
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx

searches = 0


class Watch:
    @staticmethod
    def find_spec(name, path=None, target=None):
        global searches
        searches += name == "sniffio"


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


async def ask(url):
    counts = []
    async with httpx.AsyncClient(trust_env=False) as client:
        for _ in range(3):
            before = searches
            await client.get(url)
            counts.append(searches - before)
    return counts


installed = "yes" if importlib.util.find_spec("sniffio") else "no"
sys.meta_path.insert(0, Watch)
server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
first, second, third = asyncio.run(ask(f"http://127.0.0.1:{server.server_port}/"))
assert second == third
print(f"sniffio installed: {installed}; searches in one request on an open connection: {second}; in the first: {first}")
PROBE
seen=$(PYTHONPATH="$folder" timeout 60 python3 -S "$folder/probe.py")
printf '%s\n' "$seen"
grep -Fxq -- "# Seen: $seen" "$0"
