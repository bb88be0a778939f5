"""What speaks for a cause, what to do about it and where: shared by Test Connection and by pasted errors.

Facts are sentences about the setup, a text or an answer. They are in ``resources/diagnosis/facts.yaml``.
"""

from __future__ import annotations

from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, model_validator

from app.guide.model import Text
from app.guide.vocabulary import StepRole
from app.system import data_file
from app.system.paths import resources

if TYPE_CHECKING:
    from typing import Self


class Fact(StrEnum):
    """What the text, the Base URL and the history of the setup say together."""

    HOST_DIFFERS = "host-differs"
    """A SCIM address in the text has another host than the Base URL."""
    PATH_DOUBLED = "path-doubled"
    """The path of the Base URL, or its end, stands twice in the address."""
    PATH_CUT = "path-cut"
    """The address ends before the path of the Base URL does."""
    PATH_DIFFERS = "path-differs"
    """The host is the same, the path another."""
    USERS_APPENDED = "users-appended"
    """The portal appended ``/Users`` or ``/Groups`` to an address that had it already."""
    SLASH_DOUBLED = "slash-doubled"
    """Two slashes follow each other: the address in the portal ends in one."""
    PLAIN_HTTP = "plain-http"
    """The address begins with ``http://``, the Base URL with ``https://``."""
    BEARER_DOUBLED = "bearer-doubled"
    """The word Bearer stands twice before the token."""
    SAME_ADDRESS = "same-address"
    """Every SCIM address in the text begins with the Base URL."""
    NOT_COMPARED = "not-compared"
    """The text names a SCIM address, and there is no Base URL to compare it with."""
    CUT_SHORT = "cut-short"
    """The text is longer than what is read of it."""
    TOKEN_NEWER = "token-newer"  # noqa: S105 - the name of a fact
    """The token was stored after the step that enters it in the portal was done."""
    URL_NEWER = "url-newer"
    """The Base URL was captured after the step that enters it in the portal was done."""
    NOT_SUBMITTED = "not-submitted"
    """Submit is not confirmed."""
    RESUBMIT = "resubmit"
    """Submit is to be redone, because a value it rests on changed."""
    TOKEN_AFTER_SUBMIT = "token-after-submit"  # noqa: S105 - the name of a fact
    """The token was stored after Submit was confirmed."""
    TOKEN_BEFORE_SUBMIT = "token-before-submit"  # noqa: S105 - the name of a fact
    """The token was stored before Submit was confirmed."""
    TOKEN_AGAIN = "token-again"  # noqa: S105 - the name of a fact
    """The token was stored again after the step that captures it was done."""
    URL_AFTER_SUBMIT = "url-after-submit"
    """The Base URL was stored after Submit was confirmed."""
    TESTED = "tested"
    """Test Connection of this program passed, and nothing it rests on changed since."""
    NOT_ENTERED = "not-entered"
    """The step that enters the connection in the portal is not done."""
    NOT_STARTED = "not-started"
    """Provisioning was not started."""
    FETCHED = "fetched"
    """Tokens are fetched with a service account."""
    OWN_NETWORK = "own-network"
    """The portal is a server of the admin's own, not a service on the internet."""


OF_A_TEXT = frozenset(list(Fact)[: list(Fact).index(Fact.TOKEN_NEWER)])
"""The facts that a text shows; the others are of the setup."""


class DataPart(BaseModel):
    """A part of a data file."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Remedy(DataPart):
    """One possible reason and where it is mended."""

    say: Text
    at: StepRole | None = None
    """The role of the step that mends it; None where the remedy is outside the guide."""
    when: tuple[Fact, ...] = ()
    """All of these hold; the first one is its evidence where it has none of its own."""
    unless: tuple[Fact, ...] = ()
    """None of these holds."""
    because: Text | None = None
    """Its evidence."""

    def fits(self, facts: frozenset[Fact]) -> bool:
        """Whether it can be the reason, given these facts."""
        return facts.issuperset(self.when) and facts.isdisjoint(self.unless)


class Explanation(DataPart):
    """What happened, and the possible causes, most likely first."""

    title: Annotated[str, Field(min_length=1, max_length=80)]
    causes: Annotated[tuple[Remedy, ...], Field(min_length=1)]


class Grounds(DataPart):
    """The sentence of each fact."""

    facts: dict[Fact, Text]

    @model_validator(mode="after")
    def _every_fact_has_a_sentence(self) -> Self:
        if missing := [fact.value for fact in Fact if fact not in self.facts]:
            raise ValueError(f"no sentence for {', '.join(missing)}")
        return self


@cache
def grounds() -> Grounds:
    """The sentences. Read when first needed."""
    return Grounds.model_validate(load("facts"))


def load(name: str) -> Any:
    """The content of a file in ``resources/diagnosis``. Raises as ``data_file.load`` does."""
    return data_file.load(resources() / "diagnosis" / f"{name}.yaml")
