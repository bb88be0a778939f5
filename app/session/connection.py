"""The endpoint of one setup, asked again and again: what opens it is fetched once and forgotten when it changes.

No state of the setup is changed here; the assistant decides what follows from an answer.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from app.session import access
from app.system.policy import NO_POLICY

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from app.guide.model import Guide
    from app.net import ReadOnlyClient
    from app.scim.arrivals import ArrivalProgress, ArrivalReport
    from app.scim.capabilities import ServiceOffer
    from app.scim.changes import Capabilities, ChangesNotOffered, ChangesSeen, LookFailed
    from app.scim.connection_test import Finding
    from app.scim.endpoint import Endpoint
    from app.scim.tokens import Bearer, NotIssued, TokenSource
    from app.setup.state import Setup
    from app.system.policy import Policy
    from app.text.similar import Digests
    from app.vault import Vault

CHANGED = "What opens the endpoint was changed meanwhile. Test again."


class Connection:
    """Test Connection and a look for changes, with the secrets that the keyring holds at that moment."""

    def __init__(
        self,
        vault: Vault,
        state: Callable[[], tuple[Guide, Setup]],
        proxy_for: Callable[[str], str | None] | None = None,
        policy: Policy = NO_POLICY,
    ) -> None:
        """``state`` gives the guide and the setup as they are now; ``proxy_for`` may block."""
        self._vault = vault
        self._state = state
        self._proxy_for = proxy_for
        self._policy = policy
        self._capabilities: Capabilities | None = None
        self._tokens: TokenSource | None = None
        self._until = 0.0
        """When the time of the last test is up, on the monotonic clock."""
        self._changes = 0
        """Counts the changes of what opens the endpoint; a test begun before one is of no use."""

    def reset(self) -> None:
        """What opens the endpoint changed: nothing that was seen with the former still counts."""
        self._capabilities = self._tokens = None
        self._changes += 1

    def forget(self) -> None:
        """Keep no token any more."""
        self._tokens = None

    async def _way_in(self) -> tuple[Endpoint, TokenSource] | access.AccessMissing:
        """The endpoint and the source of its tokens, or what the keyring did not give."""
        from app.scim.tokens import TokenSource

        guide, setup = self._state()
        way = await access.way_in(guide, setup, self._vault, self._policy)
        if isinstance(way, access.AccessMissing):
            return way
        endpoint, credentials = way
        if self._tokens is None or not self._tokens.serves(credentials):
            self._tokens = TokenSource(credentials, practice=setup.practice)
        return endpoint, self._tokens

    @property
    def _proxies(self) -> Callable[[str], str | None]:
        from app.net import system_proxy

        return self._proxy_for or system_proxy

    async def _client(self, endpoint: Endpoint) -> ReadOnlyClient:
        """What reads from that endpoint, through the proxy that this computer has for it."""
        from app.net import ReadOnlyClient

        proxy = await asyncio.get_running_loop().run_in_executor(None, self._proxies, endpoint.origin)
        return ReadOnlyClient(endpoint.host, proxy, allow_http_loopback=endpoint.practice)

    async def test(self, on_finding: Callable[[Finding], None] | None = None) -> tuple[Finding, ...] | str:
        """All findings of Test Connection, or in a sentence why there are none."""
        from app import net
        from app.scim import connection_test
        from app.scim.probes import probe_of

        begun = self._changes
        way = await self._way_in()
        if isinstance(way, access.AccessMissing):
            return way.sentence
        await asyncio.get_running_loop().run_in_executor(None, net.prepare)
        guide, _ = self._state()
        self._until = time.monotonic() + connection_test.TimeLimits().whole
        findings = await connection_test.run(*way, probe_of(guide), proxy_for=self._proxies, on_finding=on_finding)
        return findings if begun == self._changes else CHANGED

    async def offer(self) -> ServiceOffer | None:
        """What the service offers, asked in the time that the last test left over; None where nothing may be asked."""
        from app.scim import capabilities
        from app.scim.tokens import NotIssued

        begun = self._changes
        way = await self._way_in()
        left = self._until - time.monotonic()
        if isinstance(way, access.AccessMissing) or left <= 0:
            return None
        endpoint, tokens = way
        issued = await tokens.bearer(self._proxies, left)
        if isinstance(issued, NotIssued):
            return None
        async with await self._client(endpoint) as client:
            found = await capabilities.ask(client, endpoint, issued.token, self._until - time.monotonic())
        return found if begun == self._changes else None

    async def look(self, since: datetime) -> ChangesSeen | ChangesNotOffered | LookFailed:
        """Look once for changes not before ``since`` (aware); anew where what opens the endpoint changed meanwhile."""
        begun = self._changes
        result = await self._look(since)
        return result if begun == self._changes else await self.look(since)

    async def _look(self, since: datetime) -> ChangesSeen | ChangesNotOffered | LookFailed:
        from app import net
        from app.scim import changes
        from app.scim.observation import Observation
        from app.scim.tokens import NotIssued

        begun = self._changes
        way = await self._way_in()
        if isinstance(way, access.AccessMissing):
            return changes.LookFailed(Observation.NO_SECRET, None)
        endpoint, tokens = way
        await asyncio.get_running_loop().run_in_executor(None, net.prepare)
        issued = await tokens.bearer(self._proxies)
        if isinstance(issued, NotIssued):
            return changes.LookFailed(issued.observation, None)
        async with await self._client(endpoint) as client:
            result = await changes.look(client, endpoint, issued.token, since, self._capabilities)
        if isinstance(result, changes.LookFailed) and result.observation is Observation.UNAUTHORIZED:
            tokens.forget()
        if isinstance(result, changes.ChangesSeen) and begun == self._changes:
            self._capabilities = result.capabilities
        return result

    async def arrived(
        self,
        *,
        everything: bool,
        on_progress: Callable[[ArrivalProgress], None],
        users: Digests | None = None,
        groups: Digests | None = None,
    ) -> ArrivalReport | str:
        """What arrived, compared with the names of exports, or in a sentence why it cannot be asked."""
        from app import net
        from app.scim import arrivals

        begun = self._changes
        way = await self._way_in()
        if isinstance(way, access.AccessMissing):
            return way.sentence
        endpoint, tokens = way
        await asyncio.get_running_loop().run_in_executor(None, net.prepare)

        async def bearer(renew: bool) -> Bearer | NotIssued:
            if renew:
                tokens.forget()
            return await tokens.bearer(self._proxies)

        async with await self._client(endpoint) as client:
            look = arrivals.ArrivalReader(
                client, endpoint, bearer, everything=everything, on_progress=on_progress, users=users, groups=groups
            )
            result = await look.run()
        return result if begun == self._changes else CHANGED
