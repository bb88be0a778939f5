"""The Directory Sync API of the practice CIE: the four documented operations on the practice directories."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.responses import JSONResponse
from starlette.routing import Route

from app.practice.console_pages import read_body
from app.practice.server_state import SyncStatus
from app.practice.switchboard import ApiFault

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from starlette.requests import Request
    from starlette.responses import Response

    from app.practice.derived_secrets import DerivedSecrets
    from app.practice.server_state import PracticeDirectory, ServerState
    from app.practice.switchboard import Switchboard

PREFIX, OTHER_PREFIX = "/cie/directory-sync/v1", "/directory-sync/v1"
"""The API's address, and its address once the switchboard has moved it."""

_Word = Annotated[str, Field(min_length=1, max_length=500)]


class _ApiPart(BaseModel):
    model_config = ConfigDict(frozen=True)


class _Match(_ApiPart):
    """A condition on one attribute."""

    attr: Literal[
        "User Principal Name", "Common-Name", "Name", "Distinguished Name", "SAM Account Name", "Unique Identifier"
    ] = Field(alias="attrName")
    value: _Word = Field(alias="attrValue")
    match: Literal["equal", "textSearch"]


class _Query(_ApiPart):
    """A search. Searches by group membership are not part of practice and are refused."""

    domain: _Word
    page: Annotated[int, Field(ge=1)] = Field(1, alias="pageNum")
    size: Annotated[int, Field(ge=1, le=1000)] = Field(500, alias="pageSz")
    name: _Match | None = None
    attrs: list[str] | None = None
    filter: None = None


class _GroupQuery(_Query):
    """A search for groups, which must name the attributes to return."""

    attrs: list[str]


class _NewSecret(_ApiPart):
    """A new client secret for a connection that CIE created itself; SCIM directories have none."""

    directory: _Word = Field(alias="directoryId")
    provider: str
    secret: _Word = Field(alias="client_secret")


class PracticeDirectorySync:
    """Serves the operations under both prefixes; only the active prefix answers."""

    def __init__(self, state: ServerState, derived: DerivedSecrets, switchboard: Switchboard) -> None:
        self._state = state
        self._derived = derived
        self._switchboard = switchboard

    @property
    def routes(self) -> list[Route]:
        """The addresses of the operations."""
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
            if scheme.lower() != "bearer" or self._derived.issued(token, self._state.now().timestamp()) is None:
                return _error(401, "Unauthorized", "The token is missing or not good.")
            if fault is ApiFault.ROLE:
                return _error(403, "Forbidden", "The role of this service account does not allow it.")
            answered: Response = await act(request)
            return answered

        return answer

    async def _domains(self, _request: Request) -> Response:
        return _success([self._domain(each) for each in self._state.directories if each.submitted])

    def _domain(self, directory: PracticeDirectory) -> dict[str, Any]:
        running = directory.status is SyncStatus.RUNNING
        since = directory.sync_started if running else directory.last_success
        # Only cache_applied is documented; the other descriptions and the type are invented for practice.
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
        return await self._search(request, _Query, "User", _user)

    async def _groups(self, request: Request) -> Response:
        return await self._search(request, _GroupQuery, "Group", _group)

    async def _search(
        self, request: Request, shape: type[_Query], kind: str, show: Callable[[dict[str, Any]], dict[str, Any]]
    ) -> Response:
        query = await _read(request, shape)
        directory = next((d for d in self._state.directories if query and d.directory_name == query.domain), None)
        if query is None or directory is None or not directory.submitted:
            return _error(400, "Bad Request", "Required field is missing or invalid.")
        # What has not been synced yet is not in the cache.
        cached = directory.resources if directory.last_success else ()
        objects = [r for r in cached if r.get("meta", {}).get("resourceType") == kind]
        found = [show(r) for r in objects if query.name is None or _matches(r, query.name)]
        first = (query.page - 1) * query.size
        page = found[first : first + query.size]
        domain = {
            "domainName": directory.directory_name,
            "lastSyncTmp": _seconds(directory.last_success),
            "netbios": directory.directory_name.partition(".")[0][:15],
            "objects": page,
        }
        return _success(
            {
                "count": len(page),
                "data": {"domains": [domain]},
                "pageNum": query.page,
                "pageSz": query.size,
                "remains": max(0, len(found) - first - len(page)),
            }
        )

    async def _update_secret(self, request: Request) -> Response:
        wanted = await _read(request, _NewSecret)
        if wanted is None:
            return _error(400, "Bad Request", "Required field is missing or invalid.")
        if wanted.provider not in ("aad", "aad_gov", "aad_cn", "okta"):
            return _failure(421, "provider must be one of: aad, aad_gov, aad_cn, okta")
        return _failure(404, f"Directory {wanted.directory} not found")


_Shape = TypeVar("_Shape", bound=_ApiPart)


async def _read(request: Request, shape: type[_Shape]) -> _Shape | None:
    try:
        return shape.model_validate_json(await read_body(request) or b"")
    except ValidationError:
        return None


def _success(result: object) -> Response:
    return JSONResponse({"success": True, "result": result})


def _error(status: int, name: str, message: str) -> Response:
    return JSONResponse({"statusCode": status, "error": name, "message": message}, status)


def _failure(status: int, message: str) -> Response:
    return JSONResponse({"success": True, "result": {"error": {"error-message": message}}}, status)


def _seconds(moment: datetime | None) -> int:
    return int(moment.timestamp()) if moment is not None else 0


_ATTRIBUTES = {"User Principal Name": "userName", "Unique Identifier": "id"}
"""The resource attribute for an attribute of the API; all others use the display name."""


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
