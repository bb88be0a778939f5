"""What a service offers, in lines for a card."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from app.scim.capabilities import Offered, ServicePart

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.scim.capabilities import ServiceOffer

ABSENT: Final[Mapping[Offered, str]] = {Offered.NO: "Not offered", Offered.UNKNOWN: "Unknown, no usable answer"}
_FEATURES: Final = {
    "filter": "Filtering",
    "sort": "Sorting",
    "patch": "Change by PATCH",
    "bulk": "Bulk requests",
    "etag": "Versions (ETag)",
}


def rows(offer: ServiceOffer) -> tuple[tuple[str, str], ...]:
    """Names and values, the most asked for first."""
    found = [
        ("Users", _count(offer, ServicePart.USERS, offer.users)),
        ("Groups", _count(offer, ServicePart.GROUPS, offer.groups)),
    ]
    configuration = offer.parts[ServicePart.CONFIGURATION]
    if configuration is Offered.YES:
        found += [(name, _feature(offer, key)) for key, name in _FEATURES.items()]
    else:
        found.append(("Configuration of the service", ABSENT[configuration]))
    schemas = offer.parts[ServicePart.SCHEMAS]
    found.append(("Schemas", _schemas(offer) if schemas is Offered.YES else ABSENT[schemas]))
    if offer.required or offer.other_required:
        found.append(("Required of a user", _and_more(offer.required, offer.other_required)))
    return tuple(found)


def _count(offer: ServiceOffer, part: ServicePart, number: int | None) -> str:
    offered = offer.parts[part]
    if offered is not Offered.YES or number is None:
        return ABSENT.get(offered, ABSENT[Offered.UNKNOWN])
    return f"{number:,}" if number else "None yet"


def _feature(offer: ServiceOffer, key: str) -> str:
    if key not in offer.features:
        return "Not stated"
    if not offer.features[key]:
        return "Not offered"
    return f"Yes, up to {offer.page:,} at a time" if key == "filter" and offer.page else "Yes"


def _schemas(offer: ServiceOffer) -> str:
    return _and_more(offer.schemas, offer.other_schemas) or "None listed"


def _and_more(names: tuple[str, ...], more: int) -> str:
    rest = f"{more} {'other' if more == 1 else 'others'}" if more else ""
    return " and ".join(filter(None, (", ".join(names), rest)))
