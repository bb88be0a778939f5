"""The test server of the library scim2-server, with its own provider, schemas and memory.

Reads the token from the first line of its input, writes its port to the first line of its output, and ends when its
input ends. With ``--users-only`` it has no groups.
"""

from __future__ import annotations

import os
import sys
import threading
from wsgiref.simple_server import WSGIRequestHandler, make_server

from scim2_models import ScimProvider
from scim2_server.memory import InMemoryStorage  # noqa: TID253 - a process of its own
from scim2_server.testserver.application import BearerTokenApplication  # noqa: TID253
from scim2_server.testserver.cli import ThreadingWSGIServer  # noqa: TID253
from scim2_server.utils import (  # noqa: TID253
    load_default_resource_types,
    load_default_schemas,
    load_default_service_provider_config,
)


class Quiet(WSGIRequestHandler):
    """Writes no log."""

    def log_message(self, *_: object) -> None:
        """Do nothing."""


def main() -> None:
    """Serve until standard input ends."""
    token = sys.stdin.readline().strip()
    served = [t for t in load_default_resource_types().values() if t.name == "User" or "--users-only" not in sys.argv]
    config = load_default_service_provider_config()
    provider = ScimProvider.from_discovery(load_default_schemas().values(), served, config=config)
    application = BearerTokenApplication(InMemoryStorage(), provider, bearer_tokens=[token])
    server = make_server("127.0.0.1", 0, application, ThreadingWSGIServer, Quiet)
    print(server.server_port, flush=True)
    threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
    server.serve_forever()


if __name__ == "__main__":
    main()
