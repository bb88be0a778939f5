"""What the practice portal sends to the Base URL: the connection test and the initial cycle."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from app.guide.vocabulary import Expect
from app.scim.endpoint import Endpoint
from app.scim.listing import LIST
from app.scim.probes import probe_of
from app.scim.tokens import NotIssued, TokenSource
from app.values.address import LOOPBACK

if TYPE_CHECKING:
    from app.guide.model import Guide, PracticeForm
    from app.net import LoopbackClient
    from app.practice.people import Person, Team
    from app.scim.tokens import Credentials

_PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"


@dataclass(frozen=True, slots=True)
class Target:
    """Where the portal provisions to, with its credentials."""

    base_url: str = field(repr=False)
    tokens: TokenSource

    def serves(self, base_url: str, credentials: Credentials) -> bool:
        """Return whether it has exactly this address and these credentials."""
        return self.base_url == base_url and self.tokens.serves(credentials)


@dataclass(frozen=True, slots=True)
class Reply:
    """The response: status 0 if there was none, and the body if it was a JSON object."""

    status: int
    data: dict[str, Any] | None = None
    refused: bool = False
    """No token was issued, so nothing was sent."""

    @property
    def found(self) -> list[dict[str, Any]]:
        """The resources of a ListResponse."""
        resources = (self.data or {}).get("Resources")
        return resources if isinstance(resources, list) else []


class CycleStoppedError(Exception):
    """The cycle cannot continue. The message is what the portal shows."""


async def send(
    client: LoopbackClient, target: Target, method: str, path: str, body: dict[str, Any] | None = None
) -> Reply:
    """Send one SCIM request."""
    issued = await target.tokens.bearer()
    if isinstance(issued, NotIssued):
        return Reply(issued.status or 0, refused=True)
    headers = {"Authorization": f"Bearer {issued.token}", "Accept": "application/scim+json"}
    content = None
    if body is not None:
        headers["Content-Type"] = "application/scim+json"
        content = json.dumps(body).encode()
    answer = await client.request(method, target.base_url.rstrip("/") + path, headers=headers, content=content)
    status = getattr(answer, "status", None)
    if not isinstance(status, int):
        return Reply(0)
    try:
        data = json.loads(getattr(answer, "body", b"") or b"null")
    except ValueError:
        data = None
    return Reply(status, data if isinstance(data, dict) else None)


def equals(attribute: str, value: str) -> str:
    """Return a filter for the query string; the value is quoted as JSON (RFC 7644 3.4.2.2)."""
    return "filter=" + quote(f"{attribute} eq {json.dumps(value, ensure_ascii=False)}")


async def test(client: LoopbackClient, target: Target, guide: Guide) -> str | None:
    """Send the requests of the real portal's test. Return None if the answers are right, or what the portal shows."""
    try:
        parts = urlsplit(target.base_url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return "The SCIM service's address isn't a web address."
    if parts.scheme != "http" or host not in LOOPBACK or port is None:
        return "The practice portal reaches only this computer. Paste the practice Base URL."
    probe = probe_of(guide)
    for request in (probe.first, probe.second):
        path = request.url(Endpoint(target.base_url, practice=True)).removeprefix(target.base_url.rstrip("/"))
        if fault := reason(await send(client, target, "GET", path), guide.practice, request.expect):
            return fault
    return None


def reason(reply: Reply, form: PracticeForm, expect: Expect | None = None) -> str | None:
    """Return the portal's text for a reply; None if the reply is right."""
    if reply.refused:
        return _coded(form, "CredentialValidationFailure", "No token was issued for this Client ID and secret.")
    if reply.status == 0:
        return _coded(form, "CredentialValidationUnavailable", "No response was received from the address entered.")
    if reply.status == 200:
        data = reply.data or {}
        wrong = not data or (expect is not Expect.OBJECT and LIST not in data.get("schemas", ()))
        if wrong or (expect is Expect.EMPTY and reply.found):
            return _coded(form, "ServiceIncompatible", "The response is not the requested SCIM list.")
        return None
    word = {401: "Unauthorized", 403: "Forbidden", 404: "NotFound"}.get(reply.status, str(reply.status))
    return _coded(form, "CredentialValidationFailure", f"Unexpected response: {word} (StatusCode {reply.status}).")


def _coded(form: PracticeForm, code: str, sentence: str) -> str:
    return f"{form.error_code}{code}: {sentence}" if form.error_code else f"The connection failed. {sentence}"


@dataclass(slots=True)
class Cycle:
    """One provisioning cycle for the people and teams in scope."""

    client: LoopbackClient
    target: Target
    form: PracticeForm
    domain: str
    pause: float = 0.06
    """Seconds between two requests, so that a cycle can be watched."""
    ids: dict[str, str] = field(default_factory=dict)
    """Ids at the endpoint by key of a person."""

    async def run(self, people: tuple[Person, ...], teams: tuple[Team, ...]) -> tuple[int, int]:
        """Provision everyone and return the numbers of users and groups. Raises CycleStoppedError."""
        names = [team.name for team in teams]
        for name in names:
            if names.count(name) > 1:
                raise CycleStoppedError(f"Duplicate group names: {names.count(name)} groups are named {name}.")
        for person in people:
            await self._user(person)
        for team in teams:
            await self._group(team)
        return len(people), len(teams)

    async def _user(self, person: Person) -> None:
        resource = person.resource(self.domain)
        match = self.form.match_users_by
        value = resource.get(match, resource["userName"])
        found = (await self._send("GET", "/Users?" + equals(match, str(value)))).found
        if not found:
            self.ids[person.key] = _id(await self._send("POST", "/Users", resource))
            return
        self.ids[person.key] = str(found[0]["id"])
        operations: list[dict[str, Any]] = [
            {"op": "Replace", "path": "displayName", "value": person.name},
            {"op": "Replace", "path": "active", "value": True},
        ]
        await self._update(self.form.update_users, f"/Users/{self.ids[person.key]}", operations, resource)

    async def _group(self, team: Team) -> None:
        found = await self._groups_called(team.name)
        group = str(found[0]["id"]) if found else _id(await self._send("POST", "/Groups", team.resource()))
        members = [{"value": self.ids[key]} for key in team.members]
        operations = [{"op": "Add", "path": "members", "value": members}]
        whole = {**team.resource(), "members": members}
        await self._update(self.form.update_groups, f"/Groups/{group}", operations, whole)

    async def _groups_called(self, name: str) -> list[dict[str, Any]]:
        if self.form.reads_all_groups:
            groups = (await self._send("GET", "/Groups?startIndex=1&count=1000")).found
            return [group for group in groups if group.get("displayName") == name]
        return (await self._send("GET", "/Groups?excludedAttributes=members&" + equals("displayName", name))).found

    async def _update(self, verb: str, path: str, operations: list[dict[str, Any]], whole: dict[str, Any]) -> None:
        if verb == "PUT":
            await self._send("PUT", path, whole)
        else:
            await self._send("PATCH", path, {"schemas": [_PATCH], "Operations": operations})

    async def _send(self, method: str, path: str, body: dict[str, Any] | None = None) -> Reply:
        await asyncio.sleep(self.pause)
        reply = await send(self.client, self.target, method, path, body)
        if reply.status in (200, 201, 204):
            return reply
        if reply.status in (0, 401, 403, 404):
            raise CycleStoppedError(reason(reply, self.form))
        raise CycleStoppedError(f"The endpoint returned status {reply.status} for {method} {path.partition('?')[0]}.")


def _id(reply: Reply) -> str:
    identifier = (reply.data or {}).get("id")
    if not isinstance(identifier, str):
        raise CycleStoppedError("The created resource has no id.")
    return identifier
