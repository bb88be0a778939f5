"""A page of a console as data: what a step shows of it, simplified, beside its instructions.

Only what is documented is drawn. A control that the step works on has the number of its instruction.
"""

from __future__ import annotations

from collections.abc import Iterator  # noqa: TC003 - pydantic reads it at run time
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Words = Annotated[str, Field(min_length=1, max_length=120)]
"""A label as it is on the console's page, or an example of what is entered there."""

Number = Annotated[int, Field(ge=1, le=20)]
"""The place of an instruction in the step's ``do`` list, from 1."""


class ControlKind(StrEnum):
    """What a control of a console's page looks like."""

    FIELD = "field"
    SELECT = "select"
    CHECKBOX = "checkbox"
    RADIO = "radio"
    SWITCH = "switch"
    BUTTON = "button"
    LINK = "link"


class _ScreenPart(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ScreenControl(_ScreenPart):
    """A control with its label."""

    kind: Literal[
        ControlKind.FIELD,
        ControlKind.SELECT,
        ControlKind.CHECKBOX,
        ControlKind.RADIO,
        ControlKind.SWITCH,
        ControlKind.BUTTON,
        ControlKind.LINK,
    ]
    label: Words
    value: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]*$", max_length=60)] | None = None
    """The value of the guide that it contains. A secret one is never drawn."""
    shows: Words | None = None
    """What it contains otherwise: an option that the step chooses, or a text that it enters."""
    on: bool = False
    """Whether it is ticked, chosen or switched on."""
    do: Number | None = None
    """The instruction that works on it; then it is outlined."""

    @model_validator(mode="after")
    def _content_fits(self) -> Self:
        if (self.value or self.shows) and self.kind not in (ControlKind.FIELD, ControlKind.SELECT):
            raise ValueError(f"{self.label}: only fields and selections contain something")
        if self.value and self.shows:
            raise ValueError(f"{self.label}: either a value or another text")
        if self.on and self.kind not in (ControlKind.CHECKBOX, ControlKind.RADIO, ControlKind.SWITCH):
            raise ValueError(f"{self.label}: only a check box, radio button or switch can be on")
        return self


class ScreenTable(_ScreenPart):
    """A table: its column labels and, where they are documented, entries."""

    kind: Literal["table"]
    columns: Annotated[tuple[Words, ...], Field(min_length=1, max_length=6)]
    rows: Annotated[tuple[tuple[str, ...], ...], Field(max_length=6)] = ()
    column: Words | None = None
    """The column that the step reads; then it is outlined."""
    do: Number | None = None

    @model_validator(mode="after")
    def _cells_fit(self) -> Self:
        if any(len(row) != len(self.columns) for row in self.rows):
            raise ValueError("each row needs a cell for each column")
        if self.column is not None and self.column not in self.columns:
            raise ValueError(f"no column {self.column}")
        if (self.column is None) != (self.do is None):
            raise ValueError("an outlined column needs the number of its instruction")
        return self


class ScreenText(_ScreenPart):
    """A heading of the page, or a remark of ours about what isn't drawn."""

    kind: Literal["heading", "remark"]
    text: Words


class ConsoleScreen(_ScreenPart):
    """A page: where it is, and its parts from top to bottom. Buttons that follow each other are in one line."""

    breadcrumb: Annotated[tuple[Words, ...], Field(max_length=6)] = ()
    menu: Annotated[tuple[Words, ...], Field(max_length=12)] = ()
    """The entries of the menu at its side, as far as they are documented."""
    tabs: Annotated[tuple[Words, ...], Field(max_length=8)] = ()
    here: Annotated[tuple[Words, ...], Field(max_length=2)] = ()
    """The current entry of the menu, and the current tab."""
    parts: Annotated[
        tuple[Annotated[ScreenControl | ScreenTable | ScreenText, Field(discriminator="kind")], ...],
        Field(min_length=1, max_length=24),
    ]

    @model_validator(mode="after")
    def _here_is_there(self) -> Self:
        for place in self.here:
            if place not in (*self.menu, *self.tabs):
                raise ValueError(f"{place} is neither in the menu nor a tab")
        return self

    @property
    def outlined(self) -> tuple[tuple[int, str], ...]:
        """The number and label of each part that the step works on, from top to bottom."""
        return tuple(_outlined(self.parts))

    @property
    def controls(self) -> tuple[ScreenControl, ...]:
        """Its controls, from top to bottom."""
        return tuple(part for part in self.parts if isinstance(part, ScreenControl))


def _outlined(parts: tuple[ScreenControl | ScreenTable | ScreenText, ...]) -> Iterator[tuple[int, str]]:
    for part in parts:
        if isinstance(part, ScreenControl) and part.do is not None:
            yield part.do, part.label
        elif isinstance(part, ScreenTable) and part.do is not None and part.column is not None:
            yield part.do, part.column
