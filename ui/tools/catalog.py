"""The pages beside the steps, each opened from the rail or from a step that it helps with."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.guide.vocabulary import Milestone, Tool

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QWidget

    from app.session.session import SetupSession
    from ui.session.controller import SetupController

    Maker = Callable[[SetupController, QWidget], QWidget]

BETWEEN_LOADS = 0.2
"""Seconds."""


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
    load: Callable[[], Maker]
    """Gives what builds the widget; its focus proxy is where the keyboard goes."""
    offered: Callable[[SetupSession], bool] = lambda _session: True
    """Whether it is any use in this setup."""


def _portal_error() -> Maker:
    from ui.tools.portal_error import PortalErrorPage

    return PortalErrorPage


def _groups_export() -> Maker:
    from ui.tools.groups_export import GroupsExportPage

    return GroupsExportPage


def _arrived() -> Maker:
    from ui.tools.arrivals import ArrivedPage

    return ArrivedPage


def _endpoint_answers(session: SetupSession) -> bool:
    """Whether there is an endpoint that may hold something: nothing answers before Submit."""
    kept = all(name in session.setup.kept for name in session.secrets)
    return kept and Milestone.SUBMITTED in session.setup.reached


def _directory_api() -> Maker:
    from ui.tools.directory_sync import DirectoryApiPage

    return DirectoryApiPage


TOOLS: dict[Tool, ToolPage] = {
    Tool.PORTAL_ERROR: ToolPage(
        title="Error message",
        lead="What an error means that the portal or CIE showed, and which step to revisit.",
        invitation="Read an error message",
        icon="warning",
        load=_portal_error,
    ),
    Tool.GROUPS_EXPORT: ToolPage(
        title="Groups export",
        lead="Duplicate names and other things in an export of the groups that stop a sync or break a policy.",
        invitation="Check an export of the groups",
        icon="table",
        load=_groups_export,
    ),
    Tool.ARRIVED: ToolPage(
        title="What arrived",
        lead="The users and groups that the endpoint holds, and what is missing or odd in them.",
        invitation="Look at what arrived",
        icon="inbox",
        load=_arrived,
        offered=_endpoint_answers,
    ),
    Tool.DIRECTORY_SYNC_API: ToolPage(
        title="Directory Sync API",
        lead="Optional: what CIE itself says of the directory, read with a service account.",
        invitation="Let CIE tell when a sync has ended",
        icon="cloud",
        load=_directory_api,
    ),
}
"""In the order of the rail."""


def offered(session: SetupSession) -> dict[Tool, ToolPage]:
    """The pages that are of use in this setup."""
    return {tool: page for tool, page in TOOLS.items() if page.offered(session)}


async def load_all() -> None:
    """Load the pages, each in a turn of the event loop: with the press that opens one it would be felt."""
    for page in TOOLS.values():
        await asyncio.sleep(BETWEEN_LOADS)
        page.load()
