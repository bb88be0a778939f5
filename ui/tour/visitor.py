"""Does what a person does in a browser with the practice consoles, for the unattended tour and for tests."""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urljoin, urlsplit

from ui.tour.page import ConsolePage

if TYPE_CHECKING:
    from app.guide.model import Guide
    from app.net import LoopbackClient
    from app.practice.process import Started
    from ui.tour.page import Form


@dataclass(frozen=True, slots=True)
class ConsoleRefusal:
    """The console refused a request; the sentence is the console's, if it gave one."""

    sentence: str


@dataclass(frozen=True, slots=True)
class DirectoryRow:
    """A row of the Directories page, as shown."""

    directory: str
    client: str
    timestamp: str
    status: str
    users: str
    groups: str


@dataclass(frozen=True, slots=True)
class CycleProgress:
    """The portal's provisioning status as shown; empty where nothing is shown."""

    message: str
    completed: str = ""
    steady: str = ""
    users: str = ""
    groups: str = ""


@dataclass(slots=True)
class ConsoleVisitor:
    """One browser with its cookie, at one practice server."""

    client: LoopbackClient = field(repr=False)
    consoles: Started = field(repr=False)
    guide: Guide = field(repr=False)
    cookie: str = field(default="", repr=False)
    directory: str = ""
    """The path of the directory's page."""
    fields: dict[str, str] = field(default_factory=dict)
    """What was entered in CIE, by label."""
    entered: dict[str, str] = field(default_factory=dict, repr=False)
    """What was entered in the portal, by label."""

    async def add_directory(self, directory_id: str, directory_name: str) -> str | ConsoleRefusal:
        """Add New Directory up to the two fields. Returns the Base URL."""
        client = {"SCIM Client": self.guide.scim_client}
        page, self.directory = await self._press("/cie/new?type=scim", "Next", client)
        self.fields = {
            "Directory ID": directory_id,
            "Directory Name": directory_name,
            "Authorization Method": "Static Bearer Token",
        }
        return page.ids.get("base_url") or _refused(page)

    async def generate_token(self) -> str | ConsoleRefusal:
        """Generate Token. Returns the token, which is shown once."""
        page, _ = await self._press(self.directory, "Generate Token", self.fields)
        return page.ids.get("token") or _refused(page)

    async def create_service_account(self) -> dict[str, str] | ConsoleRefusal:
        """Create a service account. Returns the values that are shown once, by label."""
        page, _ = await self._press("/cie/service-accounts", "Create service account", {})
        if "client_secret" not in page.ids:
            return _refused(page)
        names = {"Service Account Name": "account_name", "Client ID": "client_id", "Client Secret": "client_secret"}
        return {label: page.ids[key] for label, key in names.items()}

    def use_service_account(self, name: str) -> None:
        """Choose OIDC Token and enter the name; ``submit`` sends both."""
        self.fields |= {"Authorization Method": "OIDC Token", "Service Account Name": name}

    async def submit(self) -> ConsoleRefusal | None:
        """Submit the directory. Returns None if it was accepted."""
        page, _ = await self._press(self.directory, "Submit", self.fields)
        return None if page.form("OK") else _refused(page)

    async def acknowledge(self) -> ConsoleRefusal | None:
        """Select the check box of the postconfiguration requirements and press OK. Returns None if it was accepted."""
        page, _ = await self._press(f"{self.directory}/acknowledge", "OK", {}, tick=True)
        return None if "Add New Directory" in page.links else _refused(page)

    async def directories(self) -> tuple[DirectoryRow, ...]:
        """Return the rows of the Directories page."""
        return tuple(DirectoryRow(*row[:6]) for row in (await self.get("/cie")).rows[1:] if len(row) == 7)

    async def full_sync(self, row: int = 0) -> str:
        """Actions > Full Sync in that row. Returns the console's message."""
        page = await self.get("/cie")
        if row >= len(page.row_forms):
            return "There is no directory to synchronize."
        return _message((await self._send(page.row_forms[row], "Full Sync", {}))[0])

    async def break_it(self, fault: str) -> str:
        """Choose a fault of the endpoint, a value of ``Fault``. Returns the console's message."""
        return await self._pressed("/cie/switchboard", "Apply", {"SCIM endpoint": fault})

    async def break_api(self, fault: str) -> str:
        """Choose a fault of the Directory Sync API, a value of ``ApiFault``. Returns the console's message."""
        return await self._pressed("/cie/switchboard", "Apply to the API", {"Directory Sync API": fault})

    async def break_portal(self, fault: str) -> str:
        """Choose a fault of the portal, a value of ``PortalFault``. Returns the console's message."""
        return await self._pressed("/cie/switchboard", "Apply to the portal", {"Portal": fault})

    async def shown_base_url(self) -> str:
        """Return the Base URL that the directory's page shows now."""
        return (await self.get(self.directory)).ids.get("base_url", "")

    async def received(self) -> list[tuple[str, ...]]:
        """Return the feed: rows of time, method, resource and status, newest first."""
        return [tuple(row) for row in (await self.get("/cie/switchboard")).rows[1:] if len(row) == 4]

    async def overview(self) -> dict[str, str]:
        """Return the tenant's values by label."""
        return {row[0]: row[1] for row in (await self.get(self._portal)).rows if len(row) == 3}

    @property
    def _portal(self) -> str:
        return f"/portal/{self.guide.id}"

    @property
    def _app(self) -> str:
        return f"{self._portal}/app"

    async def create_app(self) -> ConsoleRefusal | None:
        """Search the catalog and create the right entry. Returns None if it was created."""
        wanted = self.guide.practice.catalog[0]
        found = await self.get(f"{self._portal}/gallery?" + urlencode({"search": wanted}))
        if wanted not in found.links:
            return _refused(found)
        page, at = await self._press(found.links[wanted], "Create", {"Name": wanted})
        return None if at == self._app else _refused(page)

    async def enter(self, values: dict[str, str]) -> ConsoleRefusal | None:
        """Fill in the connection by label. Returns None if the fields exist."""
        form = self.guide.practice
        self.entered = dict(values)
        if form.modes is not None:
            self.entered[form.modes.field] = form.modes.live
        page = await self.get(self._app)
        shown = page.form(form.save_button)
        return None if shown and set(self.entered) <= set(shown.labels) else _refused(page)

    async def test(self) -> str:
        """Press the test button, if the portal has one. Returns the portal's message."""
        button = self.guide.practice.test_button
        return await self._pressed(self._app, button, self.entered) if button else ""

    async def create(self) -> str:
        """Press the save button. Returns the portal's message."""
        return await self._pressed(self._app, self.guide.practice.save_button, self.entered)

    async def assign(self) -> str:
        """Assign all users and groups. Returns the portal's message."""
        return await self._pressed(self._app, "Assign", {}, tick=True)

    async def start(self) -> str:
        """Press the start button. Returns the portal's message."""
        return await self._pressed(self._app, self.guide.practice.start_button, {})

    async def status(self) -> CycleProgress:
        """Return the provisioning status."""
        ids = (await self.get(self._app)).ids
        message = ids.get("fault") or ids.get("state", "")
        return CycleProgress(message, *(ids.get(name, "") for name in ("completed", "steady", "users", "groups")))

    async def get(self, path: str) -> ConsolePage:
        """Open a page."""
        return (await self._follow("GET", path, None))[0]

    async def _pressed(self, path: str, button: str, fills: dict[str, str], *, tick: bool = False) -> str:
        return _message((await self._press(path, button, fills, tick=tick))[0])

    async def _press(
        self, path: str, button: str, fills: dict[str, str], *, tick: bool = False
    ) -> tuple[ConsolePage, str]:
        """Open a page and press a button of a form there. Returns the page that follows and its path."""
        page = await self.get(path)
        form = page.form(button)
        return await self._send(form, button, fills, tick=tick) if form else (page, "")

    async def _send(
        self, form: Form, button: str, fills: dict[str, str], *, tick: bool = False
    ) -> tuple[ConsolePage, str]:
        typed = {form.labels[label]: value for label, value in fills.items() if label in form.labels}
        ticked = {name for name, _ in form.boxes} if tick else set()
        fields = [pair for pair in form.fields if pair[0] not in typed and pair[0] not in ticked]
        fields += [*typed.items(), *(form.boxes if tick else ())]
        if form.buttons[button][0]:
            fields.append(form.buttons[button])
        return await self._follow("POST", form.action, urlencode(fields).encode())

    async def _follow(self, method: str, path: str, content: bytes | None) -> tuple[ConsolePage, str]:
        """Send a request and follow its redirects. Returns the page and its path."""
        if not self.cookie:
            await self._open()
        for _ in range(5):
            headers = {"cookie": self.cookie}
            if content is not None:
                headers["content-type"] = "application/x-www-form-urlencoded"
            url = urljoin(f"{self.consoles.origin}/cie", path)
            answer = await self.client.request(method, url, headers=headers, content=content)
            status, found = getattr(answer, "status", 0), getattr(answer, "headers", {})
            if status != 303:
                body: bytes = getattr(answer, "body", b"")
                text = body.decode("utf-8", "replace")
                if status == 200:
                    return ConsolePage(text), urlsplit(path).path
                return _reporting(text or "The practice server did not answer."), ""
            method, path, content = "GET", found.get("location", "/"), None
        return _reporting("The page redirects in a loop."), ""

    async def _open(self) -> None:
        answer = await self.client.request("GET", self.consoles.cie_url)
        self.cookie = getattr(answer, "headers", {}).get("set-cookie", "").partition(";")[0]


def _reporting(sentence: str) -> ConsolePage:
    return ConsolePage(f'<p role="alert">{escape(sentence)}</p>')


def _message(page: ConsolePage) -> str:
    return page.messages[0] if page.messages else ""


def _refused(page: ConsolePage) -> ConsoleRefusal:
    return ConsoleRefusal(_message(page) or "The page has no such field or button.")
