"""Docstrings, comments and texts of the product are plain American English, as far as a list of phrases can tell."""

from __future__ import annotations

import io
import re
import tokenize
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[1]

ROOMS = (
    "app/__init__.py",
    "app/__main__.py",
    "app/cleanup",
    "app/cli.py",
    "app/diagnosis",
    "app/directory_sync",
    "app/exports",
    "app/guide",
    "app/net",
    "app/polling",
    "app/practice",
    "app/reports",
    "app/scim",
    "app/session",
    "app/setup",
    "app/system",
    "app/text",
    "app/values",
    "app/vault",
    "packaging",
    "tests/benchmarks",
    "tests/browser",
    "tests/cleanup",
    "tests/desktops",
    "tests/diagnosis",
    "tests/directories",
    "tests/directory_sync",
    "tests/exports",
    "tests/foreign",
    "tests/guide",
    "tests/handbook",
    "tests/journeys",
    "tests/leaks",
    "tests/net",
    "tests/orca",
    "tests/packaging",
    "tests/polling",
    "tests/practice",
    "tests/proxies",
    "tests/reports",
    "tests/scim",
    "tests/session",
    "tests/setup",
    "tests/support",
    "tests/system_calls",
    "tests/text",
    "tests/ui",
    "tests/values",
    "tests/vault",
    "ui/__init__.py",
    "ui/application.py",
    "ui/companion",
    "ui/desktop",
    "ui/dialogs",
    "ui/home",
    "ui/main_window.py",
    "ui/session",
    "ui/start.py",
    "ui/tasks.py",
    "ui/theme",
    "ui/tools",
    "ui/tour",
    "ui/widgets",
    "ui/wizard",
)
"""The folders and modules that have been rewritten. A new one is added here, none is removed."""

PHRASES = {
    r"told": "reported, shown, listed",
    r"tells? apart|telling apart": "distinguish",
    r"cannot be told|can be told": "is (not) known",
    r"of which|of whom|whom": "whose, who, which ... of",
    r"(?:is|are|was|were) to be": "must be, will be",
    r"(?:comes?|came|coming) about": "happens, succeeds",
    r"wants? an?": "needs, requires",
    r"somebody": "someone, a program, the admin",
    r"anew": "again",
    r"any more": "anymore, no longer",
    r"(?:the|these|those|which|other|unusual|such|what|hold|or) signs": "characters",
    r"as (?:it|they) stands?|stands? (?:there|here|above|below|behind|beside|between|as|at|in|on)": "is, unchanged",
    r"stands? (?:before|after|higher)": "is",
    r"never stood|connection stood|connection stands": "was (not) established",
    r"goes on": "continues",
    r"(?:come|came|bring|brings|brought) forward": "to the front",
    r"steps? aside": "minimizes",
    r"takes? along|takes it over|took over|taken over": "includes, imports",
    r"mend(?:s|ed|ing)?": "fix",
    r"riddle": "confusing",
    r"of one's own": "separate, private",
    r"in mid-run": "during a run",
    r"how grave": "how severe",
    r"be at it": "be using it",
    r"lets? go": "closes, releases",
    r"brought no answer": "no response",
    r"(?:it )?worked when": "done when",
    r"for people came": "",
    r"bring the .{1,20} here": "copy",
    r"set in lower case": "converted to lowercase",
    r"taken off here": "removed",
    r"click it once only": "click once",
    r"set-ups?": "setup",
    r"colours?|coloured|behaviours?|neighbours?|favour\w*|honour\w*": "American spelling",
    r"(?:organ|recogn|notar|author|initial|minim|maxim|real|summar)is(?:e|es|ed|ing|ation|ations)": "American spelling",
    r"licences?|centres?|catalogues?|artefacts?|learnt|labell(?:ed|ing)|grey|judgement|programme": "American spelling",
}
"""What must not occur, as regular expressions between word boundaries, and what to say instead."""

EXEMPT: dict[tuple[str, str], str] = {}
"""The path and exact line that may contain a phrase, with the reason."""

_F_STRING = re.compile(r"r?f|fr", re.IGNORECASE)
"""How an f-string begins; up to Python 3.11 its token contains the code between its braces."""
_ANY = re.compile("|".join(rf"\b(?:{phrase})\b" for phrase in PHRASES), re.IGNORECASE)


def texts(source: str) -> Iterator[tuple[int, str]]:
    """The docstrings, comments and string constants of a module, line by line, each with its line number."""
    kinds = {tokenize.COMMENT, tokenize.STRING, getattr(tokenize, "FSTRING_MIDDLE", tokenize.STRING)}
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type in kinds:
            text = re.sub(r"\{[^{}]*\}", "{}", token.string) if _F_STRING.match(token.string) else token.string
            for offset, line in enumerate(text.split("\n")):
                yield token.start[0] + offset, line


def found_in(path: Path) -> list[str]:
    """Each line of a module that contains a phrase, with its number."""
    source = path.read_text("utf-8")
    lines, name = source.split("\n"), path.relative_to(ROOT).as_posix()
    numbers = dict.fromkeys(number for number, text in texts(source) if _ANY.search(text))
    return [f"{name}:{n}: {lines[n - 1].strip()}" for n in numbers if (name, lines[n - 1].strip()) not in EXEMPT]


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_contains_no_listed_phrase(room: str) -> None:
    modules = sorted((ROOT / room).rglob("*.py")) if (ROOT / room).is_dir() else [ROOT / room]
    assert modules
    assert [hit for module in modules for hit in found_in(module)] == []


_NO_WORDS = re.compile(r"\S+://\S+|\b[a-z0-9]+(?:-[a-z0-9]+)+\b|(?<=id: )\S+")
"""Addresses and ids."""


def test_documents_and_guides_contain_no_listed_phrase() -> None:
    folders = {"resources/help": "*.md", "resources/handbook": "*.html", "resources/diagnosis": "*.yaml"}
    files = [ROOT / name for name in ("README.md", "CHANGELOG.md", "SECURITY.md")]
    files += [file for folder, kind in folders.items() for file in sorted((ROOT / folder).rglob(kind))]
    files += sorted((ROOT / "resources/guides").rglob("*.yaml"))
    hits = [
        f"{file.relative_to(ROOT).as_posix()}:{number}: {line.strip()}"
        for file in files
        for number, line in enumerate(file.read_text("utf-8").split("\n"), start=1)
        if _ANY.search(_NO_WORDS.sub("", line))
    ]
    assert hits == []


@pytest.mark.parametrize(
    "line",
    [
        '"""What the admin is told."""',
        "value = 1  # stands in the file",
        'text = "Leave out the signs * and {."',
        'text = f"{name} is to be sent"',
        '"""First line.\n\nRecognised colours.\n"""',
    ],
)
def test_docstrings_comments_and_strings_are_searched(line: str) -> None:
    assert [text for _, text in texts(f"import os\n{line}\n") if _ANY.search(text)]


def test_code_is_not_searched() -> None:
    code = "told = somebody(anew)\nshown = f'{told} items'\n"
    assert not [text for _, text in texts(code) if _ANY.search(text)]


def test_every_exempt_line_still_needs_its_exemption() -> None:
    needed = {
        (name, line) for name, line in EXEMPT if line in map(str.strip, (ROOT / name).read_text("utf-8").split("\n"))
    }
    assert {key for key in EXEMPT if key not in needed or not _ANY.search(key[1]) or not EXEMPT[key]} == set()
