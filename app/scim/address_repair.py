"""One more request where a Base URL is nearly right, to say which change of it gets through."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from app.net import Answer
from app.scim.endpoint import Endpoint
from app.scim.interpretation import seen, target
from app.scim.observation import Observation

if TYPE_CHECKING:
    from app.net import NoAnswer
    from app.scim.probes import Request

_RESOURCES: Final = ("/users", "/groups", "/schemas", "/resourcetypes", "/serviceproviderconfig")
"""Ends that are no part of a Base URL, because a client adds them (RFC 7644 section 3.2)."""

_NOT_THERE: Final = frozenset({400, 404, 405, 410, 501})
"""What services answer to ``/Users/Users``."""


def doubled(endpoint: Endpoint) -> bool:
    """Whether the Base URL ends in the path of a resource."""
    return urlsplit(endpoint.base_url).path.rstrip("/").lower().endswith(_RESOURCES)


def trial(
    answer: Answer | NoAnswer, endpoint: Endpoint, request: Request, asked: str
) -> tuple[Observation, str] | None:
    """What a repair would be called, and the URL to try; None where nothing suggests one.

    The URL is on the Base URL's own host, whatever a redirect names.
    """
    if not isinstance(answer, Answer):
        return None
    moved, pages = 300 <= answer.status < 400, (Observation.HTML, Observation.SIGN_IN_PAGE)
    if doubled(endpoint):
        if moved or answer.status in _NOT_THERE or seen(answer, asked) in pages:
            shorter = endpoint.base_url.rstrip("/").rpartition("/")[0]
            return Observation.DOUBLED_PATH, request.url(Endpoint(shorter, endpoint.practice))
        return None
    path, question, query = asked.partition("?")
    slashed = f"{path}/{question}{query}"
    if answer.status == 404 or (moved and _same_but_slash(target(answer, asked), slashed)):
        return Observation.SLASH, slashed
    return None


def _same_but_slash(place: str, slashed: str) -> bool:
    to, own = urlsplit(place), urlsplit(slashed)
    return (to.hostname, to.path) == (own.hostname, own.path)
