"""A directory on a real socket that lists users and groups as RFC 7644 wants it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from tests.hostile.server import TOKEN, http, listing

if TYPE_CHECKING:
    import socket
    import threading
    from collections.abc import Callable

    Answer = Callable[[str, dict[str, str]], bytes | None]

Resource = dict[str, Any]


def user(number: int, **changes: Any) -> Resource:
    """A user with everything that CIE needs."""
    name = {"givenName": "Ann", "familyName": str(number), "formatted": f"Ann {number}"}
    meta = {"lastModified": f"2026-11-24T12:{number % 60:02}:00Z", "created": "2026-11-01T00:00:00Z"}
    known = {"id": f"u{number}", "userName": f"ann{number}@example.com", "active": True, "displayName": f"Ann {number}"}
    return {k: v for k, v in {**known, "name": name, "meta": meta, **changes}.items() if v is not None}


def group(number: int, **changes: Any) -> Resource:
    """A group with a member."""
    return {"id": f"g{number}", "displayName": f"Group {number}", "members": [{"value": "u1"}], **changes}


class Directory:
    """A list endpoint as RFC 7644 wants it, on a real socket; ``first`` may answer instead."""

    def __init__(self, users: list[Resource], groups: list[Resource], first: Answer | None = None) -> None:
        self.lists = {"/Users": users, "/Groups": groups}
        self.asked: list[tuple[str, dict[str, str]]] = []
        self._first = first

    def __call__(self, connection: socket.socket, request: str, _stop: threading.Event) -> None:
        target = urlsplit(request.split(" ", 2)[1])
        path, query = target.path.removeprefix("/scim/v2"), {k: v[0] for k, v in parse_qs(target.query).items()}
        self.asked.append((path, query))
        answer = self._first(path, query) if self._first is not None else None
        if f"Bearer {TOKEN}" not in request:
            answer = http(401)
        connection.sendall(answer or self.page(path, query))

    def page(self, path: str, query: dict[str, str]) -> bytes:
        every = self.lists[path]
        if query.get("sortBy"):
            every = sorted(every, key=lambda each: each["meta"]["lastModified"], reverse=True)
        start, count = int(query["startIndex"]), int(query["count"])
        return listing(*every[start - 1 : start - 1 + count], total=len(every))
