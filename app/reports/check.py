"""``cie-scim-assistant check``: Test Connection without a window, for monitoring and tickets, on one setup or all.

Reads the setups' files and the keyring, which is never asked to prompt, sends read-only requests to SCIM endpoints, and
changes nothing. The output holds no host, path, token or user name. For exit codes see ``Exit``.
"""

from __future__ import annotations

import asyncio
import json
import math
import os
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from app.reports.check_formats import (
    CheckFormat,
    CheckReport,
    entry,
    head,
    line,
    plugin_line,
    plugin_state,
    render,
)
from app.reports.command import OutputError, Parser, put, run, say
from app.reports.exit_code import Exit
from app.reports.setup_check import CheckResult, Phase, SetupChecks, unchecked
from app.setup.sentences import setup_name
from app.setup.store import Store
from app.system import clock, files, policy
from app.system.environment import SESSION_BUS
from app.system.paths import data_dir
from app.system.threads import DaemonThreadLoop
from app.vault import Vault, VaultStatus
from app.vault.credentials import VARIABLE, unit_credentials

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from app.session.access import SecretStore
    from app.setup.state import Setup
    from app.setup.store import SetupListing
    from app.system.policy import InvalidPolicy, Policy

LIMIT_SECONDS: Final = 60.0
"""For the check of one setup, unless the command line says otherwise."""
LIMIT_OF_ALL: Final = 600.0
"""For the checks of all setups together."""
LONGEST_SECONDS: Final = 3600.0

READABLE: Final = 0o644
"""The permissions of the output: node exporter reads it as another user."""

NO_END: Final = {
    Phase.FILES: "The file of the setup or of the policy could not be read within {limit:g} s.",
    Phase.KEYRING: "The keyring did not answer within {limit:g} s.",
    Phase.ENDPOINT: "Test Connection did not end within {limit:g} s.",
}

NO_KEYRING: Final = "No keyring can be reached, so the secrets can't be read."
NO_BUS: Final = (
    f"There is no session bus here, as in a cron job: {SESSION_BUS} isn't set. Run check in the session in "
    "which the keyring is unlocked, for example by a systemd user timer."
)
NO_CREDENTIALS: Final = (
    f"This process has no credentials: {VARIABLE} isn't set. Run it in a systemd unit with LoadCredentialEncrypted=."
)
NO_SETUPS: Final = "There is no setup to check."
NO_TAG: Final = "No setup has this tag."

NAGIOS_USAGE: Final = {
    Exit.USAGE: "The command line is wrong. Run check --help.",
    Exit.INTERNAL: "A bug in this program. Its kind and place are on standard error.",
    Exit.NOT_WRITTEN: "The output can't be written.",
}
"""What the first line says if no report was made."""


def main(arguments: Sequence[str]) -> int:
    """Run one check, or the checks of all setups."""
    code = run(_main, arguments)
    if CheckFormat.NAGIOS not in arguments and f"--format={CheckFormat.NAGIOS}" not in arguments:
        return code
    if code in NAGIOS_USAGE:
        with suppress(OutputError):
            put(plugin_line(code, NAGIOS_USAGE[code]))
    return plugin_state(code)


def _main(arguments: Sequence[str]) -> Exit:
    parser = Parser(
        prog="cie-scim-assistant check",
        description="Run Test Connection on stored setups. Read-only, without a window and without a prompt.",
        epilog="Exit codes: 0 passed, 1 a check failed, 2 usage error, 3 no such setup, 4 secrets unavailable, "
        "5 forbidden by policy, 6 time limit reached, 7 output not written, 8 internal error. With --format nagios: "
        "0 passed, 2 a check failed, 3 anything else.",
        allow_abbrev=False,
    )
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("setup", nargs="?", metavar="SETUP", help="id of the setup, or its name as on the home page")
    what.add_argument("--all", action="store_true", help="check all setups, at most four at a time")
    what.add_argument("--list", action="store_true", help="print the ids of all setups instead")
    parser.add_argument("--tag", metavar="TAG", help="with --all or --list: only setups with this tag")
    parser.add_argument("--names", action="store_true", help="print names of setups too")
    parser.add_argument(
        "--format",
        choices=[form.value for form in CheckFormat],
        default=CheckFormat.TEXT.value,
        help="text (default), json, openmetrics for Prometheus, or nagios for a monitoring plug-in",
    )
    parser.add_argument(
        "--json", dest="format", action="store_const", const=CheckFormat.JSON.value, help="the same as --format json"
    )
    parser.add_argument("--output", type=Path, metavar="FILE", help="write to this file, in one step, mode 0644")
    parser.add_argument(
        "--timeout",
        type=float,
        metavar="SECONDS",
        help=f"end after so many seconds at most (default: {LIMIT_SECONDS:g}, with --all {LIMIT_OF_ALL:g})",
    )
    parser.add_argument(
        "--secrets",
        choices=("keyring", "credentials"),
        default="keyring",
        help=f"read secrets from the keyring (default), or from ${VARIABLE} of a systemd unit, as the files "
        "ID.base-url and ID.token",
    )
    parser.add_argument("--practice", action="store_true", help="use the practice setups")
    parser.add_argument("--data-dir", type=Path, metavar="DIR", help="folder with the setups")
    known = parser.parse_args(arguments)
    known.format = CheckFormat(known.format)
    if known.list and known.format not in (CheckFormat.TEXT, CheckFormat.JSON):
        parser.error("--list takes --format text or json")
    if known.tag is not None and known.setup is not None:
        parser.error("--tag needs --all or --list")
    if known.timeout is None:
        known.timeout = LIMIT_OF_ALL if known.all else LIMIT_SECONDS
    if not (math.isfinite(known.timeout) and 0 < known.timeout <= LONGEST_SECONDS):
        parser.error(f"--timeout takes a number of seconds up to {LONGEST_SECONDS:g}")
    with asyncio.Runner(loop_factory=DaemonThreadLoop) as runner:
        report = runner.run(CheckCommand(known).run())
    if isinstance(report, _SetupIds):
        return _deliver_ids(report, known)
    if report.why and known.format is not CheckFormat.JSON:
        say(report.why)
    _write(render(report, known.format), known.output)
    return report.code


def _write(text: str, output: Path | None) -> None:
    """Print a text, or write it to that file, unless it is empty. Raises OutputError."""
    if text and output is None:
        put(text)
    elif text and output is not None:
        try:
            # Its temporary name does not end in .prom, so no collector reads half of it.
            files.replace_atomically(output, f"{text}\n".encode(), None, permissions=READABLE)
        except OSError as error:
            raise OutputError(files.reason(error), "The output file") from None


def _deliver_ids(found: _SetupIds, known: argparse.Namespace) -> Exit:
    """Print the ids of the setups, or write them to the file. Raises OutputError."""
    code = Exit.NO_SETUP if found.unreadable else Exit.PASSED
    if known.format is CheckFormat.JSON:
        entries = [entry(setup, names=known.names) for setup in found.setups]
        rest = {"exit": int(code), "setups": entries, "unreadable": found.unreadable}
        _write(json.dumps(head() | rest, indent=2), known.output)
        return code
    _write("\n".join(line(setup, names=known.names) for setup in found.setups), known.output)
    for trouble in found.unreadable:
        say(trouble)
    return code


@dataclass(frozen=True, slots=True)
class _SetupIds:
    """What a list shows."""

    setups: Sequence[Setup]
    unreadable: Sequence[str]


@dataclass(frozen=True, slots=True)
class _Refusal:
    """Why nothing can be checked."""

    code: Exit
    why: str


class CheckCommand:
    """One run of the command."""

    def __init__(self, known: argparse.Namespace) -> None:
        self._known = known
        self._phase = Phase.FILES
        self._setups: tuple[Setup, ...] = ()
        """The setups that the command line names."""
        self._unreadable: tuple[CheckResult, ...] = ()
        self._checks: SetupChecks | None = None

    async def run(self) -> CheckReport | _SetupIds:
        """Run within the time limit, whatever does not answer."""
        try:
            async with asyncio.timeout(self._known.timeout) as limit:
                return await self._run()
        except TimeoutError:
            if not limit.expired():
                raise
        phase = self._checks.phase if self._checks is not None else self._phase
        return self._report(_Refusal(Exit.LIMIT, NO_END[phase].format(limit=self._known.timeout)))

    async def _run(self) -> CheckReport | _SetupIds:
        found = await asyncio.to_thread(policy.read)
        refusal = self._forbidden(found)
        if refusal is not None and not self._known.all:
            return self._report(refusal)
        if (wrong := clock.problem(clock.now())) is not None:
            say(wrong)
        listing = await asyncio.to_thread(self._read)
        if self._known.list:
            return _SetupIds([setup for setup in listing.setups if self._tagged(setup)], _unreadable(listing))
        refusal = self._choose(listing) or refusal
        if refusal is not None or isinstance(found, policy.InvalidPolicy):
            return self._report(refusal)
        self._phase = Phase.KEYRING
        if self._known.secrets == "credentials":
            credentials = unit_credentials()
            if credentials is None:
                return self._report(_Refusal(Exit.NO_SECRETS, NO_CREDENTIALS))
            return await self._check(credentials, found)
        # A keyring that does not answer one question answers no other: the metrics say so after a minute.
        patience = min(self._known.timeout, LIMIT_SECONDS)
        vault = Vault("practice" if self._known.practice else "setup", limit_seconds=patience)
        try:
            if (locked := await self._keyring(vault)) is not None:
                return self._report(_Refusal(Exit.NO_SECRETS, locked))
            return await self._check(vault, found)
        finally:
            vault.close()

    def _forbidden(self, found: Policy | InvalidPolicy) -> _Refusal | None:
        """Return what the policy of this computer forbids."""
        if isinstance(found, policy.InvalidPolicy):
            return _Refusal(Exit.FORBIDDEN, found.sentence)
        if self._known.practice and not found.practice:
            return _Refusal(Exit.FORBIDDEN, found.refusal(policy.NO_PRACTICE))
        if self._known.secrets == "credentials" and found.keyring_required:
            return _Refusal(Exit.FORBIDDEN, found.refusal(policy.NO_KEYRING))
        return None

    def _read(self) -> SetupListing:
        base = self._known.data_dir or data_dir()
        return Store(base / "practice" if self._known.practice else base, practice=self._known.practice).list(
            repair=False
        )

    def _tagged(self, setup: Setup) -> bool:
        wanted: str | None = self._known.tag
        return wanted is None or any(tag.casefold() == wanted.casefold() for tag in setup.tags)

    def _choose(self, listing: SetupListing) -> _Refusal | None:
        """Find the setups that the command line names. Return why there are none."""
        if not self._known.all:
            chosen = self._named(listing)
            if isinstance(chosen, str):
                return _Refusal(Exit.NO_SETUP, chosen)
            self._setups = (chosen,)
            return None
        self._setups = tuple(setup for setup in listing.setups if self._tagged(setup))
        readable = {setup.id for setup in listing.setups}
        troubles = [trouble for trouble in listing.troubles if trouble.setup_id not in readable]
        if unlisted := [trouble.sentence for trouble in troubles if not trouble.setup_id]:
            return _Refusal(Exit.NO_SETUP, unlisted[0])
        # Their tags aren't known, so they belong to every report.
        self._unreadable = tuple(
            CheckResult(trouble.setup_id, None, Exit.NO_SETUP, trouble.sentence, clock.now()) for trouble in troubles
        )
        if self._setups or self._unreadable:
            return None
        return _Refusal(Exit.NO_SETUP, NO_SETUPS if self._known.tag is None else NO_TAG)

    def _named(self, listing: SetupListing) -> Setup | str:
        wanted = self._known.setup
        named = [s for s in listing.setups if s.id == wanted or setup_name(s).casefold() == wanted.casefold()]
        if len(named) == 1:
            return named[0]
        if named:
            return f"{len(named)} setups have this name. Use an id instead: {', '.join(setup.id for setup in named)}."
        return " ".join(["No setup has this name or id. Run check --list for the ids.", *_unreadable(listing)])

    async def _check(self, store: SecretStore, policy: Policy) -> CheckReport:
        self._checks = SetupChecks(
            self._setups,
            store,
            policy,
            counts=self._known.format is CheckFormat.OPENMETRICS,
            captured=self._stores_captured,
        )
        await self._checks.run()
        return self._report(None)

    @property
    def _stores_captured(self) -> bool:
        """Whether the secrets are those that the setups captured. What a unit got may be others."""
        return bool(self._known.secrets == "keyring")

    def _report(self, refusal: _Refusal | None) -> CheckReport:
        """Report what is known of every setup; what was not checked has the code and sentence of the refusal."""
        code, why = (refusal.code, refusal.why) if refusal is not None else (Exit.INTERNAL, "")
        if self._checks is not None:
            results = self._checks.results(code, why)
            why = ""  # each result says it
        else:
            captured = self._stores_captured
            results = tuple(unchecked(setup, code, why, captured=captured) for setup in self._setups)
        results += self._unreadable
        if results and not self._known.all and not results[0].completed:
            why = results[0].title
        codes = [result.code for result in results]
        if refusal is None or self._checks is not None:
            code = Exit.FAILED if Exit.FAILED in codes else max(codes)
        return CheckReport(code, results, why, every=self._known.all, names=self._known.names)

    @staticmethod
    async def _keyring(vault: Vault) -> str | None:
        """Why the keyring cannot be read without a prompt; None if it can."""
        status = (await vault.stored_values()).status
        if status is VaultStatus.READ:
            return None
        if status is not VaultStatus.MEMORY:
            return status.words
        cut_off = sys.platform == "linux" and SESSION_BUS not in os.environ
        return f"{NO_KEYRING} {NO_BUS}" if cut_off else NO_KEYRING


def _unreadable(listing: SetupListing) -> list[str]:
    """Why setups cannot be read. What is said about a readable one may contain its name."""
    readable = {setup.id for setup in listing.setups}
    return [trouble.sentence for trouble in listing.troubles if trouble.setup_id not in readable]
