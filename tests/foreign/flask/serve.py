"""A SCIM server made of Flask and scim2-flask, with users and groups in memory."""

from __future__ import annotations

from flask import Flask, abort, request
from scim2_flask import ScimServer
from scim2_models import ScimProvider
from scim2_server.memory import InMemoryStorage  # noqa: TID253 - a process of its own
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
    application = Flask("people")
    application.secret_key = "only for tests"
    ScimServer(InMemoryStorage(), provider, app=application)

    def authenticate() -> None:
        if request.headers.get("Authorization") != f"Bearer {token}":
            abort(401)

    application.before_request(authenticate)
    serve(application)


if __name__ == "__main__":
    main()
