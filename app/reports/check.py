"""``cie-scim-assistant check SETUP``: Test Connection without a window, for monitoring and tickets.

Reads the setup's file and the keyring, which is never asked to prompt, sends read-only requests to the SCIM endpoint,
and changes nothing. The output holds no host, path, token or user name. For exit codes see ``Exit``.
"""

from __future__ import annotations

import asyncio
import json
import math
import os
import sys
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from app import __version__
from app.diagnosis.findings import sentence
from app.diagnosis.runs import keep
from app.guide import catalog
from app.guide.guide_file import GuideError
from app.reports.command import Parser, put, run, say
from app.reports.exit_code import Exit
from app.session.access import AccessMissing, Obstacle
from app.session.connection import Connection
from app.session.open_setup import utc_now
from app.setup.sentences import setup_name
from app.setup.status import status
from app.setup.store import Store
from app.system import clock, policy
from app.system.paths import data_dir
from app.system.threads import DaemonThreadLoop
from app.vault import Vault, VaultStatus

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from app.guide.model import Guide
    from app.scim.connection_test import Finding
    from app.setup.state import Setup
    from app.setup.store import SetupListing
    from app.system.policy import Policy

LIMIT_SECONDS: Final = 60.0
"""For a check as a whole, unless the command line says otherwise."""
LONGEST_SECONDS: Final = 3600.0


class Phase(StrEnum):
    """What a check is waiting for."""

    FILES = "files"
    KEYRING = "keyring"
    ENDPOINT = "endpoint"


NO_END: Final = {
    Phase.FILES: "The file of the setup or of the policy could not be read within {limit:g} s.",
    Phase.KEYRING: "The keyring did not answer within {limit:g} s.",
    Phase.ENDPOINT: "Test Connection did not end within {limit:g} s.",
}

NO_KEYRING: Final = "No keyring can be reached, so the secrets can't be read."
NO_BUS: Final = (
    "There is no session bus here, as in a cron job: DBUS_SESSION_BUS_ADDRESS isn't set. Set it to the bus of the "
    "session in which the keyring is unlocked."
)


def main(arguments: Sequence[str]) -> Exit:
    """Run one check."""
    return run(_main, arguments)


def _main(arguments: Sequence[str]) -> Exit:
    parser = Parser(
        prog="cie-scim-assistant check",
        description="Run Test Connection on a stored setup. Read-only, without a window and without a prompt.",
        epilog="Exit codes: 0 passed, 1 a check failed, 2 usage error, 3 no such setup, 4 secrets unavailable, "
        "5 forbidden by policy, 6 time limit reached, 7 output not written, 8 internal error.",
        allow_abbrev=False,
    )
    parser.add_argument("setup", nargs="?", metavar="SETUP", help="id of the setup, or its name as on the home page")
    parser.add_argument("--list", action="store_true", help="print the ids of all setups instead")
    parser.add_argument("--names", action="store_true", help="print names of setups too")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument(
        "--timeout",
        type=float,
        default=LIMIT_SECONDS,
        metavar="SECONDS",
        help=f"end after so many seconds at most (default: {LIMIT_SECONDS:g})",
    )
    parser.add_argument("--practice", action="store_true", help="use the practice setups")
    parser.add_argument("--data-dir", type=Path, metavar="DIR", help="folder with the setups")
    known = parser.parse_args(arguments)
    if (known.setup is None) is not known.list:
        parser.error("give either SETUP or --list")
    if not (math.isfinite(known.timeout) and 0 < known.timeout <= LONGEST_SECONDS):
        parser.error(f"--timeout takes a number of seconds up to {LONGEST_SECONDS:g}")
    output = Output(as_json=known.json, names=known.names)
    with asyncio.Runner(loop_factory=DaemonThreadLoop) as runner:
        return runner.run(CheckCommand(known, output).run())


@dataclass(slots=True)
class Output:
    """How the command prints, and what it knows of the setup that it prints about."""

    as_json: bool
    names: bool = False
    setup: Setup | None = None

    @property
    def head(self) -> dict[str, Any]:
        """What every JSON object begins with."""
        known = {"version": __version__, "at": clock.now().astimezone().isoformat(timespec="seconds")}
        return known if self.setup is None else known | self.entry(self.setup)

    def entry(self, setup: Setup) -> dict[str, str]:
        """A setup by its id and client, and by its name if that was asked for."""
        return {"setup": setup.id, "client": setup.guide} | ({"name": setup_name(setup)} if self.names else {})

    def end(self, code: Exit, why: str) -> Exit:
        """Print why nothing was checked."""
        if self.as_json:
            put(json.dumps({**self.head, "exit": int(code), "title": why}, indent=2))
        else:
            say(why)
        return code


class CheckCommand:
    """One run of the command."""

    def __init__(self, known: argparse.Namespace, output: Output) -> None:
        self._known = known
        self._output = output
        self._phase = Phase.FILES

    async def run(self) -> Exit:
        """Run within the time limit, whatever does not answer."""
        try:
            async with asyncio.timeout(self._known.timeout) as limit:
                return await self._run()
        except TimeoutError:
            if not limit.expired():
                raise
        return self._output.end(Exit.LIMIT, NO_END[self._phase].format(limit=self._known.timeout))

    async def _run(self) -> Exit:
        found = await asyncio.to_thread(policy.read)
        if isinstance(found, policy.InvalidPolicy):
            return self._output.end(Exit.FORBIDDEN, found.sentence)
        if self._known.practice and not found.practice:
            return self._output.end(Exit.FORBIDDEN, found.refusal(policy.NO_PRACTICE))
        if (wrong := clock.problem(clock.now())) is not None:
            say(wrong)
        listing = await asyncio.to_thread(self._read)
        if self._known.list:
            return self._list(listing)
        setup = self._chosen(listing)
        return self._output.end(Exit.NO_SETUP, setup) if isinstance(setup, str) else await self._check(setup, found)

    def _read(self) -> SetupListing:
        base = self._known.data_dir or data_dir()
        return Store(base / "practice" if self._known.practice else base, practice=self._known.practice).list(
            repair=False
        )

    def _list(self, listing: SetupListing) -> Exit:
        entries = [self._output.entry(setup) for setup in listing.setups]
        troubles = _unreadable(listing)
        code = Exit.NO_SETUP if troubles else Exit.PASSED
        if self._output.as_json:
            rest = {"exit": int(code), "setups": entries, "unreadable": troubles}
            put(json.dumps({**self._output.head, **rest}, indent=2))
            return code
        for entry in entries:
            put("  ".join(entry.values()))
        for trouble in troubles:
            say(trouble)
        return code

    def _chosen(self, listing: SetupListing) -> Setup | str:
        wanted = self._known.setup
        named = [s for s in listing.setups if s.id == wanted or setup_name(s).casefold() == wanted.casefold()]
        if len(named) == 1:
            return named[0]
        if named:
            return f"{len(named)} setups have this name. Use an id instead: {', '.join(setup.id for setup in named)}."
        return " ".join(["No setup has this name or id. Run check --list for the ids.", *_unreadable(listing)])

    async def _check(self, setup: Setup, policy: Policy) -> Exit:
        self._output.setup = setup
        try:
            guide = await asyncio.to_thread(catalog.guide, setup.guide)
        except KeyError:
            return self._output.end(Exit.NO_SETUP, f"This version has no guide for {setup.client}.")
        except GuideError as error:
            return self._output.end(Exit.NO_SETUP, f"The guide for {setup.client} cannot be used. {error}.")
        self._phase = Phase.KEYRING
        vault = Vault("practice" if setup.practice else "setup", limit_seconds=self._known.timeout)
        try:
            if (locked := await self._keyring(vault)) is not None:
                return self._output.end(Exit.NO_SECRETS, locked)
            connection = Connection(vault, lambda: (guide, setup), policy=policy)
            findings = await connection.test(self._endpoint_asked, attended=False)
        finally:
            vault.close()
        if isinstance(findings, AccessMissing):
            code = Exit.FORBIDDEN if findings.obstacle is Obstacle.POLICY else Exit.NO_SECRETS
            return self._output.end(code, findings.sentence)
        return report(findings, guide, setup, self._output)

    def _endpoint_asked(self, _finding: Finding) -> None:
        self._phase = Phase.ENDPOINT

    @staticmethod
    async def _keyring(vault: Vault) -> str | None:
        """Why the keyring cannot be read without a prompt; None if it can."""
        status = (await vault.stored_values()).status
        if status is VaultStatus.READ:
            return None
        if status is not VaultStatus.MEMORY:
            return status.words
        cut_off = sys.platform == "linux" and "DBUS_SESSION_BUS_ADDRESS" not in os.environ
        return f"{NO_KEYRING} {NO_BUS}" if cut_off else NO_KEYRING


def _unreadable(listing: SetupListing) -> list[str]:
    """Why setups cannot be read. What is said about a readable one may contain its name."""
    readable = {setup.id for setup in listing.setups}
    return [trouble.sentence for trouble in listing.troubles if trouble.setup_id not in readable]


def report(findings: Sequence[Finding], guide: Guide, setup: Setup, output: Output) -> Exit:
    """Print findings and causes."""
    from app.diagnosis.causes import explain
    from app.diagnosis.setup_facts import SetupFacts

    whole_status = status(guide, setup.with_(runs=(keep(findings, utc_now()),)))
    diagnosis = explain(findings, SetupFacts.of(guide, setup))
    causes = []
    for cause in diagnosis.causes if diagnosis is not None else ():
        step = cause.action
        where = {"step": step.step, "number": step.number, "title": step.title} if step is not None else None
        causes.append({"id": cause.id, "sentence": cause.sentence, "evidence": cause.evidence, "revisit": where})
    code = Exit.PASSED if diagnosis is None else Exit.FAILED
    if output.as_json:
        checks = [
            {
                "check": finding.check.value,
                "verdict": finding.verdict.value,
                "observation": finding.observation.value,
                "seconds": finding.seconds,
                "status": finding.status,
                "sentence": sentence(finding),
            }
            for finding in findings
        ]
        summary = {"title": diagnosis.title if diagnosis else None, "causes": causes}
        whole = {**output.head, "exit": int(code), "status": whole_status.value, "checks": checks, **summary}
        put(json.dumps(whole, indent=2))
        return code
    lines = []
    for finding in findings:
        took = f"  {finding.seconds * 1000:,.0f} ms" if finding.seconds is not None else ""
        lines.append(f"{finding.verdict.value:<11} {finding.check.words}: {sentence(finding)}{took}")
    if diagnosis is not None:
        lines.append(f"\n{diagnosis.title}")
        for number, cause in enumerate(diagnosis.causes, start=1):
            at = f" (step {cause.action.number}, {cause.action.title})" if cause.action is not None else ""
            lines.append(f"{number}. {cause.sentence}{at}\n   {cause.evidence}")
    lines += [f"\nSetup: {whole_status.words}", "  ".join(output.head.values())]
    put("\n".join(lines))
    return code
