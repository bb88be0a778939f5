"""Each answer of the Directory Sync API has its result, without the names of other directories."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from app.diagnosis.directory_sync import ApiResult, full_sync, message, skew
from app.directory_sync.client import ApiFailure, ApiStage, DirectoryList
from app.directory_sync.directories import Directory
from app.directory_sync.full_sync import full_sync_state
from app.scim.observation import Observation

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def failure(stage: ApiStage, observation: Observation, status: int | None = None) -> ApiFailure:
    return ApiFailure(NOON, stage, observation, status)


@pytest.mark.parametrize(
    ("answer", "result"),
    [
        (failure(ApiStage.KEYRING, Observation.NO_SECRET), ApiResult.INCOMPLETE),
        (failure(ApiStage.TOKEN, Observation.CLIENT_REFUSED, 401), ApiResult.ACCOUNT_REJECTED),
        (failure(ApiStage.TOKEN, Observation.CLIENT_REFUSED, 400), ApiResult.TOKEN_REJECTED),
        (failure(ApiStage.TOKEN, Observation.NO_TOKEN, 404), ApiResult.NO_TOKEN_ADDRESS),
        (failure(ApiStage.TOKEN, Observation.NO_TOKEN, 200), ApiResult.UNUSABLE),
        (failure(ApiStage.TOKEN, Observation.TIMEOUT), ApiResult.UNUSABLE),
        (failure(ApiStage.API, Observation.UNAUTHORIZED, 401), ApiResult.UNAUTHORIZED),
        (failure(ApiStage.API, Observation.FORBIDDEN, 403), ApiResult.FORBIDDEN),
        (failure(ApiStage.API, Observation.NOT_FOUND, 404), ApiResult.NO_API_ADDRESS),
        (failure(ApiStage.API, Observation.TOO_MANY, 429), ApiResult.RATE_LIMITED),
        (failure(ApiStage.API, Observation.HTML, 200), ApiResult.WEB_PAGE),
        (failure(ApiStage.API, Observation.BROKEN_OFF, 200), ApiResult.CUT_OFF),
        (DirectoryList(NOON, ()), ApiResult.NO_DIRECTORY),
        (DirectoryList(NOON, (Directory("canary-1"), Directory("canary-2"))), ApiResult.NOT_LISTED),
        (DirectoryList(NOON, (Directory("acme"), Directory("ACME"))), ApiResult.AMBIGUOUS),
        (DirectoryList(NOON, (Directory("acme"), Directory("canary-1"))), ApiResult.REPORTED),
    ],
)
def test_each_answer_has_its_result(answer: DirectoryList | ApiFailure, result: ApiResult) -> None:
    said = message(answer, "acme")
    assert said.result is result
    assert said.good is (result is ApiResult.REPORTED)
    assert "canary" not in said.title + " ".join(said.sentences)


@pytest.mark.parametrize("observation", list(Observation))
@pytest.mark.parametrize("stage", [ApiStage.TOKEN, ApiStage.API])
def test_every_observation_has_words(stage: ApiStage, observation: Observation) -> None:
    said = message(failure(stage, observation), "acme")
    assert said.title
    assert all(said.sentences)
    assert said.sentences
    assert "{" not in said.title + " ".join(said.sentences)


def test_without_a_directory_name_the_answer_is_enough() -> None:
    said = message(DirectoryList(NOON, (Directory("canary-1"),)), "")
    assert (said.result, said.good) == (ApiResult.ANSWERED, True)
    assert "canary" not in " ".join(said.sentences)


@pytest.mark.parametrize(
    ("after", "users", "ended"), [(40, 1, True), (40, 0, False), (-30, 1, False), (None, 1, False)]
)
def test_the_progress_of_a_full_sync(after: int | None, users: int, ended: bool) -> None:
    success = NOON + timedelta(seconds=after) if after is not None else None
    listed = DirectoryList(NOON, (Directory("acme", users=users, last_success=success),), 0.0)
    state = full_sync_state(listed, "acme", NOON)
    assert state.ended is ended
    said = full_sync(state, NOON)
    assert said
    assert "{" not in said
    assert (success is not None) is ("24 Nov 2026" in said)
    assert full_sync(state, None) == "", "none was started"


@pytest.mark.parametrize(
    ("ahead", "said"), [(None, "no date"), (0.0, ""), (300.0, "5 min ahead"), (-120.0, "2 min behind")]
)
def test_a_difference_between_the_clocks(ahead: float | None, said: str) -> None:
    found = skew(DirectoryList(NOON, (), ahead))
    assert said in found
    assert bool(found) is bool(said)
    assert skew(failure(ApiStage.API, Observation.TIMEOUT)) == ""
