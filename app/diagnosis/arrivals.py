"""What the kinds of findings about arrived users and groups are called, and what to do about them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from app.scim.arrivals import ArrivalKind

if TYPE_CHECKING:
    from collections.abc import Mapping

TITLES: Final[Mapping[ArrivalKind, str]] = {
    ArrivalKind.NEWEST: "Newest changes",
    ArrivalKind.INCOMPLETE: "Missing attributes",
    ArrivalKind.FORM: "User name form",
    ArrivalKind.SAME: "Duplicate groups",
    ArrivalKind.ALIKE: "Nearly identical groups",
    ArrivalKind.NO_MEMBERS: "Groups without members",
    ArrivalKind.SIGNS: "Reserved characters",
    ArrivalKind.MISSING: "Missing here",
    ArrivalKind.EXTRA: "Not in the export",
}

ADVICE: Final[Mapping[ArrivalKind, str]] = {
    ArrivalKind.NEWEST: "",
    ArrivalKind.INCOMPLETE: "Map these attributes in the portal, then have it send the users again.",
    ArrivalKind.FORM: "CIE uses userName as the User Principal Name. Policies that name users otherwise won't match.",
    ArrivalKind.SAME: "A sync can't complete with duplicate group names. Make them unique, then restart provisioning.",
    ArrivalKind.ALIKE: "It isn't documented whether CIE distinguishes these names. Rename one to be safe.",
    ArrivalKind.NO_MEMBERS: "A policy with this group matches nobody. Members may be unassigned or arrive later.",
    ArrivalKind.SIGNS: "Prisma Access can't commit a policy with a group whose name has one of \" ' < > &.",
    ArrivalKind.MISSING: "Not assigned, out of scope, or not sent yet. The portal's provisioning log shows which.",
    ArrivalKind.EXTRA: "Assigned after the export, or left from before. Compare with a new export.",
}
