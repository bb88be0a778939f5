"""The expression by which PingOne asks CIE whether a user exists already (User Filter Expression)."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from app.guide.builders.shape import BuilderForm, Built, Input, picked

if TYPE_CHECKING:
    from collections.abc import Mapping

_NAME = r"[A-Za-z][A-Za-z0-9_-]*"
ATTRIBUTE = re.compile(rf"(urn:[A-Za-z0-9][A-Za-z0-9-]*:[A-Za-z0-9:._-]+:)?{_NAME}(\.{_NAME})?")
"""``attrPath`` of RFC 7644 section 3.4.2.2, without the ``$`` of ``$ref``, which is no use for matching users."""

PLACE = "%s"
"""Where PingOne inserts the user's value (Ping, "SCIM outbound" connections)."""

CHOICE = Input("attribute", "Attribute", "What a user is found by", choices=("userName", "externalId", "emails.value"))
OTHER = Input("other", "Another attribute, if none of these", "For example urn:example:2.0:User:employeeNumber")


def build(given: Mapping[str, str]) -> Built:
    """``userName Eq "%s"``, PingOne's default and the recommended one."""
    name = given.get("other", "").strip() or picked(given, CHOICE)
    if len(name) > 200 or not ATTRIBUTE.fullmatch(name):
        return Built(None, "An attribute looks like userName, name.familyName or urn:example:2.0:User:badge.")
    return Built(f"{name} Eq {json.dumps(PLACE)}", notes=_notes(name))


def _notes(name: str) -> tuple[str, ...]:
    if name.lower() == "username":  # attribute names are case insensitive, RFC 7643 section 2.1
        return ()
    return ("CIE is known to answer for userName. Whether it answers for others is not documented.",)


FORM = BuilderForm((CHOICE, OTHER), "User Filter Expression", build, title="Write the User Filter Expression")
