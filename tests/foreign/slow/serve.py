"""A SCIM server of our own with two habits of scimgateway 6.1.18.

It delays every refusal after the third, for the life of the process and whoever sent the wrong token. It answers a
filter by ``meta.lastModified`` with an empty list, whatever has changed, though its configuration says that it filters.
"""

from __future__ import annotations

import json
import re
import threading
import time
import uuid
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

from tests.foreign.serving import read_token, run, with_groups

AT_ONCE = 3
"""Refusals without a delay."""
DELAY = 30.0
"""Seconds before every later one."""
API = "urn:ietf:params:scim:api:messages:2.0:"
CONFIGURATION = {
    "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"],
    **{name: {"supported": name in ("filter", "patch")} for name in ("filter", "patch", "sort", "bulk", "etag")},
}


class Service(BaseHTTPRequestHandler):
    """Answers one request."""

    protocol_version = "HTTP/1.1"
    token = ""
    kept: ClassVar[dict[str, dict[str, dict[str, Any]]]] = {}
    refusals = 0
    counting = threading.Lock()

    def log_message(self, *_: object) -> None:
        """Do nothing."""

    def do_GET(self) -> None:
        """List, or read one."""
        self._answer_if_allowed(None)

    def do_POST(self) -> None:
        """Add one."""
        self._answer_if_allowed(self._body())

    do_PUT = do_POST  # noqa: N815

    def _body(self) -> dict[str, Any]:
        body: dict[str, Any] = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        return body

    def _answer_if_allowed(self, body: dict[str, Any] | None) -> None:
        if self.headers["Authorization"] == f"Bearer {self.token}":
            self._say(*self._answer(body))
            return
        with self.counting:
            Service.refusals += 1
            late = Service.refusals > AT_ONCE
        if late:
            time.sleep(DELAY)
        self._say(401, {"schemas": [f"{API}Error"], "status": "401", "detail": "Unauthorized"})

    def _answer(self, body: dict[str, Any] | None) -> tuple[int, dict[str, Any]]:
        target = urlsplit(self.path)
        kind, _, identity = target.path.removeprefix("/scim/v2/").partition("/")
        query = {name: values[0] for name, values in parse_qs(target.query).items()}
        if kind == "ServiceProviderConfig":
            return 200, CONFIGURATION
        kept = self.kept.get(kind)
        if kept is None or (identity and identity not in kept):
            return 404, {"schemas": [f"{API}Error"], "status": "404"}
        if body is not None:
            return self._keep(kept, identity, body)
        return 200, kept[identity] if identity else _listing(list(kept.values()), query)

    @staticmethod
    def _keep(kept: dict[str, dict[str, Any]], identity: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        before = kept.get(identity)
        created = before["meta"]["created"] if before else now
        known = {**body, "id": identity or str(uuid.uuid4()), "meta": {"created": created, "lastModified": now}}
        kept[known["id"]] = known
        return 200 if before else 201, known

    def _say(self, status: int, body: dict[str, Any]) -> None:
        text = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/scim+json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)


def _listing(every: list[dict[str, Any]], query: dict[str, str]) -> dict[str, Any]:
    if "filter" in query:
        asked = re.fullmatch(r'(userName|displayName) eq "(.*)"', query["filter"], re.IGNORECASE)
        every = [each for each in every if asked and each.get(asked[1]) == asked[2]]
    start, count = max(1, int(query.get("startIndex", 1))), int(query.get("count", 100))
    page = every[start - 1 : start - 1 + count]
    return {
        "schemas": [f"{API}ListResponse"],
        "totalResults": len(every),
        "startIndex": start,
        "itemsPerPage": len(page),
        "Resources": page,
    }


def main() -> None:
    """Serve until standard input ends."""
    Service.token = read_token()
    Service.kept = {kind: {} for kind in ("Users", "Groups") if kind == "Users" or with_groups()}
    run(ThreadingHTTPServer(("127.0.0.1", 0), Service))


if __name__ == "__main__":
    main()
