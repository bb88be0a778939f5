"""The tour: runs a whole practice setup through the real widgets and takes a picture of every state."""

from __future__ import annotations

import asyncio
import json
import time
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QListWidget

from app.guide.vocabulary import CIE_COUNTS, PORTAL_COUNTS, Kind, Lane, Milestone, Page
from app.setup.journey import valid_sighting
from app.setup.state import Status
from app.setup.status import status
from ui.tour.driver import Stuck
from ui.tour.rehearsal import Rehearsal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.guide.model import Step
    from ui.tour.driver import TourDriver
    from ui.tour.visitor import ConsoleRefusal, ConsoleVisitor, DirectoryRow


class TourObserver:
    """Called during a tour. Does nothing itself; tests inspect the program at these moments."""

    async def before_step(self, step: Step) -> None:
        """A step is open, and nothing has been done in it yet."""

    async def after_copy(self, name: str) -> None:
        """That value was copied to the clipboard."""

    async def at_home(self, copied: Mapping[str, str]) -> None:
        """Full Sync was completed and home is shown again. ``copied`` maps each value to its text."""


class Tour:
    """An unattended run through a whole practice setup. ``run`` returns 0 only if Full Sync was completed."""

    def __init__(self, driver: TourDriver, *, until: str | None = None, observer: TourObserver | None = None) -> None:
        """``until`` names a step before which the tour stops, as if the admin were called away."""
        self._driver = driver
        self._until_step = until
        self._observer = observer or TourObserver()
        self._copied: dict[str, str] = {}
        """The text that the browser shows for each value."""
        self._rehearsal = Rehearsal(driver, self._copied)
        self._entered: dict[str, str] = {}
        self._browsing: list[tuple[float, float]] = []
        """The periods, on the system's monotonic clock, in which the clipboard held what the browser had copied."""

    async def run(self) -> int:
        """Run from the first page to Full Sync."""
        self._driver.folder.mkdir(parents=True, exist_ok=True)
        for old in self._driver.folder.glob("[0-9][0-9]-*.png"):
            old.unlink()
        completed, outcome = False, "stuck"
        try:
            completed = await self._walk()
            outcome = "full sync completed" if completed else "stopped before the end, as requested"
        except Stuck as stuck:
            self._driver.note("tour", f"stuck: {stuck}")
            self._driver.picture("stuck")
        finally:
            report = {
                "client": self._driver.application.options.client,
                "outcome": outcome,
                "steps": self._driver.log,
                "browsing": self._browsing,
            }
            (self._driver.folder / "tour.json").write_text(json.dumps(report, indent=2) + "\n", "utf-8")
        return 0 if completed else 1

    async def _walk(self) -> bool:
        from app.guide import catalog
        from app.guide.placeholders import fill_guide
        from app.net import LoopbackClient
        from ui.tour.visitor import ConsoleVisitor

        workspace = self._driver.application.workspace
        if workspace is None or (practice := workspace.consoles) is None:
            raise Stuck("the practice consoles are not running")
        await self._driver.until(self._driver.application.home.isVisible, "home")
        await asyncio.sleep(0.05)  # the setups are shown once they are laid out
        if not await self._resume():
            await self._begin()
        await self._driver.until(lambda: self._driver.application.opened.page is not None, "wizard")
        async with LoopbackClient() as client:
            # Named like the practice portal, even before the admin has entered the names.
            guide = catalog.guide(self._driver.session.guide.id)
            if guide.id != self._driver.application.options.client:
                raise Stuck(f"the setup of {guide.name} is open instead")
            guide = fill_guide(guide, guide.practice.tenant_values)
            if not await self._all_steps(ConsoleVisitor(client, practice, guide)):
                return False
        main, label = self._driver.shown("done"), self._driver.controller.view.footer.label
        await self._driver.until(lambda: isinstance(main, QAbstractButton) and main.text() == label, label)
        self._driver.picture("finish")
        await self._driver.click("go-home")
        await self._driver.until(lambda: self._driver.application.opened.page is None, "home again")
        await asyncio.sleep(0.1)
        self._driver.picture("home")
        await self._observer.at_home(self._copied)
        return True

    async def _resume(self) -> bool:
        """Press Continue if a setup was left earlier."""
        for going_on in self._driver.application.window.findChildren(QAbstractButton):
            if going_on.objectName().startswith("continue-") and going_on.isVisible():
                self._driver.picture("home-resume")
                await self._driver.press(going_on)
                return True
        return False

    async def _begin(self) -> None:
        self._driver.picture("home-empty")
        await self._driver.click("new-setup")
        await self._driver.until(lambda: self._driver.find("clients") is not None, "picker")
        await self._choose_client()
        await asyncio.sleep(0.05)
        self._driver.picture("client-picker")
        await self._driver.click("start-setup")

    async def _choose_client(self) -> None:
        clients = self._driver.find("clients")
        assert isinstance(clients, QListWidget)
        from app.guide import catalog

        wanted = catalog.guide(self._driver.application.options.client).name
        items = clients.findItems(wanted, Qt.MatchFlag.MatchExactly)
        if not items:
            raise Stuck(f"no client {wanted}")
        await self._driver.choose(clients, items[0])
        if clients.currentItem() is not items[0]:
            raise Stuck(f"{wanted} could not be chosen")

    async def _all_steps(self, visitor: ConsoleVisitor) -> bool:
        limit = len(self._driver.session.guide.steps) + 5
        for _ in range(limit):
            session = self._driver.session
            step = session.here.step
            if step.id == self._until_step:
                return False
            started = time.monotonic()
            await asyncio.sleep(0.05)
            self._driver.picture(step.id)
            await self._do(step, visitor)
            await self._left(step)
            self._driver.note(step.id, "done", time.monotonic() - started)
            if self._complete():
                return True
        raise Stuck("more steps than the guide has")

    def _complete(self) -> bool:
        session = self._driver.session
        return status(session.guide, session.setup) is Status.COMPLETE

    async def _left(self, step: Step) -> None:
        """Wait until another step is open and the change is on disk."""
        session = self._driver.session
        await self._driver.until(
            lambda: (self._complete() or session.here.step.id != step.id) and not session.is_saving,
            f"leaving {step.id}",
        )

    async def _do(self, step: Step, visitor: ConsoleVisitor) -> None:
        await self._observer.before_step(step)
        await self._rehearsal.rehearse(step, visitor)
        if step.page is Page.CHECKLIST:
            for need in self._driver.session.guide.prerequisites:
                await self._driver.click(f"tick-{need.id}")
                await asyncio.sleep(0.02)
        elif step.page is Page.TEST:
            await self._test(step)
        elif step.page is Page.WATCH:
            await self._watch(step)
            if self._driver.session.here.step.id != step.id:
                return
        await self._answer(step)
        if step.builder is not None:
            await self._driver.click(f"open-builder-{step.builder.value}")
            await asyncio.sleep(0.1)
            self._driver.picture(f"{step.id}-builder")
        for carry in step.carries:
            await self._copy(carry.value)
        if any(self._kind(carry.value) in (Kind.TOKEN, Kind.CLIENT_SECRET) for carry in step.carries):
            await self._companion()
        await self._act(step, visitor)
        for name in step.captures:
            await self._paste(name, visitor)
        if step.captures:
            self._driver.picture(f"{step.id}-captured")
        if step.confirm:
            await self._driver.click(f"confirm-{step.id}")
        await self._driver.until(lambda: self._driver.enabled("done"), f"the button of {step.id}")
        await self._driver.click("done")

    def _kind(self, name: str) -> Kind:
        return self._driver.session.guide.values[name].kind

    async def _answer(self, step: Step) -> None:
        """Choose the requested answers whose question is on the screen."""
        for branch, option in self._driver.application.options.answers.items():
            choice = self._driver.find(f"branch-{branch}-{option}")
            if isinstance(choice, QAbstractButton) and choice.isEnabled() and not choice.isChecked():
                await self._driver.press(choice)
                await self._driver.until(partial(self._is_given, branch, option), f"the answer {branch}")
                await asyncio.sleep(0.05)
                self._driver.picture(f"{step.id}-{branch}-{option}")

    def _is_given(self, branch: str, option: str) -> bool:
        return self._driver.session.setup.answers.get(branch) == option

    async def _test(self, step: Step) -> None:
        await self._driver.click("done")
        await asyncio.sleep(0)
        await self._driver.until(
            lambda: not self._driver.controller.testing and bool(self._driver.session.testing.findings),
            "the test",
        )
        if self._driver.session.testing.failed:
            raise Stuck("Test Connection failed")
        await asyncio.sleep(0.05)
        self._driver.picture(f"{step.id}-passed")

    async def _watch(self, step: Step) -> None:
        session = self._driver.session

        async def seen() -> bool:
            if valid_sighting(session.setup) is None and session.waiting.report is not None:
                await self._driver.click("look-now", must=False)
            return valid_sighting(session.setup) is not None

        await self._driver.until_answered(seen, bool, "the SCIM Change Timestamp", every=0.5)
        await asyncio.sleep(0.05)
        self._driver.picture(f"{step.id}-seen")

    async def _companion(self) -> None:
        await self._driver.click("companion")
        companion = self._driver.application.opened.companion
        await self._driver.until(lambda: companion is not None and companion.isVisible(), "the companion")
        await asyncio.sleep(0.1)
        self._driver.picture("companion", companion)
        await self._driver.click("large-window", within=companion)
        await self._driver.until(self._driver.application.window.isVisible, "the large window")

    async def _copy(self, name: str) -> None:
        """Press Copy and take the clipboard's content, as a paste into the browser would."""
        field = self._driver.shown(f"value-{name}")
        await self._driver.set_clipboard("")
        await self._driver.press(self._driver.button_of(field, "copy"))
        await self._driver.until(lambda: bool(self._driver.controller.paste_text()), f"the copy of {name}")
        self._copied[name] = self._driver.controller.paste_text()
        await self._observer.after_copy(name)

    async def _act(self, step: Step, visitor: ConsoleVisitor) -> None:
        """Do what the admin does in the browser at this step."""
        kinds = {self._kind(carry.value): self._copied[carry.value] for carry in step.carries}
        if step.lane is Lane.CIE:
            await self._act_in_cie(step, kinds, visitor)
        else:
            await self._act_in_portal(step, visitor)
        match step.marks:
            case Milestone.SUBMITTED:
                _fine(await visitor.submit() or "")
                _fine(await visitor.acknowledge() or "")
            case Milestone.STARTED:
                await visitor.start()
            case Milestone.FULL_SYNC:
                await visitor.full_sync()
            case _:
                pass

    async def _act_in_cie(self, step: Step, carried: dict[Kind, str], visitor: ConsoleVisitor) -> None:
        captured = {self._kind(name): name for name in step.captures}
        if {Kind.DIRECTORY_ID, Kind.DIRECTORY_NAME} <= carried.keys():
            url = _fine(await visitor.add_directory(carried[Kind.DIRECTORY_ID], carried[Kind.DIRECTORY_NAME]))
            self._copied |= {name: url for name in self._driver.session.secrets if self._kind(name) is Kind.BASE_URL}
        if Kind.SERVICE_ACCOUNT in carried:
            visitor.use_service_account(carried[Kind.SERVICE_ACCOUNT])
        if Kind.TOKEN in captured:
            self._copied[captured[Kind.TOKEN]] = _fine(await visitor.generate_token())
        if Kind.CLIENT_SECRET in captured:
            shown = await visitor.create_service_account()
            if not isinstance(shown, dict):
                raise Stuck(shown.sentence)
            values = self._driver.session.guide.values
            self._copied |= {name: shown[values[name].label] for name in step.captures}

    async def _act_in_portal(self, step: Step, visitor: ConsoleVisitor) -> None:
        """Collect what goes into the portal; once the connection is complete, enter it, test, save and assign."""
        form = visitor.guide.practice
        self._entered |= {carry.value: self._copied[carry.value] for carry in step.carries}
        fields = form.oidc_fields if self._driver.session.fetches_tokens else form.fields
        wanted = {field.value for field in fields}
        if not step.carries or not wanted <= self._entered.keys():
            return
        if form.catalog and not self._copied.get("app"):
            await visitor.create_app()
            self._copied["app"] = "created"
        _fine(await visitor.enter({field.label: self._entered[field.value] for field in fields}) or "")
        await visitor.test()
        await visitor.create()
        await visitor.assign()

    async def _paste(self, name: str, visitor: ConsoleVisitor) -> None:
        """Copy in the browser and press Paste in the assistant."""
        text = await self._found_in_browser(name, visitor)
        field = self._driver.shown(f"capture-{name}")
        await self._driver.until(lambda: not self._driver.controller.busy, "the keyring")
        began = time.monotonic()
        await self._driver.set_clipboard(text)
        await self._driver.press(self._driver.button_of(field, "paste"))
        session = self._driver.session
        await self._driver.until(lambda: name in session.setup.values or name in session.setup.kept, f"taking {name}")
        await self._driver.until(lambda: not self._driver.controller.busy, "the keyring")
        self._browsing.append((began, time.monotonic()))

    async def _found_in_browser(self, name: str, visitor: ConsoleVisitor) -> str:
        if name in self._copied:
            return self._copied[name]
        if name in CIE_COUNTS:
            row = await self._synced_row(visitor)
            return str(row.users if name == CIE_COUNTS[0] else row.groups)
        if self._kind(name) is Kind.COUNT:
            counts = await self._portal_counts(visitor)
            return dict(zip(PORTAL_COUNTS, counts, strict=True)).get(name, str(sum(map(int, counts))))
        return str((await visitor.overview())[visitor.guide.values[name].label])

    async def _portal_counts(self, visitor: ConsoleVisitor) -> tuple[str, str]:
        started = Milestone.STARTED in self._driver.session.setup.reached
        status = await self._driver.until_answered(
            visitor.status, lambda progress: bool(progress.completed) or not started, "the portal's counts"
        )
        return str(status.users or 0), str(status.groups or 0)

    async def _synced_row(self, visitor: ConsoleVisitor) -> DirectoryRow:
        rows = await self._driver.until_answered(
            visitor.directories, lambda rows: rows[0].status == "Success", "Success in Sync Status"
        )
        return rows[0]


def _fine(answer: str | ConsoleRefusal) -> str:
    if not isinstance(answer, str):
        raise Stuck("the practice console refused what was entered")
    return answer
