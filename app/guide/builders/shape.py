"""What a builder asks for and returns, and the characters that no input may contain."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.text.legible import code

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


@dataclass(frozen=True, slots=True)
class Input:
    """Something the admin types, pastes or picks."""

    id: str
    label: str
    hint: str
    lines: int = 1
    """Height of the field in lines of text."""
    choices: tuple[str, ...] = ()
    """The answers to pick from; the first one applies until the admin picks. Empty: free text."""


@dataclass(frozen=True, slots=True)
class Built:
    """What a builder made: exactly one of ``text`` and ``problem``, both plain text without markup."""

    text: str | None
    problem: str | None = None
    """Why nothing was made, in the admin's words."""
    notes: tuple[str, ...] = ()
    """What to check before using the result."""


@dataclass(frozen=True, slots=True)
class BuilderForm:
    """The inputs of a builder and the function that builds the result from them."""

    inputs: tuple[Input, ...]
    result_label: str
    """What the result is, as a noun: ``Group DN``."""
    build: Callable[[Mapping[str, str]], Built]
    """Takes input ids with their texts; a missing id counts as empty. Never raises."""
    title: str
    """What the admin clicks to open it, starting with a verb."""


def picked(given: Mapping[str, str], wanted: Input) -> str:
    """The picked choice, or the first one where nothing valid was picked."""
    choice = given.get(wanted.id, "")
    return choice if choice in wanted.choices else wanted.choices[0]


def control_character(text: str) -> str | None:
    """The first control character or lone surrogate as ``U+0000``; None where there is none.

    No name in a directory contains one, and a line break would end a command or a filter early.
    """
    for character in text:
        if unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp"):
            return code(character)
    return None


def unusual_characters(text: str) -> tuple[str, ...]:
    """A note about an invisible character, such as U+200B from a web page; legal, but rarely intended."""
    for character in text:
        if character != " " and unicodedata.category(character) in ("Cf", "Zs", "Co", "Cn"):
            return (f"It contains an invisible or unusual character ({code(character)}). Type it instead.",)
    return ()
