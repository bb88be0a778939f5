"""The requests that a SCIM client sends to test a connection, taken from its guide."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.guide.vocabulary import RANDOM_GUID

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.guide.model import Guide
    from app.guide.vocabulary import Expect
    from app.scim.endpoint import Endpoint


@dataclass(frozen=True, slots=True)
class Request:
    """One GET: path, query and what to expect."""

    path: str
    query: Mapping[str, str]
    """In the order sent; ``RANDOM_GUID`` in a value is a new GUID each time."""
    expect: Expect

    @property
    def words(self) -> str:
        """The request without address and token, for the screen and a ticket."""
        pairs = "&".join(f"{name}={value}" for name, value in self.query.items())
        return f"GET \u2026{self.path}" + (f"?{pairs}" if pairs else "")

    def url(self, endpoint: Endpoint) -> str:
        """The URL at that endpoint."""
        guid = str(uuid.uuid4())
        return endpoint.url(self.path, {name: value.replace(RANDOM_GUID, guid) for name, value in self.query.items()})


@dataclass(frozen=True, slots=True)
class Probe:
    """The two requests of a client: the one that decides, and the one after it."""

    first: Request
    second: Request


def probe_of(guide: Guide) -> Probe:
    """The requests of that guide's client."""
    first, second = (Request(spec.path, spec.query, spec.expect) for spec in guide.test_requests)
    return Probe(first, second)
