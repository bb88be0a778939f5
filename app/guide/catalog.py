"""The guides that ship with the program: every file in one folder."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from app.guide import guide_file
from app.system.paths import resources

if TYPE_CHECKING:
    from app.guide.model import Guide


def schema() -> dict[str, Any]:
    """The JSON Schema of a guide's file, for editors. Steps may also ``use`` a shared one."""
    from app.guide.model import Guide

    found = Guide.model_json_schema()
    parts = found["$defs"]
    for name in ("Step", "Prerequisite", "Branch"):
        parts[f"Shared{name}"] = {
            "type": "object",
            "description": "One that all clients share. Further keys replace its keys; key+ appends.",
            "required": ["use"],
            "properties": {"use": {"type": "string"}, **parts[name]["properties"]},
        }
        _allow(found, f"#/$defs/{name}", f"#/$defs/Shared{name}")
    parts["ValueSpec"]["required"] = []
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **found}


def _allow(part: Any, one: str, other: str) -> None:
    """Where a list may contain the one, let it contain the other too."""
    if isinstance(part, dict):
        if part.get("items") == {"$ref": one}:
            part["items"] = {"anyOf": [{"$ref": other}, {"$ref": one}]}
        for each in part.values():
            _allow(each, one, other)
    elif isinstance(part, list):
        for each in part:
            _allow(each, one, other)


@cache
def guide(guide_id: str) -> Guide:
    """The guide of that id. Raises KeyError where the program has none, GuideError where its file is unusable."""
    if guide_id not in ids():
        raise KeyError(guide_id)
    read = guide_file.read(resources() / "guides" / f"{guide_id}.yaml")
    if read.id != guide_id:
        raise guide_file.GuideError(f"{guide_id}.yaml: its id is {read.id}, not the name of the file")
    return read


@cache
def ids() -> tuple[str, ...]:
    """The ids of all guides, in the order of their file names."""
    return tuple(sorted(path.stem for path in (resources() / "guides").glob("*.yaml")))


def guides() -> tuple[Guide, ...]:
    """All guides, sorted by name."""
    return tuple(sorted((guide(guide_id) for guide_id in ids()), key=lambda g: g.name.casefold()))
