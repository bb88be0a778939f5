"""Keeps other hosts, other sites and other local programs out of the consoles; renders their pages."""

from __future__ import annotations

import secrets
from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from app.practice import directory_sync
from app.practice.derive import TOKEN_PATHS, same
from app.practice.endpoint import PREFIX
from app.system.paths import resources

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

    from app.practice.derive import Derived

API_PREFIXES = (f"{directory_sync.PREFIX}/", f"{directory_sync.OTHER_PREFIX}/")
"""Addresses of the Directory Sync API."""

_FORM_LIMIT = 16_384
"""Characters of a form that are read at most."""


class RequestFilter:
    """Lets a request through to the endpoint or the consoles, or refuses it (ASGI).

    The Host header must name this server, which stops DNS rebinding. An Origin header must match.
    The consoles need the cookie that the session key is exchanged for.
    """

    def __init__(self, consoles: ASGIApp, endpoint: ASGIApp, derived: Derived, port: int) -> None:
        self._consoles = consoles
        self._endpoint = endpoint
        self._derived = derived
        self._host = f"127.0.0.1:{port}"
        # Cookies are shared by all ports of a host, so the name carries the port.
        self._cookie = f"practice-{port}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Check a request and pass it on."""
        if scope["type"] != "http":
            return
        headers = Headers(scope=scope)
        origin = headers.get("origin")
        if headers.get("host") != self._host:
            await _text("This address is not served here.", 421)(scope, receive, send)
        elif origin is not None and origin != f"http://{self._host}":
            await _text("Requests from other pages are refused.", 403)(scope, receive, send)
        elif scope["path"].startswith(PREFIX):
            await self._endpoint(scope, receive, send)
        elif scope["path"] in TOKEN_PATHS or scope["path"].startswith(API_PREFIXES):
            # A program has no cookie; it shows its Client ID and Client Secret, or its token there.
            await self._consoles(scope, receive, send)
        else:
            await self._console(scope, receive, send, headers)

    async def _console(self, scope: Scope, receive: Receive, send: Send, headers: Headers) -> None:
        request = Request(scope)
        key = request.query_params.get("key")
        if key is not None and request.method == "GET" and same(key, self._derived.session_key):
            answer: ASGIApp = RedirectResponse(request.url.path, 303)
            answer.set_cookie(  # type: ignore[attr-defined]
                self._cookie, self._derived.cookie, httponly=True, samesite="strict"
            )
        elif self._known(headers):
            answer = self._consoles
        else:
            answer = _text("Open this page from the assistant.", 403)
        await answer(scope, receive, send)

    def _known(self, headers: Headers) -> bool:
        try:
            jar = SimpleCookie(headers.get("cookie", ""))
        except CookieError:
            return False
        return self._cookie in jar and same(jar[self._cookie].value, self._derived.cookie)


def _text(sentence: str, status: int) -> Response:
    return Response(sentence, status, media_type="text/plain")


class ConsolePages:
    """Renders the templates, remembers one message per console for the next page, and checks forms."""

    def __init__(self, derived: Derived) -> None:
        from jinja2 import Environment, FileSystemLoader, StrictUndefined

        self._derived = derived
        self._templates = Environment(
            loader=FileSystemLoader(resources() / "practice"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._messages: dict[str, tuple[str, bool]] = {}

    def say(self, console: str, sentence: str, *, bad: bool = False) -> None:
        """Show a sentence on the next page of that console."""
        self._messages[console] = (sentence, bad)

    def page(self, console: str, template: str, **values: Any) -> HTMLResponse:
        """Render a page."""
        message, bad = self._messages.pop(console, ("", False))
        nonce = secrets.token_urlsafe(16)
        html = self._templates.get_template(template).render(
            **values, console=console, message=message, bad=bad, csrf=self._derived.csrf, nonce=nonce
        )
        return HTMLResponse(
            html,
            headers={
                "Cache-Control": "no-store",
                "Content-Security-Policy": f"default-src 'none'; style-src 'nonce-{nonce}'; "
                f"script-src 'nonce-{nonce}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
                # Not no-referrer: browsers would then send "Origin: null" with the forms.
                "Referrer-Policy": "same-origin",
                "X-Content-Type-Options": "nosniff",
            },
        )

    async def form(self, request: Request) -> dict[str, list[str]] | None:
        """The fields of a form; None where it does not come from a page of ours."""
        body = b""
        async for chunk in request.stream():
            body += chunk
            if len(body) > _FORM_LIMIT:
                return None
        fields: dict[str, list[str]] = {}
        for name, value in parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True):
            fields.setdefault(name, []).append(value.strip())
        return fields if same(first(fields, "csrf"), self._derived.csrf) else None


def first(fields: dict[str, list[str]], name: str) -> str:
    """The first value of a field, empty where there is none."""
    return fields.get(name, [""])[0]


def to(path: str) -> RedirectResponse:
    """Go on at another page after a form."""
    return RedirectResponse(path, 303)


def stale() -> Response:
    """The answer to a form that was not ours."""
    return _text("This form is out of date. Go back and load the page again.", 403)
