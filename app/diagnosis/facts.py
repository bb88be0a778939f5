"""The facts that support a cause, and the remedies: shared by the connection test and by pasted errors.

The sentence of each fact is in ``resources/diagnosis/facts.yaml``.
"""

from __future__ import annotations

from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from app.guide.model import Identifier, Text
from app.guide.vocabulary import StepRole
from app.system import data_file
from app.system.paths import resources

if TYPE_CHECKING:
    from typing import Self


class Fact(StrEnum):
    """What a text, the Base URL and the setup show together."""

    HOST_DIFFERS = "host-differs"
    """A SCIM address in the text has a different host than the Base URL."""
    PATH_DOUBLED = "path-doubled"
    """The path of the Base URL, or its end, is repeated in the address."""
    PATH_CUT = "path-cut"
    """The address has only the first part of the Base URL's path."""
    PATH_DIFFERS = "path-differs"
    """The host is the same, but the path differs."""
    USERS_APPENDED = "users-appended"
    """The portal appended ``/Users`` or ``/Groups`` to an address that already ended in it."""
    SLASH_DOUBLED = "slash-doubled"
    """There are two slashes in a row: the address in the portal ends in one."""
    PLAIN_HTTP = "plain-http"
    """The address starts with ``http://``, the Base URL with ``https://``."""
    BEARER_DOUBLED = "bearer-doubled"
    """The word Bearer is repeated before the token."""
    SAME_ADDRESS = "same-address"
    """Every SCIM address in the text starts with the Base URL."""
    NOT_COMPARED = "not-compared"
    """The text has a SCIM address, but there is no Base URL to compare it with."""
    CUT_SHORT = "cut-short"
    """Only the end of the text was read."""
    AT_TEST = "at-test"
    """The text comes from the portal's own connection test."""
    TOKEN_NEWER = "token-newer"  # noqa: S105 - the name of a fact
    """The token was stored after the step that enters it in the portal was done."""
    URL_NEWER = "url-newer"
    """The Base URL was captured after the step that enters it in the portal was done."""
    NOT_SUBMITTED = "not-submitted"
    """Submit is not confirmed."""
    RESUBMIT = "resubmit"
    """Submit has to be redone, because a value that it uses has changed."""
    TOKEN_AFTER_SUBMIT = "token-after-submit"  # noqa: S105 - the name of a fact
    """The token was stored after Submit was confirmed."""
    TOKEN_BEFORE_SUBMIT = "token-before-submit"  # noqa: S105 - the name of a fact
    """The token was stored before Submit was confirmed."""
    TOKEN_AGAIN = "token-again"  # noqa: S105 - the name of a fact
    """The token was stored again after the step that captures it was done."""
    URL_AFTER_SUBMIT = "url-after-submit"
    """The Base URL was stored after Submit was confirmed."""
    TESTED = "tested"
    """This program's connection test passed, and nothing that it uses has changed since."""
    NOT_ENTERED = "not-entered"
    """The step that enters the connection in the portal is not done."""
    NOT_STARTED = "not-started"
    """Provisioning has not been started."""
    FETCHED = "fetched"
    """A service account fetches the tokens."""
    OWN_NETWORK = "own-network"
    """The portal runs on the admin's own network, not on the internet."""
    PROXY_CREDENTIALS = "proxy-credentials"
    """A name or password in the proxy's address was sent to the proxy."""
    PROXY_BASIC = "proxy-basic"
    """The proxy takes a name and a password."""
    PROXIED = "proxied"
    """This computer connects through a proxy."""
    SCIM_ANSWERED = "scim-answered"
    """The error message of a SCIM service came, whatever is on the path."""
    INSPECTED = "inspected"
    """A product on the path from this computer opens encrypted traffic, or probably does."""


OF_A_TEXT = frozenset(list(Fact)[: list(Fact).index(Fact.AT_TEST)])
"""The facts that are shown beside what a text says."""


class DataPart(BaseModel):
    """A part of a data file."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Remedy(DataPart):
    """One possible cause, and the step that fixes it."""

    say: Text
    at: StepRole | None = None
    """The role of the step that fixes it; None if no step does."""
    when: tuple[Fact, ...] = ()
    """All of these hold. The first one is the evidence, if ``because`` is missing."""
    unless: tuple[Fact, ...] = ()
    """None of these holds."""
    because: Text | None = None
    """The evidence."""
    id: str = ""
    """What scripts know the cause by; given where two of an explanation have the same role and ``when``."""

    def fits(self, facts: frozenset[Fact]) -> bool:
        """Whether it can be the cause, given these facts."""
        return facts.issuperset(self.when) and facts.isdisjoint(self.unless)


class Explanation(DataPart):
    """What happened, and the possible causes, most likely first."""

    title: Annotated[str, Field(min_length=1, max_length=80)]
    causes: Annotated[tuple[Remedy, ...], Field(min_length=1)]


def name_causes(explanations: Any, prefix: str = "") -> Any:
    """Name each cause by its explanation, its role and its conditions, so that rewording does not change the name.

    Raises ValueError if two of an explanation have the same name.
    """
    named = {}
    for key, explanation in explanations.items():
        name = f"{prefix}{key}"
        causes: dict[str, Any] = {}
        for cause in explanation["causes"]:
            own = cause.get("id") or ".".join([cause.get("at", "elsewhere"), *cause.get("when", ())])
            if own in causes:
                raise ValueError(f"explanation {name}: two causes {own}, give one an id")
            causes[own] = {**cause, "id": f"{name}.{own}"}
        named[key] = {**explanation, "causes": list(causes.values())}
    return named


Explanations = Annotated[dict[Identifier, Explanation], BeforeValidator(name_causes)]
"""Explanations of pasted errors, by name."""


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
