"""Protects the consoles and the endpoint from other hosts, other sites and other local programs."""

from __future__ import annotations

from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import RedirectResponse

from app.practice import directory_sync
from app.practice.console_pages import plain_text
from app.practice.derived_secrets import equal_secrets
from app.practice.endpoint import PREFIX
from app.values.api_regions import TOKEN_PATHS

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

    from app.practice.console_keys import ConsoleKeys

API_PREFIXES = (f"{directory_sync.PREFIX}/", f"{directory_sync.OTHER_PREFIX}/")
"""Address prefixes of the Directory Sync API."""


class RequestFilter:
    """Passes a request to the endpoint or the consoles, or refuses it (ASGI).

    The Host header must name this server, which prevents DNS rebinding. An Origin header must match. The consoles
    require the cookie that a key is exchanged for.
    """

    def __init__(self, consoles: ASGIApp, endpoint: ASGIApp, keys: ConsoleKeys, port: int) -> None:
        self._consoles = consoles
        self._endpoint = endpoint
        self._keys = keys
        self._host = f"127.0.0.1:{port}"
        # All ports of a host share cookies, so the cookie's name contains the port.
        self._cookie = f"practice-{port}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Check a request and pass it on."""
        if scope["type"] != "http":
            return
        headers = Headers(scope=scope)
        origin = headers.get("origin")
        if headers.get("host") != self._host:
            await plain_text("This address is not served here.", 421)(scope, receive, send)
        elif origin is not None and origin != f"http://{self._host}":
            await plain_text("Requests from other pages are refused.", 403)(scope, receive, send)
        elif scope["path"].startswith(PREFIX):
            await self._endpoint(scope, receive, send)
        elif scope["path"] in TOKEN_PATHS.values() or scope["path"].startswith(API_PREFIXES):
            # A program has no cookie; it sends its Client ID and Client Secret, or its token.
            await self._consoles(scope, receive, send)
        else:
            await self._console(scope, receive, send, headers)

    async def _console(self, scope: Scope, receive: Receive, send: Send, headers: Headers) -> None:
        request = Request(scope)
        key = request.query_params.get("key")
        path = scope["path"]
        if key is not None and request.method == "GET" and self._keys.spend(path, key):
            answer: ASGIApp = RedirectResponse(path, 303)  # the key was made for this path, see ConsoleKeys
            answer.set_cookie(  # type: ignore[attr-defined]
                self._cookie, self._keys.cookie, httponly=True, samesite="strict"
            )
        elif self._known(headers):
            answer = self._consoles
        else:
            answer = plain_text("Open this page from the assistant.", 403)
        await answer(scope, receive, send)

    def _known(self, headers: Headers) -> bool:
        try:
            jar = SimpleCookie(headers.get("cookie", ""))
        except CookieError:
            return False
        return self._cookie in jar and equal_secrets(jar[self._cookie].value, self._keys.cookie)
