"""Each answer of the Directory Sync API is told with its cause, and without the names of other directories."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from app.diagnosis.directory_sync import full_sync, skew, told
from app.diagnosis.findings import SENTENCES
from app.directory_sync.client import ApiFailure, ApiStage, DirectoryList
from app.directory_sync.directories import Directory
from app.directory_sync.full_sync import standing
from app.scim.observation import Observation

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def refused(stage: ApiStage, observation: Observation, status: int | None = None) -> ApiFailure:
    return ApiFailure(NOON, stage, observation, status)


@pytest.mark.parametrize(
    ("look", "title", "cause"),
    [
        (refused(ApiStage.KEYRING, Observation.NO_SECRET), "not complete", "Client Secret"),
        (refused(ApiStage.TOKEN, Observation.CLIENT_REFUSED, 401), "401", "Client ID or Client Secret"),
        (refused(ApiStage.TOKEN, Observation.CLIENT_REFUSED, 400), "400", "TSG ID"),
        (refused(ApiStage.TOKEN, Observation.NO_TOKEN, 404), "404", "Token address"),
        (refused(ApiStage.TOKEN, Observation.NO_TOKEN, 200), "no usable answer", ""),
        (refused(ApiStage.TOKEN, Observation.TIMEOUT), "no usable answer", SENTENCES[Observation.TIMEOUT]),
        (refused(ApiStage.API, Observation.UNAUTHORIZED, 401), "401", "tenant"),
        (refused(ApiStage.API, Observation.FORBIDDEN, 403), "403", "View Only Administrator"),
        (refused(ApiStage.API, Observation.NOT_FOUND, 404), "404", "Address of the API"),
        (refused(ApiStage.API, Observation.TOO_MANY, 429), "429", "minutes"),
        (refused(ApiStage.API, Observation.HTML, 200), "web page", "sign-in page"),
        (refused(ApiStage.API, Observation.BROKEN_OFF, 200), "breaks off", "cut it"),
        (DirectoryList(NOON, ()), "lists no directory", "TSG ID"),
        (DirectoryList(NOON, (Directory("canary-1"), Directory("canary-2"))), "not in the list", "2 directories"),
        (DirectoryList(NOON, (Directory("acme"), Directory("ACME"))), "more than once", "More than one"),
    ],
)
def test_causes(look: DirectoryList | ApiFailure, title: str, cause: str) -> None:
    said = told(look, "acme")
    assert not said.good
    assert title in said.title
    assert cause in " ".join(said.sentences)
    assert "canary" not in said.title + " ".join(said.sentences)


@pytest.mark.parametrize("observation", list(Observation))
@pytest.mark.parametrize("stage", [ApiStage.TOKEN, ApiStage.API])
def test_every_observation_has_words(stage: ApiStage, observation: Observation) -> None:
    said = told(refused(stage, observation), "acme")
    assert said.title
    assert all(said.sentences)
    assert said.sentences


def test_a_listed_directory_and_none_asked_for() -> None:
    listed = DirectoryList(NOON, (Directory("acme"),))
    assert told(listed, "acme").good
    assert "No Directory Name" in told(listed, "").sentences[0]


def test_how_a_full_sync_stands() -> None:
    def said(after: int | None, users: int = 1) -> tuple[str, bool]:
        success = datetime.fromtimestamp(NOON.timestamp() + after, UTC) if after is not None else None
        listed = DirectoryList(NOON, (Directory("acme", users=users, last_success=success),), 0.0)
        return full_sync(standing(listed, "acme", NOON), NOON)

    assert said(40)[1]
    assert "24 Nov 2026, 12:00:40 UTC" in said(40)[0]
    assert "before you confirm" in said(40)[0]
    for after, users, words in (
        (40, 0, "without users"),
        (-30, 1, "It may be this"),
        (-9999, 1, "The last success was"),
    ):
        sentence, ended = said(after, users)
        assert words in sentence
        assert not ended
    assert "no success yet" in said(None)[0]


def test_a_difference_of_clocks_is_told() -> None:
    assert "no date" in skew(None)
    assert skew(0.0) == ""
    assert "5 min ahead of" in skew(300.0)
    assert "2 min behind" in skew(-120.0)
