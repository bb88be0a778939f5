"""Whatever comes back: no exception, no hang beyond the limit, no leak, and only a right answer passes.

More than 2,000 fuzzed answers in every run, always the same ones. To try 100,000 others, which takes longer than all
tests together may under ``packaging/dev.py``:

    FUZZED_ANSWERS=100000 .venv/bin/python -m pytest tests/hostile/test_fuzzed_answers.py -o faulthandler_timeout=0
"""

from __future__ import annotations

import asyncio
import gc
import io
import logging
import os
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Self

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app import net
from app.diagnosis.findings import sentence
from app.diagnosis.ticket import lines, sent_lines
from app.guide import catalog
from app.guide.vocabulary import Expect
from app.net import Answer, NoAnswer, ReadOnlyClient, RequestFailure
from app.polling.schedule import pause
from app.scim.changes import MOST_REQUESTS, ChangesSeen, LookFailed, look
from app.scim.connection_test import Check, TimeLimits, Verdict, run
from app.scim.endpoint import Endpoint
from app.scim.observation import Observation
from app.scim.tokens import Bearer, NotIssued, ServiceAccount, StaticToken, TokenSource
from app.text.legible import legible
from tests.hostile import fuzz
from tests.hostile.fuzz import PATH, SECRET, TOKEN, Fuzzer, Reply
from tests.hostile.server import http
from tests.support.probes import PROBES

if TYPE_CHECKING:
    from collections.abc import Coroutine, Iterator, Sequence

    from app.scim.connection_test import Finding

pytestmark = pytest.mark.slow(30, "sends more than 2,000 fuzzed answers")

ANSWERS = int(os.environ.get("FUZZED_ANSWERS", "0"))
"""How many fuzzed answers to try; 0 for the fixed ones."""

EXAMPLES = {"connection": 170, "watch": 500, "token": 1200, "proxy": 90}
"""Examples per test in a normal run; those of the connection test are per probe."""
LEAST = {"connection": 100, "watch": 600, "token": 900, "proxy": 30}
"""The minimum of fuzzed answers sent for them: not every answer in an example is fuzzed or requested."""

SCALE = max(1, -(-ANSWERS // 2000))

REQUEST_SECONDS = 0.3
LIMITS = TimeLimits(name=1.0, request=REQUEST_SECONDS, whole=2.0)
SINCE = datetime(2026, 11, 1, tzinfo=UTC)


def examples(name: str) -> settings:
    """Return the settings of that test; fixed examples unless more are requested."""
    return settings(
        max_examples=EXAMPLES[name] * SCALE,
        derandomize=not ANSWERS,
        deadline=None,
        database=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
    )


def test_2000_answers_are_tried() -> None:
    assert LEAST["connection"] * len(PROBES) + LEAST["watch"] + LEAST["token"] + LEAST["proxy"] >= 2000


class Stage:
    """One event loop and one server for a whole test, and everything that was logged."""

    def __init__(self) -> None:
        self.runner = asyncio.Runner()
        self.server = Fuzzer()
        self.log = io.StringIO()
        self._surprises: list[str] = []
        self._asked = 0

    def __enter__(self) -> Self:
        net.prepare()
        handler = logging.StreamHandler(self.log)
        handler.setLevel(logging.DEBUG)
        logging.getLogger().addHandler(handler)
        self._handler, self._level = handler, logging.getLogger().level
        logging.getLogger().setLevel(logging.DEBUG)
        self.runner.get_loop().set_exception_handler(lambda _loop, found: self._surprises.append(str(found)))
        self.runner.run(self.server.__aenter__())
        return self

    def __exit__(self, *_: object) -> None:
        self.runner.run(self.server.__aexit__(None, None, None))
        self.runner.close()
        logging.getLogger().removeHandler(self._handler)
        logging.getLogger().setLevel(self._level)
        assert self._surprises == []

    def ask(self, question: Coroutine[Any, Any, Any], limit_seconds: float) -> Any:
        """Return the result, in time."""
        began = time.monotonic()
        found = self.runner.run(question)
        assert time.monotonic() - began < limit_seconds + 2
        self._asked += 1
        if self._asked % 500 == 0:
            gc.collect()  # otherwise 100,000 answers within one test would take gigabytes
        return found

    def keeps_quiet(self, *shown: str) -> None:
        """Check that none of the canaries and no invisible character was shown or logged."""
        for text in (*shown, self.log.getvalue()):
            assert not any(canary in text for canary in (TOKEN, SECRET, PATH, "canary"))
        assert all(legible(text) == text for text in shown)
        self.log.seek(0)
        self.log.truncate()


@pytest.fixture
def stage() -> Iterator[Stage]:
    with Stage() as made:
        yield made


def is_right(reply: Reply, expect: Expect) -> bool:
    """Return whether an independent parser finds what the request expects."""
    if expect is Expect.OBJECT:
        return fuzz.is_config(reply.wire)
    found = fuzz.list_of(reply.wire)
    if found is None:
        return False
    total, resources = found
    return total == 0 if expect is Expect.EMPTY else bool(resources) or total == 0


def _values(found: Sequence[Finding]) -> Iterator[str]:
    return (value for finding in found for _, value in lines(finding))


def good_for(expect: Expect) -> list[list[tuple[str, str]]]:
    return {Expect.OBJECT: [fuzz.CONFIGURATION], Expect.EMPTY: fuzz.LISTS, Expect.LIST: [*fuzz.LISTS, fuzz.FULL]}[
        expect
    ]


@pytest.mark.parametrize("client", PROBES)
def test_connection_passes_only_right_answers(stage: Stage, client: str) -> None:
    probe = PROBES[client]
    passed = [0]

    def run_checks(replies: Sequence[Reply]) -> tuple[Finding, ...]:
        left = list(replies)
        stage.server.play(lambda _head: left.pop(0))
        endpoint = Endpoint(f"http://127.0.0.1:{stage.server.port}{PATH}", practice=True)
        tokens = TokenSource(StaticToken(TOKEN), practice=True)
        found = stage.ask(run(endpoint, tokens, probe, proxy_for=lambda _: None, limits=LIMITS), LIMITS.whole)
        stage.keeps_quiet(repr(found), repr(endpoint), *map(sentence, found), *sent_lines(found), *_values(found))
        return tuple(found)

    @examples("connection")
    @given(
        fuzz.replies(good_for(probe.first.expect)),
        fuzz.replies(good_for(probe.second.expect)),
        st.just(Reply(http(401))) | fuzz.replies(good_for(probe.first.expect)),
    )
    def holds(first: Reply, second: Reply, control: Reply) -> None:
        by_check = {finding.check: finding for finding in run_checks((first, second, control))}
        assert set(by_check) == set(Check) - {Check.ISSUED}
        for check, reply, expect in (
            (Check.USERS, first, probe.first.expect),
            (Check.GROUPS, second, probe.second.expect),
        ):
            if by_check[check].verdict is Verdict.PASSED:
                assert is_right(reply, expect)
                passed[0] += 1
        if by_check[Check.TOKEN].verdict is Verdict.PASSED:
            assert first.wire.lstrip().startswith((b"HTTP/1.", b"HTTP/2.", b"HTTP/0."))
        if by_check[Check.CONTROL].verdict is Verdict.PASSED:
            read = fuzz.body_of(control.wire)
            assert by_check[Check.CONTROL].status in (401, 403)
            assert read is None or read[0] in (401, 403)

    holds()
    assert passed[0] > EXAMPLES["connection"] / 4
    assert stage.server.fuzzed >= LEAST["connection"] * SCALE


class QuickClient(ReadOnlyClient):
    """Waits for a shorter time."""

    async def get(
        self, url: str, token: str | None = None, limit_seconds: float = REQUEST_SECONDS
    ) -> Answer | NoAnswer:
        """Same as the base class."""
        return await super().get(url, token, limit_seconds)


def test_the_watch_reports_only_what_right_answers_said(stage: Stage) -> None:
    cadence = catalog.guide("entra").cadence
    seen = [0]

    async def once(endpoint: Endpoint) -> object:
        async with QuickClient(endpoint.host, None, practice=True) as client:
            return await look(client, endpoint, TOKEN, SINCE)

    @examples("watch")
    @given(st.lists(fuzz.replies([*fuzz.LISTS, fuzz.FULL, fuzz.CONFIGURATION]), min_size=1, max_size=4))
    def holds(replies: list[Reply]) -> None:
        left = list(replies) * MOST_REQUESTS
        stage.server.play(lambda _head: left.pop(0))
        endpoint = Endpoint(f"http://127.0.0.1:{stage.server.port}{PATH}", practice=True)
        result = stage.ask(once(endpoint), REQUEST_SECONDS * MOST_REQUESTS)
        assert isinstance(result, (ChangesSeen, LookFailed))
        assert len(stage.server.sent) <= MOST_REQUESTS
        stage.keeps_quiet(repr(result))
        asked = result.retry_after if isinstance(result, LookFailed) else None
        wait = timedelta(seconds=pause(cadence, 0.0, 1, asked, lambda: 1.0))
        assert timedelta(0) < wait <= timedelta(days=1)
        if isinstance(result, ChangesSeen):
            seen[0] += 1
            lists = [found for reply in stage.server.sent if (found := fuzz.list_of(reply.wire, declared=False))]
            assert {result.users, result.groups} <= {total for total, _ in lists} | {None}
            if result.newest is not None:
                assert result.newest >= SINCE
                assert result.newest in {at for _, resources in lists for at in _changes(resources)}

    holds()
    assert seen[0] > EXAMPLES["watch"] / 20
    assert stage.server.fuzzed >= LEAST["watch"] * SCALE


def _changes(resources: list[dict[str, Any]]) -> Iterator[datetime]:
    for resource in resources:
        meta = resource.get("meta")
        try:
            at = datetime.fromisoformat(meta["lastModified"])  # type: ignore[index]
            yield at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
        except (TypeError, KeyError, ValueError, OverflowError):
            continue


def test_only_a_right_answer_issues_a_token(stage: Stage) -> None:
    issued = [0]

    @examples("token")
    @given(fuzz.replies([fuzz.ISSUED]))
    def holds(reply: Reply) -> None:
        stage.server.play(lambda _head: reply)
        account = ServiceAccount(f"http://127.0.0.1:{stage.server.port}/token", "canary-id", SECRET, "tsg_id:1234")
        clock = [0.0]
        tokens = TokenSource(account, practice=True, clock=lambda: clock[0])
        result = stage.ask(tokens.bearer(None, REQUEST_SECONDS), REQUEST_SECONDS)
        stage.keeps_quiet(repr(result), repr(tokens), repr(account))
        if isinstance(result, Bearer):
            issued[0] += 1
            assert result.token == fuzz.token_of(reply.wire)
            clock[0] = 86_400.0
            again = stage.ask(tokens.bearer(None, REQUEST_SECONDS), REQUEST_SECONDS)
            assert len(stage.server.sent) == 2 or isinstance(again, NotIssued)
            assert isinstance(again, (Bearer, NotIssued))
        else:
            assert isinstance(result, NotIssued)
            assert result.observation is not Observation.GOOD

    holds()
    assert issued[0] > EXAMPLES["token"] / 20
    assert stage.server.fuzzed >= LEAST["token"] * SCALE


def test_a_proxy_that_answers_anything_is_reported(stage: Stage) -> None:
    async def once() -> object:
        async with ReadOnlyClient("cie.example", f"http://127.0.0.1:{stage.server.port}") as client:
            return await client.get(f"https://cie.example{PATH}", TOKEN, REQUEST_SECONDS)

    @examples("proxy")
    @given(fuzz.replies(fuzz.LISTS))
    def holds(reply: Reply) -> None:
        heads: list[str] = []
        stage.server.play(lambda head: heads.append(head) or reply)  # type: ignore[func-returns-value]
        answer = stage.ask(once(), REQUEST_SECONDS)
        stage.keeps_quiet(repr(answer), *heads[0].split("\r\n"))
        assert isinstance(answer, NoAnswer)
        assert answer.failure in (
            RequestFailure.PROXY,
            RequestFailure.PROXY_SIGN_IN,
            RequestFailure.TLS,
            RequestFailure.TIMEOUT,
            RequestFailure.CLOSED,
        )

    holds()
    assert stage.server.fuzzed >= LEAST["proxy"] * SCALE
