"""The Directory Sync API of the practice CIE: the four operations of its description, over what the ledger holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.responses import JSONResponse
from starlette.routing import Route

from app.practice.ledger import SyncStatus
from app.practice.switchboard import ApiFault

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from starlette.requests import Request
    from starlette.responses import Response

    from app.practice.derive import Derived
    from app.practice.ledger import Ledger, PracticeDirectory
    from app.practice.switchboard import Switchboard

PREFIX, OTHER_PREFIX = "/cie/directory-sync/v1", "/directory-sync/v1"
"""Where it answers, and where it answers once the switchboard has moved it."""

_BODY_LIMIT = 16_384
"""Bytes of a question that are read at most."""

_Word = Annotated[str, Field(min_length=1, max_length=500)]


class _ApiPart(BaseModel):
    model_config = ConfigDict(frozen=True)


class _Match(_ApiPart):
    """One attribute and what it is to be."""

    attr: Literal[
        "User Principal Name", "Common-Name", "Name", "Distinguished Name", "SAM Account Name", "Unique Identifier"
    ] = Field(alias="attrName")
    value: _Word = Field(alias="attrValue")
    match: Literal["equal", "textSearch"]


class _Question(_ApiPart):
    """What is searched for; the searches through members are not rehearsed and are refused."""

    domain: _Word
    page: Annotated[int, Field(ge=1)] = Field(1, alias="pageNum")
    size: Annotated[int, Field(ge=1, le=1000)] = Field(500, alias="pageSz")
    name: _Match | None = None
    attrs: list[str] | None = None
    filter: None = None


class _GroupQuestion(_Question):
    """For groups the attributes have to be named."""

    attrs: list[str]


class _NewSecret(_ApiPart):
    """A new client secret for a connection that CIE made by itself; SCIM directories have none."""

    directory: _Word = Field(alias="directoryId")
    provider: str
    secret: _Word = Field(alias="client_secret")


class PracticeDirectorySync:
    """Serves the operations under both prefixes; only the one in use answers."""

    def __init__(self, ledger: Ledger, derived: Derived, switchboard: Switchboard) -> None:
        self._ledger = ledger
        self._derived = derived
        self._switchboard = switchboard

    @property
    def routes(self) -> list[Route]:
        """Addresses of the operations."""
        serve: tuple[tuple[str, str, Callable[[Request], Any]], ...] = (
            ("/domains", "GET", self._domains),
            ("/cache-users", "POST", self._users),
            ("/cache-groups", "POST", self._groups),
            ("/connection/update-secret", "POST", self._update_secret),
        )
        return [
            Route(prefix + path, self._guarded(prefix, act), methods=[method])
            for prefix in (PREFIX, OTHER_PREFIX)
            for path, method, act in serve
        ]

    def _guarded(self, prefix: str, act: Callable[[Request], Any]) -> Callable[[Request], Any]:
        async def answer(request: Request) -> Response:
            fault = self._switchboard.api_fault
            if prefix != (OTHER_PREFIX if fault is ApiFault.ADDRESS else PREFIX):
                return _error(404, "Not Found", "There is nothing at this address.")
            scheme, _, token = request.headers.get("authorization", "").partition(" ")
            if scheme.lower() != "bearer" or self._derived.issued(token, self._ledger.now().timestamp()) is None:
                return _error(401, "Unauthorized", "The token is missing or not good.")
            if fault is ApiFault.ROLE:
                return _error(403, "Forbidden", "The role of this service account does not allow it.")
            answered: Response = await act(request)
            return answered

        return answer

    async def _domains(self, _request: Request) -> Response:
        return _found([self._shown(each) for each in self._ledger.directories if each.submitted])

    def _shown(self, directory: PracticeDirectory) -> dict[str, Any]:
        running = directory.status is SyncStatus.RUNNING
        since = directory.sync_started if running else directory.last_success
        # Only cache_applied is documented; the other words, and the type, are this practice's own.
        word = "sync_running" if running else "cache_applied" if directory.last_success else "not_synced"
        status: dict[str, Any] = {"description": word, "statusUpdatedOn": _seconds(since)}
        if directory.last_success is not None:
            status["lastSuccessUpdatedOn"] = _seconds(directory.last_success)
        counted = {"user": directory.users or 0, "group": directory.groups or 0}
        return {
            "count": {"computer": 0, "container": 0, "ou": 0, **counted},
            "domain": directory.directory_name,
            "log": ["full sync started"] if running else [],
            "netbios": directory.directory_name.partition(".")[0][:15],
            "status": status,
            "sync_duration": 2_000_000,
            "type": "SCIM",
        }

    async def _users(self, request: Request) -> Response:
        return await self._search(request, _Question, "User", _user)

    async def _groups(self, request: Request) -> Response:
        return await self._search(request, _GroupQuestion, "Group", _group)

    async def _search(
        self, request: Request, shape: type[_Question], kind: str, show: Callable[[dict[str, Any]], dict[str, Any]]
    ) -> Response:
        question = await _read(request, shape)
        directory = next(
            (d for d in self._ledger.directories if question and d.directory_name == question.domain), None
        )
        if question is None or directory is None or not directory.submitted:
            return _error(400, "Bad Request", "Required field is missing or invalid.")
        # What a sync has not taken over yet is not in the cache.
        there = directory.resources if directory.last_success else ()
        objects = [r for r in there if r.get("meta", {}).get("resourceType") == kind]
        found = [show(r) for r in objects if question.name is None or _matches(r, question.name)]
        first = (question.page - 1) * question.size
        page = found[first : first + question.size]
        domain = {
            "domainName": directory.directory_name,
            "lastSyncTmp": _seconds(directory.last_success),
            "netbios": directory.directory_name.partition(".")[0][:15],
            "objects": page,
        }
        return _found(
            {
                "count": len(page),
                "data": {"domains": [domain]},
                "pageNum": question.page,
                "pageSz": question.size,
                "remains": max(0, len(found) - first - len(page)),
            }
        )

    async def _update_secret(self, request: Request) -> Response:
        wanted = await _read(request, _NewSecret)
        if wanted is None:
            return _error(400, "Bad Request", "Required field is missing or invalid.")
        if wanted.provider not in ("aad", "aad_gov", "aad_cn", "okta"):
            return _wrong(421, "provider must be one of: aad, aad_gov, aad_cn, okta")
        return _wrong(404, f"Directory {wanted.directory} not found")


_Shape = TypeVar("_Shape", bound=_ApiPart)


async def _read(request: Request, shape: type[_Shape]) -> _Shape | None:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > _BODY_LIMIT:
            return None
    try:
        return shape.model_validate_json(body)
    except ValidationError:
        return None


def _found(result: object) -> Response:
    return JSONResponse({"success": True, "result": result})


def _error(status: int, name: str, message: str) -> Response:
    return JSONResponse({"statusCode": status, "error": name, "message": message}, status)


def _wrong(status: int, message: str) -> Response:
    return JSONResponse({"success": True, "result": {"error": {"error-message": message}}}, status)


def _seconds(moment: datetime | None) -> int:
    return int(moment.timestamp()) if moment is not None else 0


_ATTRIBUTES = {"User Principal Name": "userName", "Unique Identifier": "id"}
"""Which attribute of a resource stands for one of the API; the others stand for the name that is shown."""


def _matches(resource: dict[str, Any], wanted: _Match) -> bool:
    value = str(resource.get(_ATTRIBUTES.get(wanted.attr, "displayName"), "")).lower()
    return value == wanted.value.lower() if wanted.match == "equal" else wanted.value.lower() in value


def _user(resource: dict[str, Any]) -> dict[str, Any]:
    return {
        "Name": resource.get("displayName", ""),
        "User Principal Name": resource.get("userName", ""),
        "Unique Identifier": resource.get("id", ""),
    }


def _group(resource: dict[str, Any]) -> dict[str, Any]:
    return {
        "cn": resource.get("displayName", ""),
        "name": resource.get("displayName", ""),
        "objectGUID": resource.get("id", ""),
        "meta_resourceType": "Group",
    }
