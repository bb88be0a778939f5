"""What a screen reader is given to say on the way through whole practice setups: nothing twice, nothing false."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest

from app.guide import catalog

ROOT = Path(__file__).resolve().parents[2]
IN_THE_LANE = [pytest.param(each, marks=pytest.mark.lane("orca")) for each in catalog.ids() if each != "entra"]


@pytest.mark.slow(15, "a tour that listens to what a screen reader gets")
@pytest.mark.usefixtures("secret_service")
@pytest.mark.parametrize("client", ["entra", *IN_THE_LANE])
def test_a_tour_says_nothing_twice_and_nothing_false(tmp_path: Path, client: str) -> None:
    file = tmp_path / "said.json"
    done = subprocess.run(
        [
            *(sys.executable, str(Path(__file__).with_name("listened_tour.py")), str(file)),
            *("--tour", str(tmp_path / "tour"), "--data-dir", str(tmp_path / "data")),
            *("--client", client, "--theme", "light"),
        ],
        cwd=ROOT,
        env=os.environ | {"QT_QPA_PLATFORM": "offscreen", "HOME": str(tmp_path), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, (done.stdout + done.stderr)[-2000:]
    heard = json.loads(file.read_text("utf-8"))
    said = [each["said"] for each in heard]
    assert [one for one, other in pairwise(said) if one == other] == []
    assert [each for each in heard if each["said"] in each.get("labels", ())] == [], "a label is no report"
    assert [each for each in heard if "Full Sync is unlocked" in each["said"] and not each["unlocked"]] == []
    assert [each for each in heard if "checks passed" in each["said"] and not each["tested"]] == []
    assert [each for each in heard if "Full Sync is complete" in each["said"] and not each.get("finished", True)] == []
    for news in ("Full Sync is unlocked", "checks passed", "Full Sync is complete"):
        assert len([each for each in said if news in each]) == 1, news
    assert [each for each in said if "Captured" in each]
    assert [each for each in said if "copied" in each]
