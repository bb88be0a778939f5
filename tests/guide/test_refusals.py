"""A guide with a mistake in it is refused, and the sentence names the place."""

from __future__ import annotations

import copy
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from app.guide import catalog, guide_file
from app.guide.guide_file import GuideError
from app.guide.vocabulary import Milestone
from app.system import data_file
from app.system.paths import resources

if TYPE_CHECKING:
    from pathlib import Path


FOLDER = resources() / "guides"
IDS = catalog.ids()


def raw() -> dict[str, Any]:
    # Several steps may share a list; each test changes a copy of its own.
    data: dict[str, Any] = copy.deepcopy(guide_file.merge(FOLDER / "entra.yaml"))
    return data


def step_of(data: dict[str, Any], step_id: str) -> dict[str, Any]:
    found: dict[str, Any] = next(s for stage in data["stages"] for s in stage["steps"] if s["id"] == step_id)
    return found


def test_the_raw_data_is_a_guide() -> None:
    assert guide_file.check(raw()) == catalog.guide("entra")


@pytest.mark.parametrize(
    ("step_id", "field", "value", "sentence"),
    [
        ("submit", "depends_on", ["nothing"], "no value nothing"),
        ("submit", "captures", ["nothing"], "no value nothing"),
        ("submit", "needs", [{"step": "nowhere", "because": "It is so."}], "no step nowhere"),
        ("submit", "sources", ["hearsay"], "no source hearsay"),
        ("submit", "when", {"screens": "other"}, "no answer screens=other"),
        ("submit", "page", "test", "assistant lane"),
        ("test-connection", "page", None, "assistant lane"),
        ("submit", "title", "x" * 61, "longer than 60"),
        ("submit", "failures", [], "at least 1 item"),
        ("submit", "link", "http://example.com", "pattern"),
        ("submit", "color", "red", "not permitted"),
        ("submit", "id", "acknowledge", "occurs twice"),
        ("start-provisioning", "marks", "full-sync", "milestones of the steps are out of order"),
        ("submit", "roles", ["submit"], "the role submit follows from what a step does"),
        ("submit", "roles", ["review-user-mapping"], "Input should be"),
    ],
)
def test_a_bad_step_is_refused(step_id: str, field: str, value: object, sentence: str) -> None:
    data = raw()
    step_of(data, step_id)[field] = value
    with pytest.raises(GuideError, match=sentence):
        guide_file.check(data)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"parts": [{"kind": "button", "label": "Create", "do": 1}]}, "outlines Create, which it doesn't name"),
        ({"parts": [{"kind": "field", "label": "Tenant URL", "do": 3}]}, "instruction 3, which is missing"),
        ({"parts": [{"kind": "field", "label": "Tenant URL", "do": 2}]}, "instruction 2, which doesn't name it"),
        ({"parts": [{"kind": "field", "label": "ID", "value": "tenant_id"}]}, "the value tenant_id, which"),
        ({"parts": [{"kind": "field", "label": "ID", "shows": "contoso"}]}, "shows contoso, which"),
        ({"parts": [{"kind": "button", "label": "Save", "value": "token"}]}, "only fields and selections contain"),
        ({"parts": [{"kind": "field", "label": "ID", "on": True}]}, "only a check box, radio button or switch"),
        ({"parts": [{"kind": "table", "columns": ["A"], "rows": [["1", "2"]]}]}, "a cell for each column"),
        ({"parts": [{"kind": "table", "columns": ["A"], "column": "B", "do": 1}]}, "no column B"),
        ({"parts": [{"kind": "table", "columns": ["A"], "column": "A", "do": 1}]}, "outlines A, which"),
        ({"parts": [{"kind": "picture"}]}, "screen"),
        ({"here": ["Users"]}, "neither in the menu nor a tab"),
    ],
)
def test_a_screen_shows_only_what_its_step_names(change: dict[str, Any], sentence: str) -> None:
    data = raw()
    step_of(data, "paste-credentials")["screen"].update(change)
    with pytest.raises(GuideError, match=sentence):
        guide_file.check(data)


def test_a_step_says_what_to_do() -> None:
    changes: tuple[dict[str, Any], ...] = ({"do": []}, {"text": "Click it."})
    for change in changes:
        data = raw()
        step_of(data, "test-connection").update(change)
        with pytest.raises(GuideError, match=r"\bdo\b|\btext\b"):
            guide_file.check(data)


def test_bad_references_outside_of_steps_are_refused() -> None:
    for change in (
        {"named_by": "nothing"},
        {"named_by": "token"},
        {"cadence": {**raw()["cadence"], "source": "hearsay"}},
    ):
        with pytest.raises(GuideError):
            guide_file.check({**raw(), **change})
    data = raw()
    data["values"]["directory_id"]["derived_from"] = "nothing"
    with pytest.raises(GuideError, match="no value nothing"):
        guide_file.check(data)
    data = raw()
    step_of(data, "submit")["failures"][0]["revisit"] = "nowhere"
    with pytest.raises(GuideError, match="no step nowhere"):
        guide_file.check(data)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("id: [unclosed", r"bad\.yaml, line \d: not valid YAML"),
        ("id: !!python/object/apply:os.getcwd []", r"bad\.yaml, line 1: not valid YAML"),
        ("id: a\nname: b\nid: c\n", r"bad\.yaml, line 3: the key id occurs twice"),
        ("values:\n  realm: {kind: domain, label: A, kind: text}\n", r"bad\.yaml, line 2: the key kind occurs twice"),
        ("a: &a {b: 1}\nc: {<<: *a, b: 2, b: 3}\n", r"bad\.yaml, line 2: the key b occurs twice"),
        ("stages: &a [*a]", r"bad\.yaml, line 1: a value contains itself"),
        ("[" * 5000, r"bad\.yaml.*(nested too deeply|not valid YAML)"),
        ("a: \x07", r"bad\.yaml: not valid YAML"),
        ("", r"bad\.yaml: a guide is a mapping"),
        ("just words", r"bad\.yaml: a guide is a mapping"),
        ("[1, 2]", r"bad\.yaml: a guide is a mapping"),
        ("stages: 5", r"bad\.yaml: .*stages: Input should be a valid"),
        ("stages: [{steps: [7]}]", r"bad\.yaml: .*stages\.0\.steps\.0: "),
        ("stages: [{id: s, steps: [{id: t, lane: x}]}]", r"bad\.yaml: .*stages\.s\.steps\.t\.lane: Input should be"),
        ("stages: [{steps: [{use: nothing}]}]", r"bad\.yaml: there is no shared part nothing"),
        ("stages: [{steps: [{use: [1]}]}]", r"bad\.yaml: there is no shared part"),
        ("prerequisites: [{use: group-names, id+: [x]}]", r"bad\.yaml: group-names: id\+ appends a list to a list"),
        ("values: [1]", r"bad\.yaml: .*values: Input should be a valid dictionary"),
        ("values: {directory_id: 7}", r"bad\.yaml: .*values\.directory_id: "),
        ("true: 1", r"bad\.yaml: "),
        ("{[1]: 2}: 3", r"bad\.yaml, line 1: not valid YAML"),
        ("name: a\u200bb", r"bad\.yaml: it has the invisible character U\+200B"),
    ],
)
def test_a_bad_file_is_refused_by_name_and_place(text: str, sentence: str, tmp_path: Path) -> None:
    shutil.copytree(FOLDER / "shared", tmp_path / "shared")
    bad = tmp_path / "bad.yaml"
    bad.write_text(text, "utf-8")
    with pytest.raises(GuideError, match=sentence) as refused:
        guide_file.read(bad)
    assert len(str(refused.value)) < 1000


def test_a_guide_that_names_missing_errors_is_refused(tmp_path: Path) -> None:
    shutil.copytree(FOLDER / "shared", tmp_path / "shared")
    named = tmp_path / "okta.yaml"
    named.write_bytes((FOLDER / "okta.yaml").read_bytes())
    with pytest.raises(GuideError, match=r"okta\.yaml: there is no file errors/okta\.yaml"):
        guide_file.read(named)


def test_a_file_of_other_bytes_or_none_is_refused(tmp_path: Path) -> None:
    bad = tmp_path / "bad.yaml"
    bad.write_bytes(b"name: \xff")
    with pytest.raises(GuideError, match=r"bad\.yaml is not UTF-8"):
        guide_file.read(bad)
    with pytest.raises(OSError, match=r"missing\.yaml"):
        guide_file.read(tmp_path / "missing.yaml")


def test_merged_keys_may_be_replaced(tmp_path: Path) -> None:
    good = tmp_path / "good.yaml"
    good.write_text("top: {under: &b {<<: &a {x: 1, y: 2}, y: 3}, z: {<<: *b, x: 4}}\n", "utf-8")
    assert data_file.load(good) == {"top": {"under": {"x": 1, "y": 3}, "z": {"x": 4, "y": 3}}}


@pytest.mark.parametrize("path", sorted(resources().rglob("*.yaml")), ids=lambda path: path.name)
def test_no_data_file_repeats_a_key(path: Path) -> None:
    assert data_file.load(path)


@pytest.mark.parametrize("guide_id", ["nobody", "", "../guides/entra", "ENTRA"])
def test_an_unknown_guide_is_a_key_error(guide_id: str) -> None:
    with pytest.raises(KeyError):
        catalog.guide(guide_id)


def test_an_unknown_step_is_a_key_error() -> None:
    guide = catalog.guide("entra")
    assert guide.step("submit").marks is Milestone.SUBMITTED
    with pytest.raises(KeyError):
        guide.step("nowhere")
