"""Authenticates requests by the token."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:
    from django.http import HttpRequest


def has_token(request: HttpRequest) -> bool:
    """Return whether the request carries the token."""
    return bool(request.headers.get("Authorization") == f"Bearer {settings.SCIM_TOKEN}")
