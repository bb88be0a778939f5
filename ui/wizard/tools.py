"""The pages beside the steps, each opened from the rail or from a step that it helps with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.guide.vocabulary import Milestone, Tool

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QWidget

    from app.assistant.assistant import Assistant
    from ui.wizard.desk import Desk


@dataclass(frozen=True, slots=True)
class ToolPage:
    """One page beside the steps. Its widget lives until the setup is left, so that results outlast a look at a step."""

    title: str
    """In the rail and at the head of the page, at most 24 characters."""
    lead: str
    """One sentence under the title."""
    invitation: str
    """The words of the link on a step's card."""
    icon: str
    make: Callable[[Desk, QWidget], QWidget]
    """Builds the widget; its focus proxy is where the keyboard goes."""
    offered: Callable[[Assistant], bool] = lambda _assistant: True
    """Whether it is any use in this setup."""


def _portal_error(desk: Desk, parent: QWidget) -> QWidget:
    from ui.wizard.portal_error import PortalErrorPage

    return PortalErrorPage(desk, parent)


def _groups_export(desk: Desk, parent: QWidget) -> QWidget:
    from ui.wizard.groups_export import GroupsExportPage

    return GroupsExportPage(desk, parent)


def _arrived(desk: Desk, parent: QWidget) -> QWidget:
    from ui.wizard.arrived import ArrivedPage

    return ArrivedPage(desk, parent)


def _endpoint_answers(assistant: Assistant) -> bool:
    """Whether there is an endpoint that may hold something: nothing answers before Submit."""
    kept = all(name in assistant.setup.kept for name in assistant.secrets)
    return kept and Milestone.SUBMITTED in assistant.setup.reached


def _directory_api(desk: Desk, parent: QWidget) -> QWidget:
    from ui.wizard.directory_api import DirectoryApiPage

    return DirectoryApiPage(desk, parent)


TOOLS: dict[Tool, ToolPage] = {
    Tool.PORTAL_ERROR: ToolPage(
        title="Error message",
        lead="What an error means that the portal or CIE showed, and which step to revisit.",
        invitation="Read an error message",
        icon="warning",
        make=_portal_error,
    ),
    Tool.GROUPS_EXPORT: ToolPage(
        title="Groups export",
        lead="Duplicate names and other things in an export of the groups that stop a sync or break a policy.",
        invitation="Check an export of the groups",
        icon="table",
        make=_groups_export,
    ),
    Tool.ARRIVED: ToolPage(
        title="What arrived",
        lead="The users and groups that the endpoint holds, and what is missing or odd in them.",
        invitation="Look at what arrived",
        icon="inbox",
        make=_arrived,
        offered=_endpoint_answers,
    ),
    Tool.DIRECTORY_SYNC_API: ToolPage(
        title="Directory Sync API",
        lead="Optional: what CIE itself says of the directory, read with a service account.",
        invitation="Let CIE tell when a sync has ended",
        icon="cloud",
        make=_directory_api,
    ),
}
"""In the order of the rail."""


def offered(assistant: Assistant) -> dict[Tool, ToolPage]:
    """The pages that are of use in this setup."""
    return {tool: page for tool, page in TOOLS.items() if page.offered(assistant)}
