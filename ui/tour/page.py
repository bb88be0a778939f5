"""Reads a console's page as a person does: labels, buttons, tables, messages."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

_VOID = frozenset({"meta", "input", "br", "hr", "img", "link"})


@dataclass(slots=True)
class Form:
    """A form on the page."""

    action: str
    method: str
    fields: list[tuple[str, str]] = field(default_factory=list, repr=False)
    """What a browser would send without changes, by name."""
    boxes: list[tuple[str, str]] = field(default_factory=list)
    """All check boxes: name and value."""
    labels: dict[str, str] = field(default_factory=dict)
    """Field names by label."""
    buttons: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Name and value of each button by its text; both are empty if it has none."""


@dataclass(slots=True)
class ConsolePage:
    """A page as a person reads it."""

    forms: list[Form] = field(default_factory=list)
    ids: dict[str, str] = field(default_factory=dict, repr=False)
    """Values or texts of elements by id."""
    links: dict[str, str] = field(default_factory=dict)
    """Addresses of links by text."""
    rows: list[list[str]] = field(default_factory=list)
    row_forms: list[list[Form]] = field(default_factory=list)
    """The forms inside each row."""
    messages: list[str] = field(default_factory=list)

    def form(self, button: str) -> Form | None:
        """Return the form with that button."""
        return next((form for form in self.forms if button in form.buttons), None)


def read(html: str) -> ConsolePage:
    """Read a page."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.page


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.page = ConsolePage()
        self._open: list[tuple[str, dict[str, str], list[str]]] = []
        self._form: Form | None = None
        self._names: dict[str, str] = {}
        self._labels: list[tuple[Form, str, str]] = []
        self._select: tuple[str, str, bool] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._form = Form(given.get("action", ""), given.get("method", "get"))
            self.page.forms.append(self._form)
            if self.page.row_forms and any(opened == "tr" for opened, _, _ in self._open):
                self.page.row_forms[-1].append(self._form)
        elif tag == "tr":
            self.page.rows.append([])
            self.page.row_forms.append([])
        elif tag == "select":
            self._select = (given.get("name", ""), "", False)
        elif tag == "input":
            self._input(given)
        if given.get("id") and given.get("name"):
            self._names[given["id"]] = given["name"]
        if tag not in _VOID:
            self._open.append((tag, given, []))

    def _input(self, given: dict[str, str]) -> None:
        if given.get("id"):
            self.page.ids[given["id"]] = given.get("value", "")
        if self._form is None or not given.get("name"):
            return
        pair = (given["name"], given.get("value", ""))
        if given.get("type") == "checkbox":
            self._form.boxes.append(pair)
            if "checked" not in given:
                return
        self._form.fields.append(pair)

    def handle_data(self, data: str) -> None:
        for _, _, texts in self._open:
            texts.append(data)

    def handle_endtag(self, tag: str) -> None:
        while self._open:
            opened, given, texts = self._open.pop()
            self._ended(opened, given, " ".join("".join(texts).split()))
            if opened == tag:
                return

    def _ended(self, tag: str, given: dict[str, str], text: str) -> None:
        if given.get("id") and tag != "select":
            self.page.ids[given["id"]] = text
        if given.get("role") in ("status", "alert"):
            self.page.messages.append(text)
        if tag in ("td", "th") and self.page.rows:
            self.page.rows[-1].append(text)
        elif tag == "a":
            self.page.links[text] = given.get("href", "")
        elif tag == "option" and self._select is not None:
            name, _, taken = self._select
            if not taken or "selected" in given:
                self._select = (name, given.get("value", text), True)
        elif self._form is not None:
            self._ended_in_form(self._form, tag, given, text)

    def _ended_in_form(self, form: Form, tag: str, given: dict[str, str], text: str) -> None:
        if tag == "button" and given.get("type") != "button":
            form.buttons[text] = (given.get("name", ""), given.get("value", ""))
        elif tag == "label":
            self._labels.append((form, text, given.get("for", "")))
        elif tag == "select" and self._select is not None:
            form.fields.append(self._select[:2])
            self._select = None
        elif tag == "form":
            self._form = None

    def close(self) -> None:
        super().close()
        for form, text, target in self._labels:
            if target in self._names:
                form.labels[text] = self._names[target]
