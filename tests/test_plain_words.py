"""The sentences of guides, causes, portal errors and practice pages are short and use no phrase of the glossary.

``python -m tests.test_plain_words`` prints the figures, and every phrase to avoid with its sentence.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from app.guide import catalog, guide_file
from app.system import data_file
from app.system.paths import resources

if TYPE_CHECKING:
    from collections.abc import Iterator

INSTEAD = {
    r"stands?|standing": "appears, is shown, is on",
    r"(?:is|are|was|were|has|have) to be|is to (?:know|receive|send|do|bring)|(?:is|are) not to": "should, must, will",
    r"signs?(?! in| out| of life|-in)": "character; icon, message",
    r"signs? of life": "activity",
    r"gives? (?:it|here|the (?:label|name|address|value)s?)": "enter",
    r"(?:bring|keep) (?:the .{1,20} )?here|bring back": "paste, copy",
    r"capture[sd]?": "enter, paste, save",
    r"mend\w*|repair\w*": "fix",
    r"go(?:es)? on|went on": "continue",
    r"at hand": "ready, available",
    r"meanwhile": "leave out",
    r"tells?|told|says? of|sp(?:eak|oke)s? of": "shows, reports, contains",
    r"wants an?|wanted": "needs",
    r"whom|becomes? of": "which users, what should happen to",
    r"occurs? once|once only|letter by letter": "unique, exactly",
    r"(?:the )?vendor(?:'s)?": "Palo Alto Networks, or the product",
    r"the test here|ask(?:s|ed)? about|look(?:s|ed)? (?:first )?whether": "test, check",
    r"asks? the (?:scim )?endpoint": "requests",
    r"com(?:es?|ing) about|passing (?:fault|one)|fault was": "fails; temporary error",
    r"somebody|nobody|anybody": "no one, someone",
    r"let(?:s)? (?:it )?through": "allow",
    r"kept here|from here|in front|at its front": "saved here, above",
    r"further on|in the same row": "in a later step",
    r"where nothing|where it is wanted": "if",
    r"one'?s own": "separate",
    r"set off": "start",
    r"brings? along|brought along": "includes",
    r"take[sn]? away|took away": "remove",
    r"leave out|left out": "omit, skip",
    r"an open way|way out": "outbound",
    r"gets? through": "works",
    r"nothing of that": "no matching",
    r"begin with": "start with",
    r"lies? in": "is in",
    r"the form that follows": "the next page",
    r"serve[sd]? as": "is",
    r"span": "range",
    r"once more": "again",
    r"the support of": "support",
    r"it worked when": "done when",
    r"please|simply|just": "leave out",
}
"""What must not occur, as regular expressions between word boundaries, and what to say instead.

The left column of the glossary of the review of November 2026 and of the rules for words.
"""

_ANY = re.compile("|".join(rf"\b(?:{phrase})\b" for phrase in INSTEAD), re.IGNORECASE)
_LABEL = re.compile(r"\*\*[^*]+\*\*")
"""A label of a console, whose words are not ours."""
_GUIDE_WORDS = {
    "summary", "text", "why", "ask", "sign", "means", "unavailable", "shuts_gate", "title", "lead", "notes", "advice",
    "success", "cause", "repair", "because", "takes", "confirm", "done_label", "words", "meanwhile", "on_demand",
    "origin",
}  # fmt: skip
_CAUSE_WORDS = {"title", "say", "because"}
_TAG = re.compile(r"<(style|script)\b.*?</\1>|<!--.*?-->|\{#.*?#\}|\{%.*?%\}|<[^>]*>", re.DOTALL)


@dataclass(frozen=True)
class Sentence:
    """One sentence and the file that it is in."""

    file: str
    text: str

    @property
    def words(self) -> int:
        """A label counts as one word: its length is not ours."""
        return len(_LABEL.sub("Label", self.text).split())


def sentences() -> list[Sentence]:
    """Every sentence once for each file, in the order of the files."""
    found = [Sentence(file, part) for file, text in texts() for part in re.split(r"(?<=[.!?])\s+", text) if part]
    return list(dict.fromkeys(found))


def texts() -> Iterator[tuple[str, str]]:
    """The file and the words of each text."""
    root = resources()
    shared = root / "guides" / guide_file.SHARED
    for path in (*(root / "guides" / f"{name}.yaml" for name in catalog.ids()), shared):
        yield from ((path.name, text) for text in _under(data_file.load(path), _GUIDE_WORDS, {"practice", "sources"}))
    for path in (*sorted((root / "guides" / "errors").glob("*.yaml")), *sorted((root / "diagnosis").glob("*.yaml"))):
        if path.stem != "statuses":
            name = f"{path.parent.name}/{path.name}"
            yield from ((name, text) for text in _under(data_file.load(path), _CAUSE_WORDS, set()))
    for path in sorted((root / "practice").glob("*.html")):
        for part in _TAG.sub("\n", path.read_text("utf-8")).split("\n"):
            if re.search(r"[a-z]", text := re.sub(r"\{\{.*?\}\}", "Label", part).strip()):
                yield path.name, text


def _under(part: Any, keys: set[str], without: set[str], key: str = "") -> Iterator[str]:
    if isinstance(part, str):
        if key in keys:
            yield " ".join(part.split())
    elif isinstance(part, dict):
        for name, each in part.items():
            if name not in without:
                # In ``notes+`` a guide appends to the notes of a shared step.
                yield from _under(each, keys, without, name.rstrip("+") if isinstance(name, str) else "")
    elif isinstance(part, list):
        for each in part:
            yield from _under(each, keys, without, key)


def hits(found: list[Sentence]) -> list[str]:
    """Each sentence with a phrase to avoid, outside of the labels of consoles."""
    return [
        f"{each.file}: {match.group()!r} in: {each.text}"
        for each in found
        for match in _ANY.finditer(_LABEL.sub("Label", each.text))
    ]


@dataclass(frozen=True)
class Figures:
    """How long the sentences are and how hard to read."""

    sentences: int
    average: float
    over_twenty: int
    reading_ease: float
    """Flesch's reading ease with syllables counted as groups of vowels: higher is easier, plain English is above 60."""


def figures(found: list[Sentence]) -> Figures:
    """The figures of these sentences."""
    lengths = [each.words for each in found]
    words = [word for each in found for word in re.findall(r"[A-Za-z]+", _LABEL.sub("Label", each.text))]
    syllables = sum(max(1, len(re.findall(r"[aeiouy]+", re.sub(r"e$", "", word.lower())))) for word in words)
    average = sum(lengths) / len(lengths)
    ease = 206.835 - 1.015 * average - 84.6 * syllables / len(words)
    return Figures(len(found), round(average, 2), sum(length > 20 for length in lengths), round(ease, 1))


LIMITS = Figures(sentences=4000, average=8.0, over_twenty=0, reading_ease=70.0)
"""At least so many sentences, at most that average and that many long ones, at least that reading ease.

In November 2026, 4552 sentences had 8.12 words on average, 8 of them were longer than 20 words, and 383 phrases of the
glossary occurred. In December, 4650 sentences had 7.7 words, none was longer, and no phrase occurred.
"""


def test_no_sentence_has_a_phrase_of_the_glossary() -> None:
    assert hits(sentences()) == []


def test_no_sentence_is_longer_than_twenty_words() -> None:
    assert [f"{each.file}: {each.text}" for each in sentences() if each.words > 20] == []


def test_the_figures_stay_within_their_limits() -> None:
    found = figures(sentences())
    print(found)
    assert found.sentences >= LIMITS.sentences
    assert found.average <= LIMITS.average
    assert found.over_twenty <= LIMITS.over_twenty
    assert found.reading_ease >= LIMITS.reading_ease


@pytest.mark.parametrize(
    ("text", "hit"),
    [
        ("Bring the Base URL here.", True),
        ("Nobody is to know.", True),
        ("Click **Repair** and **Tell whom**.", False),
        ("The signature is signed.", False),
    ],
)
def test_a_phrase_counts_between_word_boundaries_and_outside_of_labels(text: str, hit: bool) -> None:
    assert bool(hits([Sentence("a", text)])) == hit


def test_a_label_counts_as_one_word() -> None:
    assert Sentence("a", "Click **Palo Alto Networks SCIM Connector** now.").words == 3


if __name__ == "__main__":
    everything = sentences()
    for one in sorted({each.file for each in everything}):
        print(one, figures([each for each in everything if each.file == one]))
    print("all", figures(everything), "glossary hits:", len(hits(everything)))
    print(*hits(everything), sep="\n")
