"""Breaks the practice endpoint, API and portal on purpose, to rehearse failures, and lists what was received."""

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
"""Longer than Test Connection waits for one answer."""

_LIST: Final = "urn:ietf:params:scim:api:messages:2.0:ListResponse"

KEPT: Final = 50
"""Requests that the feed shows."""


class Fault(StrEnum):
    """One way to misbehave; the value is its name in addresses and forms."""

    NONE = "none"
    """Everything works."""
    NOT_SUBMITTED = "not-submitted"
    """401, as before Submit."""
    UNAUTHORIZED = "unauthorized"
    """401, as after the token was replaced."""
    FORBIDDEN = "forbidden"
    """403, as with the token of another directory."""
    NOT_FOUND = "not-found"
    """404, as with a Base URL that was cut off."""
    TOO_MANY = "too-many"
    """429 with Retry-After."""
    SERVER_ERROR = "server-error"
    """500."""
    REDIRECT = "redirect"
    """A redirect to a page for browsers."""
    HTML = "html"
    """A web page with status 200."""
    FILTER_IGNORED = "filter-ignored"
    """Searches find somebody whatever they ask for."""
    OPEN_DOOR = "open-door"
    """Any token is accepted."""
    SLOW = "slow"
    """No answer for 12 seconds."""
    CLOSED = "closed"
    """The answer breaks off."""
    UNTRUSTED = "untrusted"
    """The console shows a Base URL that answers with a certificate nobody trusts."""


WORDS: Final = {
    Fault.NONE: "Work as it should",
    Fault.NOT_SUBMITTED: "Refuse the token, as before Submit (401)",
    Fault.UNAUTHORIZED: "Refuse the token, as after it was replaced (401)",
    Fault.FORBIDDEN: "Recognise the token, but allow nothing (403)",
    Fault.NOT_FOUND: "Know no such address (404)",
    Fault.TOO_MANY: "Ask for a pause (429)",
    Fault.SERVER_ERROR: "Fail inside (500)",
    Fault.REDIRECT: "Point to a page for browsers (302)",
    Fault.HTML: "Show a sign-in page (200)",
    Fault.FILTER_IGNORED: "Ignore what is searched for",
    Fault.OPEN_DOOR: "Accept any token",
    Fault.SLOW: "Answer after 12 seconds",
    Fault.CLOSED: "Break off in the middle of the answer",
    Fault.UNTRUSTED: "Have a certificate that nobody trusts: copy the Base URL of the directory again",
}


class ApiFault(StrEnum):
    """One way in which the Directory Sync API misbehaves, likewise."""

    NONE = "none"
    """Everything works."""
    ROLE = "role"
    """403, as with a role that it does not accept."""
    ADDRESS = "address"
    """It answers at its other address, and 404 at the usual one."""


API_WORDS: Final = {
    ApiFault.NONE: "Work as it should",
    ApiFault.ROLE: "Refuse the role of the service account (403)",
    ApiFault.ADDRESS: "Answer at another address (404 at the usual one)",
}


class PortalFault(StrEnum):
    """One way in which the portal fails to provision, likewise."""

    NONE = "none"
    """Everything works."""
    DUPLICATE_GROUPS = "duplicate-group-names"
    """Two of the assigned groups have the same name."""
    PREVIEW = "preview-mode"
    """It only tries and sends nothing."""
    NOBODY = "nothing-assigned"
    """Nobody is in scope, so nothing is sent."""


PORTAL_WORDS: Final = {
    PortalFault.NONE: "Work as it should",
    PortalFault.DUPLICATE_GROUPS: "Find two groups of the same name",
    PortalFault.PREVIEW: "Only try, and send nothing",
    PortalFault.NOBODY: "Find nobody assigned",
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
    """A request as the feed shows it: without the secret part of its path, without its token."""

    at: datetime
    method: str
    resource: str
    status: int


class Switchboard:
    """The chosen faults and the feed. They end with the server."""

    def __init__(self) -> None:
        self.fault = Fault.NONE
        self.portal_fault = PortalFault.NONE
        self.api_fault = ApiFault.NONE
        self.feed: deque[ReceivedRequest] = deque(maxlen=KEPT)

    def watch(self, scope: Scope, send: Send) -> Send:
        """A ``send`` that notes the answer's status in the feed."""
        parts = scope["path"].split("/", 4)
        resource = "/" + (parts[4] if len(parts) > 4 else "")
        query = unquote(scope["query_string"].decode("latin-1"))
        shown = f"{resource}?{query}"[:160] if query else resource[:160]

        async def noting(message: Message) -> None:
            if message["type"] == "http.response.start":
                self.feed.appendleft(ReceivedRequest(datetime.now(UTC), scope["method"], shown, message["status"]))
            await send(message)

        return noting

    async def misbehave(self, send: Send) -> bool:
        """Answer in the way of the fault; False where the request is to be served."""
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

    async def find_anybody(self, scope: Scope, send: Send) -> bool:
        """Answer a search with somebody, where searches are to be ignored; False where the request is to be served."""
        if self.fault is not Fault.FILTER_IGNORED or b"filter=" not in scope["query_string"]:
            return False
        found = {"schemas": [_LIST], "totalResults": 1, "Resources": [{"id": "1", "userName": "somebody@practice"}]}
        await _answer(send, 200, b"application/scim+json", json.dumps(found).encode())
        return True


async def _answer(
    send: Send, status: int, kind: bytes, body: bytes, headers: list[tuple[bytes, bytes]] | None = None
) -> None:
    start = [(b"content-type", kind), (b"content-length", str(len(body)).encode()), *(headers or [])]
    await send({"type": "http.response.start", "status": status, "headers": start})
    await send({"type": "http.response.body", "body": body})
