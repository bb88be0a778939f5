"""The checks of setups as metrics, in a text that OpenMetrics, Prometheus and its textfile collector all read.

OpenMetrics 1.0 and Prometheus' own format agree on gauges with HELP and TYPE, without units and time stamps; ``# EOF``
is required by the first and a comment to the other. Nothing in here is secret.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

from app.scim.finding import Check
from app.setup.sentences import setup_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from app.reports.setup_check import CheckResult

Sample: TypeAlias = tuple["Mapping[str, str]", float]
"""Labels beyond those of the setup, and the value."""


def _one(value: float | None) -> Iterator[Sample]:
    if value is not None:
        yield {}, value


def _status_class(result: CheckResult) -> Iterator[Sample]:
    answered = next((found.status for found in result.findings if found.check is Check.TOKEN), None)
    yield from _one(answered // 100 if answered is not None else None)


def _newest(result: CheckResult) -> Iterator[Sample]:
    sighting = result.setup.sighting if result.setup is not None else None
    found = [sighting.at] if sighting is not None and not sighting.grew else []
    found += [result.seen.newest] if result.seen is not None and result.seen.newest is not None else []
    yield from _one(max(found).timestamp() if found else None)


def _captured(result: CheckResult) -> Iterator[Sample]:
    for name, at in sorted(result.captured.items()):
        yield {"secret": name.replace("_", "-")}, at.timestamp()


FAMILIES: Final[Mapping[str, tuple[str, Callable[[CheckResult], Iterator[Sample]]]]] = {
    "cie_check_passed": (
        "Whether every check of the connection passed (1) or one failed (0).",
        lambda result: _one(float(not result.code) if result.completed else None),
    ),
    "cie_check_completed": (
        "Whether the connection was tested (1), or could not be, as with a locked keyring (0).",
        lambda result: _one(float(result.completed)),
    ),
    "cie_check_timestamp_seconds": (
        "When the check ended, in seconds since 1970.",
        lambda result: _one(result.at.timestamp()),
    ),
    "cie_check_duration_seconds": ("How long the check took.", lambda result: _one(result.seconds)),
    "cie_check_http_status_class": (
        "First digit of the HTTP status with which the endpoint answered.",
        _status_class,
    ),
    "cie_newest_change_timestamp_seconds": (
        "Newest change of a user or group that was seen at the endpoint, in seconds since 1970.",
        _newest,
    ),
    "cie_users": (
        "Users that the endpoint holds.",
        lambda result: _one(result.seen.users if result.seen is not None else None),
    ),
    "cie_groups": (
        "Groups that the endpoint holds.",
        lambda result: _one(result.seen.groups if result.seen is not None else None),
    ),
    "cie_secret_captured_timestamp_seconds": (
        "When a secret of the setup was captured, in seconds since 1970.",
        _captured,
    ),
}
"""Name → HELP and samples. Never change a HELP text: node exporter drops a file if another one, written by an earlier
version, has another text for the same name."""


def open_metrics(results: tuple[CheckResult, ...], *, names: bool) -> str:
    """Return the text without its last line break. ``names``: label each series with the name of the setup, too."""
    lines = []
    for family, (words, samples) in FAMILIES.items():
        lines += [f"# HELP {family} {words}", f"# TYPE {family} gauge"]
        for result in results:
            known = _labels(result, names=names)
            lines += [f"{family}{{{_pairs(known | dict(more))}}} {value:.15g}" for more, value in samples(result)]
    return "\n".join([*lines, "# EOF"])


def _labels(result: CheckResult, *, names: bool) -> dict[str, str]:
    setup = result.setup
    if setup is None:
        return {"setup": result.setup_id, "client": "", "tag": ""}
    labels = {"setup": setup.id, "client": setup.guide, "tag": setup.tags[0] if setup.tags else ""}
    return labels | ({"name": setup_name(setup)} if names else {})


def _pairs(labels: Mapping[str, str]) -> str:
    escapes = str.maketrans({"\\": r"\\", '"': r"\"", "\n": r"\n"})
    return ",".join(f'{name}="{value.translate(escapes)}"' for name, value in labels.items())
