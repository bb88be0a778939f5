"""The change to try when a Base URL is nearly right."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from app.net import Answer
from app.scim.details import Repair
from app.scim.endpoint import Endpoint
from app.scim.interpretation import observe, redirect_target
from app.scim.observation import Observation
from app.values.address import RESOURCES

if TYPE_CHECKING:
    from app.net import NoAnswer
    from app.scim.probes import Request

_NOT_THERE: Final = frozenset({400, 404, 405, 410, 501})
"""What services answer to ``/Users/Users``."""


@dataclass(frozen=True, slots=True)
class Trial:
    """A change and the URL of the request with it."""

    repair: Repair
    url: str
    observation: Observation
    """What it shows if the request succeeds."""


def doubled(endpoint: Endpoint) -> bool:
    """Whether the Base URL ends in the path of a resource."""
    return urlsplit(endpoint.base_url).path.rstrip("/").lower().endswith(tuple(f"/{name}" for name in RESOURCES))


def trial(answer: Answer | NoAnswer, endpoint: Endpoint, request: Request, asked: str) -> Trial | None:
    """The change to try after that answer, if any; ``asked`` is the URL of the request.

    The URL is on the Base URL's own host, wherever a redirect points.
    """
    if not isinstance(answer, Answer):
        return None
    moved, pages = 300 <= answer.status < 400, (Observation.HTML, Observation.SIGN_IN_PAGE)
    if doubled(endpoint):
        if moved or answer.status in _NOT_THERE or observe(answer, asked) in pages:
            shorter = endpoint.base_url.rstrip("/").rpartition("/")[0]
            url = request.url(Endpoint(shorter, endpoint.practice))
            return Trial(Repair.WITHOUT_END, url, Observation.DOUBLED_PATH)
        return None
    if endpoint.base_url.endswith("//"):
        if moved or answer.status in _NOT_THERE or observe(answer, asked) in pages:
            url = request.url(Endpoint(endpoint.base_url.rstrip("/"), endpoint.practice))
            return Trial(Repair.ONE_SLASH, url, Observation.TWO_SLASHES)
        return None
    path, question, query = asked.partition("?")
    slashed = f"{path}/{question}{query}"
    if answer.status == 404 or (moved and _same_but_slash(redirect_target(answer, asked), slashed)):
        return Trial(Repair.SLASH, slashed, Observation.SLASH)
    return None


def _same_but_slash(url: str, slashed: str) -> bool:
    to, own = urlsplit(url), urlsplit(slashed)
    return (to.hostname, to.path) == (own.hostname, own.path)
