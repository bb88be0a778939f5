"""The vocabulary of guides: the names that the program knows in any guide, and what each means.

Separate from the models, so that code that only needs a lane or a milestone does not load pydantic.
"""

from __future__ import annotations

from enum import StrEnum

from app.text.worded import WordedEnum


class Lane(StrEnum):
    """Where a step is done: in CIE, in the portal, or in this program."""

    CIE = "cie"
    """In the Cloud Identity Engine: the left lane."""
    PORTAL = "portal"
    """In the SCIM client's own portal: the right lane."""
    ASSISTANT = "assistant"
    """In this program, on a page of its own."""


class Page(StrEnum):
    """The pages of this program that steps in the assistant lane show."""

    CHECKLIST = "checklist"
    """The prerequisites, to be ticked one by one."""
    TEST = "test"
    """Test Connection: a series of read-only checks."""
    WATCH = "watch"
    """Waits for the SCIM Change Timestamp; shown in the CIE lane."""


class Milestone(StrEnum):
    """A point in the work that later steps depend on."""

    SUBMITTED = "submitted"
    """The admin confirmed Submit in CIE; from then on the program looks for changes."""
    STARTED = "started"
    """Provisioning was started in the portal; waiting times are counted from then on."""
    TIMESTAMP = "timestamp"
    """The SCIM Change Timestamp was seen."""
    FULL_SYNC = "full-sync"
    """Full Sync was started in CIE."""
    FINISHED = "finished"
    """Sync Status showed Success, with counts."""


class StepRole(StrEnum):
    """What a step is for, so that a cause of a failure can point to it in any guide.

    The roles of ``EVIDENT_ROLES`` follow from what a step does; a guide declares the others.
    """

    CHECKLIST = "checklist"
    """Lists what the admin needs, such as roles and licenses."""
    DIRECTORY_DETAILS = "directory-details"
    """Enters Directory ID and Directory Name in CIE."""
    BASE_URL = "base-url"
    """Captures the Base URL."""
    TOKEN = "token"  # noqa: S105 - the name of a role
    """Captures the token, or the secret that tokens are fetched with."""
    SUBMIT = "submit"
    """Submits the directory in CIE."""
    TEST = "test"
    """Tests the connection from this computer."""
    PORTAL_ADDRESS = "portal-address"
    """Enters the Base URL in the portal."""
    PORTAL_TOKEN = "portal-token"  # noqa: S105 - the name of a role
    """Enters the token, or the client secret, in the portal."""
    SCOPE_FIELD = "scope-field"
    """Enters the OAuth scope in the portal."""
    START = "start"
    """Starts provisioning."""
    TIMESTAMP = "timestamp"
    """Waits for the SCIM Change Timestamp."""
    FULL_SYNC = "full-sync"
    """Starts Full Sync in CIE."""

    APPLICATION = "application"
    """Adds the application, or installs the add-on, that sends users and groups."""
    PROVISIONING_SWITCH = "provisioning-switch"
    """Turns provisioning on in the portal as a whole."""
    SOURCE_DIRECTORY = "source-directory"
    """Connects the portal to the directory that it reads users from."""
    SOURCE_BASE = "source-base"
    """Says below which entry of that directory users and groups are read."""
    SOURCE_FILTER = "source-filter"
    """Enters a filter that chooses entries of that directory."""
    SOURCE_GROUPS = "source-groups"
    """Checks the groups in the directory that they come from."""
    SENDING_MODE = "sending-mode"
    """Chooses between sending and only trying out."""
    PORTAL_TEST = "portal-test"
    """Tests the connection in the portal."""
    USER_MAPPING = "user-mapping"
    """Maps the attributes of users."""
    GROUP_MAPPING = "group-mapping"
    """Decides the names that groups get in CIE, or maps their attributes."""
    MATCHING = "matching"
    """Decides by which attribute the client finds an entry that is there already."""
    GROUP_CHOICE = "group-choice"
    """Chooses the groups, so that their names should be checked before."""
    ASSIGNMENT = "assignment"
    """Decides who is sent: assignments, filters, scope."""
    OPERATIONS = "operations"
    """Decides whether the client may create, update and deactivate users."""
    UPDATE_METHOD = "update-method"
    """Decides how the client sends changes, such as PATCH or PUT."""
    CHANNEL_SWITCH = "channel-switch"
    """Turns a channel of the connection on."""
    CONNECTION_SWITCH = "connection-switch"
    """Turns the connection on."""
    PROGRESS = "progress"
    """Looks in the portal at what was sent: its cycle, report or log."""


EVIDENT_ROLES = frozenset(list(StepRole)[: list(StepRole).index(StepRole.APPLICATION)])
"""Roles that follow from a step's lane, page, milestone and values, see ``app.guide.roles``."""


class Hosting(StrEnum):
    """Where a SCIM client runs, as far as it bears on how its requests reach CIE."""

    CLOUD = "cloud"
    """A service on the internet."""
    OWN_NETWORK = "own-network"
    """A server in the admin's own network."""
    UNKNOWN = "unknown"
    """Either; the guide does not know the product."""


class Kind(StrEnum):
    """What a value is. What each kind looks like, how it is repaired and how it is shown: ``app.values.rules``."""

    GUID = "guid"
    """A GUID, such as the ID of a tenant."""
    DOMAIN = "domain"
    """A DNS domain name."""
    TENANT_HOST = "tenant-host"
    """The host of an organization at a cloud service; that of its admin console, with ``-admin``, is accepted too."""
    SYSTEM_ID = "system-id"
    """The ID of a data store, with or without the prefix ``LDAP-``."""
    DIRECTORY_USER = "directory-user"
    """The user of a data store with its domain, or that domain alone."""
    DIRECTORY_ID = "directory-id"
    """CIE's Directory ID."""
    DIRECTORY_NAME = "directory-name"
    """CIE's Directory Name."""
    BASE_URL = "base-url"
    """The SCIM Base URL copied from CIE. Secret."""
    TOKEN = "token"  # noqa: S105 - the name of a kind
    """A bearer token. Secret."""
    SERVICE_ACCOUNT = "service-account"
    """The name of a service account."""
    CLIENT_ID = "client-id"
    """The Client ID of a service account. Secret."""
    CLIENT_SECRET = "client-secret"  # noqa: S105 - the name of a kind
    """The Client Secret of a service account. Secret."""
    TOKEN_URL = "token-url"  # noqa: S105 - the name of a kind
    """Where tokens are fetched with Client ID and Client Secret."""
    SCOPE = "scope"
    """The OAuth 2.0 scope of such a token."""
    TEXT = "text"
    """One line of free text."""
    LABEL = "label"
    """The label of a field, as on the admin's screen."""
    COUNT = "count"
    """A whole number, zero or more."""


SECRET_KINDS = frozenset({Kind.BASE_URL, Kind.TOKEN, Kind.CLIENT_ID, Kind.CLIENT_SECRET})
"""Stored in the keyring and nowhere else."""


class Builder(StrEnum):
    """A form inside a step that writes or checks a text which the admin would otherwise type from memory."""

    CHANNEL_COMMAND = "channel-command"
    """The command that sends a channel again, made from the table of channels that the client prints."""
    GROUP_DN = "group-dn"
    """A distinguished name of a group, escaped by RFC 4514."""
    LDAP_FILTER = "ldap-filter"
    """A filter for users or groups, escaped by RFC 4515."""
    MATCH_EXPRESSION = "match-expression"
    """The expression by which the client asks whether a user exists."""
    IDENTITIES_CSV = "identities-csv"
    """A check of a file with the device identities IMEI, IMSI and APN."""


class Tool(StrEnum):
    """A page beside the steps. It helps with the work and completes no step."""

    PORTAL_ERROR = "portal-error"
    """Reads an error that the portal or CIE showed."""
    GROUPS_EXPORT = "groups-export"
    """Checks an export of groups for duplicate names and what else stops a sync."""
    ARRIVED = "arrived"
    """Lists the users and groups that arrived at the endpoint."""
    DIRECTORY_SYNC_API = "directory-sync-api"
    """Asks CIE for the state of the directory."""


class Expect(WordedEnum):
    """What a good answer to a request of a connection test is, besides status 200."""

    EMPTY = "empty", "200 and an empty list, as expected"
    """A ListResponse without any resource, because nothing can match a random GUID."""
    LIST = "list", "200 and a list, as expected"
    """A ListResponse, empty or not."""
    OBJECT = "object", "200 and the configuration of the service"
    """A JSON object."""


RANDOM_GUID = "<random GUID>"
"""In the query of such a request: a new GUID each time it is sent, so that no user or group can match it."""

PORTAL_COUNTS = ("portal_users", "portal_groups")
"""The values for how many users and groups the portal has sent; the same names in every guide."""
CIE_COUNTS = ("synced_users", "synced_groups")
"""The values for how many users and groups the Directories page shows."""
ASSIGNED = "assigned_objects"
"""The value for how many users and groups are assigned, which the estimate of the waiting time needs."""
