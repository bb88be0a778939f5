"""What an answer of the Directory Sync API means, in sentences."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING, Final

from app.diagnosis.findings import sentence
from app.directory_sync.client import CLOCK_RESOLUTION, ApiStage, DirectoryList
from app.directory_sync.full_sync import FullSyncProgress, full_sync_state
from app.directory_sync.objects import Matches
from app.guide.placeholders import fill
from app.scim.finding import Check
from app.scim.observation import Observation
from app.text.counts import counted
from app.text.times import clock, recorded, span
from app.text.worded import WordedEnum

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from app.directory_sync.client import ApiFailure
    from app.directory_sync.directories import Directory
    from app.directory_sync.full_sync import ApiAnswer, FullSyncState
    from app.scim.finding import Finding

ROLE: Final = (
    "Start with **View Only Administrator** for the app **Cloud Identity Engine**. Of the four roles that the pages on "
    "this API name, it allows least. The others are Deployment Administrator, Superuser and Multitenant Superuser."
)
"""Accepted roles: pan.dev, use cases of the API. That the first allows least is our reading."""


_SIGN_IN = (
    "The response was a web page or something else instead of data. It may be the sign-in page of a network, or the "
    "address may be wrong: choose another **Address of the API**."
)


class ApiResult(WordedEnum):
    """What an answer shows: a title, and sentences in which ``**labels**`` are bold."""

    REPORTED = "reported", "CIE reports this directory"
    ANSWERED = "answered", "The API answers", "It lists {count}. No Directory Name has been captured."
    """There is a list, but no Directory Name to look for."""
    NO_DIRECTORY = (
        "no-directory",
        "CIE lists no directory",
        "The TSG ID may belong to another tenant, or CIE has no directory yet.",
    )
    NOT_LISTED = (
        "not-listed",
        "The directory is not in the list",
        "CIE lists {count}, but none is called **{name}**.",
        "Compare the name with the Directories page in CIE, and the TSG ID with the tenant shown there.",
    )
    """No directory has the Directory Name."""
    AMBIGUOUS = (
        "ambiguous",
        "The name is used more than once",
        "More than one directory is called **{name}**, so their counts say nothing about this one.",
    )
    INCOMPLETE = "incomplete", "The service account is incomplete", "Enter TSG ID, Client ID and Client Secret."
    """The keyring does not have the whole service account."""
    ACCOUNT_REJECTED = (
        "account-rejected",
        "The service account was rejected (401)",
        "Client ID or Client Secret is wrong, the secret was replaced, or the account was removed.",
        "Compare the Client ID in Common Services. The secret is shown only once: create a new one if in doubt.",
    )
    TOKEN_REJECTED = (
        "token-rejected",
        "The token request was rejected (400)",
        "Usually the TSG ID is not that of the tenant where the service account has a role. Compare both.",
    )
    NO_TOKEN_ADDRESS = (
        "no-token-address",
        "Nothing is at the token address (404)",
        "Choose the other **Token address**.",
    )
    UNAUTHORIZED = (
        "unauthorized",
        "The API rejected the token (401)",
        "The service account may belong to another tenant, or its secret was just replaced. Check TSG ID and account.",
    )
    FORBIDDEN = (
        "forbidden",
        "The role does not allow it (403)",
        "The service account is known, but has no role in this tenant that the API accepts.",
        ROLE,
    )
    NO_API_ADDRESS = (
        "no-api-address",
        "Nothing is at this address (404)",
        "The vendor's pages name more than one address. Choose another **Address of the API** and check again.",
    )
    RATE_LIMITED = "rate-limited", "The API is rate limiting requests (429)", "Check again in a few minutes."
    SERVER_ERROR = (
        "server-error",
        "The API answered with a server error",
        "The service behind it may be down. Check again in a few minutes.",
    )
    """5xx from the API, or it reports that it failed."""
    REDIRECTED = "redirected", "The API redirects elsewhere", _SIGN_IN
    WEB_PAGE = "web-page", "The response was a web page", _SIGN_IN
    NOT_JSON = "not-json", "The response can't be read", _SIGN_IN
    CUT_OFF = "cut-off", "The response is cut off", "Something on the path cut it. Check again in a few minutes."
    """The start of a JSON object."""
    NOT_A_LIST = "not-a-list", "The response is not a list of directories", _SIGN_IN
    """JSON, but not a list of directories."""
    UNREACHABLE = "unreachable", "{place} can't be reached"
    """A check on the path to the API or to the token address failed."""
    UNUSABLE = "unusable", "{place} gave no usable answer", "{observation}. Check again in a few minutes."
    """Anything else."""


SUBJECTS: Final[Mapping[Check, str]] = {
    Check.NAME: "Host name",
    Check.ROUTE: "Connection",
    Check.CERTIFICATE: "Certificate",
}
"""The checks on the path. Their titles in the connection test would read as if they had passed."""

_AT_TOKEN: Final = {400: ApiResult.TOKEN_REJECTED, 404: ApiResult.NO_TOKEN_ADDRESS}
_AT_API: Final = {
    Observation.UNAUTHORIZED: ApiResult.UNAUTHORIZED,
    Observation.FORBIDDEN: ApiResult.FORBIDDEN,
    Observation.NOT_FOUND: ApiResult.NO_API_ADDRESS,
    Observation.TOO_MANY: ApiResult.RATE_LIMITED,
    Observation.SERVER_ERROR: ApiResult.SERVER_ERROR,
    Observation.REDIRECT: ApiResult.REDIRECTED,
    Observation.HTML: ApiResult.WEB_PAGE,
    Observation.NOT_JSON: ApiResult.NOT_JSON,
    Observation.BROKEN_OFF: ApiResult.CUT_OFF,
    Observation.WRONG_SHAPE: ApiResult.NOT_A_LIST,
}
_LISTED: Final = {
    FullSyncProgress.NOT_LISTED: ApiResult.NOT_LISTED,
    FullSyncProgress.AMBIGUOUS: ApiResult.AMBIGUOUS,
}


@dataclass(frozen=True, slots=True)
class ApiMessage:
    """An answer in words; ``**labels**`` are bold."""

    result: ApiResult
    title: str
    sentences: tuple[str, ...] = ()

    @property
    def good(self) -> bool:
        """Whether nothing is wrong."""
        return self.result in (ApiResult.REPORTED, ApiResult.ANSWERED)


def result_of(answer: ApiAnswer, name: str) -> ApiResult:
    """What an answer shows about the directory of that name, which may be empty."""
    if not isinstance(answer, DirectoryList):
        return _failure(answer)
    if not name:
        return ApiResult.ANSWERED
    if not answer.directories:
        return ApiResult.NO_DIRECTORY
    return _LISTED.get(full_sync_state(answer, name, None).progress, ApiResult.REPORTED)


def _failure(answer: ApiFailure) -> ApiResult:
    if answer.stage is ApiStage.KEYRING:
        return ApiResult.INCOMPLETE
    if answer.stage is ApiStage.TOKEN and answer.status in _AT_TOKEN:
        return _AT_TOKEN[answer.status]
    if answer.stage is ApiStage.TOKEN and answer.observation is Observation.CLIENT_REFUSED:
        return ApiResult.ACCOUNT_REJECTED
    if answer.stage is ApiStage.API and answer.observation in _AT_API:
        return _AT_API[answer.observation]
    return ApiResult.UNUSABLE if answer.path_failure is None else ApiResult.UNREACHABLE


def message(answer: ApiAnswer, name: str) -> ApiMessage:
    """The answer in words, for the directory of that name, which may be empty."""
    result = result_of(answer, name)
    words = {"name": name}
    if isinstance(answer, DirectoryList):
        words["count"] = counted(len(answer.directories), "directory", "directories")
    else:
        words |= {"place": answer.stage.words, "observation": answer.observation.words}
    title, *sentences = fill((result.words, *result.more), words)
    if not isinstance(answer, DirectoryList) and answer.path_failure is not None and result is ApiResult.UNREACHABLE:
        sentences += _unreached(answer.path_failure)
    return ApiMessage(result, title, tuple(sentences))


def _unreached(failure: Finding) -> list[str]:
    from app.diagnosis.causes import unreached

    causes = [cause.say for cause in unreached(failure).causes]
    return [f"{SUBJECTS[failure.check]}: {sentence(failure)}.", *causes]


def table(directory: Directory) -> tuple[tuple[str, str], ...]:
    """The known values of a directory, name → value."""
    rows = (
        ("Directory", directory.name),
        ("Users", _count(directory.users)),
        ("Groups", _count(directory.groups)),
        ("Last success", success(directory)),
        ("Status", directory.status or "Not reported"),
        ("Since", both(directory.status_since) if directory.status_since else ""),
        ("Type", directory.kind),
    )
    return tuple(row for row in rows if row[1])


def _count(number: int | None) -> str:
    return "Not reported" if number is None else f"{number:,}"


def matches(found: Matches | ApiFailure, *, group: bool) -> tuple[str, bool]:
    """What a search for one user or group found, in a sentence, and whether it is as expected."""
    kind = "group" if group else "user"
    if not isinstance(found, Matches):
        failed = message(found, "")
        return f"{failed.title}. {' '.join(failed.sentences)}", False
    if found.count == 0:
        return f"CIE has no such {kind} in this directory yet, or its name is different there.", False
    if found.count == 1:
        return f"CIE has this {kind}: {found.shown[0] if found.shown else ''}".rstrip(": ") + ".", True
    return f"CIE has {counted(found.count, kind)} with that name: {'; '.join(found.shown)}.", not group


def success(directory: Directory) -> str:
    """When CIE's own last sync ended, in UTC and in local time."""
    return both(directory.last_success) if directory.last_success else "Not reported"


def both(moment: datetime) -> str:
    """A moment in UTC, and in this computer's zone where that is another."""
    local = moment.astimezone()
    said = recorded(moment, UTC)
    if not local.utcoffset():
        return said
    return f"{said} (here {clock(moment) if local.date() != moment.date() else f'{local:%H:%M:%S}'})"


def skew(answer: ApiAnswer) -> str:
    """What to say about CIE's clock; empty if it agrees with this computer's, or nothing was listed."""
    if not isinstance(answer, DirectoryList):
        return ""
    ahead = answer.ahead
    if ahead is None:
        return "The answer has no date, so a difference between the clocks can't be taken into account."
    if abs(ahead) <= CLOCK_RESOLUTION:
        return ""
    direction = "ahead of" if ahead > 0 else "behind"
    return f"CIE's clock is {span(abs(ahead))} {direction} this computer's. That is taken into account."


def full_sync(state: FullSyncState, started: datetime | None) -> str:
    """The progress of a Full Sync in a sentence; empty if none was started or the directory is not listed."""
    directory = state.directory
    if directory is None or started is None:
        return ""
    at = success(directory)
    last = f"The last success was at {at}." if directory.last_success else "There is no success yet."
    return fill(state.progress.words, {"at": at, "last": last})
