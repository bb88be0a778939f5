"""The console of the practice CIE: directories, their setup for SCIM, and Full Sync."""

from __future__ import annotations

import asyncio
from base64 import b64decode
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from starlette.responses import JSONResponse
from starlette.routing import Route

from app.guide.vocabulary import Kind
from app.practice.console_pages import outdated_form, redirect
from app.practice.derived_secrets import equal_secrets
from app.practice.server_state import TSG_ID, Method, SyncStatus, account_name, field_errors, sync_refusal
from app.practice.switchboard import SWITCHES, Fault
from app.practice.untrusted_server import UntrustedServer
from app.values.api_regions import TOKEN_PATHS
from app.values.rules import describe

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from app.practice.console_pages import ConsolePages, Fields
    from app.practice.derived_secrets import DerivedSecrets
    from app.practice.endpoint import PracticeEndpoint
    from app.practice.server_state import PracticeDirectory, ServerState

SYNC_SECONDS = 2.0

TOKEN_SECONDS = 900
"""Lifetime of a fetched token, in seconds ("15 minutes", the vendor's page on the SCIM Connector)."""


class Cie:
    """The pages under ``/cie``."""

    def __init__(
        self,
        clients: tuple[str, ...],
        state: ServerState,
        derived: DerivedSecrets,
        endpoint: PracticeEndpoint,
        *,
        pages: ConsolePages,
        port: int,
    ) -> None:
        """``clients`` are the entries of CIE's list of SCIM clients: those that the guides name."""
        self._clients = tuple(dict.fromkeys(clients))
        self._state = state
        self._derived = derived
        self._endpoint = endpoint
        self._pages = pages
        self._origin = f"http://127.0.0.1:{port}"
        self._untrusted_server = UntrustedServer()
        self._unshown_tokens: set[str] = set()
        """Directories whose new token has not been shown yet; it is shown once."""
        self._unshown_account: int | None = None
        """The service account whose secret has not been shown yet; it is shown once."""
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def routes(self) -> list[Route]:
        """The console's addresses."""
        one, posted = "/cie/directories/{key}", self._pages.posted
        return [
            Route("/cie", self.directories),
            Route("/cie/new", self.set_up),
            Route("/cie/new", posted(self.choose_client), methods=["POST"]),
            Route(one, self.configure),
            Route(one, posted(self.save), methods=["POST"]),
            Route(f"{one}/acknowledge", self.acknowledge),
            Route(f"{one}/acknowledge", posted(self.acknowledged), methods=["POST"]),
            Route(f"{one}/full-sync", posted(self.full_sync), methods=["POST"]),
            Route("/cie/switchboard", self.switchboard),
            Route("/cie/switchboard", posted(self.choose_faults), methods=["POST"]),
            Route("/cie/service-accounts", self.accounts),
            Route("/cie/service-accounts", posted(self.create_account), methods=["POST"]),
            *(Route(path, self.token, methods=["POST"]) for path in TOKEN_PATHS.values()),
        ]

    def base_url(self, directory: PracticeDirectory) -> str:
        """Return the Base URL of a directory."""
        return f"{self._origin}/scim/{self._derived.segment(directory.key)}/v2"

    def _shown_base_url(self, directory: PracticeDirectory) -> str:
        port = self._untrusted_server.port
        url = self.base_url(directory)
        return url if port is None else url.replace(self._origin, f"https://127.0.0.1:{port}")

    def resume(self) -> None:
        """Continue full syncs that a restart interrupted."""
        for directory in self._state.directories:
            if directory.status is SyncStatus.RUNNING:
                self._run(directory.key)

    async def directories(self, _request: Request) -> Response:
        """The Directories page."""
        shown = [directory for directory in self._state.directories if directory.submitted]
        return self._pages.page(
            "cie",
            "cie_directories.html",
            directories=shown,
            reload=any(directory.status is SyncStatus.RUNNING for directory in shown),
        )

    async def set_up(self, request: Request) -> Response:
        """Set Up Directory: first the tiles, then the list of SCIM clients."""
        cloud = request.query_params.get("type") == "scim"
        return self._pages.page("cie", "cie_setup.html", clients=self._clients, cloud=cloud)

    async def choose_client(self, _request: Request, fields: Fields) -> Response:
        """Create a draft directory for the chosen SCIM client."""
        client = fields.get("client", "")
        if client not in self._clients:
            self._pages.show_message("cie", "Select a SCIM client.", bad=True)
            return redirect("/cie/new?type=scim")
        return redirect(f"/cie/directories/{self._state.add(client).key}")

    async def configure(self, request: Request) -> Response:
        """Configure Directory Sync for SCIM."""
        directory = self._directory(request)
        if directory is None:
            return redirect("/cie")
        token = ""
        if directory.key in self._unshown_tokens:
            self._unshown_tokens.discard(directory.key)
            token = self._derived.token(directory.key, directory.generation)
        return self._pages.page(
            "cie",
            "cie_configure.html",
            directory=directory,
            base_url=self._shown_base_url(directory),
            token=token,
            methods=tuple(Method),
            oidc=directory.method is Method.OIDC,
            rules={"directory_id": describe(Kind.DIRECTORY_ID), "directory_name": describe(Kind.DIRECTORY_NAME)},
        )

    async def save(self, request: Request, fields: Fields) -> Response:
        """Generate Token or Submit. Both keep what was entered."""
        directory = self._directory(request)
        if directory is None:
            return outdated_form()
        typed = fields.get("directory_id", "")[:200], fields.get("directory_name", "")[:200]
        if not directory.submitted:
            method = fields.get("method", "")
            directory = self._state.change(
                directory.key,
                method=Method(method) if method in tuple(Method) else directory.method,
                service_account=fields.get("service_account", "")[:200],
            )
        if fields.get("action", "") == "generate":
            self._generate(directory, typed)
            return redirect(request.url.path)
        errors = [*field_errors(*typed), *self._authorization_errors(directory)]
        if any(d.submitted and d.key != directory.key and d.directory_id == typed[0] for d in self._state.directories):
            errors.append("Another directory already has this Directory ID.")
        if errors:
            if not directory.submitted:
                self._state.change(directory.key, directory_id=typed[0], directory_name=typed[1])
            self._pages.show_message("cie", " ".join(errors), bad=True)
            return redirect(request.url.path)
        self._unshown_tokens.discard(directory.key)
        self._state.change(directory.key, directory_id=typed[0], directory_name=typed[1], submitted=True)
        return redirect(f"{request.url.path}/acknowledge")

    def _authorization_errors(self, directory: PracticeDirectory) -> list[str]:
        if directory.method is Method.STATIC:
            return [] if directory.generation else ["Generate a token first."]
        return [] if directory.service_account in self._state.accounts else ["No service account has that name."]

    async def switchboard(self, _request: Request) -> Response:
        """How the endpoint, the portal and the API misbehave, and the requests received."""
        board = self._endpoint.switchboard
        return self._pages.page("cie", "cie_switchboard.html", switches=SWITCHES, board=board, feed=tuple(board.feed))

    async def choose_faults(self, _request: Request, fields: Fields) -> Response:
        """Choose a fault of the endpoint, the portal or the API."""
        for switch in SWITCHES:
            fault = next((each for each in switch.faults if each == fields.get(switch.name)), None)
            if fault is not None:
                self._endpoint.switchboard.choose(fault)
                if isinstance(fault, Fault):
                    await self._untrusted_server.set_on(on=fault is Fault.UNTRUSTED)
                self._pages.show_message("cie", f"{switch.system}: {fault.words}.")
        return redirect("/cie/switchboard")

    async def accounts(self, _request: Request) -> Response:
        """The service accounts of Common Services."""
        account, self._unshown_account = self._unshown_account, None
        return self._pages.page(
            "cie",
            "cie_accounts.html",
            accounts=list(self._state.accounts),
            name=account_name(account) if account else "",
            secret=self._derived.client_secret(account) if account else "",
            tsg_id=TSG_ID,
        )

    async def create_account(self, _request: Request, _fields: Fields) -> Response:
        """Create a service account. Its secret is shown once."""
        self._state.service_accounts += 1
        self._state.save()
        self._unshown_account = self._state.service_accounts
        return redirect("/cie/service-accounts")

    async def token(self, request: Request) -> Response:
        """The token address: the client credentials grant (RFC 6749 section 4.4); tokens are valid for 15 minutes."""
        number = self._client(request.headers.get("authorization", ""))
        if number is None:
            return JSONResponse({"error": "invalid_client"}, 401)
        fields = parse_qs((await request.body())[:4096].decode("utf-8", "replace"))
        if fields.get("grant_type") != ["client_credentials"]:
            return JSONResponse({"error": "unsupported_grant_type"}, 400)
        if fields.get("scope") != [f"tsg_id:{TSG_ID}"]:
            return JSONResponse({"error": "invalid_scope"}, 400)
        until = int(self._state.now().timestamp()) + TOKEN_SECONDS
        answer = {"access_token": self._derived.issue(number, until), "token_type": "Bearer"}
        return JSONResponse({**answer, "expires_in": TOKEN_SECONDS, "scope": f"tsg_id:{TSG_ID}"})

    def _client(self, authorization: str) -> int | None:
        """Return the service account with that Client ID and Client Secret."""
        scheme, _, pair = authorization.partition(" ")
        try:
            given = b64decode(pair, validate=True).decode()
        except ValueError:
            return None
        name, _, secret = given.partition(":")
        number = self._state.accounts.get(name)
        if number is None or not equal_secrets(secret, self._derived.client_secret(number)):
            return None
        return number if scheme.lower() == "basic" else None

    def _generate(self, directory: PracticeDirectory, typed: tuple[str, str]) -> None:
        changes: dict[str, object] = {"generation": directory.generation + 1}
        if not directory.submitted:
            changes |= {"directory_id": typed[0], "directory_name": typed[1]}
        self._state.change(directory.key, **changes)
        self._unshown_tokens.add(directory.key)

    async def acknowledge(self, request: Request) -> Response:
        """The page of the postconfiguration requirements."""
        directory = self._directory(request)
        if directory is None or not directory.submitted:
            return redirect("/cie")
        return self._pages.page("cie", "cie_acknowledge.html", directory=directory)

    async def acknowledged(self, request: Request, fields: Fields) -> Response:
        """OK on the page of the postconfiguration requirements."""
        directory = self._directory(request)
        if directory is None:
            return outdated_form()
        if "agree" not in fields:
            self._pages.show_message("cie", "Select the check box first.", bad=True)
            return redirect(request.url.path)
        self._state.change(directory.key, acknowledged=True)
        self._pages.show_message("cie", f"Directory {directory.directory_name} was added.")
        return redirect("/cie")

    async def full_sync(self, request: Request, _fields: Fields) -> Response:
        """Actions > Full Sync."""
        directory = self._directory(request)
        if directory is None:
            return outdated_form()
        refusal = sync_refusal(directory, self._state.now())
        if refusal is None:
            self._state.change(directory.key, sync_started=self._state.now(), sync_completed=None)
            self._run(directory.key)
        self._pages.show_message("cie", refusal or "Sync started", bad=refusal is not None)
        return redirect("/cie")

    def _run(self, key: str) -> None:
        task = asyncio.create_task(self._sync(key))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _sync(self, key: str) -> None:
        await asyncio.sleep(SYNC_SECONDS)
        directory = self._state.directory(key)
        if directory is not None:
            users, groups = self._endpoint.counts(directory)
            now = self._state.now()
            self._state.change(key, sync_completed=now, last_success=now, users=users, groups=groups)

    def _directory(self, request: Request) -> PracticeDirectory | None:
        return self._state.directory(request.path_params["key"])
