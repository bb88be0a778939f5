"""A practice run as an admin and a SCIM client see it: a real child process over real HTTP."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from app.guide.guide_file import read
from app.guide.vocabulary import RANDOM_GUID, Kind
from app.net import Answer, LoopbackClient
from app.practice.derived_secrets import DerivedSecrets
from app.practice.process import NotStarted, PracticeProcess, Started
from app.practice.server_state import PracticeDirectory, field_errors, sync_refusal
from app.scim.observation import Observation
from app.scim.tokens import Bearer, NotIssued, ServiceAccount, TokenSource
from app.values.api_regions import TOKEN_PATHS, Issuer
from app.values.rules import derive
from tests.support.until import until_answered
from ui.tour.visitor import ConsoleRefusal, ConsoleVisitor

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

SEED = "5c" * 32
ROOT = Path(__file__).resolve().parents[2]
TENANT_ID = "0f5e3a52-7a0b-4a55-9d3c-2f1f6f0f9a11"

GUIDE: dict[str, Any] = {
    "id": "sample",
    "name": "Sample",
    "short_name": "Sample",
    "hosting": "cloud",
    "scim_client": "Entra ID",
    "summary": "A guide for tests",
    "cie": {"name": "Cloud Identity Engine", "address": "a.example", "url": "https://a.example"},
    "portal": {"name": "Sample portal", "address": "b.example", "url": "https://b.example"},
    "verified_on": "2026-11-01",
    "prerequisites": [{"id": "one", "text": "A", "why": "B"}],
    "values": {
        "tenant_id": {"label": "Tenant ID", "kind": "guid", "origin": "Overview"},
        "base_url": {"label": "Base URL", "kind": "base-url", "origin": "CIE"},
        "token": {"label": "Bearer Token", "kind": "token", "origin": "CIE"},
    },
    "named_by": "tenant_id",
    "stages": [
        {
            "id": "s",
            "title": "S",
            "lead": "L",
            "steps": [
                {
                    "id": "a",
                    "lane": "cie",
                    "title": "Open it",
                    "do": ["T"],
                    "success": "S",
                    "failures": [{"sign": "a", "cause": "b", "repair": "c"}],
                }
            ],
        }
    ],
    "cadence": {
        "first_minutes": [1, 2],
        "interval_minutes": 40,
        "words": "W",
        "meanwhile": ["M"],
        "source": "x",
    },
    "test_requests": [
        {"path": "/Users", "query": {"filter": f'userName eq "{RANDOM_GUID}"'}, "expect": "empty"},
        {"path": "/Groups", "query": {"filter": f'displayName eq "{RANDOM_GUID}"'}, "expect": "empty"},
    ],
    "practice": {
        "catalog_title": "Gallery",
        "catalog": ["Sample Connector", "Sample Sign-in"],
        "fields": [{"label": "Tenant URL", "value": "base_url"}, {"label": "Secret Token", "value": "token"}],
        "save_needs_test": True,
        "assign_title": "Users and groups",
        "error_code": "SystemForCrossDomainIdentityManagement",
        "test_button": "Test Connection",
        "save_button": "Create configuration",
        "start_button": "Start Provisioning",
        "update_users": "PATCH",
        "update_groups": "PATCH",
        "tenant_values": {"tenant_id": TENANT_ID},
    },
    "sources": {"x": {"title": "X", "url": "https://x.example"}},
}

# The child reads this test's guide instead of the shipped ones; everything else is the program's own.
CHILD = (
    "import sys; from pathlib import Path; from app.guide import catalog, guide_file; "
    "catalog.guides = lambda: (guide_file.read(Path(sys.argv[1])),); "
    "from app.practice.server import main; sys.exit(main())"
)


def command(folder: Path) -> list[str]:
    path = folder / "guide.yaml"
    path.write_text(json.dumps(GUIDE), "utf-8")  # JSON is YAML
    return [sys.executable, "-c", CHILD, str(path)]


@asynccontextmanager
async def practice(folder: Path) -> AsyncIterator[tuple[ConsoleVisitor, LoopbackClient, PracticeProcess]]:
    process = PracticeProcess(command(folder))
    started = await process.start(folder / "state", SEED)
    assert isinstance(started, Started), started
    assert "key=" not in repr(started)
    try:
        async with LoopbackClient() as client:
            guide = read(folder / "guide.yaml")
            yield ConsoleVisitor(client, started, guide), client, process
    finally:
        await process.stop()


async def status(client: LoopbackClient, base_url: str, token: str, path: str = "/Users") -> int:
    answer = await client.request("GET", base_url + path, headers={"Authorization": f"Bearer {token}"})
    assert isinstance(answer, Answer)
    return answer.status


async def submitted(visitor: ConsoleVisitor) -> tuple[str, str]:
    base_url = await visitor.add_directory(TENANT_ID, "practice.example")
    token = await visitor.generate_token()
    assert isinstance(base_url, str), base_url
    assert isinstance(token, str), token
    assert await visitor.submit() is None
    assert await visitor.acknowledge() is None
    return base_url, token


def test_nothing_is_open_before_submit_and_a_new_token_ends_the_old_one(tmp_path: Path) -> None:
    async def story() -> None:
        async with practice(tmp_path) as (visitor, client, _):
            base_url = await visitor.add_directory("not an id", "Capital")
            assert isinstance(base_url, str)
            assert await visitor.submit() == ConsoleRefusal(
                " ".join((*field_errors("not an id", "Capital"), "Generate a token first."))
            )
            visitor.fields = {"Directory ID": TENANT_ID, "Directory Name": "practice.example"}
            old = await visitor.generate_token()
            assert isinstance(old, str)
            assert "token" not in (await visitor.get(visitor.directory)).ids, "the token is shown only once"
            for path in ("/Users", "/ServiceProviderConfig"):
                assert await status(client, base_url, old, path) == 401
            assert await visitor.submit() is None
            assert await status(client, base_url, old) == 200
            new = await visitor.generate_token()
            assert isinstance(new, str)
            assert await status(client, base_url, old) == 401
            assert await status(client, base_url, new) == 200
            assert await status(client, base_url.replace("/scim/", "/scim/x"), new) == 404

    asyncio.run(story())


def test_a_whole_run_survives_a_restart(tmp_path: Path) -> None:
    async def story() -> None:
        async with practice(tmp_path) as (visitor, client, process):
            assert await visitor.overview() == {"Tenant ID": TENANT_ID}
            base_url, token = await submitted(visitor)
            assert await visitor.create_app() is None
            assert await visitor.enter({"Tenant URL": base_url, "Secret Token": "wrong-token-wrong-token"}) is None
            assert "Unauthorized" in await visitor.test()
            assert "Test Connection" in await visitor.create()
            assert await visitor.enter({"Tenant URL": base_url, "Secret Token": token}) is None
            assert "accepted" in await visitor.test()
            assert await visitor.create() == "The connection was saved."
            assert "Assign" in await visitor.start()
            await visitor.assign()
            assert await visitor.start() == "Provisioning started."
            progress = await visitor.status()
            assert progress.message == "Sending"
            progress = await until_answered(visitor.status, lambda progress: progress.steady.startswith("20"))
            assert (progress.message, progress.users, progress.groups) == (
                "Everything was sent",
                "12",
                "3",
            )
            assert await visitor.full_sync() == "Sync started"
            assert await visitor.full_sync() == "Sync in progress"
            (row, *_) = await until_answered(visitor.directories, lambda rows: rows[0].status == "Success")
            assert (row.directory, row.client, row.users, row.groups) == (
                "practice.example",
                "Entra ID",
                "12",
                "3",
            )
            assert row.timestamp.endswith("UTC")
            assert "seconds" in await visitor.full_sync()
            group = await client.request("GET", base_url + "/Groups", headers={"Authorization": f"Bearer {token}"})
            assert isinstance(group, Answer)
            sizes = {g["displayName"]: len(g["members"]) for g in json.loads(group.body)["Resources"]}
            assert sizes == {"Network Admins": 4, "Finance": 3, "Contractors": 2}
            child = process.pid
        assert child is not None

        saved = "".join(path.read_text("utf-8") for path in (tmp_path / "state").iterdir())
        assert TENANT_ID in saved
        for secret in (token, urlsplit(base_url).path.split("/")[2], SEED):
            assert secret not in saved
        if sys.platform != "win32":
            assert (tmp_path / "state" / "practice.json").stat().st_mode & 0o777 == 0o600

        async with practice(tmp_path) as (visitor, client, _):
            assert await status(client, base_url, token) == 200, "Base URL and token still work"
            assert (await visitor.directories())[0] == row
            assert (await visitor.status()) == progress
            assert await visitor.start() == "Provisioning started.", "the saved connection still works"

    asyncio.run(story())


async def fetched(client: LoopbackClient, base_url: str, account: dict[str, str], scope: str) -> Bearer | NotIssued:
    token_url = base_url.partition("/scim")[0] + TOKEN_PATHS[Issuer.PAGES]
    wanted = ServiceAccount(token_url, account["Client ID"], account["Client Secret"], scope)
    return await TokenSource(wanted, practice=True).bearer()


def test_a_service_account_opens_only_the_directory_that_names_it(tmp_path: Path) -> None:
    async def story() -> None:
        async with practice(tmp_path) as (visitor, client, _):
            base_url = await visitor.add_directory(TENANT_ID, "practice.example")
            assert isinstance(base_url, str)
            visitor.use_service_account("nobody@1.iam.panserviceaccount")
            assert await visitor.submit() == ConsoleRefusal("No service account has that name.")
            account, other = await visitor.create_service_account(), await visitor.create_service_account()
            assert isinstance(account, dict)
            assert isinstance(other, dict)
            scope = derive(Kind.SCOPE, account["Service Account Name"]).value or ""
            issued = await fetched(client, base_url, account, scope)
            assert isinstance(issued, Bearer)
            assert await status(client, base_url, issued.token) == 401, "nothing is open before Submit"
            visitor.use_service_account(account["Service Account Name"])
            assert await visitor.submit() is None
            assert await status(client, base_url, issued.token) == 200
            stranger = await fetched(client, base_url, other, scope)
            assert isinstance(stranger, Bearer)
            assert await status(client, base_url, stranger.token) == 401, "CIE names another account"
            assert await status(client, base_url, issued.token + "0") == 401
            wrong = {**account, "Client Secret": other["Client Secret"]}
            for attempt in (
                await fetched(client, base_url, wrong, scope),
                await fetched(client, base_url, account, "tsg_id:9999"),
            ):
                assert isinstance(attempt, NotIssued)
                assert attempt.observation is Observation.CLIENT_REFUSED
            secret = account["Client Secret"]
        saved = "".join(path.read_text("utf-8") for path in (tmp_path / "state").iterdir())
        assert secret not in saved
        assert issued.token not in saved

    asyncio.run(story())


def test_a_fetched_token_expires_after_fifteen_minutes() -> None:
    derived = DerivedSecrets(bytes.fromhex(SEED))
    token = derived.issue(1, 900)
    assert derived.issued(token, 899.0) == 1
    assert derived.issued(token, 900.0) is None
    assert derived.issued(token.replace("900", "901"), 0.0) is None
    assert DerivedSecrets(b"x" * 32).issued(token, 0.0) is None


def test_other_hosts_other_sites_and_other_programs_are_refused(tmp_path: Path) -> None:
    async def story() -> None:
        async with practice(tmp_path) as (visitor, client, _):
            base_url, token = await submitted(visitor)
            bearer = {"Authorization": f"Bearer {token}"}
            origin = base_url.partition("/scim")[0]
            port = urlsplit(origin).port
            for url, headers, wanted in (
                (base_url + "/Users", {**bearer, "Host": f"evil.example:{port}"}, 421),
                (base_url + "/Users", {**bearer, "Origin": "https://evil.example"}, 403),
                (origin + "/cie", {}, 403),
                (origin + "/portal/sample?key=wrong", {}, 403),
                (origin + "/cie", {"cookie": visitor.cookie}, 200),
                (visitor.consoles.portal_url(visitor.guide.id), {}, 303),
            ):
                answer = await client.request("GET", url, headers=headers)
                assert isinstance(answer, Answer)
                assert answer.status == wanted, url
            key = visitor.consoles.cie_url.partition("?")[2]
            for elsewhere in (
                "//evil.example/",
                "//evil.example/cie",
                "/cie/",
                "/cie/new",
                f"/portal/{visitor.guide.id}",
            ):
                led = await client.request("GET", f"{origin}{elsewhere}?{key}")
                assert (led.status, getattr(led, "headers", {}).get("location")) == (403, None)
            led = await client.request("GET", f"{origin}/cie?{key}&next=//evil.example")
            assert (led.status, getattr(led, "headers", {}).get("location")) == (303, "/cie")
            no_csrf = await client.request(
                "POST", origin + "/cie/new", headers={"cookie": visitor.cookie}, content=b"client=Okta"
            )
            assert isinstance(no_csrf, Answer)
            assert no_csrf.status == 403
            opened = await client.request("GET", visitor.consoles.cie_url)
            assert isinstance(opened, Answer)
            cookie = opened.headers["set-cookie"].lower()
            assert "httponly" in cookie
            assert "samesite=strict" in cookie

    asyncio.run(story())


def test_the_server_ends_when_its_parent_is_killed(tmp_path: Path) -> None:
    # A separate parent, so that it can be killed without warning; it prints the child's id.
    parent_code = (
        "import subprocess, sys, json, time\n"
        "order, *command = sys.argv[1:]\n"
        "child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)\n"
        "child.stdin.write(order.encode() + b'\\n'); child.stdin.flush()\n"
        "child.stdout.readline(); print(child.pid, flush=True); time.sleep(60)\n"
    )
    order = json.dumps({"seed": SEED, "state_dir": str(tmp_path / "state"), "key_secret": SEED})
    parent = subprocess.Popen(
        [sys.executable, "-c", parent_code, order, *command(tmp_path)], stdout=subprocess.PIPE, cwd=ROOT
    )
    assert parent.stdout is not None
    assert parent.stdout.readline().strip().isdigit()
    port = json.loads((tmp_path / "state" / "practice.json").read_text("utf-8"))["port"]
    parent.kill()
    parent.wait()
    parent.stdout.close()

    async def refused() -> None:
        async with LoopbackClient() as client:
            ask = partial(client.request, "GET", f"http://127.0.0.1:{port}/cie")
            await until_answered(ask, lambda answer: not isinstance(answer, Answer), 3)

    asyncio.run(refused())


def test_a_child_that_cannot_serve_is_reported(tmp_path: Path) -> None:
    process = PracticeProcess([sys.executable, "-c", "raise SystemExit(3)"])
    assert isinstance(asyncio.run(process.start(tmp_path, SEED)), NotStarted)
    assert not process.running


def test_full_sync_waits_ninety_seconds_after_the_last_one() -> None:
    end = datetime(2026, 11, 1, 12, tzinfo=UTC)
    synced = PracticeDirectory(key="1", scim_client="Okta", submitted=True, sync_started=end, sync_completed=end)
    assert "85 seconds" in (sync_refusal(synced, end + timedelta(seconds=5.5)) or "")
    assert sync_refusal(synced, end + timedelta(seconds=90)) is None
    assert sync_refusal(synced.model_copy(update={"submitted": False}), end) == "Submit this directory first."
