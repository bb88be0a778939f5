"""The console of the practice CIE: directories, their set-up for SCIM, and Full Sync."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from starlette.routing import Route

from app.practice.gate import first, stale, to
from app.practice.ledger import SyncStatus, field_errors, sync_refusal

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from app.guide.model import Guide
    from app.practice.derive import Derived
    from app.practice.endpoint import Endpoint
    from app.practice.gate import Pages
    from app.practice.ledger import Directory, Ledger

CLIENTS = ("Entra ID", "PingFederate", "Okta", "Idira", "PingOne", "SASE 5G", "Others")
"""CIE's list of SCIM clients."""

SYNC_SECONDS = 2.0


class Cie:
    """The pages under ``/cie``."""

    def __init__(
        self, guide: Guide, ledger: Ledger, derived: Derived, endpoint: Endpoint, *, pages: Pages, port: int
    ) -> None:
        self._guide = guide
        self._ledger = ledger
        self._derived = derived
        self._endpoint = endpoint
        self._pages = pages
        self._origin = f"http://127.0.0.1:{port}"
        self._fresh: set[str] = set()
        """Directories whose new token is still to be shown, once."""
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def routes(self) -> list[Route]:
        """Addresses of the console."""
        one = "/cie/directories/{key}"
        return [
            Route("/cie", self.directories),
            Route("/cie/new", self.set_up),
            Route("/cie/new", self.choose_client, methods=["POST"]),
            Route(one, self.configure),
            Route(one, self.save, methods=["POST"]),
            Route(f"{one}/acknowledge", self.acknowledge),
            Route(f"{one}/acknowledge", self.acknowledged, methods=["POST"]),
            Route(f"{one}/full-sync", self.full_sync, methods=["POST"]),
        ]

    def base_url(self, directory: Directory) -> str:
        """The Base URL of a directory."""
        return f"{self._origin}/scim/{self._derived.segment(directory.key)}/v2"

    def resume(self) -> None:
        """Go on with the full syncs that a restart interrupted."""
        for directory in self._ledger.directories:
            if directory.status is SyncStatus.RUNNING:
                self._run(directory.key)

    async def directories(self, _request: Request) -> Response:
        """The Directories page."""
        shown = [directory for directory in self._ledger.directories if directory.submitted]
        return self._pages.page(
            "cie",
            "cie_directories.html",
            directories=shown,
            reload=any(directory.status is SyncStatus.RUNNING for directory in shown),
        )

    async def set_up(self, request: Request) -> Response:
        """Set Up Directory: the tiles, then the SCIM clients."""
        clients = CLIENTS if self._guide.scim_client in CLIENTS else (self._guide.scim_client, *CLIENTS)
        cloud = request.query_params.get("type") == "scim"
        return self._pages.page("cie", "cie_setup.html", clients=clients, cloud=cloud)

    async def choose_client(self, request: Request) -> Response:
        """Begin a directory for the chosen SCIM client."""
        fields = await self._pages.form(request)
        if fields is None:
            return stale()
        client = first(fields, "client")
        if client not in (*CLIENTS, self._guide.scim_client):
            self._pages.say("cie", "Select a SCIM client.", bad=True)
            return to("/cie/new?type=scim")
        return to(f"/cie/directories/{self._ledger.add(client).key}")

    async def configure(self, request: Request) -> Response:
        """Configure Directory Sync for SCIM."""
        directory = self._of(request)
        if directory is None:
            return to("/cie")
        token = ""
        if directory.key in self._fresh:
            self._fresh.discard(directory.key)
            token = self._derived.token(directory.key, directory.generation)
        return self._pages.page(
            "cie", "cie_configure.html", directory=directory, base_url=self.base_url(directory), token=token
        )

    async def save(self, request: Request) -> Response:
        """Generate Token or Submit; what was typed is kept in both cases."""
        fields = await self._pages.form(request)
        directory = self._of(request)
        if fields is None or directory is None:
            return stale()
        typed = first(fields, "directory_id")[:200], first(fields, "directory_name")[:200]
        if first(fields, "action") == "generate":
            self._generate(directory, typed)
            return to(request.url.path)
        errors = [*field_errors(*typed)]
        if not directory.generation:
            errors.append("Generate a token first.")
        if any(d.submitted and d.key != directory.key and d.directory_id == typed[0] for d in self._ledger.directories):
            errors.append("Another directory has this Directory ID.")
        if errors:
            if not directory.submitted:
                self._ledger.change(directory.key, directory_id=typed[0], directory_name=typed[1])
            self._pages.say("cie", " ".join(errors), bad=True)
            return to(request.url.path)
        self._fresh.discard(directory.key)
        self._ledger.change(directory.key, directory_id=typed[0], directory_name=typed[1], submitted=True)
        return to(f"{request.url.path}/acknowledge")

    def _generate(self, directory: Directory, typed: tuple[str, str]) -> None:
        changes: dict[str, object] = {"generation": directory.generation + 1}
        if not directory.submitted:
            changes |= {"directory_id": typed[0], "directory_name": typed[1]}
        self._ledger.change(directory.key, **changes)
        self._fresh.add(directory.key)

    async def acknowledge(self, request: Request) -> Response:
        """The postconfiguration requirements."""
        directory = self._of(request)
        if directory is None or not directory.submitted:
            return to("/cie")
        return self._pages.page("cie", "cie_acknowledge.html", directory=directory, guide=self._guide)

    async def acknowledged(self, request: Request) -> Response:
        """OK on the postconfiguration requirements."""
        fields = await self._pages.form(request)
        directory = self._of(request)
        if fields is None or directory is None:
            return stale()
        if "agree" not in fields:
            self._pages.say("cie", "Select the check box first.", bad=True)
            return to(request.url.path)
        self._ledger.change(directory.key, acknowledged=True)
        self._pages.say("cie", f"Directory {directory.directory_name} was added.")
        return to("/cie")

    async def full_sync(self, request: Request) -> Response:
        """Actions → Full Sync."""
        fields = await self._pages.form(request)
        directory = self._of(request)
        if fields is None or directory is None:
            return stale()
        refusal = sync_refusal(directory, self._ledger.now())
        if refusal is None:
            self._ledger.change(directory.key, sync_started=self._ledger.now(), sync_completed=None)
            self._run(directory.key)
        self._pages.say("cie", refusal or "Sync started", bad=refusal is not None)
        return to("/cie")

    def _run(self, key: str) -> None:
        task = asyncio.create_task(self._sync(key))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _sync(self, key: str) -> None:
        await asyncio.sleep(SYNC_SECONDS)
        directory = self._ledger.directory(key)
        if directory is not None:
            users, groups = self._endpoint.counts(directory)
            self._ledger.change(key, sync_completed=self._ledger.now(), users=users, groups=groups)

    def _of(self, request: Request) -> Directory | None:
        return self._ledger.directory(request.path_params["key"])
