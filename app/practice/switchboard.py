"""Makes the practice endpoint, API and portal fail on purpose to rehearse failures, and lists received requests."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse

from app.scim.listing import LIST
from app.text.worded import WordedEnum

if TYPE_CHECKING:
    from starlette.responses import Response
    from starlette.types import Message, Scope, Send

SLOW_SECONDS: Final = 12.0
"""Longer than Test Connection waits for an answer."""

SCIM_JSON: Final = "application/scim+json"

FEED_LENGTH: Final = 50
"""Number of requests that the feed shows."""


class Fault(WordedEnum):
    """A fault of the SCIM endpoint; its words are those of the switchboard."""

    NONE = "none", "Works normally"
    NOT_SUBMITTED = "not-submitted", "Rejects the token, as before Submit (401)"
    UNAUTHORIZED = "unauthorized", "Rejects the token, as after it was replaced (401)"
    FORBIDDEN = "forbidden", "Recognizes the token but allows nothing (403)"
    """As with the token of another directory."""
    NOT_FOUND = "not-found", "Doesn't know the address (404)"
    """As with a truncated Base URL."""
    TOO_MANY = "too-many", "Limits the request rate (429)"
    SERVER_ERROR = "server-error", "Reports an internal error (500)"
    REDIRECT = "redirect", "Redirects to a page for browsers (302)"
    HTML = "html", "Returns a sign-in page (200)"
    FILTER_IGNORED = "filter-ignored", "Ignores search filters"
    """Every search finds a user."""
    OPEN_DOOR = "open-door", "Accepts any token"
    SLOW = "slow", "Answers after 12 seconds"
    CLOSED = "closed", "Closes the connection in the middle of an answer"
    UNTRUSTED = "untrusted", "Has an untrusted certificate (copy the directory's Base URL again)"
    """The console shows the Base URL of a server with such a certificate."""


class ApiFault(WordedEnum):
    """A fault of the Directory Sync API."""

    NONE = "none", "Works normally"
    ROLE = "role", "Rejects the service account's role (403)"
    ADDRESS = "address", "Answers at another address (404 at the usual one)"


class PortalFault(WordedEnum):
    """A reason why the portal does not provision."""

    NONE = "none", "Works normally"
    DUPLICATE_GROUPS = "duplicate-group-names", "Finds two groups with the same name"
    PREVIEW = "preview-mode", "Runs in preview mode and sends nothing"
    NOBODY = "nothing-assigned", "Finds nobody assigned"


@dataclass(frozen=True, slots=True)
class FaultSwitch:
    """A form of the switchboard."""

    name: str
    """Of its field, and of the switchboard's attribute with the chosen fault."""
    system: str
    button: str
    faults: type[WordedEnum]


SWITCHES: Final = (
    FaultSwitch("fault", "SCIM endpoint", "Apply", Fault),
    FaultSwitch("portal_fault", "Portal", "Apply to the portal", PortalFault),
    FaultSwitch("api_fault", "Directory Sync API", "Apply to the API", ApiFault),
)

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

    def choose(self, fault: WordedEnum) -> None:
        """Choose the fault of its system."""
        match fault:
            case Fault():
                self.fault = fault
            case PortalFault():
                self.portal_fault = fault
            case ApiFault():
                self.api_fault = fault

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

    async def faulty_answer(self, send: Send) -> Response | None:
        """Return the answer that the fault demands; None if the request should be served normally."""
        status = _STATUS.get(self.fault)
        if status is not None:
            headers = {"retry-after": "30"} if status == 429 else None
            return JSONResponse({"detail": "Practice fault"}, status, headers, SCIM_JSON)
        match self.fault:
            case Fault.REDIRECT:
                return RedirectResponse("/cie", 302)
            case Fault.HTML:
                return HTMLResponse("<!doctype html><title>Sign in</title>")
            case Fault.CLOSED:
                start = [(b"content-type", SCIM_JSON.encode()), (b"content-length", b"4096")]
                await send({"type": "http.response.start", "status": 200, "headers": start})
                await send({"type": "http.response.body", "body": b'{"schemas":', "more_body": True})
                raise ConnectionAbortedError
            case Fault.SLOW:
                await asyncio.sleep(SLOW_SECONDS)
        return None

    def unfiltered_answer(self, scope: Scope) -> Response | None:
        """Return a user for a search if filters are ignored; None if the request should be served normally."""
        if self.fault is not Fault.FILTER_IGNORED or b"filter=" not in scope["query_string"]:
            return None
        found = {"schemas": [LIST], "totalResults": 1, "Resources": [{"id": "1", "userName": "anyone@practice"}]}
        return JSONResponse(found, media_type=SCIM_JSON)
