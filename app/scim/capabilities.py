"""Asks what a SCIM service offers, after the connection test has passed: for a card on the screen, never a failure.

Read-only, at most four requests, and only while time is left. What is absent is not offered (RFC 7644 section 4
leaves all of it to the service); without an answer it is unknown.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from app.net import REQUEST_SECONDS, Answer
from app.scim.listing import CONFIGURATION, ListResponse, declares, read_listing, read_object, supported
from app.text.worded import WordedEnum

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.net import ReadOnlyClient
    from app.scim.endpoint import Endpoint


class ServicePart(StrEnum):
    """What to ask for, with its path."""

    CONFIGURATION = "/ServiceProviderConfig"
    USERS = "/Users"
    GROUPS = "/Groups"
    SCHEMAS = "/Schemas"


class Offered(WordedEnum):
    """Whether a service offers something."""

    YES = "yes", "Offered"
    NO = "no", "Not offered"
    """It says so, or has no such address."""
    UNKNOWN = "unknown", "Unknown, no usable answer"
    """Or no time left to ask."""


class Feature(WordedEnum):
    """A feature of the service's configuration (RFC 7643 section 5) that matters to a setup."""

    FILTER = "filter", "Filtering"
    SORT = "sort", "Sorting"
    PATCH = "patch", "Change by PATCH"
    BULK = "bulk", "Bulk requests"
    ETAG = "etag", "Versions (ETag)"


SCHEMAS: Final[Mapping[str, str]] = {
    "urn:ietf:params:scim:schemas:core:2.0:user": "User",
    "urn:ietf:params:scim:schemas:core:2.0:group": "Group",
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:user": "Enterprise User",
}
"""The schemas of RFC 7643 section 4. Others are only counted."""

ATTRIBUTES: Final = (
    *("active", "addresses", "displayName", "emails", "entitlements", "externalId", "groups", "ims", "locale"),
    *("name", "nickName", "password", "phoneNumbers", "photos", "preferredLanguage", "profileUrl", "roles"),
    *("timezone", "title", "userName", "userType", "x509Certificates"),
)
"""The attributes of RFC 7643 section 4.1. Others are only counted, since a service may write anything."""

_USER: Final = next(iter(SCHEMAS))
_ONE: Final = {"startIndex": "1", "count": "1", "attributes": "id"}


@dataclass(frozen=True, slots=True)
class ServiceOffer:
    """What a service offers. Safe to show: no name of a user, no text of the service."""

    parts: Mapping[ServicePart, Offered]
    users: int | None = None
    groups: int | None = None
    """``totalResults``; None if unknown."""
    features: Mapping[Feature, bool] = field(default_factory=dict)
    """Whether the service says that it supports a feature; without those it does not mention."""
    page: int | None = None
    """The most resources in an answer to a filter (``filter.maxResults``)."""
    schemas: tuple[str, ...] = ()
    other_schemas: int = 0
    required: tuple[str, ...] = ()
    """Attributes of a user that the schema requires."""
    other_required: int = 0


async def ask(client: ReadOnlyClient, endpoint: Endpoint, token: str, limit_seconds: float) -> ServiceOffer:
    """Ask for all parts, one after the other, within ``limit_seconds``. Stops if the service asks to wait."""
    end = time.monotonic() + limit_seconds
    parts: dict[ServicePart, Offered] = dict.fromkeys(ServicePart, Offered.UNKNOWN)
    offer = ServiceOffer(parts)
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
        elif answer.status == 200 and (more := _read(offer, part, answer)) is not None:
            parts[part], offer = Offered.YES, more
    return offer


def _read(offer: ServiceOffer, part: ServicePart, answer: Answer) -> ServiceOffer | None:
    """The offer with what this part adds; None if the answer is not usable."""
    if part is ServicePart.CONFIGURATION:
        data = read_object(answer)
        return _configuration(offer, data) if isinstance(data, dict) and declares(data, CONFIGURATION) else None
    page = read_listing(answer)
    if not isinstance(page, ListResponse):
        return None
    match part:
        case ServicePart.USERS:
            return replace(offer, users=page.total)
        case ServicePart.GROUPS:
            return replace(offer, groups=page.total)
        case ServicePart.SCHEMAS:
            return _schemas(offer, page)


def _configuration(offer: ServiceOffer, data: dict[str, Any]) -> ServiceOffer:
    said = {feature: supported(data.get(feature.value)) for feature in Feature}
    features = {feature: value for feature, value in said.items() if value is not None}
    page = data["filter"].get("maxResults") if isinstance(data.get("filter"), dict) else None
    known = isinstance(page, int) and not isinstance(page, bool) and 0 < page <= 1_000_000_000
    return replace(offer, features=features, page=page if known else None)


def _schemas(offer: ServiceOffer, page: ListResponse) -> ServiceOffer:
    by_id = {str(each.get("id", "")).lower(): each for each in page.resources}
    known = tuple(name for urn, name in SCHEMAS.items() if urn in by_id)
    attributes = by_id.get(_USER, {}).get("attributes")
    names = {
        str(each.get("name"))
        for each in (attributes if isinstance(attributes, list) else ())
        if isinstance(each, dict) and each.get("required") is True
    }
    return replace(
        offer,
        schemas=known,
        other_schemas=len(by_id) - len(known),
        required=tuple(name for name in ATTRIBUTES if name in names),
        other_required=len(names - set(ATTRIBUTES)),
    )
