"""A client that came with one file gets causes that lead to the right steps of that file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from app.diagnosis.causes import explain, reasons
from app.diagnosis.portal_errors import decode
from app.diagnosis.setup_facts import SetupFacts
from app.guide import guide_file
from app.guide.vocabulary import StepRole, Tool
from app.scim.finding import Check, Finding, Verdict
from app.scim.observation import Observation
from app.system.paths import resources
from tests.support.setups import STATES, a_setup

if TYPE_CHECKING:
    from app.guide.model import Guide

FILE = Path(__file__).parents[1] / "journeys/ninth_client.yaml"
STEPS = {
    StepRole.CHECKLIST: "check-prerequisites",
    StepRole.DIRECTORY_DETAILS: "enter-details",
    StepRole.BASE_URL: "copy-base-url",
    StepRole.TOKEN: "generate-token",
    StepRole.SUBMIT: "submit",
    StepRole.TEST: "test-connection",
    StepRole.PORTAL_ADDRESS: "enter-connection",
    StepRole.PORTAL_TOKEN: "enter-connection",
    StepRole.ASSIGNMENT: "choose-people",
    StepRole.USER_MAPPING: "choose-people",
    StepRole.GROUP_MAPPING: "choose-people",
    StepRole.START: "start-sending",
    StepRole.PORTAL_TEST: "start-sending",
    StepRole.PROGRESS: "count",
    StepRole.TIMESTAMP: "await-timestamp",
    StepRole.FULL_SYNC: "full-sync",
}


@pytest.fixture(scope="module")
def ninth(tmp_path_factory: pytest.TempPathFactory) -> Guide:
    folder = tmp_path_factory.mktemp("guides")
    (folder / "shared").symlink_to(resources() / "guides/shared")
    (folder / "ninth.yaml").write_bytes(FILE.read_bytes())
    return guide_file.read(folder / "ninth.yaml")


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("check", [Check.ADDRESS, Check.CERTIFICATE, Check.TOKEN])
def test_every_cause_of_every_observation_leads_to_its_step(ninth: Guide, check: Check, state: str) -> None:
    setup = a_setup(ninth, state)
    facts = SetupFacts.of(ninth, setup).holds
    known = reasons()
    for observation in set(Observation) - {Observation.GOOD}:
        diagnosis = explain((Finding(check, Verdict.FAILED, observation, 0.1),), SetupFacts.of(ninth, setup))
        assert diagnosis is not None
        apart = known.checks.get(check, {}).get(observation)
        explanation = apart or known.observations.get(observation, known.otherwise)
        roles = {remedy.say: remedy.at for remedy in explanation.causes if remedy.fits(facts)}
        assert len(diagnosis.causes) == min(len(roles), 5)
        said = {sentence.replace("{client}", "Ninth"): role for sentence, role in roles.items()}
        for cause in diagnosis.causes:
            role = said[cause.sentence]
            assert cause.step == (STEPS[role] if role else None), (observation, cause)


@pytest.mark.parametrize(
    ("text", "steps"),
    [
        ("HTTP 401", ["generate-token", "enter-connection"]),
        ("HTTP 404", ["enter-connection", "copy-base-url"]),
        ("HTTP 429", ["count"]),
        ("econnrefused", ["enter-connection", "test-connection"]),
        ("scimtype: invalidValue", ["choose-people", "choose-people"]),
        ("duplicate group names", ["choose-people", "choose-people"]),
        ("sync_failure", ["await-timestamp", "full-sync", "choose-people"]),
        ("directory id is invalid", ["enter-details"]),
    ],
)
def test_a_pasted_error_leads_to_its_steps(ninth: Guide, text: str, steps: list[str]) -> None:
    causes = decode(text, ninth, a_setup(ninth, "submitted")).causes
    assert [cause.step for cause in causes][: len(steps)] == steps


def test_its_steps_offer_the_pages_that_help(ninth: Guide) -> None:
    found = {step.id: set(step.helpful_tools) for step in ninth.steps if step.helpful_tools}
    assert found == {
        "choose-people": {Tool.GROUPS_EXPORT},
        "count": {Tool.ARRIVED},
        "await-timestamp": {Tool.ARRIVED},
        "sync-status": {Tool.ARRIVED, Tool.DIRECTORY_SYNC_API},
    }
