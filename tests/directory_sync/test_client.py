"""Where the path to the Directory Sync API breaks, by the checks and causes of Test Connection."""

from __future__ import annotations

import asyncio
import socket
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
import trustme

from app.diagnosis.causes import reasons, unreached
from app.diagnosis.directory_sync import ApiResult, message
from app.diagnosis.findings import sentence
from app.directory_sync.client import ApiFailure, ApiStage, DirectorySyncClient
from app.scim.finding import Check
from app.scim.observation import Observation
from app.scim.tokens import ServiceAccount, StaticToken, TokenSource
from app.values.address import API_HOSTS, TOKEN_HOST
from app.values.api_regions import Access
from tests.hostile import certificates
from tests.hostile.proxy import Proxy
from tests.hostile.server import TOKEN, Hostile, http, says, serving

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable
    from pathlib import Path

    Making = Callable[[trustme.CA, str], ssl.SSLContext]

ACCESS = Access(tsg_id="1234567890")
HOST = {ApiStage.API: API_HOSTS[0], ApiStage.TOKEN: TOKEN_HOST}
NOBODY = says(http(200, b"{}"))
STAGES = pytest.mark.parametrize("stage", [ApiStage.API, ApiStage.TOKEN])


def ask(stage: ApiStage, proxy: str | None) -> ApiFailure:
    """The way breaks in front of that host; what it comes to."""
    account = ServiceAccount(ACCESS.token_url(), "an-id", "the-secret", ACCESS.scope)
    tokens = TokenSource(StaticToken(TOKEN) if stage is ApiStage.API else account, practice=False)
    way = DirectorySyncClient(
        ACCESS.base(), tokens, practice=False, now=lambda: datetime.now(UTC), proxy_for=lambda _: proxy
    )
    found = asyncio.run(way.directories())
    assert isinstance(found, ApiFailure)
    assert found.stage is stage
    assert TOKEN not in repr(found)
    assert "the-secret" not in repr(found)
    return found


def judge(found: ApiFailure, check: Check, seen: Observation) -> None:
    """The check that failed, what it saw, and the causes; nothing of the Base URL or of the portal."""
    assert found.path_failure is not None
    assert found.path_failure.check is check
    words = message(found, "acme")
    assert words.result is ApiResult.UNREACHABLE
    assert found.path_failure.observation is seen
    assert sentence(found.path_failure) in words.sentences[0]
    assert words.sentences[1:] == tuple(cause.say for cause in unreached(found.path_failure).causes)
    assert words.sentences[-1] == reasons().unreached.causes[-1].say
    assert not [each for each in words.sentences if "Base URL" in each or "{client}" in each]


def issued_by(organization: str) -> Making:
    """A certificate of an authority that nobody trusts."""
    return lambda _ours, host: serving(trustme.CA(organization_name=organization), host)


@STAGES
@pytest.mark.parametrize(
    ("make", "seen"),
    [
        (issued_by("Zscaler Inc."), Observation.INSPECTION_UNTRUSTED),
        (issued_by("Someone"), Observation.UNTRUSTED),
        (certificates.expired, Observation.EXPIRED),
        (certificates.not_yet_valid, Observation.NOT_YET_VALID),
        (lambda ours, _host: certificates.wrong_host(ours), Observation.WRONG_HOST),
    ],
    ids=["inspection", "unknown authority", "expired", "not yet valid", "another host"],
)
def test_a_certificate_that_is_not_accepted(
    stage: ApiStage, make: Making, seen: Observation, trusted: trustme.CA
) -> None:
    with (
        Hostile(NOBODY, make(trusted, HOST[stage])) as server,
        Proxy({HOST[stage]: server.port}) as proxy,
    ):
        judge(ask(stage, proxy.url), Check.CERTIFICATE, seen)
    assert server.requests == [], "nothing was sent to it"


@STAGES
@pytest.mark.parametrize(
    ("answer", "seen"),
    [
        (http(407, Proxy_Authenticate="NTLM"), Observation.PROXY_SIGN_IN),
        (http(403), Observation.PROXY_REFUSED),
    ],
)
def test_a_proxy_that_does_not_let_it_through(stage: ApiStage, answer: bytes, seen: Observation) -> None:
    with Proxy({}, answer) as proxy:
        judge(ask(stage, proxy.url), Check.ROUTE, seen)


@pytest.mark.parametrize(
    ("error", "check", "seen"),
    [
        (socket.gaierror(socket.EAI_NONAME, ""), Check.NAME, Observation.NOT_FOUND_NAME),
        (socket.gaierror(socket.EAI_AGAIN, ""), Check.NAME, Observation.NAME_SERVER_FAILED),
        (None, Check.ROUTE, Observation.REFUSED),
    ],
    ids=["no such name", "name server fails", "refused"],
)
@STAGES
def test_a_name_or_a_connection_that_fails(
    stage: ApiStage, error: OSError | None, check: Check, seen: Observation, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        closed = gone.getsockname()

    def names(_host: str, _port: int, *_: object, **__: object) -> list[object]:
        if error is not None:
            raise error
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", closed)]

    monkeypatch.setattr(socket, "getaddrinfo", names)
    judge(ask(stage, None), check, seen)


@pytest.fixture
def trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> trustme.CA:
    """The only authority that this computer trusts."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "authority.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))
    return authority
