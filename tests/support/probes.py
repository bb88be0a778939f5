"""The distinct connection tests of the guides' clients."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.guide import catalog
from app.scim.probes import probe_of

if TYPE_CHECKING:
    from app.scim.probes import Probe


def _different() -> dict[str, Probe]:
    found: dict[str, Probe] = {}
    for guide in catalog.guides():
        if (probe := probe_of(guide)) not in found.values():
            found[guide.id] = probe
    return found


PROBES = _different()
"""Id of the first guide with this test → its requests."""

LOOKUP = probe_of(catalog.guide("entra"))
"""Looks for a user and for a group that cannot exist."""

LOOKUP_AND_LIST = probe_of(catalog.guide("others"))
"""Looks for a user that cannot exist, and lists groups."""
