"""The addresses of the Directory Sync API and of its tokens: closed lists, because the vendor's pages name several."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from app.values.address import API_HOSTS, TOKEN_HOST


class Address(StrEnum):
    """A documented address of the API; the value is its name in the file of a setup."""

    SASE_CIE = "sase-cie"
    """The description of the API since October 2025."""
    SASE = "sase"
    """The same host with the path of the use cases page."""
    STRATA_CIE = "strata-cie"
    """The host of the general pages on these APIs, with the path of the description."""
    STRATA = "strata"
    """The description before October 2025."""


class Issuer(StrEnum):
    """A documented token address; the value is its name in the file of a setup."""

    PAGES = "pages"
    """The pages on access tokens."""
    DESCRIPTION = "description"
    """The machine-readable description of the token service."""


@dataclass(frozen=True, slots=True)
class Access:
    """How one setup reaches the API; contains no secret."""

    tsg_id: str
    """The number of the tenant service group."""
    address: Address = Address.SASE_CIE
    issuer: Issuer = Issuer.PAGES

    @property
    def scope(self) -> str:
        """The scope of its tokens, which also chooses the CIE tenant (pan.dev, "Service accounts")."""
        return f"tsg_id:{self.tsg_id}"

    def base(self, practice: str | None = None) -> str:
        """The address that the operations are appended to. ``practice`` is the origin that replaces every host."""
        host, path = _BASES[self.address]
        return f"{practice or f'https://{host}'}{path}"

    def token_url(self, practice: str | None = None) -> str:
        """Where tokens are issued; ``practice`` as in ``base``."""
        return f"{practice or f'https://{TOKEN_HOST}'}{TOKEN_PATHS[self.issuer]}"


_SASE, _STRATA = API_HOSTS

_BASES: Final = {
    Address.SASE_CIE: (_SASE, "/cie/directory-sync/v1"),
    Address.SASE: (_SASE, "/directory-sync/v1"),
    Address.STRATA_CIE: (_STRATA, "/cie/directory-sync/v1"),
    Address.STRATA: (_STRATA, "/directory-sync/v1"),
}

TOKEN_PATHS: Final = {Issuer.PAGES: "/oauth2/access_token", Issuer.DESCRIPTION: "/auth/v1/oauth2/access_token"}
