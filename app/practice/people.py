"""The sample users and groups that the practice portal provisions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

USER_SCHEMA = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP_SCHEMA = "urn:ietf:params:scim:schemas:core:2.0:Group"


@dataclass(frozen=True, slots=True)
class Person:
    """A sample user."""

    key: str
    given: str
    family: str
    title: str

    @property
    def name(self) -> str:
        """The full name."""
        return f"{self.given} {self.family}"

    def user_name(self, domain: str) -> str:
        """Return the sign-in name."""
        return f"{self.key}@{domain}"

    def resource(self, domain: str) -> dict[str, Any]:
        """Return the SCIM user with the attributes that Entra maps by default."""
        return {
            "schemas": [USER_SCHEMA],
            "userName": self.user_name(domain),
            "externalId": f"practice-{self.key}",
            "active": True,
            "displayName": self.name,
            "title": self.title,
            "name": {"givenName": self.given, "familyName": self.family, "formatted": self.name},
            "emails": [{"value": self.user_name(domain), "type": "work", "primary": True}],
        }


@dataclass(frozen=True, slots=True)
class Team:
    """A sample group."""

    key: str
    name: str
    members: tuple[str, ...]
    """Keys of its members."""

    def resource(self) -> dict[str, Any]:
        """Return the SCIM group without members, as it is first sent."""
        return {"schemas": [GROUP_SCHEMA], "displayName": self.name, "externalId": f"practice-{self.key}"}


PEOPLE = (
    Person("amara.okafor", "Amara", "Okafor", "Network Engineer"),
    Person("bjorn.lindqvist", "Björn", "Lindqvist", "Security Analyst"),
    Person("chiara.rossi", "Chiara", "Rossi", "Identity Engineer"),
    Person("daniel.cho", "Daniel", "Cho", "Accountant"),
    Person("elena.petrova", "Elena", "Petrova", "Controller"),
    Person("farid.haddad", "Farid", "Haddad", "Support Engineer"),
    Person("grace.mbeki", "Grace", "Mbeki", "Recruiter"),
    Person("hugo.martins", "Hugo", "Martins", "Contractor"),
    Person("ines.dubois", "Inès", "Dubois", "Product Designer"),
    Person("jonas.keller", "Jonas", "Keller", "Network Engineer"),
    Person("keiko.tanaka", "Keiko", "Tanaka", "Treasurer"),
    Person("liam.oneill", "Liam", "O'Neill", "Contractor"),
)

TEAMS = (
    Team(
        "network-admins",
        "Network Admins",
        ("amara.okafor", "bjorn.lindqvist", "chiara.rossi", "jonas.keller"),
    ),
    Team("finance", "Finance", ("daniel.cho", "elena.petrova", "keiko.tanaka")),
    Team("contractors", "Contractors", ("hugo.martins", "liam.oneill")),
)


def in_scope(assigned: tuple[str, ...]) -> tuple[tuple[Person, ...], tuple[Team, ...]]:
    """Return the people and teams to provision: those assigned, and the members of assigned teams."""
    teams = tuple(team for team in TEAMS if team.key in assigned)
    wanted = {*assigned, *(member for team in teams for member in team.members)}
    return tuple(person for person in PEOPLE if person.key in wanted), teams
