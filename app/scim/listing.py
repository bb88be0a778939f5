"""Reads a SCIM ListResponse (RFC 7644 section 3.4.2) without trusting anything in it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from app.scim.observation import Observation
from app.text.times import in_utc

if TYPE_CHECKING:
    from app.net import Answer

LIST: Final = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
CONFIGURATION: Final = "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"

MOST_RESOURCES: Final = 1_000_000_000
"""A larger ``totalResults`` is not the size of any directory, and would not fit on the screen."""

LONGEST_TIME: Final = 64
"""Characters of a ``meta.lastModified``; a longer one is ignored."""


@dataclass(frozen=True, slots=True)
class ListResponse:
    """One page of a list."""

    total: int
    resources: tuple[dict[str, Any], ...] = field(repr=False)
    declared: bool
    """Whether the answer names the ListResponse schema, as it must."""

    @property
    def changes(self) -> tuple[datetime, ...]:
        """``meta.lastModified`` of the resources that have one, in order, UTC."""
        return tuple(moment for each in self.resources if (moment := last_modified(each)) is not None)


class _RepeatedName(dict[str, Any]):
    """An object with a repeated name, which two parsers may read differently."""


def read_object(answer: Answer) -> dict[str, Any] | Observation:
    """The JSON object in the body, or what is there instead of one.

    As strict as the strictest client: UTF-8 (RFC 8259 section 8.1), no NaN, no repeated name (RFC 7493 section 2.3).
    """
    if answer.content_type in ("text/html", "application/xhtml+xml") or answer.body.lstrip()[:1] == b"<":
        return Observation.HTML
    try:
        data = json.loads(answer.body.decode("utf-8-sig"), object_pairs_hook=_members, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        return Observation.BROKEN_OFF if _is_cut_off(answer.body, error) else Observation.NOT_JSON
    return data if isinstance(data, dict) and not isinstance(data, _RepeatedName) else Observation.WRONG_SHAPE


def read_listing(answer: Answer) -> ListResponse | Observation:
    """The list in the body, or what is there instead of one."""
    data = read_object(answer)
    if isinstance(data, Observation):
        return data
    total, resources = data.get("totalResults"), data.get("Resources")
    if resources is None:
        resources = []
    objects = tuple(each for each in resources if isinstance(each, dict)) if isinstance(resources, list) else None
    if objects is None or len(objects) < len(resources):
        return Observation.WRONG_SHAPE
    declared = declares(data, LIST)
    if isinstance(total, bool) or not isinstance(total, int) or not len(objects) <= total <= MOST_RESOURCES:
        return Observation.BAD_COUNT if declared else Observation.WRONG_SHAPE
    return ListResponse(total, objects, declared)


def declares(data: dict[str, Any], urn: str) -> bool:
    """Whether an object names that schema, as every object must (RFC 7643 section 3)."""
    schemas = data.get("schemas")
    if not isinstance(schemas, list) or not all(isinstance(each, str) for each in schemas):
        return False
    return urn.lower() in (each.lower() for each in schemas)


def supported(part: object) -> bool | None:
    """Whether a part of a service's configuration says that it is supported; None if it does not say."""
    said = part.get("supported") if isinstance(part, dict) else None
    return said if isinstance(said, bool) else None


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    return found if len(found) == len(pairs) else _RepeatedName(found)


def _is_cut_off(body: bytes, error: Exception) -> bool:
    """Whether a body starts like an object, and its only fault is where it ends."""
    if body.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] != b"{":
        return False
    if isinstance(error, UnicodeDecodeError):
        return error.reason == "unexpected end of data"
    if not isinstance(error, json.JSONDecodeError):
        return False
    rest = error.doc[error.pos :].rstrip()
    return error.msg.startswith("Unterminated string") or any(
        word.startswith(rest) for word in ("true", "false", "null")
    )


def _no_number(name: str) -> float:
    raise ValueError(name)


def last_modified(resource: dict[str, Any]) -> datetime | None:
    """``meta.lastModified`` of a resource, UTC; None if missing, unreadable or implausible."""
    meta = resource.get("meta")
    text = meta.get("lastModified") if isinstance(meta, dict) else None
    if not isinstance(text, str) or len(text) > LONGEST_TIME:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    # RFC 7643 section 2.3.5: an xsd:dateTime. Without a time zone it is read as UTC.
    return in_utc(moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment)
