"""Practice reaches this computer and nothing else, whatever address it is given and however it comes."""

from __future__ import annotations

import asyncio
import time

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from app.net import Answer, ApiClient, LoopbackClient, NoAnswer, ReadOnlyClient, RequestFailure, TokenClient
from app.practice import console_keys
from app.practice.console_keys import ConsoleKeys
from app.scim.connection_test import Check, Verdict, run
from app.scim.endpoint import Endpoint
from app.scim.tokens import ServiceAccount, StaticToken, TokenSource
from app.values.address import LOOPBACK, is_loopback
from tests.hostile.server import TOKEN, Hostile, http, says
from tests.support.outgoing import outgoing
from tests.support.probes import LOOKUP

HERE = {"127.0.0.1", "::1"}

names = st.from_regex(r"([a-z0-9-]{1,12}\.){0,3}[a-z0-9-]{1,12}\.?", fullmatch=True)
hosts = st.one_of(
    names,
    names.map(lambda name: f"localhost.{name}"),
    names.map(lambda name: f"127.0.0.1.{name}"),
    st.ip_addresses(v=4).map(str),
    st.ip_addresses(v=6).map(lambda address: f"[{address}]"),
    st.sampled_from(
        (
            *("localhost.", "LOCALHOST.example", "ip6-localhost", "127.1", "127.0.0.2", "0", "0.0.0.0"),
            *("2130706433", "0x7f.1", "0177.0.0.1", "[::ffff:127.0.0.1]", "[::]", "[::1%25eth0]", "127.0.0.1%00"),
            *("\u24db\u24de\u24d2\u24d0\u24db\u24d7\u24de\u24e2\u24e3", "127\u30020\u30020\u30021", "localhost\u200b"),
        )
    ),
)
users = st.sampled_from(("", "127.0.0.1@", "localhost:80@", "127.0.0.1:1@"))
addresses = st.builds(
    "{}://{}{}{}/scim/v2{}".format,
    st.sampled_from(("http", "https", "HTTPS", "ws", "socks5", "file")),
    users,
    hosts,
    st.sampled_from(("", ":1", ":443", ":99999")),
    st.sampled_from(("", "?a=127.0.0.1", "#localhost", "\\@127.0.0.1")),
)


@given(address=addresses)
@example(address="https://scim.cie.paloaltonetworks.com/v2/abc")
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_client_of_practice_leaves_this_computer(address: str) -> None:
    """Refused before a name is looked up: whatever host the client was made for, and whatever it is asked."""
    if is_loopback(address):
        return

    async def every() -> list[Answer | NoAnswer]:
        answers: list[Answer | NoAnswer] = []
        for host in (Endpoint(address, practice=True).host, "127.0.0.1"):
            async with ReadOnlyClient(host, "http://proxy.example:8080", practice=True) as reader:
                answers.append(await reader.get(address, TOKEN, 0.5))
            async with ApiClient(host, "http://proxy.example:8080", practice=True) as api:
                answers += [await api.get(address, TOKEN, 0.5), await api.query(f"{address}/cache-users", TOKEN, b"")]
        async with TokenClient("http://proxy.example:8080", practice=True) as issuer:
            answers.append(await issuer.fetch(address, "an-id", "a-secret", "tsg_id:1", 0.5))
        async with LoopbackClient(0.5) as any_method:
            answers.append(await any_method.request("POST", address, {"Authorization": TOKEN}))
        return answers

    with outgoing() as reached:
        answers = asyncio.run(every())
    assert {getattr(answer, "failure", None) for answer in answers} == {RequestFailure.REFUSED_BY_US}
    assert reached == set()


@given(address=addresses)
@settings(max_examples=100, deadline=None)
def test_no_check_and_no_token_request_of_practice_leaves_it(address: str) -> None:
    if is_loopback(address):
        return
    account = ServiceAccount(address, "an-id", "a-secret", "tsg_id:1234")

    async def both() -> Verdict:
        here = Endpoint("http://127.0.0.1:1/scim", practice=True)
        await run(here, TokenSource(account, practice=True), LOOKUP, proxy_for=_no_settings)
        tokens = TokenSource(StaticToken(TOKEN), practice=True)
        return (await run(Endpoint(address, practice=True), tokens, LOOKUP, proxy_for=_no_settings))[0].verdict

    with outgoing() as reached:
        assert asyncio.run(both()) is Verdict.FAILED
    assert reached <= HERE


def _no_settings(url: str) -> str | None:
    raise AssertionError(f"the proxy settings were asked for {url}")


@pytest.mark.parametrize("name", sorted(LOOPBACK - {"::1"}))
@pytest.mark.parametrize("proxies", [True, False], ids=["proxies", "none"])
def test_the_names_of_this_computer_are_never_looked_up(
    name: str, proxies: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So neither a hosts file nor a name server leads a request elsewhere; nor does a proxy or a redirect."""
    if proxies:
        for variable in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy"):
            monkeypatch.setenv(variable, "http://proxy.example:8080")
    with Hostile(says(http(302, Location="https://scim.example/scim/v2"))) as server, outgoing() as reached:
        endpoint = Endpoint(f"http://{name}:{server.port}/scim/v2", practice=True)
        found = asyncio.run(run(endpoint, TokenSource(StaticToken(TOKEN), practice=True), LOOKUP))
    assert [each.verdict for each in found if each.check is Check.TOKEN] == [Verdict.FAILED]
    assert server.requests
    assert all(f"Host: {name}:{server.port}\r\n" in request for request in server.requests)
    assert reached == {"127.0.0.1"}


texts = st.text(max_size=60)


@given(path=st.sampled_from(("/cie", "/portal/entra")), change=st.tuples(st.integers(0, 200), st.characters()))
@settings(max_examples=300, deadline=None)
def test_a_key_opens_its_own_path_once_and_no_changed_key_opens_any(path: str, change: tuple[int, str]) -> None:
    keys, other_run = ConsoleKeys(), ConsoleKeys()
    key = keys.make(path)
    at, character = change
    changed = key[:at] + character + key[at + 1 :]
    assert changed == key or not keys.spend(path, changed)
    assert not any(keys.spend(elsewhere, key) for elsewhere in ("/", f"/{path}", f"{path}/", "//evil.example/", ""))
    assert not other_run.spend(path, key)
    assert keys.make(path) != key
    assert keys.spend(path, key)
    assert not keys.spend(path, key)
    assert keys.cookie != other_run.cookie


@given(path=texts, key=texts)
def test_what_is_no_key_opens_nothing(path: str, key: str) -> None:
    assert not ConsoleKeys().spend(path, key)


def test_a_key_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [1000.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    keys = ConsoleKeys()
    late, in_time = keys.make("/cie"), keys.make("/cie")
    now[0] += console_keys.KEY_SECONDS - 0.1
    assert keys.spend("/cie", in_time)
    now[0] += 0.1
    assert not keys.spend("/cie", late)
