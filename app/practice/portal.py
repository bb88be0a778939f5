"""The console of the practice portal: gallery, connection test and provisioning, labeled by the guide."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from starlette.routing import Route

from app.guide.placeholders import fill_guide
from app.guide.vocabulary import Kind, Lane
from app.practice import provisioning
from app.practice.console_pages import outdated_form, redirect
from app.practice.people import PEOPLE, TEAMS, in_scope
from app.practice.server_state import PracticeApplication
from app.practice.switchboard import PortalFault
from app.scim.tokens import ServiceAccount, StaticToken, TokenSource

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from app.guide.model import Guide, PracticeForm
    from app.net import LoopbackClient
    from app.practice.cie import Cie
    from app.practice.console_pages import ConsolePages, Fields
    from app.practice.derived_secrets import DerivedSecrets
    from app.practice.server_state import ServerState
    from app.practice.switchboard import Switchboard
    from app.scim.tokens import Credentials

STEADY_SECONDS = 0.3
"""Time from the end of the first cycle until the steady state is reported, in seconds."""


class Portal:
    """The pages under ``/portal/<guide>``. Entered values stay in memory."""

    def __init__(
        self,
        guide: Guide,
        state: ServerState,
        derived: DerivedSecrets,
        cie: Cie,
        switchboard: Switchboard,
        *,
        pages: ConsolePages,
        client: LoopbackClient,
    ) -> None:
        # Names that the admin would choose are replaced by the guide's sample values.
        self._guide = fill_guide(guide, guide.practice.tenant_values)
        self._path = f"/portal/{guide.id}"
        self._state = state
        self._derived = derived
        self._cie = cie
        self._switchboard = switchboard
        self._pages = pages
        self._client = client
        self._entered: dict[str, str] = {}
        """Entered text by value name."""
        self._uses_account = False
        self._entered_target: provisioning.Target | None = None
        self._tested: provisioning.Target | None = None
        self._saved = self._restored_target()
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def routes(self) -> list[Route]:
        """The console's addresses."""
        posted = self._pages.posted
        return [
            Route(self._path, self.overview),
            Route(f"{self._path}/gallery", self.gallery),
            Route(f"{self._path}/gallery", posted(self.create_app), methods=["POST"]),
            Route(f"{self._path}/app", self.app),
            Route(f"{self._path}/provisioning", posted(self.enter), methods=["POST"]),
            Route(f"{self._path}/assign", posted(self.assign), methods=["POST"]),
            Route(f"{self._path}/start", posted(self.start), methods=["POST"]),
            Route(f"{self._path}/delete", posted(self.delete), methods=["POST"]),
        ]

    def resume(self) -> None:
        """Continue a cycle that a restart interrupted, if its target can be derived again."""
        application = self._application
        if application is not None and application.running:
            if self._saved is not None:
                self._run(self._saved)
            else:
                self._change(fault="Provisioning stopped. Enter the connection again.")

    async def overview(self, _request: Request) -> Response:
        """The tenant's overview, with the values to capture."""
        shown = {
            self._guide.values[name].label: value
            for name, value in self._form.tenant_values.items()
            if name in self._guide.values
        }
        return self._page("portal_overview.html", values=shown)

    async def gallery(self, request: Request) -> Response:
        """The application gallery: all entries, or what a search finds."""
        query = request.query_params.get("search", "").strip()
        words = query.lower().split()
        entries = self._form.catalog
        hits = [name for name in entries if all(word in name.lower() for word in words)]
        chosen = request.query_params.get("app", "")
        return self._page("portal_gallery.html", query=query, hits=hits, chosen=chosen if chosen in entries else "")

    async def create_app(self, _request: Request, fields: Fields) -> Response:
        """Create an application from the gallery."""
        template, name = fields.get("app", ""), fields.get("name", "")[:120]
        if template not in self._form.catalog or not name:
            self._show("Enter a name.", bad=True)
            return redirect(f"{self._path}/gallery")
        if self._application is not None and self._application.running:
            self._show("Provisioning is running. Wait until the cycle has ended.", bad=True)
            return redirect(f"{self._path}/app")
        lookalike = template != self._form.catalog[0]
        self._state.set_application(self._guide.id, self._fresh(name, lookalike=lookalike))
        self._forget()
        self._show(f"{name} was created.")
        return redirect(f"{self._path}/app")

    def _fresh(self, name: str, *, lookalike: bool = False) -> PracticeApplication:
        return PracticeApplication(name=name, lookalike=lookalike, live=self._form.modes is None)

    async def app(self, _request: Request) -> Response:
        """The application: connection, assignment and provisioning status."""
        application = self._application
        if application is None and not self._form.catalog:
            application = self._fresh(self._guide.portal.name)
            self._state.set_application(self._guide.id, application)
        if application is None:
            return redirect(f"{self._path}/gallery")
        fault = self._switchboard.portal_fault
        return self._page(
            "portal_app.html",
            app=application,
            drawn=[step for step in self._guide.steps if step.lane is Lane.PORTAL and step.screen is not None],
            fields=self._fields,
            passed=self._tested is not None,
            people=PEOPLE,
            teams=TEAMS,
            domain=self._domain,
            fault_words="" if fault is PortalFault.NONE else fault.words,
            reload=application.running or (application.completed and not application.steady),
        )

    @property
    def _fields(self) -> list[dict[str, object]]:
        """The connection's fields: label, value name, text, and whether the field is hidden."""
        shown: dict[str, dict[str, object]] = {}
        for field in (*self._form.fields, *self._form.oidc_fields):
            hidden = self._guide.values[field.value].secret and self._kind(field.value) is not Kind.BASE_URL
            text = self._entered.get(field.value, "")
            shown[field.value] = {
                "label": field.label,
                "name": field.value,
                "text": "" if hidden else text,
                "hidden": hidden,
                "entered": bool(text),
            }
        return list(shown.values())

    def _kind(self, name: str) -> Kind:
        return self._guide.values[name].kind

    async def enter(self, _request: Request, fields: Fields) -> Response:
        """The connection's test button and save button."""
        application = self._application
        if application is None or application.lookalike:
            return outdated_form()
        if fields.get("token", "") or fields.get("client_secret", ""):
            # A secret stays entered although it is not shown; the secret entered last decides the method.
            self._uses_account = bool(fields.get("client_secret", ""))
        for field in self._fields:
            name = str(field["name"])
            # The page never shows a secret again, so an empty field means the previous secret.
            self._entered[name] = fields.get(name, "") or (self._entered.get(name, "") if field["hidden"] else "")
        if self._form.modes is not None:
            self._change(live=fields.get("mode", "") == self._form.modes.live)
        target = self._target()
        if isinstance(target, str):
            self._show(target, bad=True)
        elif fields.get("action", "") == "test":
            await self._test(target)
        elif self._form.save_needs_test and self._tested != target:
            self._show(f"Use {self._form.test_button} with these values first.", bad=True)
        else:
            self._save(target)
        return redirect(f"{self._path}/app")

    def _target(self) -> provisioning.Target | str:
        """Return the target described by the fields, or why there is none."""
        found = {self._kind(name): text for name, text in self._entered.items() if text}
        credentials: Credentials
        if Kind.TOKEN in found and not self._uses_account:
            credentials = StaticToken(found[Kind.TOKEN])
        elif {Kind.CLIENT_ID, Kind.CLIENT_SECRET, Kind.TOKEN_URL} <= found.keys():
            credentials = ServiceAccount(
                found[Kind.TOKEN_URL], found[Kind.CLIENT_ID], found[Kind.CLIENT_SECRET], found.get(Kind.SCOPE, "")
            )
        else:
            return f"Enter {' and '.join(field.label for field in self._form.fields)}."
        base_url = found.get(Kind.BASE_URL) or self._url_of(found.get(Kind.DIRECTORY_NAME, ""))
        if not base_url:
            return "No directory has that name."
        if self._entered_target is None or not self._entered_target.serves(base_url, credentials):
            self._entered_target = provisioning.Target(base_url, TokenSource(credentials, practice=True))
        return self._entered_target

    def _url_of(self, directory_name: str) -> str:
        """Find the Base URL by the directory's name, for portals that have no field for the Base URL."""
        for directory in self._state.directories:
            if directory_name and directory.submitted and directory.directory_name == directory_name:
                return self._cie.base_url(directory)
        return ""

    async def _test(self, target: provisioning.Target) -> None:
        fault = await provisioning.test(self._client, target, self._guide)
        self._tested = None if fault else target
        self._show(fault or "The test passed. The credentials were accepted.", bad=fault is not None)

    def _save(self, target: provisioning.Target) -> None:
        self._saved = target
        key, generation = self._match(target)
        self._change(configured=True, matched_key=key, matched_generation=generation)
        self._show("The connection was saved.")

    async def assign(self, _request: Request, fields: Fields) -> Response:
        """Assign users and groups."""
        if self._application is None:
            return outdated_form()
        keys = {item.key for item in (*PEOPLE, *TEAMS)}
        assigned = tuple(key for key in fields.getlist("assigned") if key in keys)
        self._change(assigned=assigned)
        self._show(f"{len(assigned)} assignments saved.")
        return redirect(f"{self._path}/app")

    async def start(self, _request: Request, _fields: Fields) -> Response:
        """Start or restart provisioning."""
        application = self._application
        if application is None:
            return outdated_form()
        if not application.configured or self._saved is None:
            self._show(f"Enter the connection and use {self._form.save_button} first.", bad=True)
        elif not application.assigned:
            self._show("Assign users and groups first.", bad=True)
        elif application.running:
            self._show("Provisioning is already running.", bad=True)
        else:
            self._change(started=self._state.now(), completed=None, steady=None, users=0, groups=0, fault="")
            self._run(self._saved)
            self._show("Provisioning started.")
        return redirect(f"{self._path}/app")

    async def delete(self, _request: Request, _fields: Fields) -> Response:
        """Delete the application."""
        if self._application is not None and self._application.running:
            self._show("Provisioning is running. Wait until the cycle has ended.", bad=True)
            return redirect(f"{self._path}/app")
        self._state.set_application(self._guide.id, None)
        self._forget()
        return redirect(f"{self._path}/gallery")

    def _run(self, target: provisioning.Target) -> None:
        task = asyncio.create_task(self._provision(target))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _provision(self, target: provisioning.Target) -> None:
        application = self._application
        if application is None:
            return
        fault = self._switchboard.portal_fault
        people, teams = in_scope(() if fault is PortalFault.NOBODY else application.assigned)
        users = groups = 0
        if application.live and fault is not PortalFault.PREVIEW:
            cycle = provisioning.Cycle(self._client, target, self._form, self._domain)
            if fault is PortalFault.DUPLICATE_GROUPS:
                teams = (*teams, *teams[-1:])
            try:
                users, groups = await cycle.run(people, teams)
            except provisioning.CycleStoppedError as stopped:
                self._change(fault=str(stopped))
                return
        self._change(completed=self._state.now(), users=users, groups=groups)
        await asyncio.sleep(STEADY_SECONDS)
        self._change(steady=self._state.now())

    @property
    def _application(self) -> PracticeApplication | None:
        return self._state.application(self._guide.id)

    def _change(self, **changes: object) -> None:
        self._state.change_application(self._guide.id, **changes)

    def _show(self, sentence: str, *, bad: bool = False) -> None:
        self._pages.show_message(f"portal-{self._guide.id}", sentence, bad=bad)

    @property
    def _form(self) -> PracticeForm:
        return self._guide.practice

    @property
    def _domain(self) -> str:
        domains = (Kind.DOMAIN, Kind.TENANT_HOST, Kind.DIRECTORY_USER)
        named = [text for name, text in self._form.tenant_values.items() if self._kind(name) in domains]
        return named[0].rpartition("@")[2].lower() if named else "practice.example"

    def _match(self, target: provisioning.Target) -> tuple[str, int]:
        """Return the directory and token generation that a target uses, so that both can be derived again."""
        for directory in self._state.directories:
            token = self._derived.token(directory.key, directory.generation)
            known = target.base_url.rstrip("/") == self._cie.base_url(directory)
            if known and target.tokens.serves(StaticToken(token)):
                return directory.key, directory.generation
        return "", 0

    def _restored_target(self) -> provisioning.Target | None:
        application = self._application
        directory = self._state.directory(application.matched_key) if application else None
        if application is None or directory is None:
            return None
        token = StaticToken(self._derived.token(directory.key, application.matched_generation))
        return provisioning.Target(self._cie.base_url(directory), TokenSource(token, practice=True))

    def _forget(self) -> None:
        self._entered = {}
        self._entered_target = None
        self._tested = self._saved = None

    def _page(self, template: str, **values: object) -> Response:
        return self._pages.page(
            f"portal-{self._guide.id}",
            template,
            **{"guide": self._guide, "form": self._form, "at": self._path, "reload": False, **values},
        )
