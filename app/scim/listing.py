"""Reads a SCIM ListResponse out of an answer, trusting nothing in it (RFC 7644 section 3.4.2)."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from app.scim.observation import Observation

if TYPE_CHECKING:
    from app.net import Answer

_URN: Final = "urn:ietf:params:scim:api:messages:2.0:listresponse"


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of a list."""

    total: int
    resources: tuple[dict[str, Any], ...] = field(repr=False)
    declared: bool
    """Whether the answer names the ListResponse schema, as it must."""

    @property
    def changes(self) -> tuple[datetime, ...]:
        """``meta.lastModified`` of the resources that carry one, in their order, UTC."""
        return tuple(moment for each in self.resources if (moment := _last_modified(each)) is not None)


def read_object(answer: Answer) -> dict[str, Any] | Observation:
    """The JSON object in the body, or what is there instead."""
    if answer.content_type in ("text/html", "application/xhtml+xml") or answer.body.lstrip()[:1] == b"<":
        return Observation.HTML
    try:
        data = json.loads(answer.body)
    except (ValueError, RecursionError):
        return Observation.NOT_JSON
    return data if isinstance(data, dict) else Observation.WRONG_SHAPE


def read_listing(answer: Answer) -> Listing | Observation:
    """The list in the body, or what is there instead."""
    data = read_object(answer)
    if isinstance(data, Observation):
        return data
    total, resources, schemas = data.get("totalResults"), data.get("Resources"), data.get("schemas")
    if resources is None:
        resources = []
    if isinstance(total, bool) or not isinstance(total, int) or total < 0 or not isinstance(resources, list):
        return Observation.WRONG_SHAPE
    declared = isinstance(schemas, list) and any(isinstance(s, str) and s.lower() == _URN for s in schemas)
    return Listing(total, tuple(each for each in resources if isinstance(each, dict)), declared)


def _last_modified(resource: dict[str, Any]) -> datetime | None:
    meta = resource.get("meta")
    text = meta.get("lastModified") if isinstance(meta, dict) else None
    if not isinstance(text, str) or len(text) > 64:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    try:
        # RFC 7643 section 2.3.5: an xsd:dateTime; without a zone it is read as UTC.
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except OverflowError:
        return None
