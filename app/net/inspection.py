"""Tells whether a certificate comes from a proxy that opens encrypted traffic, as far as its authority shows it."""

from __future__ import annotations

import re
import ssl
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING

from app.net.certificate import as_text
from app.system.paths import resources

if TYPE_CHECKING:
    from app.net.answers import PeerCertificate


class Authority(StrEnum):
    """Who stands behind a certificate."""

    PUBLIC = "public"
    """The chain ends in an authority that browsers bring along (Mozilla's list)."""
    INSPECTION = "inspection"
    """Its names are those of a product that opens encrypted traffic."""
    OWN = "own"
    """Neither: an authority of an organisation or of this computer, or one that is not on the list yet."""


def authority(peer: PeerCertificate) -> Authority:
    """Who stands behind that certificate. Reads files when first asked (20 ms): use a thread."""
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
    """The names of the public authorities."""
    import certifi

    store = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    store.load_verify_locations(certifi.where())
    return frozenset(as_text(certificate["subject"]) for certificate in store.get_ca_certs())
