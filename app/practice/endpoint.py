"""The SCIM 2.0 endpoint of the practice CIE: one tenant per directory, protected by its bearer token."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, cast

from scim2_models import (
    Bulk,
    ChangePassword,
    EnterpriseUser,
    ETag,
    Filter,
    Group,
    Patch,
    Resource,
    ResourceType,
    ScimProvider,
    ServiceProviderConfig,
    Sort,
    User,
)

# Only the child process imports this module.
from scim2_server.applications.asgi import ASGIApplication  # noqa: TID253
from scim2_server.memory import AsyncInMemoryStorage, InMemoryStorage  # noqa: TID253
from scim2_server.service import ScimService  # noqa: TID253
from scim2_server.testserver.application import BEARER_TOKEN_SCHEME  # noqa: TID253
from starlette.responses import JSONResponse

from app.practice.derived_secrets import equal_secrets
from app.practice.server_state import Method, account_name
from app.practice.switchboard import SCIM_JSON, Fault, Switchboard

if TYPE_CHECKING:
    from starlette.responses import Response
    from starlette.types import Receive, Scope, Send

    from app.practice.derived_secrets import DerivedSecrets
    from app.practice.server_state import PracticeDirectory, ServerState

PREFIX = "/scim/"

_WRITING = frozenset({"POST", "PUT", "PATCH", "DELETE"})


class _Storage(InMemoryStorage):
    """In-memory storage that records whether it changed, with versions that stay unique after a restart."""

    def __init__(self) -> None:
        super().__init__()
        self.changed = False

    def next_version(self) -> str:
        return f'W/"{time.time_ns():x}-{next(self.versions)}"'

    def create(self, *args: Any, **kwargs: Any) -> Any:
        found = super().create(*args, **kwargs)
        self.changed = True
        return found

    def update(self, *args: Any, **kwargs: Any) -> Any:
        found = super().update(*args, **kwargs)
        self.changed = True
        return found

    def delete(self, *args: Any, **kwargs: Any) -> None:
        super().delete(*args, **kwargs)
        self.changed = True


class PracticeEndpoint:
    """Serves ``/scim/<segment>/v2`` for every practice directory (ASGI)."""

    def __init__(self, state: ServerState, derived: DerivedSecrets) -> None:
        self.switchboard = Switchboard()
        self._state = state
        self._derived = derived
        self._provider = _provider()
        self._service = ScimService(self._provider)
        self._tenants: dict[str, tuple[_Storage, ASGIApplication]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Authenticate a request, serve it, and save what it changed."""
        send = self.switchboard.watch(scope, send)
        if (faulty := await self.switchboard.faulty_answer(send)) is not None:
            await faulty(scope, receive, send)
            return
        segment = scope["path"].removeprefix(PREFIX).partition("/")[0]
        directory = self._directory(segment)
        if directory is None:
            await _refusal(404, "There is no directory at this address.")(scope, receive, send)
            return
        if not self._is_authorized(directory, scope):
            detail = "Authorization failure. The authorization header is invalid or missing."
            await _refusal(401, detail)(scope, receive, send)
            return
        if (unfiltered := self.switchboard.unfiltered_answer(scope)) is not None:
            await unfiltered(scope, receive, send)
            return
        storage, application = self._tenant(directory)
        await application({**scope, "root_path": f"{PREFIX}{segment}"}, receive, send)  # type: ignore[arg-type]
        if scope["method"] in _WRITING and storage.changed:
            storage.changed = False
            self._state.change(directory.key, change_timestamp=self._state.now(), resources=_dump(storage.resources))

    def counts(self, directory: PracticeDirectory) -> tuple[int, int]:
        """Return how many users and groups the endpoint has."""
        names = [type(resource).__name__ for resource in self._tenant(directory)[0].resources]
        groups = names.count("Group")
        return len(names) - groups, groups

    def _directory(self, segment: str) -> PracticeDirectory | None:
        for directory in self._state.directories:
            if equal_secrets(segment, self._derived.segment(directory.key)):
                return directory
        return None

    def _is_authorized(self, directory: PracticeDirectory, scope: Scope) -> bool:
        given = next((value for name, value in scope["headers"] if name == b"authorization"), b"")
        scheme, _, token = given.decode("latin-1").partition(" ")
        if self.switchboard.fault is Fault.OPEN_DOOR:
            return directory.submitted
        # Until Submit, CIE does not know the directory, so its token is not accepted.
        return scheme.lower() == "bearer" and directory.submitted and self._is_valid(directory, token)

    def _is_valid(self, directory: PracticeDirectory, token: str) -> bool:
        if directory.method is Method.STATIC:
            return equal_secrets(token, self._derived.token(directory.key, directory.generation))
        number = self._derived.issued(token, self._state.now().timestamp())
        return number is not None and account_name(number) == directory.service_account

    def _tenant(self, directory: PracticeDirectory) -> tuple[_Storage, ASGIApplication]:
        if directory.key not in self._tenants:
            storage = _Storage()
            storage.resources = [self._resource(data) for data in directory.resources]
            application = ASGIApplication(AsyncInMemoryStorage(storage), self._provider, self._service)
            self._tenants[directory.key] = (storage, application)
        return self._tenants[directory.key]

    def _resource(self, data: dict[str, Any]) -> Resource[Any]:
        model = self._provider.model_for(data["meta"]["resourceType"])
        return cast("type[Resource[Any]]", model).model_validate(data)


def _provider() -> ScimProvider:
    config = ServiceProviderConfig(
        patch=Patch(supported=True),
        bulk=Bulk(supported=False, max_operations=0, max_payload_size=0),
        filter=Filter(supported=True, max_results=200),
        change_password=ChangePassword(supported=False),
        sort=Sort(supported=True),
        etag=ETag(supported=True),
        authentication_schemes=[BEARER_TOKEN_SCHEME],
    )
    kinds = [ResourceType.from_resource(User[EnterpriseUser]), ResourceType.from_resource(Group)]
    return ScimProvider([User, EnterpriseUser, Group], kinds, config)


def _dump(resources: list[Any]) -> tuple[dict[str, Any], ...]:
    return tuple(_without_secrets(resource.model_dump()) for resource in resources)


def _without_secrets(value: Any) -> Any:
    # Locations and references contain the Base URL, and passwords must not be in any file.
    if isinstance(value, dict):
        dropped = {"$ref", "location", "password"}
        return {name: _without_secrets(part) for name, part in value.items() if name not in dropped}
    return [_without_secrets(part) for part in value] if isinstance(value, list) else value


def _refusal(status: int, detail: str) -> Response:
    """A SCIM error (RFC 7644 3.12)."""
    error = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"], "status": str(status), "detail": detail}
    headers = {"www-authenticate": 'Bearer realm="SCIM"'} if status == 401 else None
    return JSONResponse(error, status, headers, SCIM_JSON)
