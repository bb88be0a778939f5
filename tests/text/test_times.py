"""Times are read and written in the program's own English, on a desktop of any language."""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.guide import catalog
from app.setup.gate import TimestampProblem, read_timestamp
from app.text.time_reading import readings
from app.text.times import MONTHS, day, recorded
from tests.support.clock import NOW
from tests.support.setups import a_setup

ROOT = Path(__file__).parents[2]
ZONE = timezone(timedelta(hours=1))
MOMENT = datetime(2026, 11, 24, 14, 5, 9, tzinfo=ZONE)
MINUTE = MOMENT.replace(second=0)

LOCALES = ("de_DE", "ja_JP", "pl_PL", "en_US")

LOCAL = (
    "2026-11-24 14:05:09",
    "2026-11-24T14:05:09",
    "2026-11-24 2:05:09 PM",
    "2026/11/24 14:05:09",
    "2026. 11. 24. 14:05:09",
    "2026\u5e7411\u670824\u65e5 14:05:09",
    "24/11/2026 14:05:09",
    "24/11/2026, 14:05:09",
    "11/24/2026, 2:05:09 PM",
    "11/24/2026, 2:05:09\u202fPM",
    "11/24/26 14:05:09",
    "24.11.2026, 14:05:09",
    "24.11.2026 14.05.09",
    "24-11-2026 14:05:09",
    "Nov 24, 2026, 2:05:09 PM",
    "Nov 24, 2026, 2:05:09\u202fPM",
    "Nov 24, 2026, 2:05:09\u00a0p.m.",
    "Nov 24, 2026 14:05:09",
    "Nov. 24 2026 14:05:09",
    "NOVEMBER 24TH, 2026 AT 2:05:09 PM",
    "Tuesday, November 24, 2026 at 2:05:09 PM",
    "Tue, 24 Nov 2026 14:05:09",
    "24 November 2026 14:05:09",
    "24. November 2026, 14:05:09",
    "24-Nov-2026 14:05:09",
    "24th of November 2026, 14:05:09",
    "2026-Nov-24 14:05:09",
    "14:05:09 24 Nov 2026",
    "2:05:09 PM, November 24, 2026",
    "Tue Nov 24 14:05:09 2026",
    "20261124T140509",
    "\u200e24 Nov 2026, 14:05:09",
)
"""The same second, as pages in several languages and logs write it, without a zone."""

ZONED = (
    "2026-11-24T14:05:09+01:00",
    "2026-11-24T14:05:09+0100",
    "2026-11-24T14:05:09+01",
    "2026-11-24 14:05:09 +01:00",
    "2026-11-24 14:05:09 \u221210:00",
    "2026-11-24T14:05:09.000+01:00",
    "2026-11-24T14:05:09.000000000+01:00",
    "2026-11-24T13:05:09Z",
    "2026-11-24 13:05:09 UTC",
    "2026-11-24 13:05:09 gmt",
    "2026-11-24T13:05:09,000000Z",
    "20261124T130509Z",
    "Tue, 24 Nov 2026 13:05:09 GMT",
    "Tue Nov 24 2026 14:05:09 GMT+0100 (Mitteleurop\u00e4ische Normalzeit)",
    "Tue Nov 24 13:05:09 UTC 2026",
    "Nov 24, 2026, 1:05:09 PM UTC",
    "Nov 24, 2026, 2:05:09 PM GMT+1",
    "Nov 24, 2026, 6:35:09 PM UTC+5:30",
    "Nov 24, 2026, 5:05:09 AM PST",
    "Nov 24, 2026, 8:05:09 AM EST",
)

MEANINGLESS = (
    "soon",
    "2026-11-24",
    "14:05:09",
    "30 Feb 2026 14:05",
    "24 Nov 2026 25:05",
    "24 Nov 2026 14:65",
    "Nov 24, 2026, 14:05:09 PM",
    "Nov 24, 2026, 0:05 AM",
    "24 Octember 2026 14:05",
    "24 Novem 2026 14:05",
    "24 Nov 2026 14:05 XYZ",
    "2026-11-24T14:05:09+25:00",
    "31/31/2026 14:05",
    "20261324T140509Z",
    "1795529109",
    "24 d\u00e9c. 2026 14:05",
)


@pytest.mark.parametrize("text", LOCAL)
def test_a_time_without_a_zone_is_of_this_computer(text: str) -> None:
    assert readings(text) == {datetime(2026, 11, 24, 14, 5, 9).astimezone(UTC)}


@pytest.mark.parametrize("text", ZONED)
def test_a_zone_that_is_written_counts(text: str) -> None:
    moment = MOMENT + timedelta(hours=11) if "\u2212" in text else MOMENT
    assert readings(text) == {moment}


@pytest.mark.parametrize(
    "text", ["2026-11-24T13:05Z", "2026-11-24 13:05 UTC", "2026-11-24 14:05 +01:00", "24 November 2026, 2:05 PM GMT+1"]
)
def test_seconds_may_be_left_out(text: str) -> None:
    assert readings(text) == {MINUTE}


@pytest.mark.parametrize("digits", range(1, 10))
def test_a_fraction_has_up_to_nine_digits(digits: int) -> None:
    fraction = "123456789"[:digits]
    at = MOMENT.replace(microsecond=int(fraction[:6].ljust(6, "0")))
    assert readings(f"2026-11-24T13:05:09.{fraction}Z") == {at}


@pytest.mark.parametrize("text", MEANINGLESS)
def test_what_is_no_time_is_none(text: str) -> None:
    assert readings(text) == frozenset()


@pytest.mark.parametrize("text", ["03/04/2026 10:00", "3-4-2026 10:00", "03.04.2026, 10:00", "03/04/05 10:00"])
def test_day_and_month_that_may_be_exchanged_are_not_guessed(text: str) -> None:
    assert len(readings(text)) > 1
    assert read_timestamp(text, a_setup(catalog.guide("entra")), NOW) is TimestampProblem.AMBIGUOUS


def test_the_same_day_and_month_are_no_riddle() -> None:
    assert len(readings("11/11/2026 10:00")) == 1


@pytest.mark.parametrize("month", range(1, 13))
def test_every_month_is_read_by_its_whole_and_its_short_name(month: int) -> None:
    name = MONTHS[month - 1]
    for each in (name, name[:3], *(["Sept", "Sept."] if month == 9 else [])):
        for text in (
            f"{each} 2, 2026, 3:04 PM UTC",
            f"2 {each.lower()} 2026 15:04Z",
            f"2-{each.upper()}-2026 15:04 UTC",
        ):
            assert readings(text) == {datetime(2026, month, 2, 15, 4, tzinfo=UTC)}, text


@given(st.text(max_size=120))
@example("9" * 100)
@example("1/" * 50)
@example(" 1:00" * 20)
def test_any_text_is_read_or_not(text: str) -> None:
    assert all(moment.tzinfo is UTC for moment in readings(text))


@given(
    st.datetimes(min_value=datetime(1971, 1, 1), max_value=datetime(2099, 1, 1)),  # noqa: DTZ001
    st.integers(min_value=-14 * 60, max_value=14 * 60),
)
def test_what_is_recorded_is_read_again(moment: datetime, offset: int) -> None:
    zone = timezone(timedelta(minutes=offset))
    aware = moment.replace(microsecond=0, tzinfo=zone)
    assert readings(recorded(aware, zone)) == {aware}


def test_a_record_names_the_zone() -> None:
    assert recorded(MOMENT, ZONE) == "24 Nov 2026, 14:05:09 UTC+01:00"
    assert recorded(MOMENT, UTC) == "24 Nov 2026, 13:05:09 UTC"
    assert recorded(MOMENT, timezone(-timedelta(hours=3, minutes=30))) == "24 Nov 2026, 09:35:09 UTC-03:30"


def test_a_day_near_today_has_a_name() -> None:
    days = [day(MOMENT, MOMENT + timedelta(days=apart)) for apart in range(4)]
    assert days[:2] == ["started today", "yesterday"]
    assert all(one == two for one, two in pairwise(days[2:]))


# -- on a desktop of any language ------------------------------------------------------------

_PROBE = f"""
import json, locale, sys
from datetime import datetime
from PySide6.QtWidgets import QApplication
application = QApplication([])
from app.text.time_reading import readings
from app.text.times import clock, day, recorded
months = [datetime(2026, month, 2, 15, 4) for month in range(1, 13)]
print(json.dumps({{
    "in force": locale.setlocale(locale.LC_TIME),
    "of the system": [f"{{month:%b %p}}" for month in months],
    "read": [sorted(map(str, readings(text))) for text in {(*LOCAL, *ZONED)!r}],
    "written": [[clock(month), recorded(month), day(month, months[5])] for month in months],
}}))
"""


@pytest.fixture(scope="module")
def locales(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the locales of four countries, made from the sources that come with the C library."""
    localedef = shutil.which("localedef")
    if localedef is None:
        pytest.skip("needs localedef")
    folder = tmp_path_factory.mktemp("locales")
    for name in LOCALES:
        made = [localedef, "-i", name, "-f", "UTF-8", str(folder / f"{name}.UTF-8")]
        if subprocess.run(made, check=False, capture_output=True).returncode != 0:
            pytest.skip(f"no source of the locale {name}")
    return folder


def test_four_locales_read_and_write_the_same(locales: Path) -> None:
    seen = {}
    for name in LOCALES:
        environment = {**os.environ, "LC_ALL": f"{name}.UTF-8", "LOCPATH": str(locales), "QT_QPA_PLATFORM": "offscreen"}
        ran = subprocess.run(
            [sys.executable, "-c", _PROBE], cwd=ROOT, env=environment, check=True, capture_output=True, text=True
        )
        seen[name] = json.loads(ran.stdout)
        assert seen[name]["in force"] == f"{name}.UTF-8"
    assert len({tuple(each["of the system"]) for each in seen.values()}) == len(LOCALES)  # so the test can fail
    for each in seen.values():
        assert each["read"] == seen["en_US"]["read"]
        assert all(len(moments) == 1 for moments in each["read"])
        assert each["written"] == seen["en_US"]["written"]
    assert seen["ja_JP"]["written"][11][0] == "2 Dec 2026, 15:04:00"


def test_no_form_follows_the_language_of_the_desktop() -> None:
    found = []
    for path in (*(ROOT / "app").rglob("*.py"), *(ROOT / "ui").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                form = re.search(r"%[-_^#0]?[aAbBchpPrxXZ](?![0-9A-Za-z])", node.value)
                if form is not None:
                    found.append((path.relative_to(ROOT).as_posix(), node.lineno, form.group()))
    assert found == []
