"""Renders the consoles' pages and checks their forms."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from starlette.responses import HTMLResponse, RedirectResponse, Response

from app.practice.derived_secrets import equal_secrets
from app.system.paths import resources

if TYPE_CHECKING:
    from starlette.requests import Request

    from app.practice.derived_secrets import DerivedSecrets

_FORM_LIMIT = 16_384
"""Bytes read of a form at most."""


class ConsolePages:
    """Renders the templates, keeps one message per console for the next page, and checks forms."""

    def __init__(self, derived: DerivedSecrets) -> None:
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

    async def form(self, request: Request) -> dict[str, list[str]] | None:
        """Return the fields of a form; None if the form does not come from one of these pages."""
        body = b""
        async for chunk in request.stream():
            body += chunk
            if len(body) > _FORM_LIMIT:
                return None
        fields: dict[str, list[str]] = {}
        for name, value in parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True):
            fields.setdefault(name, []).append(value.strip())
        return fields if equal_secrets(first_value(fields, "csrf"), self._derived.csrf) else None


def first_value(fields: dict[str, list[str]], name: str) -> str:
    """Return the first value of a field; empty if there is none."""
    return fields.get(name, [""])[0]


def redirect(path: str) -> RedirectResponse:
    """Redirect to another page after a form."""
    return RedirectResponse(path, 303)


def outdated_form() -> Response:
    """Return the answer to a form that is not from these pages."""
    return plain_text("This form is out of date. Go back and reload the page.", 403)


def plain_text(sentence: str, status: int) -> Response:
    """Return a sentence as a response."""
    return Response(sentence, status, media_type="text/plain")
