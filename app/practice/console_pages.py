"""Renders the consoles' pages and checks their forms."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.parse import parse_qsl

from starlette.datastructures import ImmutableMultiDict
from starlette.responses import HTMLResponse, RedirectResponse, Response

from app.practice.derived_secrets import equal_secrets
from app.system.paths import resources

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import Request

    from app.practice.derived_secrets import DerivedSecrets

BODY_LIMIT = 16_384
"""Bytes read of a form or of a request to the API at most."""

Fields: TypeAlias = "ImmutableMultiDict[str, str]"
"""The fields of a form, without spaces around their values."""


class ConsolePages:
    """Renders the templates, keeps one message per console for the next page, and checks forms."""

    def __init__(self, derived: DerivedSecrets) -> None:
        from jinja2 import Environment, FileSystemLoader, StrictUndefined

        self._derived = derived
        self._templates = Environment(
            loader=FileSystemLoader([resources() / "practice", resources() / "console"]),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._messages: dict[str, tuple[str, bool]] = {}

    def show_message(self, console: str, sentence: str, *, bad: bool = False) -> None:
        """Show a message on the console's next page."""
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
                # Not no-referrer: browsers would then send "Origin: null" with forms.
                "Referrer-Policy": "same-origin",
                "X-Content-Type-Options": "nosniff",
            },
        )

    def posted(self, act: Callable[[Request, Fields], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
        """Return what passes the fields of a form to ``act``, and refuses a form that is not from these pages."""

        async def answer(request: Request) -> Response:
            body = await read_body(request)
            pairs = parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True) if body is not None else []
            fields: Fields = ImmutableMultiDict([(name, value.strip()) for name, value in pairs])
            known = equal_secrets(fields.get("csrf", ""), self._derived.csrf)
            return await act(request, fields) if known else outdated_form()

        return answer


async def read_body(request: Request) -> bytes | None:
    """Return the body of a request; None if it is longer than ``BODY_LIMIT``."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY_LIMIT:
            return None
    return body


def redirect(path: str) -> RedirectResponse:
    """Redirect to another page after a form."""
    return RedirectResponse(path, 303)


def outdated_form() -> Response:
    """Return the answer to a form that is not from these pages."""
    return plain_text("This form is out of date. Go back and reload the page.", 403)


def plain_text(sentence: str, status: int) -> Response:
    """Return a sentence as a response."""
    return Response(sentence, status, media_type="text/plain")
