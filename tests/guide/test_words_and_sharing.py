"""A guide speaks in the admin's words, and takes from one place what is the same for every client."""

from __future__ import annotations

import copy
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from app.guide import catalog, guide_file
from app.guide.guide_file import GuideError
from app.guide.placeholders import fill, fill_guide, placeholders_of
from app.system.paths import resources

if TYPE_CHECKING:
    from app.guide.model import Guide


def entra() -> dict[str, Any]:
    data: dict[str, Any] = copy.deepcopy(guide_file.merge(resources() / "guides" / "entra.yaml"))
    return data


def step_of(data: dict[str, Any], step_id: str) -> dict[str, Any]:
    found: dict[str, Any] = next(s for stage in data["stages"] for s in stage["steps"] if s["id"] == step_id)
    return found


def speaking(text: str, link: str | None = None) -> Guide:
    data = entra()
    step = step_of(data, "add-directory")
    step.pop("screen")
    step["do"] = [text]
    if link:
        step["link"] = link
    return guide_file.check(data)


def test_words_that_were_not_given_stand_as_their_label() -> None:
    guide = speaking("Search for {primary_domain} there.")
    assert placeholders_of(guide) == {"primary_domain"}
    assert fill_guide(guide, {}).step("add-directory").do[0] == "Search for Primary domain there."
    spoken = fill_guide(guide, {"primary_domain": "contoso.com"})
    assert spoken.step("add-directory").do[0] == "Search for contoso.com there."
    assert guide.step("add-directory").do[0] == "Search for {primary_domain} there."


def test_a_guide_without_places_stays_the_same_object() -> None:
    guide = catalog.guide("entra")
    assert fill_guide(guide, {"primary_domain": "contoso.com"}) is guide


def test_a_link_that_needs_a_value_waits_for_it() -> None:
    guide = speaking("Look.", "https://{primary_domain}/admin")
    assert fill_guide(guide, {}).step("add-directory").link is None
    assert fill_guide(guide, {"primary_domain": "a.example"}).step("add-directory").link == "https://a.example/admin"


@pytest.mark.parametrize("name", ["token", "base_url", "nobody"])
def test_secrets_and_strangers_never_stand_in_words(name: str) -> None:
    with pytest.raises(GuideError, match="words may mention"):
        speaking(f"Never {{{name}}}.")


def test_use_takes_over_replaces_and_appends(tmp_path: Path) -> None:
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared" / "cie.yaml").write_text(
        json.dumps({"steps": {"a": {"title": "Open {client}", "notes": ["One."], "takes": "1 minute"}}}), "utf-8"
    )
    own = {"short_name": "X", "stages": [{"steps": [{"use": "a", "takes": "2 minutes", "notes+": ["Two."]}]}]}
    (tmp_path / "x.yaml").write_text(json.dumps(own), "utf-8")
    (step,) = guide_file.merge(tmp_path / "x.yaml")["stages"][0]["steps"]
    assert step == {"id": "a", "title": "Open X", "notes": ["One.", "Two."], "takes": "2 minutes"}


def test_using_what_is_not_shared_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "x.yaml").write_text(json.dumps({"stages": [{"steps": [{"use": "nothing"}]}]}), "utf-8")
    with pytest.raises(ValueError, match="no shared part nothing"):
        guide_file.read(tmp_path / "x.yaml")


def test_the_exported_schema_is_the_models() -> None:
    exported = json.loads((resources() / "guides" / "guide.schema.json").read_text("utf-8"))
    assert exported == catalog.schema(), "run: python3 packaging/dev.py schema"


def test_the_schema_knows_shared_parts() -> None:
    found = catalog.schema()
    steps = found["$defs"]["Stage"]["properties"]["steps"]["items"]["anyOf"]
    assert {"$ref": "#/$defs/SharedStep"} in steps
    assert found["$defs"]["SharedStep"]["required"] == ["use"]


def test_the_first_answer_has_to_lead_to_full_sync() -> None:
    data = entra()
    data["branches"][0]["options"][0]["shuts_gate"] = "Nothing is sent."
    with pytest.raises(GuideError, match="has to lead to Full Sync"):
        guide_file.check(data)


def test_an_answer_that_cannot_be_chosen_never_counts() -> None:
    guide = catalog.guide("entra")
    assert guide.answers({"authorization": "oidc", "screens": "classic"}) == {
        "authorization": "static",
        "screens": "classic",
    }


def test_placeholders_are_filled_in_one_place() -> None:
    root = Path(__file__).resolve().parents[2]
    others = [
        path.relative_to(root).as_posix()
        for folder in ("app", "ui", "packaging")
        for path in (root / folder).rglob("*.py")
        if re.search(r"\.replace\(([\"']|f[\"']\{)\{", path.read_text("utf-8"))  # f"{name}" has no brace in the end
    ]
    assert others == []


def test_a_placeholder_without_a_word_stays() -> None:
    data = {"a": ["{client} and {nobody}"], "b": ("{client}", 7)}
    assert fill(data, {"client": "X"}) == {"a": ["X and {nobody}"], "b": ("X", 7)}
