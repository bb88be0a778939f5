"""The guides that ship with the program, found by looking into one folder."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from app.paths import resources

if TYPE_CHECKING:
    from pathlib import Path

    from app.guide.model import Guide


def read(path: Path) -> Guide:
    """Read one guide.

    Raises:
        OSError: The file cannot be read.
        ValueError: It is not YAML, or not a guide (pydantic's ValidationError says where).
    """
    import yaml

    from app.guide.model import Guide

    try:
        # libyaml's safe loader where it was compiled in: ten times as fast, the same safety.
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        data = yaml.load(path.read_text("utf-8"), Loader=loader)  # noqa: S506
    except yaml.YAMLError as error:
        raise ValueError(f"{path.name} is not valid YAML: {error}") from error
    return Guide.model_validate(data)


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
