"""The guides that ship with the program, found by looking into one folder."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from app.system.paths import resources
from app.text.legible import code, unseen

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from app.guide.model import Guide

_LISTS = ("prerequisites", "branches")


def read(path: Path) -> Guide:
    """Read one guide.

    A prerequisite, branch or step that is the same for every client stands in ``shared/cie.yaml`` beside the
    guide: ``use: submit`` takes it from there, further keys replace its keys, ``notes+`` appends to a list.
    Values and sources that a guide refers to and does not define come from there too. In all words
    ``{client}``, ``{scim_client}`` and ``{portal}`` stand for the names that the guide gives.

    Raises:
        OSError: The file cannot be read.
        ValueError: It is not YAML, has an unseen character, or is no guide (pydantic's ValidationError says where).
    """
    from app.guide.model import Guide

    data = whole(path)
    signs = {sign for text in _strings(data) for sign in str(text)} - {"\n"}
    if hidden := sorted(filter(unseen, signs)):
        raise ValueError(f"{path.name} has the unseen character {code(hidden[0])}")
    return Guide.model_validate(data)


def whole(path: Path) -> Any:
    """The data of a guide with everything shared filled in, not checked yet. Raises as ``read`` does."""
    data = _load(path)
    if not isinstance(data, dict):
        return data
    common = path.parent / "shared" / "cie.yaml"
    return _named(_with_shared(data, _load(common) if common.exists() else {}))


def _load(path: Path) -> Any:
    import yaml

    try:
        # libyaml's safe loader where it was compiled in: ten times as fast, the same safety.
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        return yaml.load(path.read_text("utf-8"), Loader=loader)  # noqa: S506
    except yaml.YAMLError as error:
        raise ValueError(f"{path.name} is not valid YAML: {error}") from error


def _with_shared(data: dict[str, Any], shared: dict[str, Any]) -> dict[str, Any]:
    done = dict(data)
    for key in _LISTS:
        if isinstance(done.get(key), list):
            done[key] = [_used(item, shared.get(key, {})) for item in done[key]]
    stages = []
    for stage in done.get("stages") or ():
        if not isinstance(stage, dict) or not isinstance(stage.get("steps"), list):
            return data
        steps = [_used(step, shared.get("steps", {})) for step in stage["steps"]]
        stages.append({**stage, "steps": steps})
    done["stages"] = stages
    named = set(_strings(done))
    own = done.get("values") or {}
    common = shared.get("values", {})
    done["values"] = {**own, **{n: {**spec, **own.get(n, {})} for n, spec in common.items() if n in named or n in own}}
    sources = shared.get("sources", {})
    done["sources"] = {**{n: s for n, s in sources.items() if n in named}, **(done.get("sources") or {})}
    return done


def _used(item: Any, shared: dict[str, Any]) -> Any:
    if not isinstance(item, dict) or "use" not in item:
        return item
    name = item["use"]
    if name not in shared:
        raise ValueError(f"there is nothing shared called {name}")
    done = {"id": name, **shared[name]}
    for key, value in item.items():
        if key.endswith("+"):
            done[key[:-1]] = [*done.get(key[:-1], ()), *value]
        elif key != "use":
            done[key] = value
    return done


def _strings(part: Any) -> Iterator[str]:
    if isinstance(part, str):
        yield part
    elif isinstance(part, dict):
        yield from part
        for each in part.values():
            yield from _strings(each)
    elif isinstance(part, list):
        for each in part:
            yield from _strings(each)


def _named(data: dict[str, Any]) -> dict[str, Any]:
    """The guide's own names in the words that are shared."""
    portal = data.get("portal")
    names = {
        "{client}": data.get("short_name"),
        "{scim_client}": data.get("scim_client"),
        "{portal}": portal.get("name") if isinstance(portal, dict) else None,
    }
    known = {place: name for place, name in names.items() if isinstance(name, str)}
    done: dict[str, Any] = _replace(data, known)
    return done


def _replace(part: Any, names: dict[str, str]) -> Any:
    if isinstance(part, str):
        for place, name in names.items():
            part = part.replace(place, name)
        return part
    if isinstance(part, dict):
        return {key: _replace(each, names) for key, each in part.items()}
    if isinstance(part, list):
        return [_replace(each, names) for each in part]
    return part


def schema() -> dict[str, Any]:
    """The JSON Schema of a guide's file, for editors. Steps may also ``use`` a shared one."""
    from app.guide.model import Guide

    found = Guide.model_json_schema()
    parts = found["$defs"]
    for name in ("Step", "Prerequisite", "Branch"):
        parts[f"Shared{name}"] = {
            "type": "object",
            "description": "One that is the same for every client. Further keys replace its keys; key+ appends.",
            "required": ["use"],
            "properties": {"use": {"type": "string"}, **parts[name]["properties"]},
        }
        _allow(found, f"#/$defs/{name}", f"#/$defs/Shared{name}")
    parts["ValueSpec"]["required"] = []
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **found}


def _allow(part: Any, one: str, other: str) -> None:
    """Where a list holds the one, let it hold the other too."""
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
    """The guide of that id. Raises KeyError where the program has none."""
    path = resources() / "guides" / f"{guide_id}.yaml"
    if guide_id not in ids():
        raise KeyError(guide_id)
    return read(path)


@cache
def ids() -> tuple[str, ...]:
    """The ids of all guides, in the order of their file names."""
    return tuple(sorted(path.stem for path in (resources() / "guides").glob("*.yaml")))


def guides() -> tuple[Guide, ...]:
    """All guides, sorted by name."""
    return tuple(sorted((guide(guide_id) for guide_id in ids()), key=lambda g: g.name.casefold()))
