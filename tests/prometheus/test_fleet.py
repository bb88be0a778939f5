"""A real Prometheus with node exporter over forty practice setups: an alert fires for the one that broke."""

from __future__ import annotations

import json
import socket
import subprocess
import threading
import time
import urllib.parse
import urllib.request
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from app.reports import check
from app.reports.exit_code import Exit
from tests.hostile.server import Hostile, http, listing
from tests.support.fleet import saved, stored
from tests.support.until import until_blocking

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.lane("prometheus")
MONITORING = Path(__file__).resolve().parents[2] / "packaging/monitoring"
SETUPS, ENDPOINTS = 40, 5
CONFIGURATION = """\
global: {{scrape_interval: 1s, evaluation_interval: 1s}}
rule_files: [{rules}]
scrape_configs: [{{job_name: node, static_configs: [{{targets: ["127.0.0.1:{exporter}"]}}]}}]
"""


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@contextmanager
def running(*command: str | Path) -> Iterator[None]:
    process = subprocess.Popen([*map(str, command)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield
        assert process.poll() is None, "it ended by itself"
    finally:
        process.terminate()
        process.wait(20)


class Prometheus:
    """A Prometheus that scrapes a node exporter, which collects a folder."""

    def __init__(self, port: int) -> None:
        self._origin = f"http://127.0.0.1:{port}"

    def _ask(self, path: str, **query: str) -> Any:
        try:
            with urllib.request.urlopen(f"{self._origin}{path}?{urllib.parse.urlencode(query)}", timeout=5) as answer:
                return json.load(answer)["data"]
        except OSError:  # not up yet
            return {"result": [], "alerts": []}

    def values(self, query: str) -> list[float]:
        """The values that a query returns."""
        return [float(sample["value"][1]) for sample in self._ask("/api/v1/query", query=query)["result"]]

    def alerts(self, state: str = "firing") -> set[tuple[str, str]]:
        """The alerts in that state: name and id of the setup."""
        found = self._ask("/api/v1/alerts")["alerts"]
        return {
            (each["labels"]["alertname"], each["labels"].get("setup", "")) for each in found if each["state"] == state
        }


@contextmanager
def collecting(collected: Path, folder: Path) -> Iterator[Prometheus]:
    exporter, port = free_port(), free_port()
    configuration = folder / "prometheus.yml"
    configuration.write_text(CONFIGURATION.format(rules=MONITORING / "alerts.yml", exporter=exporter))
    node = (
        "prometheus-node-exporter",
        "--collector.disable-defaults",
        "--collector.textfile",
        f"--collector.textfile.directory={collected}",
        f"--web.listen-address=127.0.0.1:{exporter}",
    )
    server = (
        "prometheus",
        f"--config.file={configuration}",
        f"--storage.tsdb.path={folder / 'tsdb'}",
        f"--web.listen-address=127.0.0.1:{port}",
    )
    with running(*node), running(*server):
        yield Prometheus(port)


@pytest.mark.usefixtures("secret_service")
def test_an_alert_fires_for_the_one_that_broke(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fine = threading.Event()
    fine.set()

    def act(connection: socket.socket, _request: str, _stop: threading.Event) -> None:
        connection.sendall(listing())

    def breaks(connection: socket.socket, _request: str, _stop: threading.Event) -> None:
        connection.sendall(listing() if fine.is_set() else http(401))

    setups = saved(tmp_path, SETUPS, tags=("fleet",))
    broken, others = setups[0], setups[1:]
    collected = tmp_path / "collected"
    collected.mkdir(mode=0o755)
    output = collected / "cie.prom"
    line = ["--all", "--practice", "--data-dir", str(tmp_path), "--format", "openmetrics", "--output", str(output)]
    with ExitStack() as stack:
        servers = [stack.enter_context(Hostile(act)) for _ in range(ENDPOINTS)]
        stack.enter_context(stored([broken], [stack.enter_context(Hostile(breaks)).base_url]))
        stack.enter_context(stored(others, [server.base_url for server in servers]))

        assert check.main(line) == Exit.PASSED
        assert output.stat().st_mode & 0o777 == 0o644
        checked = subprocess.run(
            ["promtool", "check", "metrics"], input=output.read_text(), capture_output=True, text=True, check=False
        )
        assert (checked.returncode, checked.stdout + checked.stderr) == (0, "")
        subprocess.run(["promtool", "check", "rules", MONITORING / "alerts.yml"], check=True, capture_output=True)

        prometheus = stack.enter_context(collecting(collected, tmp_path))
        until_blocking(
            lambda: len(prometheus.values('cie_check_passed{tag="fleet",client="entra"} == 1')) == SETUPS, 30
        )
        assert prometheus.values("node_textfile_scrape_error") == [0]
        assert prometheus.values("count(cie_check_completed)") == [SETUPS]
        assert prometheus.values("sum(cie_users)") == [0]
        assert prometheus.values("count(cie_secret_captured_timestamp_seconds)") == [2 * SETUPS]
        assert prometheus.values("time() - max(cie_check_timestamp_seconds)")[0] < 60
        assert prometheus.alerts() == set()

        fine.clear()
        assert check.main(line) == Exit.FAILED
        until_blocking(lambda: bool(prometheus.alerts()), 30)
        assert prometheus.alerts() == {("CieCheckFailed", broken.id)}

        # Without a keyring nothing is known of the connections, and the file says that.
        with monkeypatch.context() as patch:
            patch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere")
            assert check.main(line) == Exit.NO_SECRETS
        until_blocking(lambda: len(prometheus.alerts("pending")) == SETUPS, 30)
        assert prometheus.alerts("pending") == {("CieCheckNotCompleted", each.id) for each in setups}
        assert prometheus.alerts() == set()

        late = time.time() - 3600
        text = output.read_text().splitlines()
        old = [f"{each.rsplit(' ', 1)[0]} {late}" if each.startswith("cie_check_timestamp") else each for each in text]
        output.write_text("\n".join([*old, ""]))
        until_blocking(lambda: bool(prometheus.alerts()), 30)
        assert prometheus.alerts() == {("CieCheckLate", each.id) for each in setups}
        output.unlink()
        until_blocking(lambda: ("CieCheckMissing", "") in prometheus.alerts("pending"), 30)
    capsys.readouterr()
