"""How each SCIM client asks when it tests a connection; the guide names the one to imitate."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from app.guide.vocabulary import ProbeStyle

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.scim.endpoint import Endpoint


class Expect(StrEnum):
    """What a good answer to a request is, besides status 200."""

    EMPTY = "empty"
    """A ListResponse without any resource, because nothing can match a random GUID."""
    LIST = "list"
    """A ListResponse, empty or not."""
    OBJECT = "object"
    """A JSON object."""


@dataclass(frozen=True, slots=True)
class Request:
    """One GET: path, query and what to expect. ``{guid}`` stands for a fresh random GUID."""

    path: str
    query: Mapping[str, str]
    expect: Expect

    @property
    def words(self) -> str:
        """The request without address and token, for the screen and a ticket."""
        pairs = "&".join(f"{name}={value}" for name, value in self.query.items()).replace("{guid}", "<random GUID>")
        return f"GET \u2026{self.path}" + (f"?{pairs}" if pairs else "")

    def url(self, endpoint: Endpoint) -> str:
        """The URL at that endpoint."""
        guid = str(uuid.uuid4())
        return endpoint.url(self.path, {name: value.replace("{guid}", guid) for name, value in self.query.items()})


@dataclass(frozen=True, slots=True)
class Probe:
    """The two requests of a client: the one that decides, and the one after it."""

    first: Request
    second: Request


_NOBODY: Final = Request("/Users", {"filter": 'userName eq "{guid}"'}, Expect.EMPTY)
_ONE_GROUP: Final = Request("/Groups", {"startIndex": "1", "count": "1"}, Expect.LIST)

PROBES: Final[Mapping[ProbeStyle, Probe]] = {
    ProbeStyle.ENTRA: Probe(
        _NOBODY,
        Request("/Groups", {"excludedAttributes": "members", "filter": 'displayName eq "{guid}"'}, Expect.EMPTY),
    ),
    ProbeStyle.OKTA: Probe(
        Request("/Users", {"startIndex": "1", "count": "2"}, Expect.LIST),
        Request("/Groups", {"startIndex": "1", "count": "100"}, Expect.LIST),
    ),
    ProbeStyle.CYBERARK: Probe(
        Request("/Users", {"count": "1"}, Expect.LIST),
        Request("/ServiceProviderConfig", {}, Expect.OBJECT),
    ),
    ProbeStyle.PING: Probe(Request("/Users", {"filter": 'userName Eq "{guid}"'}, Expect.EMPTY), _ONE_GROUP),
    ProbeStyle.GENERIC: Probe(_NOBODY, _ONE_GROUP),
}
