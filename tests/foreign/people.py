"""Fills a foreign server with users and groups, as an identity provider does."""

from __future__ import annotations

import json
import urllib.request
from typing import Any

from tests.foreign.servers import TOKEN

CORE = "urn:ietf:params:scim:schemas:core:2.0:"
Resource = dict[str, Any]


def user(number: int, **changes: Any) -> Resource:
    """A user with everything that CIE needs."""
    name = f"user{number}@example.com"
    return {
        "schemas": [f"{CORE}User"],
        "userName": name,
        "externalId": str(number),
        "active": True,
        "displayName": f"User {number}",
        "name": {"givenName": "User", "familyName": str(number), "formatted": f"User {number}"},
        "emails": [{"value": name, "primary": True}],
        **changes,
    }


def group(number: int, *members: Resource) -> Resource:
    """A group of users that the server has."""
    return {
        "schemas": [f"{CORE}Group"],
        "displayName": f"Group {number}",
        "members": [{"value": member["id"]} for member in members],
    }


def add(base_url: str, kind: str, resource: Resource) -> Resource:
    """Add a user or group; returns what the server made of it."""
    return _send("POST", f"{base_url}/{kind}s", resource)


def change(base_url: str, kind: str, known: Resource, resource: Resource) -> Resource:
    """Replace a user or group that the server has."""
    return _send("PUT", f"{base_url}/{kind}s/{known['id']}", {**resource, "id": known["id"]})


def _send(method: str, url: str, resource: Resource) -> Resource:
    headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/scim+json"}
    request = urllib.request.Request(url, json.dumps(resource).encode(), headers, method=method)
    with urllib.request.urlopen(request, timeout=10) as answer:
        done: Resource = json.loads(answer.read())
    return done
