"""What a SCIM service offers, asked after Test Connection passed: for a card on the screen, never a failure.

Read-only, four requests at most, and only while time is left. What is absent is not offered (RFC 7644 section 4
leaves all of it to the service); what did not answer is not known.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from app.net import REQUEST_SECONDS, Answer
from app.scim.listing import CONFIGURATION, ListResponse, declares, read_listing, read_object

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.net import ReadOnlyClient
    from app.scim.endpoint import Endpoint


class ServicePart(StrEnum):
    """One thing that is asked for."""

    CONFIGURATION = "/ServiceProviderConfig"
    USERS = "/Users"
    GROUPS = "/Groups"
    SCHEMAS = "/Schemas"


class Offered(StrEnum):
    """Whether a service has something."""

    YES = "yes"
    NO = "no"
    """It says so, or it has no such address."""
    UNKNOWN = "unknown"
    """No usable answer, or no time was left to ask."""


FEATURES: Final = ("filter", "sort", "patch", "bulk", "etag")
"""Of RFC 7643 section 5, those that a setup is touched by."""

SCHEMAS: Final[Mapping[str, str]] = {
    "urn:ietf:params:scim:schemas:core:2.0:user": "User",
    "urn:ietf:params:scim:schemas:core:2.0:group": "Group",
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:user": "Enterprise User",
}
"""Those of RFC 7643 section 4; of others only the number is told."""

ATTRIBUTES: Final = (
    *("active", "addresses", "displayName", "emails", "entitlements", "externalId", "groups", "ims", "locale"),
    *("name", "nickName", "password", "phoneNumbers", "photos", "preferredLanguage", "profileUrl", "roles"),
    *("timezone", "title", "userName", "userType", "x509Certificates"),
)
"""Of RFC 7643 section 4.1; of others only the number is told, since a service may write anything."""

_ONE: Final = {"startIndex": "1", "count": "1", "attributes": "id"}


@dataclass(frozen=True, slots=True)
class ServiceOffer:
    """What a service offers. Safe to show: no name of a user, no text of the service."""

    parts: Mapping[ServicePart, Offered]
    users: int | None = None
    groups: int | None = None
    """``totalResults``; None where it is not known."""
    features: Mapping[str, bool] = field(default_factory=dict)
    """Name of ``FEATURES`` → whether the service says that it supports it; absent where it does not say."""
    page: int | None = None
    """The most resources that an answer to a filter holds (``filter.maxResults``)."""
    schemas: tuple[str, ...] = ()
    other_schemas: int = 0
    required: tuple[str, ...] = ()
    """Attributes of a user that the schema requires."""
    other_required: int = 0


async def ask(client: ReadOnlyClient, endpoint: Endpoint, token: str, limit_seconds: float) -> ServiceOffer:
    """Ask for all parts, one after the other, within ``limit_seconds``. An answer that asks to wait ends it."""
    end = time.monotonic() + limit_seconds
    parts: dict[ServicePart, Offered] = dict.fromkeys(ServicePart, Offered.UNKNOWN)
    found: dict[str, Any] = {}
    for part in ServicePart:
        left = end - time.monotonic()
        if left <= 0:
            break
        query = _ONE if part in (ServicePart.USERS, ServicePart.GROUPS) else None
        answer = await client.get(endpoint.url(part.value, query), token, min(left, REQUEST_SECONDS))
        if not isinstance(answer, Answer) or answer.status in (401, 403, 429, 503):
            break
        if answer.status in (404, 405, 501):
            parts[part] = Offered.NO
        elif answer.status == 200 and (read := _READERS[part](answer)) is not None:
            parts[part] = Offered.YES
            found |= read
    return ServiceOffer(parts, **found)


def _configuration(answer: Answer) -> dict[str, Any] | None:
    data = read_object(answer)
    if not isinstance(data, dict) or not declares(data, CONFIGURATION):
        return None
    said = {name: _supported(data.get(name)) for name in FEATURES}
    page = data["filter"].get("maxResults") if isinstance(data.get("filter"), dict) else None
    known = isinstance(page, int) and not isinstance(page, bool) and 0 < page <= 1_000_000_000
    return {
        "features": {name: supported for name, supported in said.items() if supported is not None},
        "page": page if known else None,
    }


def _supported(part: object) -> bool | None:
    said = part.get("supported") if isinstance(part, dict) else None
    return said if isinstance(said, bool) else None


def _users(answer: Answer) -> dict[str, Any] | None:
    page = read_listing(answer)
    return {"users": page.total} if isinstance(page, ListResponse) else None


def _groups(answer: Answer) -> dict[str, Any] | None:
    page = read_listing(answer)
    return {"groups": page.total} if isinstance(page, ListResponse) else None


def _schemas(answer: Answer) -> dict[str, Any] | None:
    page = read_listing(answer)
    if not isinstance(page, ListResponse):
        return None
    by_id = {str(each.get("id", "")).lower(): each for each in page.resources}
    known = [name for urn, name in SCHEMAS.items() if urn in by_id]
    attributes = by_id.get(next(iter(SCHEMAS)), {}).get("attributes")
    names = {
        str(each.get("name"))
        for each in (attributes if isinstance(attributes, list) else ())
        if isinstance(each, dict) and each.get("required") is True
    }
    return {
        "schemas": tuple(known),
        "other_schemas": len(by_id) - len(known),
        "required": tuple(name for name in ATTRIBUTES if name in names),
        "other_required": len(names - set(ATTRIBUTES)),
    }


_READERS: Final = {
    ServicePart.CONFIGURATION: _configuration,
    ServicePart.USERS: _users,
    ServicePart.GROUPS: _groups,
    ServicePart.SCHEMAS: _schemas,
}
