"""Reads a console's page as a person does: labels, buttons, tables, messages."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, TreeBuilder

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_VOID = frozenset({"meta", "input", "br", "hr", "img", "link"})


class ConsolePage:
    """A page as a person reads it."""

    def __init__(self, html: str) -> None:
        reader = _Reader()
        reader.feed(html)
        root = reader.close_tree()
        named = {each.get("id", ""): each for each in root.iter() if each.get("id")}
        names = {key: each.get("name", "") for key, each in named.items() if each.get("name")}
        self.ids = {key: _value(each) for key, each in named.items()}
        """Values or texts of elements by id."""
        self.links = {_text(each): each.get("href", "") for each in root.iter("a")}
        """Addresses of links by text."""
        self.rows = [[_text(cell) for cell in line if cell.tag in ("td", "th")] for line in root.iter("tr")]
        self.row_forms = [Form(each, names) for line in root.iter("tr") for each in line.iter("form")]
        """The forms inside rows, in the order of the rows."""
        self.messages = [_text(each) for each in root.iter() if each.get("role") in ("status", "alert")]
        self._forms = [Form(each, names) for each in root.iter("form")]

    def form(self, button: str) -> Form | None:
        """Return the form with that button."""
        return next((form for form in self._forms if button in form.buttons), None)


class Form:
    """A form on the page."""

    def __init__(self, element: Element, names: Mapping[str, str]) -> None:
        """``names`` are the field names of the page by id."""
        self.action = element.get("action", "")
        labels = {_text(each): each.get("for", "") for each in element.iter("label")}
        self.labels = {text: names[target] for text, target in labels.items() if target in names}
        """Field names by label."""
        buttons = (each for each in element.iter("button") if each.get("type") != "button")
        self.buttons = {_text(each): (each.get("name", ""), each.get("value", "")) for each in buttons}
        """Name and value of each button by its text; both are empty if it has none."""
        boxes = (each for each in element.iter("input") if each.get("type") == "checkbox")
        self.boxes = [(each.get("name", ""), each.get("value", "")) for each in boxes]
        """All check boxes: name and value."""
        self.fields = list(_fields(element))
        """What a browser would send without changes: name and value."""


def _fields(form: Element) -> Iterator[tuple[str, str]]:
    for each in form.iter():
        name = each.get("name", "")
        if each.tag == "select":
            options = list(each.iter("option"))
            chosen = [option for option in options if "selected" in option.attrib] or options
            yield name, chosen[0].get("value", _text(chosen[0])) if chosen else ""
        elif each.tag == "input" and name and (each.get("type") != "checkbox" or "checked" in each.attrib):
            yield name, each.get("value", "")


def _value(element: Element) -> str:
    return element.get("value", "") if element.tag == "input" else _text(element)


def _text(element: Element) -> str:
    return " ".join("".join(element.itertext()).split())


class _Reader(HTMLParser):
    """Builds a tree. An element that is not closed ends with the one around it."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._tree = TreeBuilder()
        self._open: list[str] = []
        self.handle_starttag("page", [])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._tree.start(tag, {name: value or "" for name, value in attrs})
        self._open.append(tag)
        if tag in _VOID:
            self.handle_endtag(tag)

    def handle_data(self, data: str) -> None:
        self._tree.data(data)

    def handle_endtag(self, tag: str) -> None:
        while tag in self._open:
            self._tree.end(self._open[-1])
            if self._open.pop() == tag:
                break

    def close_tree(self) -> Element:
        self.close()
        self.handle_endtag("page")
        return self._tree.close()
