"""How a foreign server in Python starts and ends: its token comes in by the input, its port goes out by the output."""

from __future__ import annotations

import os
import sys
import threading
from typing import TYPE_CHECKING
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

if TYPE_CHECKING:
    from http.server import HTTPServer
    from wsgiref.types import WSGIApplication


class _Quiet(WSGIRequestHandler):
    """Writes no log."""

    def log_message(self, *_: object) -> None:
        """Do nothing."""


def read_token() -> str:
    """Return the token, the first line of the input."""
    return sys.stdin.readline().strip()


def with_groups() -> bool:
    """Return whether the server has an address for groups."""
    return "--users-only" not in sys.argv


def serve(application: WSGIApplication, server_class: type[WSGIServer] = WSGIServer) -> None:
    """Serve a WSGI application until the input ends."""
    run(make_server("127.0.0.1", 0, application, server_class, _Quiet))


def run(server: HTTPServer) -> None:
    """Write the port to the first line of the output, and serve until the input ends."""
    print(server.server_port, flush=True)
    threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
    server.serve_forever()
