"""Rehearses faults during a tour: breaks something on purpose, checks what the program says, and repairs it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QAbstractButton, QPlainTextEdit

from app.guide.vocabulary import Expect, Kind, Milestone, Page, Tool
from ui.tour.driver import Stuck

if TYPE_CHECKING:
    from collections.abc import Mapping
    from enum import StrEnum

    from app.guide.model import Step
    from ui.tour.driver import TourDriver
    from ui.tour.visitor import ConsoleVisitor, CycleProgress


class Rehearsal:
    """The requested faults, each at the step where an admin would meet it."""

    def __init__(self, driver: TourDriver, copied: Mapping[str, str]) -> None:
        """``copied`` maps a value to the text that the browser shows for it, as far as the tour has got."""
        self._driver = driver
        self._copied = copied

    async def rehearse(self, step: Step, visitor: ConsoleVisitor) -> None:
        """Rehearse everything that can fail at this step."""
        from app.practice.switchboard import Fault, PortalFault

        if step.marks is Milestone.SUBMITTED and Fault.NOT_SUBMITTED in self._wanted(Fault):
            await self._before_submit(step)
        elif step.page is Page.TEST:
            for fault in self._wanted(Fault):
                if fault != Fault.FILTER_IGNORED or self._looks_nobody_up():
                    await self._endpoint_breaks(fault, step, visitor)
        elif step.marks is Milestone.STARTED:
            for fault in self._wanted(PortalFault):
                await self._portal_breaks(fault, step, visitor)

    def _wanted(self, kind: type[StrEnum]) -> list[str]:
        asked = self._driver.application.options.faults
        return [fault.value for fault in kind if fault.value != "none" and (fault.value in asked or "all" in asked)]

    def _looks_nobody_up(self) -> bool:
        """Whether the client's first request filters for an unknown user: only then is an ignored filter noticed."""
        return self._driver.session.guide.test_requests[0].expect is Expect.EMPTY

    # -- the endpoint --------------------------------------------------------------------

    async def _before_submit(self, step: Step) -> None:
        """Run the test before Submit."""
        from app.practice.switchboard import Fault

        test = next(each for each in self._driver.session.guide.steps if each.page is Page.TEST)
        await self._go(test.id)
        await self._fails(Fault.NOT_SUBMITTED.value)
        await self._driver.click(f"cause-{step.id}")
        await self._arrive(step.id)

    async def _endpoint_breaks(self, fault: str, step: Step, visitor: ConsoleVisitor) -> None:
        from app.practice.switchboard import Fault

        await visitor.break_it(fault)
        session = self._driver.session
        name = next(name for name in session.secrets if session.guide.values[name].kind is Kind.BASE_URL)
        if fault == Fault.UNTRUSTED:
            await self._paste_again(name, await visitor.shown_base_url(), step)
        await self._fails(fault)
        await visitor.break_it(Fault.NONE.value)
        if fault == Fault.UNTRUSTED:
            await self._paste_again(name, self._copied[name], step)

    async def _fails(self, fault: str) -> None:
        """Press the test button and check that the test notices the fault."""
        await self._driver.click("done")
        await self._driver.until(lambda: self._driver.controller.testing, f"the test with {fault}")
        await self._driver.until(lambda: not self._driver.controller.testing, f"the end of the test with {fault}")
        if not self._driver.session.testing.failed:
            raise Stuck(f"the test did not notice {fault}")
        await asyncio.sleep(0.05)
        self._driver.picture(f"{self._driver.session.here.step.id}-{fault}")

    async def _go(self, step_id: str) -> None:
        self._driver.controller.go(step_id)
        await self._arrive(step_id)
        await asyncio.sleep(0.05)

    async def _arrive(self, step_id: str) -> None:
        await self._driver.until(lambda: self._driver.session.here.step.id == step_id, f"the way to {step_id}")

    async def _paste_again(self, name: str, text: str, back: Step) -> None:
        """Paste another value at the step that captures it."""
        session = self._driver.session
        before = session.setup.kept[name]
        await self._go(next(step.id for step in session.guide.steps if name in step.captures))
        field = self._driver.shown(f"capture-{name}")
        await self._driver.until(lambda: not self._driver.controller.busy, "the keyring")
        await self._driver.set_clipboard(text)
        await self._driver.press(self._driver.button_of(field, "paste"))
        await self._driver.until(
            lambda: session.setup.kept[name] != before and not self._driver.controller.busy, f"taking {name}"
        )
        await self._go(back.id)

    # -- the portal ----------------------------------------------------------------------

    async def _portal_breaks(self, fault: str, step: Step, visitor: ConsoleVisitor) -> None:
        from app.practice.switchboard import PortalFault

        await visitor.break_portal(fault)
        await visitor.start()
        progress = await self._driver.until_answered(visitor.status, _has_ended, "the end of the portal's cycle")
        if fault == PortalFault.DUPLICATE_GROUPS:
            await self._read_error(progress.message, f"{step.id}-{fault}")
        elif (progress.users, progress.groups) != ("0", "0"):
            raise Stuck(f"the portal sent something with {fault}")
        else:
            await self._nothing_arrived(fault)
            self._driver.picture(f"{step.id}-{fault}")
        await visitor.break_portal(PortalFault.NONE.value)

    async def _read_error(self, text: str, picture: str) -> None:
        """Paste the portal's message into the page for error messages and check that it is recognized."""
        await self._driver.click(f"tool-{Tool.PORTAL_ERROR.value}")
        await self._driver.until(
            lambda: self._driver.find("portal-error-text") is not None, "the field for the portal's message"
        )
        field = self._driver.find("portal-error-text")
        if not isinstance(field, QPlainTextEdit):
            raise Stuck("no field for the portal's message")
        field.setPlainText(text)
        await self._driver.click("read-error")

        def led() -> bool:
            buttons = self._driver.application.window.findChildren(QAbstractButton)
            return any(each.objectName().startswith("error-cause-") and each.isVisible() for each in buttons)

        await self._driver.until(led, "a cause of the portal's message")
        await asyncio.sleep(0.05)
        self._driver.picture(picture)
        self._driver.controller.close_tool()

    async def _nothing_arrived(self, fault: str) -> None:
        """Check that the watch reports that nothing arrived."""
        from app.scim.changes import ChangesSeen

        session = self._driver.session
        seen = await session.connection.look(session.setup.reached[Milestone.SUBMITTED])
        if not isinstance(seen, ChangesSeen) or seen.newest is not None:
            raise Stuck(f"the watch did not notice {fault}")


def _has_ended(progress: CycleProgress) -> bool:
    return bool(progress.completed) or "progress" not in progress.message
