"""A failed check names its cause and the step to revisit, given what the setup has done so far."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from app.diagnosis.causes import explain
from app.diagnosis.findings import sentence
from app.guide import catalog
from app.guide.model import Kind, Milestone
from app.scim.ladder import Finding, Observation, Rung, Verdict
from app.setup.state import Setup

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
GUIDE = catalog.guide("entra")


def a_setup(*, submitted: bool) -> Setup:
    reached = {Milestone.SUBMITTED.value: NOW} if submitted else {}
    return Setup(id="0" * 32, guide="entra", client="Entra", name="n", created=NOW, changed=NOW, reached=reached)


def failed(observation: Observation, rung: Rung = Rung.TOKEN) -> tuple[Finding, ...]:
    return (Finding(rung, Verdict.FAILED, observation, 0.1, {}),)


def first_step(observation: Observation, *, submitted: bool) -> str | None:
    diagnosis = explain(failed(observation), GUIDE, a_setup(submitted=submitted))
    assert diagnosis is not None
    return diagnosis.causes[0].step


def capturing(kind: Kind) -> str:
    return next(s.id for s in GUIDE.steps if any(GUIDE.values[n].kind is kind for n in s.captures))


def test_the_same_401_differs_before_and_after_submit() -> None:
    submit = next(s.id for s in GUIDE.steps if s.marks is Milestone.SUBMITTED)
    assert first_step(Observation.UNAUTHORIZED, submitted=False) == submit
    assert first_step(Observation.UNAUTHORIZED, submitted=True) == capturing(Kind.TOKEN)


@pytest.mark.parametrize(
    "observation",
    [Observation.MALFORMED, Observation.NOT_FOUND_NAME, Observation.HTML, Observation.REDIRECT, Observation.WRONG_HOST],
)
def test_a_wrong_address_leads_to_the_base_url(observation: Observation) -> None:
    assert first_step(observation, submitted=True) == capturing(Kind.BASE_URL)


@pytest.mark.parametrize("observation", [o for o in Observation if o is not Observation.GOOD])
def test_every_observation_has_a_sentence_and_a_cause(observation: Observation) -> None:
    diagnosis = explain(failed(observation), GUIDE, a_setup(submitted=True))
    assert diagnosis is not None
    assert diagnosis.causes
    assert sentence(failed(observation)[0])


def test_nothing_failed_needs_no_diagnosis() -> None:
    good = (Finding(Rung.TOKEN, Verdict.PASSED, Observation.GOOD, 0.1, {}),)
    assert explain(good, GUIDE, a_setup(submitted=True)) is None
