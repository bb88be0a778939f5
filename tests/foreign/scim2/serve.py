"""The test server of the library scim2-server, with its own provider, schemas and memory."""

from __future__ import annotations

from scim2_models import ScimProvider
from scim2_server.memory import InMemoryStorage  # noqa: TID253 - a process of its own
from scim2_server.testserver.application import BearerTokenApplication  # noqa: TID253
from scim2_server.testserver.cli import ThreadingWSGIServer  # noqa: TID253
from scim2_server.utils import (  # noqa: TID253
    load_default_resource_types,
    load_default_schemas,
    load_default_service_provider_config,
)

from tests.foreign.serving import read_token, serve, with_groups


def main() -> None:
    """Serve until standard input ends."""
    token = read_token()
    served = [t for t in load_default_resource_types().values() if t.name == "User" or with_groups()]
    config = load_default_service_provider_config()
    provider = ScimProvider.from_discovery(load_default_schemas().values(), served, config=config)
    application = BearerTokenApplication(InMemoryStorage(), provider, bearer_tokens=[token])
    serve(application, ThreadingWSGIServer)


if __name__ == "__main__":
    main()
