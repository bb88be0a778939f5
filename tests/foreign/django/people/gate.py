"""Authenticates requests by the token."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.auth.models import AnonymousUser

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse


class Client:
    """The SCIM client, in the form that django-scim2's middleware expects."""

    is_authenticated = True
    is_anonymous = False


def by_token(answer: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Return middleware that signs the client in by its token."""

    def middleware(request: HttpRequest) -> HttpResponse:
        right = request.headers.get("Authorization") == f"Bearer {settings.SCIM_TOKEN}"
        request.user = Client() if right else AnonymousUser()
        return answer(request)

    return middleware
