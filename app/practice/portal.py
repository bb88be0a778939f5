"""The console of the practice portal: gallery, connection test and provisioning, labelled by the guide."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from starlette.routing import Route

from app.practice import provisioning
from app.practice.derive import same
from app.practice.gate import first, stale, to
from app.practice.ledger import Application
from app.practice.people import PEOPLE, TEAMS, in_scope

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from app.guide.model import Guide, PracticeForm
    from app.net import LoopbackClient
    from app.practice.cie import Cie
    from app.practice.derive import Derived
    from app.practice.gate import Pages
    from app.practice.ledger import Ledger

GALLERY = {
    "Palo Alto Networks SCIM Connector": False,
    "Palo Alto Networks Cloud Identity Engine - Cloud Authentication Service": True,
}
"""Name in the gallery → whether it is the look-alike for sign-in."""

STEADY_SECONDS = 0.3
"""Time from the end of the first cycle until the steady state is reported."""


class Portal:
    """The pages under ``/portal``. The entered endpoint and token stay in memory."""

    def __init__(
        self,
        guide: Guide,
        ledger: Ledger,
        derived: Derived,
        cie: Cie,
        *,
        pages: Pages,
        client: LoopbackClient,
    ) -> None:
        self._guide = guide
        self._ledger = ledger
        self._derived = derived
        self._cie = cie
        self._pages = pages
        self._client = client
        self._entered = provisioning.Target("", "")
        self._passed: provisioning.Target | None = None
        self._saved = self._derive_again()
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def routes(self) -> list[Route]:
        """Addresses of the console."""
        return [
            Route("/portal", self.overview),
            Route("/portal/gallery", self.gallery),
            Route("/portal/gallery", self.create_app, methods=["POST"]),
            Route("/portal/app", self.app),
            Route("/portal/provisioning", self.enter, methods=["POST"]),
            Route("/portal/assign", self.assign, methods=["POST"]),
            Route("/portal/start", self.start, methods=["POST"]),
            Route("/portal/delete", self.delete, methods=["POST"]),
        ]

    def resume(self) -> None:
        """Go on with a cycle that a restart interrupted, where the target can be derived again."""
        application = self._ledger.application
        if application is not None and application.running:
            if self._saved is not None:
                self._run(self._saved)
            else:
                self._ledger.change_application(fault="Provisioning stopped. Enter the connection again.")

    async def overview(self, _request: Request) -> Response:
        """The tenant's overview with the values to capture."""
        shown = {
            self._guide.values[name].label: value
            for name, value in self._form.tenant_values.items()
            if name in self._guide.values
        }
        return self._page("portal_overview.html", values=shown)

    async def gallery(self, request: Request) -> Response:
        """The gallery of applications and its search."""
        query = request.query_params.get("search", "").strip()
        words = query.lower().split()
        hits = [name for name in GALLERY if words and all(word in name.lower() for word in words)]
        chosen = request.query_params.get("app", "")
        return self._page("portal_gallery.html", query=query, hits=hits, chosen=chosen if chosen in GALLERY else "")

    async def create_app(self, request: Request) -> Response:
        """Create an application from the gallery."""
        fields = await self._pages.form(request)
        if fields is None:
            return stale()
        template, name = first(fields, "app"), first(fields, "name")[:120]
        if template not in GALLERY or not name:
            self._pages.say("portal", "Enter a name for the application.", bad=True)
            return to("/portal/gallery")
        if self._ledger.application is not None and self._ledger.application.running:
            self._pages.say("portal", "Provisioning runs. Wait until the cycle has ended.", bad=True)
            return to("/portal/app")
        self._ledger.application = Application(name=name, lookalike=GALLERY[template])
        self._ledger.save()
        self._forget()
        self._pages.say("portal", f"Application {name} was created.")
        return to("/portal/app")

    async def app(self, _request: Request) -> Response:
        """The application: connection, assignment and provisioning status."""
        application = self._ledger.application
        if application is None:
            return to("/portal/gallery")
        shown = self._entered if self._entered.base_url else self._saved or self._entered
        return self._page(
            "portal_app.html",
            app=application,
            base_url=shown.base_url,
            has_token=bool(shown.token),
            passed=self._passed is not None,
            people=PEOPLE,
            teams=TEAMS,
            domain=self._domain,
            reload=application.running or (application.completed and not application.steady),
        )

    async def enter(self, request: Request) -> Response:
        """The test button and the save button of the connection."""
        fields = await self._pages.form(request)
        application = self._ledger.application
        if fields is None or application is None or application.lookalike:
            return stale()
        known = self._entered if self._entered.token else self._saved or self._entered
        # The page never shows a token again, so an empty field means the one entered before.
        target = provisioning.Target(first(fields, "endpoint"), first(fields, "token") or known.token)
        self._entered = target
        if not target.base_url or not target.token:
            labels = f"{self._form.endpoint_field} and {self._form.token_field}"
            self._pages.say("portal", f"Enter {labels}.", bad=True)
        elif first(fields, "action") == "test":
            await self._test(target)
        elif self._passed != target:
            self._pages.say("portal", f"Use {self._form.test_button} with these values first.", bad=True)
        else:
            self._save(target)
        return to("/portal/app")

    async def _test(self, target: provisioning.Target) -> None:
        fault = await provisioning.test(self._client, target, self._form)
        self._passed = None if fault else target
        good = "The supplied credentials are authorized to enable provisioning"
        self._pages.say("portal", fault or good, bad=fault is not None)

    def _save(self, target: provisioning.Target) -> None:
        self._saved = target
        key, generation = self._match(target)
        self._ledger.change_application(configured=True, matched_key=key, matched_generation=generation)
        self._pages.say("portal", "The connection was saved.")

    async def assign(self, request: Request) -> Response:
        """Assign users and groups."""
        fields = await self._pages.form(request)
        if fields is None or self._ledger.application is None:
            return stale()
        keys = {item.key for item in (*PEOPLE, *TEAMS)}
        assigned = tuple(key for key in fields.get("assigned", []) if key in keys)
        self._ledger.change_application(assigned=assigned)
        self._pages.say("portal", f"{len(assigned)} assignments saved.")
        return to("/portal/app")

    async def start(self, request: Request) -> Response:
        """Start provisioning, or start it over."""
        fields = await self._pages.form(request)
        application = self._ledger.application
        if fields is None or application is None:
            return stale()
        if not application.configured or self._saved is None:
            self._pages.say("portal", f"Enter the connection and use {self._form.save_button} first.", bad=True)
        elif not application.assigned:
            self._pages.say("portal", "Assign users and groups first.", bad=True)
        elif application.running:
            self._pages.say("portal", "Provisioning runs already.", bad=True)
        else:
            self._ledger.change_application(
                started=self._ledger.now(), completed=None, steady=None, users=0, groups=0, fault=""
            )
            self._run(self._saved)
            self._pages.say("portal", "Provisioning started.")
        return to("/portal/app")

    async def delete(self, request: Request) -> Response:
        """Delete the application."""
        if await self._pages.form(request) is None:
            return stale()
        if self._ledger.application is not None and self._ledger.application.running:
            self._pages.say("portal", "Provisioning runs. Wait until the cycle has ended.", bad=True)
            return to("/portal/app")
        self._ledger.application = None
        self._ledger.save()
        self._forget()
        return to("/portal/gallery")

    def _run(self, target: provisioning.Target) -> None:
        task = asyncio.create_task(self._provision(target))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _provision(self, target: provisioning.Target) -> None:
        application = self._ledger.application
        if application is None:
            return
        cycle = provisioning.Cycle(self._client, target, self._form, self._domain)
        try:
            users, groups = await cycle.run(*in_scope(application.assigned))
        except provisioning.CycleStoppedError as stopped:
            self._ledger.change_application(fault=str(stopped))
            return
        self._ledger.change_application(completed=self._ledger.now(), users=users, groups=groups)
        await asyncio.sleep(STEADY_SECONDS)
        self._ledger.change_application(steady=self._ledger.now())

    @property
    def _form(self) -> PracticeForm:
        return self._guide.practice

    @property
    def _domain(self) -> str:
        named = [value for value in self._form.tenant_values.values() if "." in value and "/" not in value]
        return named[0].lower() if named else "practice.example"

    def _match(self, target: provisioning.Target) -> tuple[str, int]:
        for directory in self._ledger.directories:
            token = self._derived.token(directory.key, directory.generation)
            if target.base_url.rstrip("/") == self._cie.base_url(directory) and same(target.token, token):
                return directory.key, directory.generation
        return "", 0

    def _derive_again(self) -> provisioning.Target | None:
        application = self._ledger.application
        directory = self._ledger.directory(application.matched_key) if application else None
        if application is None or directory is None:
            return None
        token = self._derived.token(directory.key, application.matched_generation)
        return provisioning.Target(self._cie.base_url(directory), token)

    def _forget(self) -> None:
        self._entered = provisioning.Target("", "")
        self._passed = self._saved = None

    def _page(self, template: str, **values: object) -> Response:
        return self._pages.page(
            "portal", template, **{"guide": self._guide, "form": self._form, "reload": False, **values}
        )
