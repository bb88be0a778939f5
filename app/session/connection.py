"""Asks the endpoint of one setup, and remembers its token and its capabilities until a secret changes.

The setup itself is not changed here: the session decides what follows from an answer.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from app import net
from app.net import ReadOnlyClient, no_proxy, system_proxy
from app.scim import arrivals, capabilities, changes, connection_test
from app.scim.details import AnswerDetails
from app.scim.finding import Check, Finding, Verdict
from app.scim.observation import Observation
from app.scim.probes import probe_of
from app.scim.tokens import NotIssued, TokenSource
from app.session import access
from app.system.policy import NO_POLICY

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from app.guide.model import Guide
    from app.scim.arrivals import ArrivalProgress, ArrivalReport
    from app.scim.capabilities import ServiceOffer
    from app.scim.changes import Capabilities, ChangesSeen, LookFailed
    from app.scim.endpoint import Endpoint
    from app.scim.tokens import Bearer
    from app.setup.state import Setup
    from app.system.policy import Policy
    from app.text.similar import Digests

CHANGED = "The Base URL or token changed during the test. Test again."


class Connection:
    """Runs Test Connection and looks for changes, with the secrets that the keyring holds at that moment."""

    def __init__(
        self,
        store: access.SecretStore,
        state: Callable[[], tuple[Guide, Setup]],
        proxy_for: Callable[[str], str | None] | None = None,
        policy: Policy = NO_POLICY,
        on_found_changed: Callable[[], None] = lambda: None,
        captures: access.SecretReader | None = None,
    ) -> None:
        """``state`` returns the current guide and setup; ``proxy_for`` may block, so it runs in a thread.

        ``on_found_changed`` is called when the keyring holds other secrets than before, though none was captured.
        ``captures`` are those of an open setup; without them, nothing ever prompts.
        """
        self._captures = captures
        self._on_found_changed = on_found_changed
        self._endpoint: Endpoint | None = None
        self._store = store
        self._state = state
        self._proxy_for = proxy_for
        self._policy = policy
        self._capabilities: Capabilities | None = None
        self._tokens: TokenSource | None = None
        self._until = 0.0
        """When the time limit of the last test is reached, on the monotonic clock."""
        self._changes = 0
        """Counts changes of the secrets: the answer to a question asked before a change is discarded."""

    def reset(self) -> None:
        """Forget what was learned with the secrets that have just changed."""
        self._capabilities = self._tokens = self._endpoint = None
        self._changes += 1

    def forget(self) -> None:
        """Drop the token."""
        self._tokens = None

    async def _unlock(self) -> None:
        if self._captures is not None:
            await self._captures.unlock()

    async def _access(self) -> tuple[Endpoint, TokenSource] | access.AccessMissing:
        """The endpoint and the source of its tokens, or what is missing."""
        guide, setup = self._state()
        found = await access.endpoint_access(guide, setup, self._store, self._policy, self._captures)
        if isinstance(found, access.AccessMissing):
            return found
        endpoint, credentials = found
        other = self._tokens is not None and not self._tokens.serves(credentials)
        if other or (self._endpoint is not None and self._endpoint != endpoint):
            self._capabilities = None
            self._on_found_changed()
        if self._tokens is None or other:
            self._tokens = TokenSource(credentials, practice=setup.practice)
        self._endpoint = endpoint
        return endpoint, self._tokens

    @property
    def _proxies(self) -> Callable[[str], str | None]:
        _, setup = self._state()
        return no_proxy if setup.practice else self._proxy_for or system_proxy

    async def _client(self, endpoint: Endpoint) -> ReadOnlyClient:
        """A client for that endpoint, through the proxy that this computer uses for it."""
        proxy = await asyncio.to_thread(self._proxies, endpoint.origin)
        return ReadOnlyClient(endpoint.host, proxy, practice=endpoint.practice)

    async def service(self) -> str | access.AccessMissing:
        """The service that a test would ask, see ``Endpoint.service``, or what is missing. Nothing is remembered."""
        guide, setup = self._state()
        found = await access.endpoint_access(guide, setup, self._store, self._policy, self._captures)
        return found if isinstance(found, access.AccessMissing) else found[0].service

    async def test(
        self,
        on_finding: Callable[[Finding], None] | None = None,
        *,
        attended: bool = True,
        on_access: Callable[[], None] = lambda: None,
    ) -> tuple[Finding, ...] | access.AccessMissing:
        """Run Test Connection. Returns all findings, or why it could not run.

        ``on_access`` is called once the keyring has given what the test needs.
        An unattended test sends no made-up token: repeated often, it could lock out the setup's own token.
        """
        if attended:
            await self._unlock()
        begun = self._changes
        found = await self._access()
        if isinstance(found, access.AccessMissing):
            return found
        on_access()
        await asyncio.to_thread(net.prepare)
        guide, setup = self._state()
        self._until = time.monotonic() + connection_test.TimeLimits().whole
        findings = await connection_test.run(
            *found,
            probe_of(guide),
            proxy_for=self._proxies,
            on_finding=on_finding,
            control=_control(setup, attended=attended),
        )
        return findings if begun == self._changes else access.AccessMissing(access.Obstacle.CHANGED, CHANGED)

    async def offer(self) -> ServiceOffer | None:
        """Ask what the service offers, in the time that the last test left; None if no time or access is left."""
        begun = self._changes
        found = await self._access()
        left = self._until - time.monotonic()
        if isinstance(found, access.AccessMissing) or left <= 0:
            return None
        endpoint, tokens = found
        issued = await tokens.bearer(self._proxies, left)
        if isinstance(issued, NotIssued):
            return None
        async with await self._client(endpoint) as client:
            offer = await capabilities.ask(client, endpoint, issued.token, self._until - time.monotonic())
        return offer if begun == self._changes else None

    async def look(self, since: datetime) -> ChangesSeen | LookFailed:
        """Look once for changes at or after ``since`` (aware); repeated if a secret changed meanwhile."""
        begun = self._changes
        result = await self._look(since)
        return result if begun == self._changes else await self.look(since)

    async def _look(self, since: datetime) -> ChangesSeen | LookFailed:
        begun = self._changes
        found = await self._access()
        if isinstance(found, access.AccessMissing):
            locked = found.obstacle is access.Obstacle.LOCKED
            return changes.LookFailed(Observation.KEYRING_LOCKED if locked else Observation.NO_SECRET, None)
        endpoint, tokens = found
        await asyncio.to_thread(net.prepare)
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
        """Read what arrived and compare it with the names of exports. Returns a sentence if it cannot be read."""
        await self._unlock()
        begun = self._changes
        found = await self._access()
        if isinstance(found, access.AccessMissing):
            return found.sentence
        endpoint, tokens = found
        await asyncio.to_thread(net.prepare)

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


def _control(setup: Setup, *, attended: bool) -> Finding | None:
    """What is known about a made-up token without sending one; None sends one."""
    record = setup.control
    # Practice has nothing to lock out, and its faults can be switched between two tests.
    if record is not None and record.capture == setup.captures and not setup.practice:
        with suppress(ValueError):  # another version wrote it
            verdict, seen = Verdict(record.verdict), Observation(record.observation)
            return Finding(Check.CONTROL, verdict, seen, None, AnswerDetails(earlier=True))
    if setup.without_control or not attended:
        return Finding(Check.CONTROL, Verdict.NOT_TRIED, Observation.NOT_SENT)
    return None
