"""Reads one guide from its file, and says in one sentence why a file is not a guide."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.guide import references
from app.guide.placeholders import fill
from app.system.data_file import DataFileError, load
from app.text.legible import code, is_invisible

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pydantic import ValidationError

    from app.guide.model import Guide

SHARED = "shared/cie.yaml"
"""What is the same for every client, relative to the folder of the guides."""

ERRORS = "guides/errors"
"""The folder with the errors of products, relative to the resources; a guide names a file in it."""

_LISTS = ("prerequisites", "branches")
_MOST_PROBLEMS = 5


class GuideError(ValueError):
    """A file is not a usable guide; the message is for its author and names the position in it."""


def read(path: Path) -> Guide:
    """Read and check one guide.

    A prerequisite, branch or step that is the same for every client is in ``shared/cie.yaml`` beside the guides:
    ``use: submit`` takes it from there, further keys replace its keys, ``notes+`` appends to a list. Values and
    sources that a guide refers to and does not define come from there too. In all words ``{client}``,
    ``{scim_client}`` and ``{portal}`` are replaced by the names that the guide gives.

    Raises:
        OSError: The file cannot be read.
        GuideError: It is not valid YAML, has an invisible character, or is not a guide.
    """
    try:
        guide = check(merge(path))
        if guide.errors and not (path.parent / "errors" / f"{guide.errors}.yaml").exists():
            raise GuideError(f"there is no file errors/{guide.errors}.yaml")
        return guide
    except DataFileError as error:
        raise GuideError(str(error)) from error
    except GuideError as error:
        raise GuideError(f"{path.name}: {error}") from error


def check(data: Any) -> Guide:
    """The guide that merged data describes. Raises GuideError where the data does not describe one."""
    from pydantic import ValidationError

    from app.guide.model import Guide

    characters = {character for text in _strings(data) for character in text} - {"\n"}
    if hidden := sorted(filter(is_invisible, characters)):
        raise GuideError(f"it has the invisible character {code(hidden[0])}")
    try:
        guide = Guide.model_validate(data)
    except ValidationError as error:
        raise GuideError(_sentence(error, data)) from error
    if problems := references.problems(guide):
        raise GuideError("; ".join(problems))
    return guide


def merge(path: Path) -> Any:
    """The data of a guide's file with the shared parts filled in, not checked yet. Raises as ``read`` does."""
    data = load(path)
    if not isinstance(data, dict):
        raise GuideError("a guide is a mapping of keys to values")
    common = path.parent / SHARED
    shared = load(common) if common.exists() else {}
    if not isinstance(shared, dict) or not all(isinstance(part, dict) for part in shared.values()):
        raise GuideError(f"{SHARED} is not a mapping of mappings")
    return _with_names(_with_shared(data, shared))


def _with_shared(data: dict[str, Any], shared: dict[str, Any]) -> dict[str, Any]:
    """Parts of the wrong shape are passed on as they are; checking against the model names them."""
    merged = dict(data)
    for key in _LISTS:
        if isinstance(merged.get(key), list):
            merged[key] = [_used(item, shared.get(key, {})) for item in merged[key]]
    if isinstance(merged.get("stages"), list):
        merged["stages"] = [_stage(stage, shared.get("steps", {})) for stage in merged["stages"]]
    named = set(_strings(merged))
    own, common = merged.get("values") or {}, shared.get("values", {})
    if isinstance(own, dict):
        taken = {name: spec for name, spec in common.items() if name in named or name in own}
        merged["values"] = {**own, **{name: _replaced(spec, own.get(name)) for name, spec in taken.items()}}
    own, common = merged.get("sources") or {}, shared.get("sources", {})
    if isinstance(own, dict):
        merged["sources"] = {**{name: source for name, source in common.items() if name in named}, **own}
    return merged


def _stage(stage: Any, shared: dict[str, Any]) -> Any:
    if not isinstance(stage, dict) or not isinstance(stage.get("steps"), list):
        return stage
    return {**stage, "steps": [_used(step, shared) for step in stage["steps"]]}


def _replaced(spec: Any, own: Any) -> Any:
    """A shared value with the keys that the guide replaces."""
    if own is None:
        return spec
    return {**spec, **own} if isinstance(own, dict) and isinstance(spec, dict) else own


def _used(item: Any, shared: dict[str, Any]) -> Any:
    if not isinstance(item, dict) or "use" not in item:
        return item
    name = item["use"]
    if not isinstance(name, str) or not isinstance(shared.get(name), dict):
        raise GuideError(f"there is no shared part {name}")
    merged = {"id": name, **shared[name]}
    for key, value in item.items():
        if isinstance(key, str) and key.endswith("+"):
            base = merged.get(key[:-1], [])
            if not isinstance(value, list) or not isinstance(base, list):
                raise GuideError(f"{name}: {key} appends a list to a list")
            merged[key[:-1]] = [*base, *value]
        elif key != "use":
            merged[key] = value
    return merged


def _strings(part: Any) -> Iterator[str]:
    """All texts and keys."""
    if isinstance(part, str):
        yield part
    elif isinstance(part, dict):
        for key, each in part.items():
            yield str(key)
            yield from _strings(each)
    elif isinstance(part, list):
        for each in part:
            yield from _strings(each)


def _with_names(data: dict[str, Any]) -> dict[str, Any]:
    """The data with the guide's own names in its words, which are shared words for the most part."""
    portal = data.get("portal")
    names = {
        "client": data.get("short_name"),
        "scim_client": data.get("scim_client"),
        "portal": portal.get("name") if isinstance(portal, dict) else None,
    }
    return fill(data, {name: text for name, text in names.items() if isinstance(text, str)})


def _sentence(error: ValidationError, data: Any) -> str:
    """What does not fit the model and where, e.g. ``stages.connect.steps.submit.title: Field required``."""
    # What is missing comes last: it often follows from a wrong key.
    errors = sorted(error.errors(include_url=False), key=lambda each: each["type"] == "missing")
    found = [f"{_position(each['loc'], data)}: {each['msg']}" for each in errors]
    more = len(found) - _MOST_PROBLEMS
    return "; ".join(found[:_MOST_PROBLEMS]) + (f"; and {more} more" if more > 0 else "")


def _position(path: tuple[int | str, ...], data: Any) -> str:
    """Where it is, with the ids of stages and steps instead of their numbers."""
    names = []
    for key in path:
        try:
            data = data[key]
        except (KeyError, IndexError, TypeError):
            data = None
        named = data.get("id") if isinstance(data, dict) and isinstance(key, int) else None
        names.append(str(named or key))
    return ".".join(names)
