"""The event trace takes enums and numbers only, is its user's alone, and says where it cannot be written."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from app.guide.vocabulary import Lane
from app.system import event_trace
from app.system.event_trace import TraceEvent

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]


class Shade(Enum):
    """Values that are not to be written."""

    DARK = "canary-7f3a"


class Odd(int):
    """A number that prints as anything."""

    def __repr__(self) -> str:
        return "canary-7f3a"


@pytest.fixture
def trace(tmp_path: Path) -> Iterator[Path]:
    """A trace that is being written."""
    path = tmp_path / "trace.jsonl"
    assert event_trace.start(path, practice=True) is None
    yield path
    event_trace.stop(0)


def events(path: Path) -> list[dict[str, Any]]:
    """What is in the file, once the trace has ended."""
    assert event_trace.stop(0) is None
    return [json.loads(line) for line in path.read_text("ascii").splitlines()]


def test_enums_are_written_by_the_name_of_their_member_and_numbers_as_they_are(trace: Path) -> None:
    event_trace.record(TraceEvent.PAGE, lane=Lane.CIE, page=Shade.DARK, number=3, taken=1.23456, tool=None, shown=True)
    start, page, end = events(trace)
    assert (start["event"], start["practice"], end["event"], end["code"]) == ("START", True, "END", 0)
    assert page.pop("seconds") >= start["seconds"]
    assert page == {"event": "PAGE", "lane": "CIE", "page": "DARK", "number": 3, "taken": 1.235, "shown": True}


def test_text_is_refused_by_its_type(trace: Path) -> None:
    # Strict mypy reports an "ignore" that is not needed, so these lines prove that it refuses them too.
    with pytest.raises(TypeError):
        event_trace.record(TraceEvent.PAGE, text="canary-7f3a")  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        event_trace.record(TraceEvent.PAGE, raw=b"canary-7f3a")  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        event_trace.record(TraceEvent.PAGE, path=trace)  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        event_trace.record(TraceEvent.PAGE, number=Odd(3))
    assert [event["event"] for event in events(trace)] == ["START", "END"]


def test_text_is_refused_where_nothing_is_traced_too() -> None:
    with pytest.raises(TypeError):
        event_trace.record(TraceEvent.PAGE, text="canary-7f3a")  # type: ignore[arg-type]


def test_the_file_is_its_users_alone(tmp_path: Path) -> None:
    path = tmp_path / "trace.jsonl"
    before = os.umask(0)
    try:
        assert event_trace.start(path, practice=False) is None
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len(events(path)) == 2


@pytest.mark.parametrize("what", ["file", "link", "folder", "pipe", "nothing above"])
def test_whatever_is_there_already_stays_as_it_is(tmp_path: Path, what: str) -> None:
    path, other = tmp_path / "trace.jsonl", tmp_path / "other"
    match what:
        case "file":
            path.write_text("of the user")
        case "link":
            path.symlink_to(other)
        case "folder":
            path.mkdir()
        case "pipe":
            os.mkfifo(path)
        case _:
            path = other / "trace.jsonl"
    assert event_trace.start(path, practice=False) is not None
    event_trace.record(TraceEvent.BUG)
    assert event_trace.stop(0) is None
    assert not other.exists()
    assert what != "file" or path.read_text() == "of the user"


def test_the_program_does_not_run_untraced_where_a_trace_was_asked_for(tmp_path: Path) -> None:
    (tmp_path / "trace.jsonl").write_text("of the user")
    done = subprocess.run(
        [
            *(sys.executable, "-m", "app", "--tour", str(tmp_path / "tour"), "--data-dir", str(tmp_path / "data")),
            *("--trace", str(tmp_path / "trace.jsonl")),
        ],
        cwd=ROOT,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen", "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert "trace" in done.stderr
    assert not (tmp_path / "data").exists()
    assert (tmp_path / "trace.jsonl").read_text() == "of the user"


FULL = """
import resource, sys
from pathlib import Path
from app.system import event_trace
from app.system.event_trace import TraceEvent
resource.setrlimit(resource.RLIMIT_FSIZE, (300, 300))
assert event_trace.start(Path(sys.argv[1]), practice=False) is None
for number in range(50):
    event_trace.record(TraceEvent.PAGE, number=number)
print(event_trace.stop(0))
"""


def test_a_file_that_can_grow_no_more_is_reported_at_the_end(tmp_path: Path) -> None:
    path = tmp_path / "trace.jsonl"
    done = subprocess.run(
        [sys.executable, "-c", FULL, str(path)], cwd=ROOT, capture_output=True, text=True, check=True, timeout=30
    )
    assert done.stdout.strip() not in {"", "None"}
    assert path.stat().st_size == 300
