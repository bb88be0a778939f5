"""``cie-scim-assistant groups FILE``, run in a separate process as scripts do."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from app.exports.reading import Checked, ExportOrder, check
from app.reports.groups import as_json

ROOT = Path(__file__).resolve().parents[2]


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "app", "groups", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=False, timeout=60)


def answer(*arguments: str | Path, code: int) -> dict[str, Any]:
    done = run(*arguments, "--json")
    assert done.returncode == code, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_findings_in_json(tmp_path: Path) -> None:
    file = tmp_path / "groups.csv"
    file.write_bytes(
        "Anzeigename;Objekt-ID;Gruppentyp\nVertrieb S\u00fcd;1;x\nR&D;2;x\nVertrieb S\u00fcd;3;x\n".encode("cp1252")
    )
    found = answer(file, code=1)
    assert found["kind"] == "groups"
    assert (found["encoding"], found["separator"]) == ("cp1252", ";")
    assert found["columns"] == {"name": "Anzeigename", "id": "Objekt-ID"}
    assert (found["rows"], found["groups"]) == (3, 3)
    assert found["findings"] == {"same": 1, "signs": 1}
    assert found["first"][0] == {"row": 3, "name": "R&D", "kind": "signs", "detail": "Has &"}


@pytest.mark.parametrize(
    ("content", "kind", "columns", "code"),
    [
        ("Group Name,Group ID\nSales,1\n", "groups", {"name": "Group Name", "id": "Group ID"}, 0),
        ("login,firstName\na@e.c,Ann\n", "users", {"user_name": "login"}, 1),
        (
            "Group,User,Member Type\nSales,a,User\nSales,b,User\n",
            "members",
            {"name": "Group", "member": "User", "member_type": "Member Type"},
            0,
        ),
        ("Name,Type\nSales,Group\nAnn,User\n", "mixed", {"name": "Name", "type": "Type"}, 0),
        ("Bezeichnung,Nummer\nSales,1\n", "unknown", {}, 1),
    ],
)
def test_each_kind_in_json(tmp_path: Path, content: str, kind: str, columns: dict[str, str], code: int) -> None:
    file = tmp_path / "groups.csv"
    file.write_text(content)
    found = answer(file, code=code)
    assert (found["kind"], found["columns"]) == (kind, columns)
    assert found["rows"] == content.count("\n") - 1


@pytest.mark.parametrize(
    ("content", "problem"), [("dn: CN=a\ncn: a\n", "ldif"), ("", "empty"), ("<html>", "markup"), ('a\n"b', "broken")]
)
def test_a_file_that_cannot_be_read_is_a_finding(tmp_path: Path, content: str, problem: str) -> None:
    file = tmp_path / "groups.csv"
    file.write_text(content)
    found = answer(file, code=1)
    assert (found["kind"], found["problem"], found["findings"]) == ("unknown", problem, {})
    words = run(file)
    assert (words.returncode, words.stdout) == (1, "")
    assert words.stderr.strip() == found["sentence"]


def test_a_wrong_command_line_ends_with_2(tmp_path: Path) -> None:
    assert run().returncode == 2
    assert run(tmp_path / "gone.csv").returncode == 2
    assert run(tmp_path).returncode == 2
    assert run("--encoding", "latin-99", tmp_path).returncode == 2
    assert run("--skip", "-1", tmp_path).returncode == 2


def test_words_name_kind_layout_and_findings(tmp_path: Path) -> None:
    file = tmp_path / "groups.csv"
    file.write_bytes("Report\nGroup name\nSales\nSALES\n\u041f\u0440\u043e\u0434\u0430\u0436\u0438\n".encode("cp1251"))
    done = run("--skip", "1", "--encoding", "cp1251", file)
    assert done.returncode == 1
    assert "a list of groups" in done.stdout
    assert "Windows-1251" in done.stdout
    assert "row 4: SALES" in done.stdout
    assert list(tmp_path.iterdir()) == [file], "nothing is written"


def test_it_says_what_the_window_says(tmp_path: Path) -> None:
    file = tmp_path / "groups.csv"
    file.write_text("Group name\nSales\nSALES\n")
    checked = asyncio.run(check(ExportOrder(file)))
    assert isinstance(checked, Checked)
    assert as_json(checked) == answer(file, code=1)
