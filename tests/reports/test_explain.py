"""Explaining an error without a window: the output, the exit codes, and that the text is never repeated."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml  # noqa: TID253 - the texts are a YAML file

from app.diagnosis.patterns import general_errors, product_errors
from app.diagnosis.portal_errors import DecodedError, decode
from app.diagnosis.ranking import Cause
from app.guide import catalog
from app.guide.placeholders import placeholders
from app.reports import explain
from app.reports.exit_code import Exit
from app.reports.explain import LIMIT_BYTES, as_object
from app.system import policy

ROOT = Path(__file__).resolve().parents[2]
CANARY = "eyJhbGciOiJub25lIn0.canary-7f3d91"
CASES = yaml.safe_load((ROOT / "tests/diagnosis/public_errors.yaml").read_text("utf-8"))


def run(text: bytes, *arguments: str, home: Path) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "app", "explain", *arguments],
        cwd=ROOT,
        env={
            **os.environ,
            "HOME": str(home),
            "XDG_DATA_HOME": str(home / "data"),
            "XDG_CACHE_HOME": str(home / "cache"),
        },
        input=text,
        capture_output=True,
        timeout=60,
        check=False,
    )


def test_a_status_is_a_number_and_a_label_a_word(tmp_path: Path) -> None:
    text = f"Error while creating user {CANARY}: Conflict. Errors reported by remote server: userName is not unique"
    ran = run(text.encode(), "--client", "okta-custom", "--json", home=tmp_path)
    printed = json.loads(ran.stdout)
    assert ran.returncode == Exit.PASSED
    assert printed["recognized"] == [409]
    assert set(printed) == {"recognized", "causes"}
    assert [set(cause) for cause in printed["causes"]] == [{"id", "step", "text"}] * len(printed["causes"])
    assert printed["causes"][0]["id"] == "conflict.matching"
    assert printed["causes"][0]["step"] == "paste-url"
    assert ran.stderr == b""
    assert b"canary" not in ran.stdout
    assert not list(tmp_path.iterdir())


def test_without_json_it_prints_words_only_of_this_program(tmp_path: Path) -> None:
    text = f"Status Code: Unauthorized GET https://{CANARY}.example.com/{CANARY}/Users\nAuthorization: Bearer {CANARY}"
    ran = run(text.encode(), "--client", "entra", home=tmp_path)
    assert ran.returncode == Exit.PASSED
    assert b"HTTP 401" in ran.stdout
    assert b"canary" not in ran.stdout + ran.stderr


@pytest.mark.parametrize("text", ["", "   \n", "a truth universally acknowledged", "\0\xff", "\ud800"])
def test_what_is_not_recognized_ends_with_1(text: str, tmp_path: Path) -> None:
    ran = run(text.encode("utf-8", "surrogatepass"), "--client", "pingone", "--json", home=tmp_path)
    assert ran.returncode == Exit.FAILED
    assert json.loads(ran.stdout) == {"recognized": [], "causes": []}


@pytest.mark.parametrize(
    "arguments", [(), ("--client",), ("--client", "nobody"), ("--client", "entra", "HTTP 401"), ("--text", "x")]
)
def test_a_wrong_command_line_ends_with_2(arguments: tuple[str, ...], tmp_path: Path) -> None:
    ran = run(CANARY.encode(), *arguments, home=tmp_path)
    assert ran.returncode == Exit.USAGE
    assert ran.stdout == b""
    assert b"canary" not in ran.stderr


def test_the_text_is_bounded(tmp_path: Path) -> None:
    whole = b"HTTP 401 ".ljust(LIMIT_BYTES - 8) + b"HTTP 403"
    assert run(whole, "--client", "others", home=tmp_path).returncode == Exit.PASSED
    assert run(whole + b"x", "--client", "others", home=tmp_path).returncode == Exit.USAGE


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_the_text_may_come_from_a_windows_shell(encoding: str, tmp_path: Path) -> None:
    ran = run("Fehler: (404) Nicht gefunden \u00fc".encode(encoding), "--client", "others", "--json", home=tmp_path)
    assert ran.returncode == Exit.FAILED
    ran = run("Antwortstatuscode: NotFound \u00fc".encode(encoding), "--client", "others", "--json", home=tmp_path)
    assert json.loads(ran.stdout)["recognized"] == [404]


def test_a_policy_that_cannot_be_applied_ends_with_5(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(policy, "read", lambda: policy.InvalidPolicy("It cannot be read."))
    assert explain.main(["--client", "entra"]) == Exit.FORBIDDEN


@pytest.mark.logs("bug", "one is made on purpose")
def test_a_bug_ends_with_8_and_tells_nothing_of_the_text(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(_stream: object) -> str:
        raise ValueError(CANARY)

    monkeypatch.setattr(explain, "_read", broken)
    assert explain.main(["--client", "entra"]) == Exit.INTERNAL
    captured = capsys.readouterr()
    assert "ValueError" in captured.err
    assert "canary" not in captured.out + captured.err


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_it_says_what_the_window_says(case: dict[str, Any]) -> None:
    guide = catalog.guide(case["guide"])
    decoded = decode(case["text"], guide, None)
    printed = as_object(decoded)
    assert set(case["labels"]) <= {f"HTTP {each}" if isinstance(each, int) else each for each in printed["recognized"]}
    assert [cause.id for cause in decoded.causes] == [cause["id"] for cause in printed["causes"]]  # type: ignore[index]
    assert all(cause.id for cause in decoded.causes)
    if case["id"] == "P7":
        assert decoded.causes[0].step == "enter-filter"


@pytest.mark.parametrize("text", [b"nothing known", b"HTTP 418", b"HTTP 401", b"HTTP 404", b"ENOTFOUND", b"PKIX path"])
@pytest.mark.parametrize("client", catalog.ids())
def test_no_placeholder_of_a_guide_is_printed(
    client: str, text: bytes, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(text)))
    explain.main(["--client", client])
    printed = capsys.readouterr().out
    assert printed
    assert placeholders(printed) == frozenset()


def test_without_a_setup_nothing_is_said_of_one() -> None:
    decoded = decode("HTTP 401", catalog.guide("entra"), None)
    assert decoded.causes[0].id == "refused.token"
    assert not any("not-submitted" in cause.id or "tested" in cause.id for cause in decoded.causes)


def test_each_cause_has_an_id_of_its_own() -> None:
    general = general_errors()
    for known in ({}, *(product.explanations for product in product_errors().values())):
        together = {**general.explanations, **known}
        ids = [cause.id for each in together.values() for cause in each.causes] + [slip.id for slip in general.slips]
        assert all(ids)
        assert len(ids) == len(set(ids))


def test_only_a_status_becomes_a_number() -> None:
    decoded = DecodedError("t", ("HTTP 404 instead of 200", "HTTP 404", "E0000051"), (), (Cause("s", "e", id="i"),))
    assert as_object(decoded) == {
        "recognized": ["HTTP 404 instead of 200", 404, "E0000051"],
        "causes": [{"id": "i", "step": None, "text": "s"}],
    }
