"""Makes the practice endpoint, API and portal fail on purpose to rehearse failures, and lists received requests."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

if TYPE_CHECKING:
    from starlette.types import Message, Scope, Send

SLOW_SECONDS: Final = 12.0
"""Longer than Test Connection waits for an answer."""

_LIST: Final = "urn:ietf:params:scim:api:messages:2.0:ListResponse"

FEED_LENGTH: Final = 50
"""Number of requests that the feed shows."""


class Fault(StrEnum):
    """A fault of the SCIM endpoint; the value is its name in addresses and forms."""

    NONE = "none"
    """Everything works."""
    NOT_SUBMITTED = "not-submitted"
    """401, as before Submit."""
    UNAUTHORIZED = "unauthorized"
    """401, as after the token was replaced."""
    FORBIDDEN = "forbidden"
    """403, as with the token of another directory."""
    NOT_FOUND = "not-found"
    """404, as with a truncated Base URL."""
    TOO_MANY = "too-many"
    """429 with Retry-After."""
    SERVER_ERROR = "server-error"
    """500."""
    REDIRECT = "redirect"
    """A redirect to a page for browsers."""
    HTML = "html"
    """A web page with status 200."""
    FILTER_IGNORED = "filter-ignored"
    """Every search finds a user, whatever its filter."""
    OPEN_DOOR = "open-door"
    """Any token is accepted."""
    SLOW = "slow"
    """No answer for 12 seconds."""
    CLOSED = "closed"
    """The connection closes in the middle of the answer."""
    UNTRUSTED = "untrusted"
    """The console shows a Base URL whose server has an untrusted certificate."""


WORDS: Final = {
    Fault.NONE: "Works normally",
    Fault.NOT_SUBMITTED: "Rejects the token, as before Submit (401)",
    Fault.UNAUTHORIZED: "Rejects the token, as after it was replaced (401)",
    Fault.FORBIDDEN: "Recognizes the token but allows nothing (403)",
    Fault.NOT_FOUND: "Doesn't know the address (404)",
    Fault.TOO_MANY: "Limits the request rate (429)",
    Fault.SERVER_ERROR: "Reports an internal error (500)",
    Fault.REDIRECT: "Redirects to a page for browsers (302)",
    Fault.HTML: "Returns a sign-in page (200)",
    Fault.FILTER_IGNORED: "Ignores search filters",
    Fault.OPEN_DOOR: "Accepts any token",
    Fault.SLOW: "Answers after 12 seconds",
    Fault.CLOSED: "Closes the connection in the middle of an answer",
    Fault.UNTRUSTED: "Has an untrusted certificate (copy the directory's Base URL again)",
}


class ApiFault(StrEnum):
    """A fault of the Directory Sync API; the value is its name in addresses and forms."""

    NONE = "none"
    """Everything works."""
    ROLE = "role"
    """403, as with a role that is not accepted."""
    ADDRESS = "address"
    """It answers at its other address, and returns 404 at the usual one."""


API_WORDS: Final = {
    ApiFault.NONE: "Works normally",
    ApiFault.ROLE: "Rejects the service account's role (403)",
    ApiFault.ADDRESS: "Answers at another address (404 at the usual one)",
}


class PortalFault(StrEnum):
    """A reason why the portal does not provision; the value is its name in addresses and forms."""

    NONE = "none"
    """Everything works."""
    DUPLICATE_GROUPS = "duplicate-group-names"
    """Two of the assigned groups have the same name."""
    PREVIEW = "preview-mode"
    """It runs in preview mode and sends nothing."""
    NOBODY = "nothing-assigned"
    """Nobody is in scope, so nothing is sent."""


PORTAL_WORDS: Final = {
    PortalFault.NONE: "Works normally",
    PortalFault.DUPLICATE_GROUPS: "Finds two groups with the same name",
    PortalFault.PREVIEW: "Runs in preview mode and sends nothing",
    PortalFault.NOBODY: "Finds nobody assigned",
}

_STATUS: Final = {
    Fault.NOT_SUBMITTED: 401,
    Fault.UNAUTHORIZED: 401,
    Fault.FORBIDDEN: 403,
    Fault.NOT_FOUND: 404,
    Fault.TOO_MANY: 429,
    Fault.SERVER_ERROR: 500,
}


@dataclass(frozen=True, slots=True)
class ReceivedRequest:
    """A request as shown in the feed, without the secret part of its path and without its token."""

    at: datetime
    method: str
    resource: str
    status: int


class Switchboard:
    """The chosen faults and the feed, kept while the server runs."""

    def __init__(self) -> None:
        self.fault = Fault.NONE
        self.portal_fault = PortalFault.NONE
        self.api_fault = ApiFault.NONE
        self.feed: deque[ReceivedRequest] = deque(maxlen=FEED_LENGTH)

    def watch(self, scope: Scope, send: Send) -> Send:
        """Return a ``send`` that adds the answer's status to the feed."""
        parts = scope["path"].split("/", 4)
        resource = "/" + (parts[4] if len(parts) > 4 else "")
        query = unquote(scope["query_string"].decode("latin-1"))
        shown = f"{resource}?{query}"[:160] if query else resource[:160]

        async def noting(message: Message) -> None:
            if message["type"] == "http.response.start":
                self.feed.appendleft(ReceivedRequest(datetime.now(UTC), scope["method"], shown, message["status"]))
            await send(message)

        return noting

    async def answer_with_fault(self, send: Send) -> bool:
        """Answer as the fault demands. Return False if the request should be served normally."""
        status = _STATUS.get(self.fault)
        if status is not None:
            headers = [(b"retry-after", b"30")] if status == 429 else []
            await _answer(send, status, b"application/scim+json", b'{"detail":"Practice fault"}', headers)
        elif self.fault is Fault.REDIRECT:
            await _answer(send, 302, b"text/plain", b"", [(b"location", b"/cie")])
        elif self.fault is Fault.HTML:
            await _answer(send, 200, b"text/html", b"<!doctype html><title>Sign in</title>")
        elif self.fault is Fault.CLOSED:
            headers = [(b"content-type", b"application/scim+json"), (b"content-length", b"4096")]
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            await send({"type": "http.response.body", "body": b'{"schemas":', "more_body": True})
            raise ConnectionAbortedError
        else:
            if self.fault is Fault.SLOW:
                await asyncio.sleep(SLOW_SECONDS)
            return False
        return True

    async def ignore_filter(self, scope: Scope, send: Send) -> bool:
        """Answer a search with a user if filters are ignored. Return False if the request should be served normally."""
        if self.fault is not Fault.FILTER_IGNORED or b"filter=" not in scope["query_string"]:
            return False
        found = {"schemas": [_LIST], "totalResults": 1, "Resources": [{"id": "1", "userName": "anyone@practice"}]}
        await _answer(send, 200, b"application/scim+json", json.dumps(found).encode())
        return True


async def _answer(
    send: Send, status: int, kind: bytes, body: bytes, headers: list[tuple[bytes, bytes]] | None = None
) -> None:
    start = [(b"content-type", kind), (b"content-length", str(len(body)).encode()), *(headers or [])]
    await send({"type": "http.response.start", "status": status, "headers": start})
    await send({"type": "http.response.body", "body": body})
