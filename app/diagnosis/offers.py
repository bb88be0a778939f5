"""What a service offers, in lines for a card."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.scim.capabilities import Feature, Offered, ServicePart

if TYPE_CHECKING:
    from app.scim.capabilities import ServiceOffer


def rows(offer: ServiceOffer) -> tuple[tuple[str, str], ...]:
    """Names and values, the most important first."""
    found = [
        ("Users", _count(offer.parts[ServicePart.USERS], offer.users)),
        ("Groups", _count(offer.parts[ServicePart.GROUPS], offer.groups)),
    ]
    configuration = offer.parts[ServicePart.CONFIGURATION]
    if configuration is Offered.YES:
        found += [(feature.words, _feature(offer, feature)) for feature in Feature]
    else:
        found.append(("Configuration of the service", configuration.words))
    schemas = offer.parts[ServicePart.SCHEMAS]
    listed = _and_more(offer.schemas, offer.other_schemas) or "None listed"
    found.append(("Schemas", listed if schemas is Offered.YES else schemas.words))
    if offer.required or offer.other_required:
        found.append(("Required of a user", _and_more(offer.required, offer.other_required)))
    return tuple(found)


def _count(offered: Offered, number: int | None) -> str:
    if offered is not Offered.YES or number is None:
        return (Offered.UNKNOWN if offered is Offered.YES else offered).words
    return f"{number:,}" if number else "None yet"


def _feature(offer: ServiceOffer, feature: Feature) -> str:
    if feature not in offer.features:
        return "Not stated"
    if not offer.features[feature]:
        return Offered.NO.words
    return f"Yes, up to {offer.page:,} at a time" if feature is Feature.FILTER and offer.page else "Yes"


def _and_more(names: tuple[str, ...], more: int) -> str:
    rest = f"{more} {'other' if more == 1 else 'others'}" if more else ""
    return " and ".join(filter(None, (", ".join(names), rest)))
