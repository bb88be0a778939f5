"""A step: open as a card with its values, or closed as a line."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QLabel, QWidget

from app.guide.vocabulary import Kind, Lane, Milestone
from app.setup.journey import Mark, visible
from app.text.marked import unmarked
from ui.desktop import clipboard_words
from ui.desktop.screen_capture import CaptureGuard
from ui.session.keys import VALUES, Key
from ui.tools.catalog import tool_links
from ui.tools.portal_error import PortalErrorCard
from ui.widgets.accessibility import give_name, make_stop
from ui.widgets.badge import NumberBadge, StepBadge
from ui.widgets.buttons import PushButton, button
from ui.widgets.cards import Card, Note
from ui.widgets.choices import CheckLine
from ui.widgets.disclosure import DisclosureLink
from ui.widgets.fields import CaptureField, ValueField
from ui.widgets.height_for_width import take_height_from_width
from ui.widgets.layouts import REST, column, fill, left, middle, row, top, wide
from ui.widgets.link import LinkButton
from ui.widgets.scroll import column_around
from ui.widgets.speech import ANNOUNCES, say
from ui.widgets.text import label, rich, spoken_elsewhere
from ui.wizard import spoken_step
from ui.wizard.full_sync_panel import FullSyncPanel
from ui.wizard.question import Question
from ui.wizard.replacement import ReplacementActions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PySide6.QtGui import QResizeEvent

    from app.guide.model import Carry, Choice, Guide, Step, StepFailure
    from app.session.captures import CaptureResult, DisplayedValue
    from app.setup.journey import Place
    from ui.desktop.clearing import ClipboardState
    from ui.session.controller import SetupController
    from ui.widgets.layouts import Item
    from ui.wizard.console_view import Aside


class StepLine(PushButton):
    """A closed step with badge and title. A click opens it."""

    def __init__(self, place: Place, controller: SetupController) -> None:
        super().__init__(name=f"line-{place.step.id}", press=partial(controller.go, place.step.id))
        self.setProperty("role", "step-line")
        badge = StepBadge(self)
        badge.set_state(place.mark.value, place.number)
        quiet = place.mark is Mark.DONE
        title = label(place.step.title, "muted" if quiet else "body", self)
        line = row(middle(badge), wide(title), inside=self, spacing=16, margins=(16, 8, 12, 8))
        if place.step.optional:
            fill(line, label("optional", "small", self, wrap=False))
        for child in (badge, title):
            child.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        state = {Mark.DONE: "done", Mark.STALE: "redo needed"}.get(place.mark, "not done yet")
        give_name(self, f"Step {place.number}, {place.step.title}, {state}")
        self.setMinimumHeight(46)
        take_height_from_width(self)


INDENT: Final = 23
"""Width of a note's icon and the space after it, in pixels."""

ANOTHER_VALUE: Final = "Use another value"
"""Opens a field for a value other than the suggested one; guides mention it."""


class StepCard(Card):
    """The open step: what to do, which values to copy and capture, and how to see that it worked."""

    def __init__(
        self,
        place: Place,
        controller: SetupController,
        parent: QWidget | None = None,
        extra: QWidget | None = None,
        *,
        in_companion: bool = False,
    ) -> None:
        """``in_companion`` leaves the confirmation to the window, and completes the step after a valid paste."""
        super().__init__("card-current", parent)
        self._controller = controller
        self._goes_on = in_companion
        self._capture = CaptureGuard(self)
        self._capture.wanted = controller.hide_from_captures
        self._values: dict[str, ValueField] = {}
        self._typed: dict[str, ValueField] = {}
        self._captures: dict[str, CaptureField] = {}
        self._changes: dict[str, DisclosureLink] = {}
        self._replacements: dict[str, ReplacementActions] = {}
        self._aside: Aside | None = None
        self.setObjectName(f"card-{place.step.id}")
        step = place.step
        self._step_id = step.id
        badge = StepBadge(self)
        badge.set_state("stale" if step.id in controller.session.setup.stale else "current", place.number)
        self._column = column(label(step.title, "heading", self), spacing=8)
        sides = row(top(badge), wide(column(self._column, REST, spacing=0), 5), spacing=12)
        super().add(sides)
        self.add(*self._instructions(step))
        if extra is not None:
            self.add(extra)
        if step.marks is Milestone.FINISHED:
            self.add(FullSyncPanel(controller, self))
        self._add_work(step)
        self._add_outcome(step)
        if step.screen is not None:
            from ui.wizard.console_view import Aside, ConsoleView  # it loads the models, the first window does not

            view = ConsoleView(step, step.screen, controller.session.captures.shown)
            self._aside = Aside(view, sides, self._column)
        self.add(*tool_links(controller, *step.helpful_tools))
        if step.reads_errors:
            self._add_error_reader(step.lane)
        if step.confirm and not in_companion:
            self.add(confirmation(controller, step.id, step.confirm))
        controller.revealed.connect(self._show_secret)
        controller.concealed.connect(self._conceal)
        controller.answered.connect(self._say_answer)
        controller.copied_by_key.connect(self._show_copied)
        controller.clipboard.changed.connect(self._show_clipboard)
        for signal in (controller.setup_changed, controller.activity_changed):
            signal.connect(self.refresh)
        self.refresh()

    def _instructions(self, step: Step) -> Iterator[Item]:
        """Yield what to do. The first label speaks for the card: of a group, Orca 43 reads only the labels."""
        spoken = spoken_step.description(self._controller.session.guide, step)
        yield _part("Do")
        for number, action in enumerate(step.numbered, start=1):
            made = label(rich(action), "body", self, rich=True)
            if number == 1:
                give_name(made, spoken)
            else:
                spoken_elsewhere(made)
            yield row(top(spoken_elsewhere(NumberBadge(number))), wide(made), spacing=8)

    def add(self, *items: Item) -> None:
        """Add items beside the badge, at the end."""
        fill(self._column, *items)

    def _add_work(self, step: Step) -> None:
        """Add the questions, the values to copy and the values to capture."""
        guide = self._controller.session.guide
        asked = (each for each in guide.branches if each.at == step.id and len(each.possible) > 1)
        self.add(*(Question(branch, self._controller, self) for branch in asked))
        # The companion has the fields for captures below the card.
        if step.carries or step.choices or (step.captures and not self._goes_on):
            self.add(_part("Values"))
        secret = any(guide.values[carry.value].secret for carry in step.carries)
        if secret:
            self._add_managers()
        for carry in step.carries:
            self._add_value(carry, self._key(step, carry))
        if secret and self._capture.offered:
            self._add_capture_switch()
        for choice in step.choices:
            self._add_choice(choice, self._key(step, choice))
        if step.builder is not None:
            from ui.wizard.builder_panel import BuilderPanel

            self.add(BuilderPanel(step.builder, self._controller, self))
        for name in step.captures:
            self.add(self._capture_field(name, "copy it back here"))
            if guide.values[name].secret:
                self._replacements[name] = ReplacementActions(name, self._controller, self)
                self.add(self._replacements[name])
        practice = self._controller.session.setup.practice
        if practice and step.lane is Lane.PORTAL and not (step.carries or step.captures or step.marks):
            text = "Practice: this portal has only one small page. If this screen is missing, just continue."
            self.add(Note(text, "muted", self, icon="practice"))
        if step.marks is Milestone.FULL_SYNC:
            press = partial(self._controller.open_console, Lane.CIE)
            self.add(left(button("Open Directories in CIE", icon="open", name="open-directories", press=press)))

    def _key(self, step: Step, each: Carry | Choice) -> str:
        """Return the key that copies it, as it is shown; empty if it has none."""
        if each not in step.copies or (place := step.copies.index(each)) >= VALUES:
            return ""
        return Key.COPY.sequences[place]

    def _add_value(self, carry: Carry, key: str) -> None:
        spec = self._controller.session.guide.values[carry.value]
        eye = spec.secret and self._controller.session.policy.reveal
        origin = f"from {spec.origin}" if spec.derived_from else spec.origin
        field = ValueField(carry.field, _with_key(origin, key), secret=eye)
        field.setObjectName(f"value-{carry.value}")
        field.copy_pressed.connect(lambda: self._controller.copy_offered(carry))
        field.reveal_pressed.connect(lambda on: self._controller.reveal(carry.value, on))
        self._values[carry.value] = field
        self.add(field)
        if eye:
            field.shown.connect(lambda on: self._capture.revealed(field, on=on))
        if spec.own:
            self._add_own(carry.value)

    def _add_managers(self) -> None:
        """Before the first copy, name the programs on this desktop that keep copied secrets."""
        if warning := clipboard_words.before_copying(self._controller.clipboard.managers()):
            note = Note(rich(warning), "caution", self)
            note.setObjectName("clipboard-managers")
            self.add(note)

    def _add_own(self, name: str) -> None:
        """Let the admin replace the suggested or derived value."""
        field = self._capture_field(name, "your own value")
        link = self._changes[name] = DisclosureLink(ANOTHER_VALUE, name=f"change-{name}", opens=field)
        give_name(link, f"{ANOTHER_VALUE}: {self._controller.session.guide.values[name].label}")
        self.add(left(self._changes[name]), field)

    def _add_capture_switch(self) -> None:
        switch = CheckLine("Hide revealed secrets from screen captures", self)
        switch.setObjectName("capture-guard")
        switch.setChecked(self._controller.hide_from_captures)
        switch.toggled.connect(self._switch_capture)
        self.add(switch)

    def _switch_capture(self, on: bool) -> None:
        self._controller.hide_from_captures = self._capture.wanted = on

    def _capture_field(self, name: str, origin: str) -> CaptureField:
        controller = self._controller
        spec = controller.session.guide.values[name]
        optional = spec.optional and name in controller.session.here.step.captures
        field = CaptureField(spec.label, controller.paste_text, spec.secret, origin, optional)
        controller.typed -= {name}  # the field begins empty
        field.setObjectName(f"capture-{name}")
        field.submitted.connect(lambda text: controller.give(name, text, go_on=self._goes_on and field.pasted))
        field.edited.connect(partial(controller.typing, name))
        field.next_requested.connect(partial(self._go_on, field))
        controller.taking.connect(field.submit_typed)
        if spec.kind is Kind.COUNT:
            field.set_placeholder("Enter the number")
        self._captures[name] = field
        return field

    def _go_on(self, field: CaptureField) -> None:
        """Focus the next field below that is empty, else let the window focus its main button."""
        fields = list(self._captures.values())
        below = fields[fields.index(field) + 1 :]
        following = next((each for each in below if each.isVisibleTo(self) and each.is_empty), None)
        if following is not None:
            following.setFocus()
        else:
            self._controller.next_requested.emit()

    def _add_choice(self, choice: Choice, key: str) -> None:
        if choice.typed:
            field = ValueField(choice.field, _with_key("enter exactly", key))
            field.show_value(choice.choose, plain=True)
            field.copy_pressed.connect(lambda: self._controller.copy_offered(choice))
            self._typed[choice.key] = field
            self.add(field)
            return
        frame = QFrame(self)
        frame.setProperty("role", "choice")
        words = f"{choice.field}: **{choice.choose}**"
        chosen = label(rich(words), "body", frame, rich=True, stop=True)
        give_name(chosen, unmarked(words))
        column(chosen, inside=frame, margins=(12, 8, 12, 8))
        self.add(frame)

    def _add_outcome(self, step: Step) -> None:
        """Add when the step is done and, folded, why it is done so and what can go wrong."""
        box = QWidget()
        more = [*self._reasons(step), *map(self._failure, step.failures)]
        column(*more, inside=box, spacing=8)
        link = DisclosureLink(f"Why, and what can go wrong ({len(more)})", name=f"trouble-{step.id}", opens=box)
        # A criterion, not a result, so it has no green tick.
        when = spoken_elsewhere(Note(rich(spoken_step.done_when(step)), "muted", self, stop=False, icon="target"))
        self.add(when, left(link), box)

    def _reasons(self, step: Step) -> Iterator[Note]:
        """Yield the notes, the reasons of choices, what isn't possible for this client, and the advice."""
        guide = self._controller.session.guide
        for note in step.notes:
            yield Note(rich(note), "muted")
        for choice in step.choices:
            yield Note(rich(f"**{choice.field}: {choice.choose}.** {choice.why}"), "muted")
        fixed = (each for each in guide.branches if each.at == step.id and len(each.possible) == 1)
        for option in (option for branch in fixed for option in branch.options if option.unavailable):
            yield Note(rich(f"**{option.label}** isn't possible here. {option.unavailable}"), "muted")
        for advice in step.advice:
            yield Note(rich(f"Advice: {advice}"), "muted", icon="advice")

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Draw the console's page where there is room for it."""
        super().resizeEvent(event)
        if self._aside is not None:
            self._aside.fit(self)

    def _failure(self, failure: StepFailure) -> QWidget:
        session, revisit = self._controller.session, failure.revisit
        text = f"**{unmarked(failure.sign)}.** {failure.cause} {failure.repair}"
        note = Note(rich(text), "caution", icon="warning")
        if not (revisit and revisit in {step.id for _, step in visible(session.guide, session.setup)}):
            return note
        title = session.guide.step(revisit).title
        link = LinkButton(f"Go to: {title}", press=partial(self._controller.go, revisit))
        give_name(link, unmarked(f"Go to: {title}, for: {failure.sign}"))
        both = QWidget()
        column(note, row(INDENT, left(link)), inside=both, spacing=4)
        return both

    def _add_error_reader(self, lane: Lane) -> None:
        who = "CIE" if lane is Lane.CIE else self._controller.session.guide.portal.name
        card = PortalErrorCard(self._controller)
        opener = DisclosureLink(f"Did {who} show an error?", name="open-portal-error", opens=card)
        self.add(left(opener), card)

    def refresh(self) -> None:
        """Update the card's name, values and hints; text being typed is kept."""
        session = self._controller.session
        here = session.here
        if here.step.id == self._step_id:  # else this card is about to be removed
            # On Linux, the label of ``_text`` speaks for it, and Orca 43 would say both where the card has the focus.
            what = spoken_step.description(session.guide, here.step) if ANNOUNCES else ""
            make_stop(self, spoken_step.name(session.guide, session.setup, here), what)
        for name, value in self._values.items():
            shown = session.captures.shown(name)
            value.show_value(shown.text, shown.hint, present=shown.present, plain=not shown.secret)
            if name in self._changes and not shown.present:
                self._changes[name].turn(on=True)
            value.set_hint(shown.hint, "good" if shown.present else "caution")
        for name, field in self._captures.items():
            self._refresh_capture(name, field)
        for actions in self._replacements.values():
            actions.refresh()
        if self._aside is not None:
            self._aside.view.refresh()

    def _refresh_capture(self, name: str, field: CaptureField) -> None:
        shown = self._controller.session.captures.shown(name)
        given = self._controller.given.get(name)
        spec = self._controller.session.guide.values[name]
        field.set_busy(spec.secret and bool(self._controller.busy))
        if name in self._controller.giving:
            # What is known now is the value before, or the new one beside the old refusal.
            field.set_hint(self._controller.busy_line if spec.secret else "", "muted")
            return
        if given is not None and not given.accepted:
            if given.sensitive:
                field.clear()
            if given.asks:
                field.set_hint(given.sentence, "caution")
                return
            kept = f" The previous value is kept: {shown.text}." if shown.present else ""
            field.set_hint(given.sentence + kept, "bad")
            return
        if shown.present:
            if not spec.secret and not field.being_typed():
                field.set_text(shown.text)
            elif spec.secret and not field.being_typed():
                field.set_kept("Paste to replace")
            words = [self._kept_words(given, shown), f"{shown.hint}." if shown.hint else ""]
            tone = "caution" if (given and given.warnings) or shown.in_memory_only else "good"
            extra = list(given.warnings) if given else []
            secret_words = [shown.text] if spec.kind is Kind.BASE_URL else []
            field.set_hint(" ".join(part for part in (words[0], *secret_words, words[1], *extra) if part), tone)
        else:
            field.set_hint("", "muted")

    def _say_answer(self, name: str) -> None:
        if name in self._captures:
            say(self._captures[name].hint)

    def _kept_words(self, given: CaptureResult | None, shown: DisplayedValue) -> str:
        if given is not None and given.held and not shown.in_memory_only:  # the keyring has taken it since
            return f"Kept in {self._controller.session.vault.name}."
        return given.sentence if given else "Captured."

    def _show_secret(self, name: str, text: str) -> None:
        if name in self._values and text:
            self._values[name].reveal(text)

    def _conceal(self) -> None:
        for field in self._values.values():
            field.hide_secret()

    def _show_copied(self, name: str) -> None:
        if (field := self._copied_field(name)) is not None and (around := column_around(self)) is not None:
            around.ensureWidgetVisible(field, 0, 12)

    def _copied_field(self, key: str) -> ValueField | None:
        return self._values.get(key) or self._typed.get(key)

    def offer_copy(self, name: str) -> None:
        """Let the next press of Enter copy that value."""
        if (field := self._copied_field(name)) is not None:
            field.offer_copy()

    def _show_clipboard(self, state: ClipboardState) -> None:
        for each in self._controller.session.here.step.copies:
            if each.field == state.label and (field := self._copied_field(each.key)) is not None:
                field.set_hint(*clipboard_words.about(state))

    def empty_field(self) -> CaptureField | None:
        """Return the first field that the step needs and that has no value yet."""
        session = self._controller.session
        needed = (name for name in session.here.step.captures if not session.captures.shown(name).present)
        return next((self._captures[name] for name in needed if name in self._captures), None)

    def first_stop(self) -> QWidget:
        """Return what takes the focus when the step opens: its first empty field, its first Copy, or the card."""
        fields = (field for field in self._captures.values() if not field.isHidden() and field.is_empty)
        offered = (*self._values.values(), *self._typed.values())
        copies = (value.copy for value in offered if value.copy.isEnabled())
        return next(fields, None) or next(copies, None) or self


def _part(title: str) -> QLabel:
    """Return the heading of a part of the card."""
    return spoken_elsewhere(label(title, "strong", wrap=False))


def _with_key(origin: str, key: str) -> str:
    return " \u00b7 ".join(filter(None, (origin, key)))


def words_of(guide: Guide, step: Step) -> object:
    """Return all that the card of a step has from the guide. While it is the same, the card isn't drawn again.

    Captured values change the words of the guide, but seldom those of the step that captures them. A card that is drawn
    again gives the focus to its Paste again, which a screen reader would then say before the answer.
    """
    named = (*step.captures, *(carry.value for carry in step.carries))
    revisited = {each.revisit for each in step.failures}
    return (
        step,
        guide.portal.name if step.reads_errors else "",
        tuple(guide.values[name] for name in named),
        tuple(branch for branch in guide.branches if branch.at == step.id),
        tuple(each.title for each in guide.steps if each.id in revisited),
    )


def confirmation(controller: SetupController, step_id: str, sentence: str) -> CheckLine:
    """Return the sentence to select before the step can be completed."""
    box = CheckLine(unmarked(sentence))
    box.setObjectName(f"confirm-{step_id}")
    box.setChecked(step_id in controller.session.setup.ticked)
    box.toggled.connect(lambda on: controller.tick(step_id, on))
    return box
