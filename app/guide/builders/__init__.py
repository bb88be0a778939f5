"""Builders inside a step that write what the admin would otherwise type from memory.

Each is a pure function from the texts of its inputs to a result or a reason.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from app.guide.builders import channel_command, group_dn, identities_csv, ldap_filter, match_expression
from app.guide.builders.shape import BuilderForm, Built, Input
from app.guide.vocabulary import Builder

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["FORMS", "BuilderForm", "Built", "Input"]

FORMS: Mapping[Builder, BuilderForm] = MappingProxyType(
    {
        Builder.CHANNEL_COMMAND: channel_command.FORM,
        Builder.GROUP_DN: group_dn.FORM,
        Builder.LDAP_FILTER: ldap_filter.FORM,
        Builder.MATCH_EXPRESSION: match_expression.FORM,
        Builder.IDENTITIES_CSV: identities_csv.FORM,
    }
)
