"""The list of tools, and when each is offered."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from app.guide.vocabulary import Milestone, Tool
from ui.widgets.layouts import left
from ui.widgets.link import LinkButton

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QWidget

    from app.session.session import SetupSession
    from ui.session.controller import SetupController
    from ui.widgets.layouts import Placed

BETWEEN_LOADS = 0.2
"""Seconds between loading two tools."""


@dataclass(frozen=True, slots=True)
class ToolPage:
    """The page of one tool. Its widget lives until the setup is closed, so that results stay when a step is opened."""

    title: str
    """Shown in the rail and above the page; at most 24 characters."""
    lead: str
    """One sentence under the title."""
    invitation: str
    """The label of the link on a step's card."""
    icon: str
    offered: Callable[[SetupSession], bool] = lambda _session: True
    """Whether the tool is useful in this setup."""


def load(tool: Tool) -> Callable[[SetupController], QWidget]:
    """Import the page of a tool and return its class. Its focus proxy takes the focus when the page opens."""
    match tool:
        case Tool.PORTAL_ERROR:
            from ui.tools.portal_error import PortalErrorPage

            return PortalErrorPage
        case Tool.GROUPS_EXPORT:
            from ui.tools.groups_export import GroupsExportPage

            return GroupsExportPage
        case Tool.ARRIVED:
            from ui.tools.arrivals import ArrivedPage

            return ArrivedPage
        case Tool.DIRECTORY_SYNC_API:
            from ui.tools.directory_sync import DirectoryApiPage

            return DirectoryApiPage


def _endpoint_answers(session: SetupSession) -> bool:
    """Return whether the endpoint may hold objects: it answers only after Submit."""
    kept = all(name in session.setup.kept for name in session.secrets)
    return kept and Milestone.SUBMITTED in session.setup.reached


TOOLS: dict[Tool, ToolPage] = {
    Tool.PORTAL_ERROR: ToolPage(
        title="Error message",
        lead="Find out what an error from the portal or CIE means, and which step to revisit.",
        invitation="Read an error message",
        icon="warning",
    ),
    Tool.GROUPS_EXPORT: ToolPage(
        title="Groups export",
        lead="Find duplicate names and other problems in a groups export that stop a sync or break a policy.",
        invitation="Check a groups export",
        icon="table",
    ),
    Tool.ARRIVED: ToolPage(
        title="What arrived",
        lead="See the users and groups at the endpoint, and what is missing or unusual.",
        invitation="See what arrived",
        icon="inbox",
        offered=_endpoint_answers,
    ),
    Tool.DIRECTORY_SYNC_API: ToolPage(
        title="Directory Sync API",
        lead="Optional: read what CIE itself reports about the directory, with a service account.",
        invitation="Let CIE report when a sync has ended",
        icon="cloud",
    ),
}
"""All tools, in the order of the rail."""


def offered(session: SetupSession) -> dict[Tool, ToolPage]:
    """Return the tools that are useful in this setup."""
    return {tool: page for tool, page in TOOLS.items() if page.offered(session)}


def tool_links(controller: SetupController, *tools: Tool) -> list[Placed]:
    """Return a link to each of these tools that is useful in this setup."""
    pages = offered(controller.session)
    return [
        left(LinkButton(pages[tool].invitation, name=f"look-{tool.value}", press=partial(controller.open_tool, tool)))
        for tool in tools
        if tool in pages
    ]


async def load_all() -> None:
    """Import the pages ahead of time, each in its own turn of the event loop, so that opening one isn't slow."""
    for tool in TOOLS:
        await asyncio.sleep(BETWEEN_LOADS)
        load(tool)
