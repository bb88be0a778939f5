"""Setup files as nobody's program writes them: each number, time, text, list and order in them out of bounds."""

from __future__ import annotations

import copy
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from app.guide import catalog
from app.guide.vocabulary import Milestone
from app.setup import journey
from app.setup.state import API_SECRETS, Counts, Setup, Sighting
from app.setup.status import summary
from app.values.api_regions import Access, Address, Issuer

if TYPE_CHECKING:
    from collections.abc import Iterator

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
Place = tuple[str, ...]
"""The keys that lead to a field."""

NUMBERS: tuple[object, ...] = (
    -1,
    1_000_000_001,
    10**40,
    0.5,
    1.0,
    float("nan"),
    float("inf"),
    True,
    "5",
    "",
    None,
    [],
    {},
)
TIMES: tuple[object, ...] = (
    *(0, 1.5, True, "", "soon", "2026-11-24", "2026-11-24T12:00:00", []),
    *("9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z", "2026-11-24T12:00:00+99:00"),
)
FLAGS: tuple[object, ...] = (0, 1, "true", None, [])
TEXTS = (None, 5, True, ["a"], {"a": "b"}, "\ud800")


@dataclass(frozen=True)
class Change:
    """One field with a value that it can't have."""

    place: Place
    value: Any

    def __str__(self) -> str:
        return f"{'.'.join(self.place)}={str(self.value)[:20]!a}"

    def made(self, whole: dict[str, Any]) -> bytes:
        """The file with this change."""
        part = whole = copy.deepcopy(whole)
        for key in self.place[:-1]:
            part = part[key]
        part[self.place[-1]] = self.value
        return json.dumps(whole).encode()


def whole() -> Setup:
    """A setup in which every field has a value: it waits for the end of its Full Sync."""
    guide = catalog.guide("okta")
    setup = Setup("0" * 32, guide.id, guide.name, "contoso.okta.com", NOON, NOON)
    setup = journey.capture(guide, setup, "okta_domain", "contoso.okta.com", NOON)
    at, done, reached = NOON, {}, {}
    for _, step in journey.visible(guide, setup):
        if step.marks is Milestone.FINISHED:
            break
        at += timedelta(minutes=1)
        done[step.id] = at
        if step.marks is not None:
            reached[step.marks.value] = at
    setup = setup.with_(
        changed=at,
        position=guide.steps[-1].id,
        done=done,
        stale=frozenset({guide.steps[0].id}),
        kept=dict.fromkeys(("base_url", "token", *API_SECRETS), NOON),
        ticked=frozenset({guide.steps[1].id}),
        reached=reached,
        answers={branch.id: branch.options[0].id for branch in guide.branches[:1]},
        sighting=Sighting(reached["started"], at, entered=True, counts=Counts(5, 2)),
        baseline=Counts(0, 0),
        synced=Counts(5, 2),
        sync_ended=at,
        api=Access("1234567890", Address.SASE, Issuer.PAGES),
    )
    return setup.with_(summary=summary(guide, setup))


def changes(whole: dict[str, Any]) -> list[Change]:
    """Every change of one field of a setup's file to something that can't be."""
    return [Change(place, value) for place, value in _changes(whole)]


def _changes(whole: dict[str, Any]) -> Iterator[tuple[Place, Any]]:
    for part in ("synced", "baseline"):
        for count in ("users", "groups"):
            yield from (((part, count), number) for number in NUMBERS)
    yield from ((("captures",), number) for number in NUMBERS)
    for moment in (("created",), ("changed",), ("sync_ended",), ("sighting", "at"), ("sighting", "seen_at")):
        yield from ((moment, time) for time in TIMES)
    for part in ("done", "kept", "reached"):
        name = next(iter(whole[part]))
        yield from (((part, name), time) for time in (*TIMES, None))
        yield (part,), [name]
    for flag in (("practice",), ("without_control",), ("sighting", "entered"), ("sighting", "grew")):
        yield from ((flag, value) for value in FLAGS)
    for text in ("guide", "client", "name", "position"):
        yield from (((text,), value) for value in TEXTS)
    for part in ("values", "answers"):
        yield from (((part, next(iter(whole[part] or {"a": ""}))), value) for value in TEXTS)
        yield (part,), {f"v{number}": "x" for number in range(1001)}
        yield (part,), {"v" * 201: "x"}
    for part in ("stale", "ticked"):
        yield (part,), [f"step-{number}" for number in range(1001)]
        yield (part,), ["s" * 201]
        yield (part,), [5]
    for missing in list(Milestone)[:-2]:
        yield ("reached",), {name: at for name, at in whole["reached"].items() if name != missing}
    yield ("reached",), {"begun": "2026-11-24T12:00:00Z"}
    yield ("api", "tsg_id"), "x"
    yield ("api", "address"), "elsewhere"
    yield ("format",), True
    yield ("format",), 2.0
    yield ("more",), 1
