"""Files with slow tests start first, and ``--fast`` leaves slow tests out."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

FILES = {
    "test_a": "import pytest\ndef test_quick(): ...\n@pytest.mark.slow(30, 'why')\ndef test_long(): ...\n",
    "test_b": (
        "import pytest\n@pytest.mark.slow(40, 'why')\n@pytest.mark.parametrize('x', [1, 2])\ndef test_both(x): ...\n"
    ),
    "test_c": "def test_one(): ...\n",
    "test_d": "def test_one(): ...\ndef test_two(): ...\n",
    "test_e": "import pytest\n@pytest.mark.slow(60, 'why')\ndef test_longest(): ...\n",
}


@pytest.mark.parametrize(
    ("options", "order"),
    [
        ((), ["e longest", "b both[1]", "b both[2]", "a quick", "a long", "d one", "d two", "c one"]),
        (("--fast",), ["d one", "d two", "a quick", "c one"]),
    ],
)
def test_the_file_with_the_longest_tests_starts_first(
    tmp_path: Path, options: tuple[str, ...], order: list[str]
) -> None:
    for name, source in FILES.items():
        (tmp_path / f"{name}.py").write_text(source)
    asked = [
        sys.executable,
        "-m",
        "pytest",
        "-p",
        "no:cacheprovider",
        "-p",
        "tests.support.slow",
        "--collect-only",
        "-q",
    ]
    output = subprocess.run(
        [*asked, *options, f"--rootdir={tmp_path}", "-c", "/dev/null", str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    ).stdout
    found = [line.split("test_")[1:] for line in output.splitlines() if "::" in line]
    assert [f"{file[0]} {test}" for file, test in found] == order
