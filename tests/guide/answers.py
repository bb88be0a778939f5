"""Every combination of answers that a guide allows, and the steps under it."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.guide.model import Guide, Step


def answers(guide: Guide) -> Iterator[dict[str, str]]:
    """Every combination of answers."""
    choices = [
        [(branch.id, option.id) for option in branch.options if option.unavailable is None] for branch in guide.branches
    ]
    return (dict(combination) for combination in itertools.product(*choices))


def shown(guide: Guide, given: dict[str, str]) -> list[Step]:
    return [step for step in guide.steps if step.shown_under(given)]
