"""Reads a page of the handbook strictly: every element closed in order, with its ids, links and blocks of text."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = frozenset({"meta", "br", "img", "source"})
INLINE = frozenset({"a", "b", "br", "code", "kbd", "q", "span", "cite"})


@dataclass(slots=True)
class Read:
    """What is on a page."""

    elements: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    blocks: list[str] = field(default_factory=list)
    """The texts that a reader sees, each without the text of blocks inside it."""
    listings: set[str] = field(default_factory=set)
    """Those of ``blocks`` that are commands or files."""
    style: str = ""
    title: str = ""
    problems: list[str] = field(default_factory=list)

    @property
    def ids(self) -> list[str]:
        """All ids, in order."""
        return [given["id"] for _, given in self.elements if "id" in given]

    def all(self, tag: str) -> list[dict[str, str]]:
        """The attributes of all elements of that name."""
        return [given for name, given in self.elements if name == tag]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.read = Read()
        self._open: list[str] = []
        self._texts: list[list[str]] = [[]]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        if len(names) != len(set(names)):
            self.read.problems.append(f"<{tag}> has an attribute twice")
        self.read.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag == "p" and "p" in self._open:
            self.read.problems.append("a paragraph inside a paragraph")
        if tag == "br":
            self._texts[-1].append(" ")
        if tag not in VOID:
            self._open.append(tag)
            if tag not in INLINE:
                self._texts.append([])

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open[-1] != tag:
            self.read.problems.append(f"</{tag}> closes {self._open[-1:]} at line {self.getpos()[0]}")
            return
        self._open.pop()
        if tag in INLINE:
            return
        text = " ".join("".join(self._texts.pop()).split())
        if tag == "style":
            self.read.style += text
        elif tag == "title":
            self.read.title = text
        elif text:
            self.read.blocks.append(text)
            if tag == "pre":
                self.read.listings.add(text)

    def handle_data(self, data: str) -> None:
        self._texts[-1].append(data)

    def close(self) -> None:
        super().close()
        if self._open:
            self.read.problems.append(f"never closed: {self._open}")


def read(html: str) -> Read:
    """Read a page."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.read
