"""Decides whether a certificate comes from a proxy that inspects encrypted traffic, as far as its issuer shows it."""

from __future__ import annotations

import asyncio
import re
import ssl
from functools import cache
from typing import TYPE_CHECKING

from app.net.certificate import as_text
from app.system.paths import resources
from app.text.worded import WordedEnum

if TYPE_CHECKING:
    from app.net.answers import PeerCertificate


class Authority(WordedEnum):
    """Who issued a certificate."""

    PUBLIC = "public", "a public one, which browsers include"
    """The chain ends in an authority of Mozilla's list."""
    INSPECTION = "inspection", "a product that inspects encrypted traffic"
    """Its names are those of such a product."""
    OWN = "own", "not a public one, an organization's own"
    """Or of this computer, or a public one that is not on the list yet."""


async def authority(peer: PeerCertificate) -> Authority:
    """Return who issued the certificate. The first call reads files for 20 ms, in a thread."""
    if not _roots.cache_info().currsize:
        await asyncio.to_thread(_roots)
    names = f"{peer.issuer} | {' | '.join(peer.top)}".lower()
    if _products().search(names):
        return Authority.INSPECTION
    return Authority.PUBLIC if _roots() & set(peer.top) else Authority.OWN


@cache
def _products() -> re.Pattern[str]:
    lines = (resources() / "diagnosis" / "inspection.txt").read_text("utf-8").splitlines()
    words = [line.strip() for line in lines if line.strip() and not line.startswith("#")]
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, words))})(?!\w)")


@cache
def _roots() -> frozenset[str]:
    """Return the names of the public authorities."""
    import certifi

    store = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    store.load_verify_locations(certifi.where())
    return frozenset(as_text(certificate["subject"]) for certificate in store.get_ca_certs())
