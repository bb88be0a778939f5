"""Errors as public reports show them, and each kind of them as a whole matrix.

Texts are in ``public_errors.yaml``. The codes and names of the matrices are those of the standards, written here a
second time, so that a slip in the program's data is seen.
"""

from __future__ import annotations

from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest
import yaml  # noqa: TID253 - the texts are a YAML file

from app.diagnosis.codes import codes, status_names
from app.diagnosis.facts import Fact
from app.diagnosis.patterns import general_errors, known_errors
from app.diagnosis.portal_errors import DecodedError, decode
from app.guide import catalog
from app.guide.roles import roles_of
from app.guide.vocabulary import StepRole
from app.setup import journey
from tests.support.setups import a_setup

BASE = "https://scim.example.com/tenant/v2"
CASES = yaml.safe_load(Path(__file__).with_name("public_errors.yaml").read_text("utf-8"))


def explained(text: str, client: str, state: str = "submitted", answers: dict[str, str] | None = None) -> DecodedError:
    guide = catalog.guide(client)
    return decode(text, guide, a_setup(guide, state, answers), BASE)


def roles(decoded: DecodedError, client: str) -> list[set[StepRole]]:
    guide = catalog.guide(client)
    return [set(roles_of(guide, guide.step(cause.step))) for cause in decoded.causes if cause.step]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_a_public_report_is_read(case: dict[str, Any]) -> None:
    client, answers = case["guide"], case.get("answers")
    decoded = explained(case["text"], client, case.get("state", "submitted"), answers)
    assert set(case["labels"]) <= set(decoded.recognized), decoded
    if case["role"] is not None:
        assert StepRole(case["role"]) in roles(decoded, client)[0], decoded
    for role in case.get("never", ()):
        assert not any(StepRole(role) in found for found in roles(decoded, client)), decoded
    for fact in case.get("compared", ()):
        short = catalog.guide(client).short_name
        assert Fact(fact).words.replace("{client}", short) in decoded.compared
    assert decoded.causes


# -- HTTP statuses -----------------------------------------------------------------------------

RFC_9110 = {
    **{status.value: status.phrase for status in HTTPStatus},
    413: "Content Too Large",
    416: "Range Not Satisfiable",
    422: "Unprocessable Content",
    203: "Non-Authoritative Information",
}
OLDER = {
    408: "Request Time-out",
    413: "Request Entity Too Large",
    414: "Request-URI Too Long",
    416: "Requested Range Not Satisfiable",
    422: "Unprocessable Entity",
    503: "Service Temporarily Unavailable",
    504: "Gateway Time-out",
}
OKTA_FRAMES = (
    "",
    "Error while creating user u1@example.com: ",
    "Error authenticating: ",
    "Error while verifying if user u1 exists: ",
    "Automatic provisioning of user U One to app CIE failed: Error while creating user u1@example.com: ",
    "Automatic profile push of user U One to app CIE failed: Error while trying to push profile update for u1: ",
    "Automatic deactivation of user U One to app CIE failed: Error while deactivating user u1: ",
    "Unable to update Group Push mapping target App group Sales: Error while updating user group Sales: ",
    'FAILURE : {"reason": "',
    "Matching user not updated. ",
)
PHRASES = [
    (status, phrase)
    for names in (RFC_9110, OLDER)
    for status, phrase in names.items()
    if status != HTTPStatus.IM_A_TEAPOT
]


@pytest.mark.parametrize(("status", "phrase"), PHRASES, ids=lambda each: str(each))
def test_okta_names_each_status_by_its_phrase(status: int, phrase: str) -> None:
    for client in ("okta", "okta-custom"):
        plain = explained(f"HTTP status {status}", client)
        for frame in OKTA_FRAMES:
            decoded = explained(f"{frame}{phrase}. Errors reported by remote server: x", client)
            assert f"HTTP {status}" in decoded.recognized, (frame, decoded)
            if status >= 300 and status != HTTPStatus.NOT_MODIFIED and "atching" not in frame:
                assert [(c.sentence, c.step) for c in decoded.causes] == [(c.sentence, c.step) for c in plain.causes]
                assert decoded.title == plain.title


@pytest.mark.parametrize(("status", "phrase"), [each for each in PHRASES if each[0] >= 400], ids=str)
@pytest.mark.parametrize("frame", [frame for frame in OKTA_FRAMES if frame.endswith(": ")])
def test_the_frames_of_okta_suffice(frame: str, status: int, phrase: str) -> None:
    for form in (phrase, phrase.upper(), f"HTTP {status} {phrase}"):
        assert status in codes(f"{frame}{form}.".lower()).statuses


def test_no_heading_denies_a_reason_that_is_there() -> None:
    for text in (
        "Automatic provisioning of user U to app CIE failed: Error while creating user u: Teapot. "
        "Errors reported by remote server: userName is odd",
        "is_success=false non_success_cause=something new",
    ):
        for client in ("okta", "pingfederate"):
            assert "no reason" not in explained(text, client).title.lower()


@pytest.mark.parametrize("client", ["okta", "okta-custom"])
@pytest.mark.parametrize("frame", OKTA_FRAMES[:-2])
def test_a_reason_that_is_no_status_is_shown_as_one(frame: str, client: str) -> None:
    decoded = explained(f"{frame}Teapot. Errors reported by remote server: quota of the tenant", client)
    assert "Errors reported by remote server" in decoded.recognized
    assert StepRole.USER_MAPPING in roles(decoded, client)[0]
    known = explained(f"{frame}User already exists. Errors reported by remote server: x", client)
    assert StepRole.MATCHING in roles(known, client)[0], known


DOTNET = {
    "Ambiguous": 300, "MultipleChoices": 300, "Moved": 301, "MovedPermanently": 301, "Found": 302, "Redirect": 302,
    "RedirectMethod": 303, "SeeOther": 303, "NotModified": 304, "UseProxy": 305, "Unused": 306,
    "RedirectKeepVerb": 307, "TemporaryRedirect": 307, "PermanentRedirect": 308, "BadRequest": 400,
    "Unauthorized": 401, "PaymentRequired": 402, "Forbidden": 403, "NotFound": 404, "MethodNotAllowed": 405,
    "NotAcceptable": 406, "ProxyAuthenticationRequired": 407, "RequestTimeout": 408, "Conflict": 409, "Gone": 410,
    "LengthRequired": 411, "PreconditionFailed": 412, "RequestEntityTooLarge": 413, "RequestUriTooLong": 414,
    "UnsupportedMediaType": 415, "RequestedRangeNotSatisfiable": 416, "ExpectationFailed": 417,
    "MisdirectedRequest": 421, "UnprocessableContent": 422, "UnprocessableEntity": 422, "Locked": 423,
    "FailedDependency": 424, "UpgradeRequired": 426, "PreconditionRequired": 428, "TooManyRequests": 429,
    "RequestHeaderFieldsTooLarge": 431, "UnavailableForLegalReasons": 451, "InternalServerError": 500,
    "NotImplemented": 501, "BadGateway": 502, "ServiceUnavailable": 503, "GatewayTimeout": 504,
    "HttpVersionNotSupported": 505, "VariantAlsoNegotiates": 506, "InsufficientStorage": 507, "LoopDetected": 508,
    "NotExtended": 510, "NetworkAuthenticationRequired": 511, "OK": 200, "Created": 201, "Accepted": 202,
    "NonAuthoritativeInformation": 203, "NoContent": 204, "ResetContent": 205, "PartialContent": 206,
    "MultiStatus": 207, "AlreadyReported": 208, "IMUsed": 226, "Continue": 100, "SwitchingProtocols": 101,
    "Processing": 102, "EarlyHints": 103, "429": 429,
}  # fmt: skip
"""System.Net.HttpStatusCode, https://learn.microsoft.com/en-us/dotnet/api/system.net.httpstatuscode."""


@pytest.mark.parametrize(("name", "status"), DOTNET.items())
def test_entra_names_each_status_as_dotnet_does(name: str, status: int) -> None:
    plain = explained(f"HTTP status {status}", "entra")
    for label in ("Response Status Code:", "StatusCode:", "Antwortstatuscode: ", "statusCode ="):
        for state in ("submitted", "tested"):
            decoded = explained(f"{label} {name} Response Headers: x", "entra", state)
            assert f"HTTP {status}" in decoded.recognized, decoded
            if state == "submitted":
                assert [c.sentence for c in decoded.causes] == [c.sentence for c in plain.causes]


@pytest.mark.parametrize(("name", "status"), [each for each in DOTNET.items() if each[1] >= 300])
def test_the_status_decides_over_service_incompatible(name: str, status: int) -> None:
    plain = explained(f"HTTP status {status}", "entra")
    decoded = explained(
        f"ErrorCode: SystemForCrossDomainIdentityManagementServiceIncompatible StatusCode: {name} Message: x", "entra"
    )
    assert decoded.causes == plain.causes or status in (304, 418)
    assert {"ServiceIncompatible", f"HTTP {status}"} <= set(decoded.recognized)


@pytest.mark.parametrize(
    "label",
    [
        "C\u00f3digo de estado de respuesta",
        "Code d'\u00e9tat de la r\u00e9ponse ",
        "Codice di stato della risposta",
        "Kod stanu odpowiedzi",
        "\u5fdc\u7b54\u72b6\u614b\u30b3\u30fc\u30c9",
        "\u54cd\u5e94\u72b6\u6001\u4ee3\u7801",
        "\uc751\ub2f5 \uc0c1\ud0dc \ucf54\ub4dc",
        "\u041a\u043e\u0434 \u0441\u043e\u0441\u0442\u043e\u044f\u043d\u0438\u044f",
    ],
)
def test_a_name_is_read_under_the_label_of_another_language(label: str) -> None:
    for name, status in (("Unauthorized", 401), ("NotFound", 404), ("InternalServerError", 500)):
        assert codes(f"{label}: {name} x".lower()).statuses == {status}


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("401 Client Error: Unauthorized for url", 401),
        ("HTTP Error 404: Not Found", 404),
        ("Not Found (404)", 404),
        ("HTTPStatus.NOT_FOUND", 404),
        ("HTTP status 400.", 400),
        ("HTTP 460", 460),
        ("HTTP/2 599", 599),
        ("status=502", 502),
        ("403 FORBIDDEN", 403),
        ("521: Web server is down, error code: 521 HTTP 521", 521),
        ("422 Unprocessable Entity", 422),
        ("Der Remoteserver hat einen Fehler zur\u00fcckgegeben: (401) Nicht autorisiert.", 401),
        ("Le serveur distant a retourn\u00e9 une erreur : (404) Introuvable.", 404),
        ("Error en el servidor remoto: (403) Prohibido.", 403),
        ("\u8fdc\u7a0b\u670d\u52a1\u5668\u8fd4\u56de\u9519\u8bef: (500) x", 500),
        ("\u30b5\u30fc\u30d0\u30fc\u304c\u30a8\u30e9\u30fc\u3092\u8fd4\u3057\u307e\u3057\u305f: (400) x", 400),
    ],
)
def test_a_status_is_read_as_libraries_write_it(text: str, status: int) -> None:
    assert codes(text.lower()).statuses == {status}
    assert f"HTTP {status}" in explained(text, "others").recognized


@pytest.mark.parametrize(
    ("text", "means"),
    [
        ("Error: SSL: CERTIFICATE_VERIFY_FAILED", "untrusted"),
        ("The remote certificate is invalid because of errors in the certificate chain: PartialChain", "untrusted"),
        (
            "The remote certificate is invalid because of errors in the certificate chain: NotTimeValid",
            "expired-certificate",
        ),
        ("remote error: tls: handshake failure", "no-tls"),
        ("net/http: TLS handshake timeout", "no-tls"),
        ("javax.net.ssl.SSLException: Remote host terminated the handshake", "no-tls"),
        ("Remote host closed connection during handshake", "no-tls"),
        ("A task was canceled.", "no-answer"),
        ("The request was canceled due to the configured HttpClient.Timeout of 100 seconds elapsing.", "no-answer"),
        ("curl: (28) Operation timed out after 30000 milliseconds", "no-answer"),
        ("curl: (7) Failed to connect to scim.example.com port 443", "unreachable"),
        ("Error: socket hang up", "unreachable"),
        ("upstream connect error or disconnect/reset before headers. reset reason: connection failure", "gateway"),
        ("no healthy upstream", "gateway"),
        ("The bearer token is invalid", "refused"),
        ("EntryConflict: the operation failed", "conflict"),
        ("User with userName a@b.c already exists", "conflict"),
    ],
)
@pytest.mark.parametrize("client", ["entra", "okta", "cyberark", "others", "pingone"])
def test_a_failure_is_read_as_libraries_write_it(text: str, means: str, client: str) -> None:
    causes = explained(text, client).causes
    assert causes
    assert causes[0].id.partition(".")[0] == means


@pytest.mark.parametrize("client", ["okta", "okta-custom"])
def test_okta_s_test_of_the_credentials_does_not_hide_why_it_failed(client: str) -> None:
    for text, means in (
        ("Could not verify the administrator credentials. Error authenticating: Internal Server Error", "server-error"),
        ("Could not verify the administrator credentials. Error authenticating: Unauthorized", "refused"),
        (
            "Error while creating user u1: Not Found. Errors reported by remote server: User 7 not found",
            "gone",
        ),
    ):
        assert explained(text, client).causes[0].id.startswith(f"{means}.")


@pytest.mark.parametrize(
    "text",
    [
        "we found a conflict of interest",
        "the status of the request: found",
        "result: accepted",
        "an internal server error may occur",
        "locked account, error: gone",
        "error code 460",
        "class not found",
        "java.lang.classnotfoundexception",
        "the query returned 500 users",
        "read 500 users, returned 450 in 3 s",
    ],
)
def test_a_word_of_prose_is_no_status(text: str) -> None:
    assert codes(text).statuses == frozenset()


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("the service returned 500 while the test was executed", 500),
        ("the scim endpoint returned 404.", 404),
        ("received a 429 from the target", 429),
        ("it returned 400 records and got 404, then stopped", 404),
        ("internalservererror: the service failed", 500),
        ("toomanyrequests: slow down", 429),
    ],
)
def test_a_status_in_a_sentence_counts(text: str, status: int) -> None:
    assert codes(text).statuses == {status}


def test_every_status_of_a_standard_has_an_explanation() -> None:
    means = {pattern.status: pattern.means for pattern in general_errors().patterns if pattern.status}
    assert set(means) == set(range(100, 600))
    assert all(means[status] for status in range(400, 600) if status != HTTPStatus.IM_A_TEAPOT)
    assert not any(means[status] for status in range(100, 300))
    assert all(group.source for group in status_names().names)


# -- Entra -------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["fresh", "submitted", "tested"])
@pytest.mark.parametrize(
    "text",
    [
        "Test connection to target application Response Status Code: InternalServerError",
        "Response Status Code: InternalServerError",
        "CredentialValidationUnavailable Response Status Code: InternalServerError",
        "SystemForCrossDomainIdentityManagementCredentialValidationFailure ErrorCode: InternalServerError",
        "Test connection ErrorCode: Timeout",
    ],
)
def test_a_failure_at_the_test_waits_for_no_cycle(text: str, state: str) -> None:
    decoded = explained(text, "entra", state)
    assert not any(StepRole.PROGRESS in found for found in roles(decoded, "entra"))
    assert not any("cycle" in cause.sentence for cause in decoded.causes)


def test_before_provisioning_runs_nothing_is_repeated() -> None:
    assert StepRole.PORTAL_TEST in roles(explained("Error code: Timeout", "entra", "fresh"), "entra")[0]
    assert StepRole.PROGRESS in roles(explained("Error code: Timeout", "entra", "submitted"), "entra")[0]


@pytest.mark.parametrize(
    "text",
    [
        '"quarantine": {"reason": "TooManyDeletes"}',
        "Provisioning has been quarantined. See quarantine details for more information. Allow deletes",
        "Quarantine. The accidental deletions prevention threshold was met. EncounteredQuarantineException",
        "Action: StagedDelete",
    ],
)
def test_stopped_deletions_are_looked_at_before_any_restart(text: str) -> None:
    decoded = explained(text, "entra", "tested")
    assert "Allow deletes" in decoded.causes[0].sentence
    restart = [at for at, cause in enumerate(decoded.causes) if "estart" in cause.sentence]
    assert restart == [1]
    assert "only after" in decoded.causes[1].sentence


# -- PingFederate and its source directory -----------------------------------------------------

RESULTS = {
    1: StepRole.SOURCE_DIRECTORY,
    2: StepRole.SOURCE_DIRECTORY,
    3: StepRole.ASSIGNMENT,
    4: StepRole.ASSIGNMENT,
    7: StepRole.SOURCE_DIRECTORY,
    8: StepRole.SOURCE_DIRECTORY,
    9: StepRole.SOURCE_BASE,
    10: StepRole.SOURCE_BASE,
    11: StepRole.ASSIGNMENT,
    12: StepRole.SOURCE_DIRECTORY,
    13: StepRole.SOURCE_DIRECTORY,
    16: StepRole.ASSIGNMENT,
    17: StepRole.ASSIGNMENT,
    18: StepRole.ASSIGNMENT,
    19: StepRole.ASSIGNMENT,
    21: StepRole.ASSIGNMENT,
    32: StepRole.SOURCE_BASE,
    33: StepRole.SOURCE_BASE,
    34: StepRole.SOURCE_BASE,
    36: StepRole.SOURCE_BASE,
    48: StepRole.SOURCE_DIRECTORY,
    49: StepRole.SOURCE_DIRECTORY,
    50: StepRole.SOURCE_DIRECTORY,
    51: StepRole.SOURCE_DIRECTORY,
    52: StepRole.SOURCE_DIRECTORY,
    53: StepRole.SOURCE_DIRECTORY,
    54: StepRole.SOURCE_BASE,
    64: StepRole.SOURCE_DIRECTORY,
    80: StepRole.SOURCE_DIRECTORY,
    91: StepRole.SOURCE_DIRECTORY,
    123: StepRole.SOURCE_DIRECTORY,
}
"""RFC 4511 section 4.1.9, and what a client library adds."""
OF_THE_TARGET = {StepRole.PORTAL_ADDRESS, StepRole.PORTAL_TOKEN, StepRole.BASE_URL, StepRole.TOKEN, StepRole.SUBMIT}


@pytest.mark.parametrize(("result", "role"), RESULTS.items())
@pytest.mark.parametrize("source", ["group", "container", "filter"])
def test_each_ldap_code_leads_to_the_source(result: int, role: StepRole, source: str) -> None:
    for text in (
        f"javax.naming.NamingException: [LDAP: error code {result} - x, comment: y, data 0, v4563]",
        f"LDAP error code: {result}",
        f"LDAPException(resultCode={result} (x), errorMessage='y')",
        f"LDAP result code {result}",
    ):
        decoded = explained(text, "pingfederate", answers={"source": source})
        assert f"LDAP: error code {result}" in decoded.recognized, decoded
        found = roles(decoded, "pingfederate")
        assert role in found[0], decoded
        assert not any(each & OF_THE_TARGET for each in found), decoded


@pytest.mark.parametrize(
    ("exception", "role"),
    [
        ("directory.InvalidSearchFilterException", StepRole.ASSIGNMENT),
        ("InvalidNameException", StepRole.SOURCE_BASE),
        ("SizeLimitExceededException", StepRole.ASSIGNMENT),
        ("TimeLimitExceededException", StepRole.ASSIGNMENT),
        ("LimitExceededException", StepRole.ASSIGNMENT),
        ("PartialResultException", StepRole.SOURCE_BASE),
        ("ReferralException", StepRole.SOURCE_BASE),
        ("NameNotFoundException", StepRole.SOURCE_BASE),
        ("AuthenticationException", StepRole.SOURCE_DIRECTORY),
        ("AuthenticationNotSupportedException", StepRole.SOURCE_DIRECTORY),
        ("NoPermissionException", StepRole.SOURCE_DIRECTORY),
        ("OperationNotSupportedException", StepRole.SOURCE_DIRECTORY),
        ("ServiceUnavailableException", StepRole.SOURCE_DIRECTORY),
        ("CommunicationException", StepRole.SOURCE_DIRECTORY),
        ("InsufficientResourcesException", StepRole.SOURCE_DIRECTORY),
        ("NoInitialContextException", StepRole.SOURCE_DIRECTORY),
        ("directory.NoSuchAttributeException", StepRole.ASSIGNMENT),
    ],
)
def test_each_exception_of_jndi_leads_to_the_source(exception: str, role: StepRole) -> None:
    text = f"ERROR [com.pingidentity.provisioner] javax.naming.{exception}: dc1.corp.example.com:636 x"
    decoded = explained(text, "pingfederate", answers={"source": "filter"})
    found = roles(decoded, "pingfederate")
    assert role in found[0], decoded
    assert not any(each & OF_THE_TARGET for each in found), decoded
    if role is StepRole.ASSIGNMENT:
        assert decoded.causes[0].step == "enter-filter"


@pytest.mark.parametrize(
    ("exception", "result", "means"),
    [
        ("OperationNotSupportedException", 12, "extension"),
        ("OperationNotSupportedException", 53, "directory-unwilling"),
        ("AuthenticationNotSupportedException", 8, "directory-encryption"),
        ("AuthenticationNotSupportedException", 48, "directory-anonymous"),
        ("directory.InvalidAttributeValueException", 21, "filter-attribute"),
        ("InvalidNameException", 64, "directory-other"),
        ("ServiceUnavailableException", 51, "directory-busy"),
    ],
)
def test_the_code_decides_over_an_exception_that_several_codes_share(exception: str, result: int, means: str) -> None:
    decoded = explained(f"javax.naming.{exception}: [LDAP: error code {result} - x]", "pingfederate")
    assert decoded.title == known_errors("pingfederate").explanations[means].title
    assert [label for label in decoded.recognized if label.startswith("LDAP")] == [f"LDAP: error code {result}"]


SUB_CODES = {
    "directory-refused": ("525", "52e", "57", "0"),
    "directory-account": ("52f", "530", "531", "533", "701", "775"),
    "directory-password": ("532", "773"),
}
"""0x525 and so on: https://learn.microsoft.com/en-us/windows/win32/debug/system-error-codes."""


@pytest.mark.parametrize(("means", "code"), [(means, code) for means, each in SUB_CODES.items() for code in each])
def test_the_sub_code_of_active_directory_says_why_an_account_is_refused(means: str, code: str) -> None:
    text = (
        "javax.naming.AuthenticationException: [LDAP: error code 49 - 80090308: LdapErr: DSID-0C090447, "
        f"comment: AcceptSecurityContext error, data {code}, v3839\0]"
    )
    decoded = explained(text, "pingfederate")
    assert decoded.title == known_errors("pingfederate").explanations[means].title
    assert len(decoded.causes) == 1
    assert StepRole.SOURCE_DIRECTORY in roles(decoded, "pingfederate")[0]


@pytest.mark.parametrize(
    ("root", "means"),
    [
        ("javax.net.ssl.SSLHandshakeException: PKIX path building failed", "directory-untrusted"),
        ("sun.security.validator.ValidatorException: unable to find valid certification path", "directory-untrusted"),
        ("java.security.cert.CertificateExpiredException: NotAfter: Mon", "directory-expired"),
        (
            "CertificateException: No subject alternative DNS name matching dc1",
            "directory-certificate",
        ),
        ("javax.net.ssl.SSLHandshakeException: Received fatal alert: protocol_version", "directory-tls"),
        ("java.net.UnknownHostException: scim1.example.com", "directory-unreachable"),
        ("java.net.ConnectException: Connection refused", "directory-unreachable"),
        ("java.net.SocketTimeoutException: connect timed out", "directory-unreachable"),
    ],
)
def test_a_connection_to_the_source_that_fails_says_nothing_of_the_target(root: str, means: str) -> None:
    texts = [f"javax.naming.CommunicationException: scim1.example.com:636 [Root exception is {root}]"]
    if means not in ("directory-unreachable", "directory-tls"):
        texts += [f"{root} at com.sun.jndi.ldap.Connection", f"ldaps://scim1.example.com:636 {root}"]
        texts.append(f"com.unboundid.ldap.sdk.LDAPException(resultCode=91 (connect error)): {root}")
        texts.append(f"LDAPException(resultCode=91 (connect error), errorMessage='{root}')")
    for text in texts:
        decoded = explained(text, "pingfederate")
        assert decoded.title == known_errors("pingfederate").explanations[means].title, text
        assert decoded.compared == ()
        assert not any(each & OF_THE_TARGET for each in roles(decoded, "pingfederate")), decoded


@pytest.mark.parametrize(
    ("text", "means"),
    [
        ("ERROR SCIM users connection failed", "credentials"),
        ("ERROR SCIM groups connection failed", "credentials"),
        ("SaasPluginException: Users and Groups Connection URL must have the same host name", "two-hosts"),
        ("SCIM service provider does not support PATCH! Reconfigure your connection", "verb"),
        (
            "the SCIM Service Provider returned a user with a null ID! This violates SCIM standards. provisioning",
            "unreadable",
        ),
        ("Expected user and password for basic authentication method.", "basic"),
        ("Unable to provision resource 'u1'. Server returned status '409' with response: x", "conflict"),
        ("SCIM users connection failed. Server returned status '404'", "not-found"),
    ],
)
def test_messages_of_the_plug_in_are_known(text: str, means: str) -> None:
    assert explained(text, "pingfederate").title == known_errors("pingfederate").explanations[means].title


@pytest.mark.parametrize(
    "text",
    [
        "Required attribute 'userName' is missing",
        "Required property missing: emails",
        "Missing required field: displayName",
        "MandatoryFieldsMissing",
        "Attribute userName is required",
        "The required attribute displayName was not supplied",
    ],
)
def test_a_required_value_that_is_missing_leads_to_the_mapping(text: str) -> None:
    for client in ("entra", "okta-custom", "others") if text != "MandatoryFieldsMissing" else ("entra",):
        assert StepRole.USER_MAPPING in roles(explained(text, client), client)[0]


def test_a_status_beside_an_ldap_error_is_explained_too() -> None:
    decoded = explained("[LDAP: error code 32 - x]\nServer returned status '401'", "pingfederate")
    assert StepRole.SOURCE_BASE in roles(decoded, "pingfederate")[0]
    assert any(each & OF_THE_TARGET for each in roles(decoded, "pingfederate"))


def test_the_steps_are_visible_whatever_was_answered() -> None:
    guide = catalog.guide("pingfederate")
    for source in ("group", "container", "filter"):
        setup = a_setup(guide, answers={"source": source})
        shown = {step.id for _, step in journey.visible(guide, setup)}
        for result in RESULTS:
            decoded = decode(f"LDAP: error code {result}", guide, setup, BASE)
            assert {cause.step for cause in decoded.causes if cause.step} <= shown
