"""``cie-scim-assistant check SETUP``: Test Connection without a window, for monitoring and tickets.

Reads the setup's file and the keyring, sends read-only requests to the SCIM endpoint, and changes nothing. The output
holds no host, path, token or user name. For exit codes see ``Exit``.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from app.diagnosis.findings import sentence, title
from app.diagnosis.runs import keep
from app.guide import catalog
from app.guide.guide_file import GuideError
from app.reports.exit_code import Exit
from app.session.connection import Connection
from app.session.open_setup import utc_now
from app.setup.sentences import STATUSES, setup_name
from app.setup.status import status
from app.setup.store import Store
from app.system import log, policy
from app.system.hardening import harden
from app.system.paths import data_dir as own
from app.vault import Vault

if TYPE_CHECKING:
    from app.guide.model import Guide
    from app.scim.connection_test import Finding
    from app.setup.state import Setup


def main(arguments: list[str]) -> int:
    """Run one check; returns an ``Exit``."""
    harden()
    log.limit_library_logs()
    parser = argparse.ArgumentParser(
        prog="cie-scim-assistant check",
        description="Run Test Connection on a stored setup. Read-only, without a window.",
        epilog="Exit codes: 0 passed, 1 a check failed, 2 usage error, 3 no such setup, 4 secrets unavailable, "
        "5 forbidden by the policy.",
        allow_abbrev=False,
    )
    parser.add_argument("setup", metavar="SETUP", help="name (as on the home page) or id of the setup")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--practice", action="store_true", help="use the practice setups")
    parser.add_argument("--data-dir", type=Path, metavar="DIR", help="folder with the setups")
    known = parser.parse_args(arguments)
    if known.practice and isinstance(found := policy.read(), policy.Policy) and not found.practice:
        return _end(Exit.FORBIDDEN, found.refusal(policy.NO_PRACTICE), as_json=known.json)
    setup = _find(known.setup, known.data_dir, practice=known.practice)
    if isinstance(setup, str):
        return _end(Exit.NO_SETUP, setup, as_json=known.json)
    return asyncio.run(_check(setup, as_json=known.json))


def _find(wanted: str, data_dir: Path | None, *, practice: bool) -> Setup | str:
    base = data_dir or own()
    listing = Store(base / "practice" if practice else base, practice=practice).list(repair=False)
    named = [s for s in listing.setups if s.id == wanted or setup_name(s).casefold() == wanted.casefold()]
    if len(named) == 1:
        return named[0]
    if named:
        return f"{len(named)} setups have this name. Use an id instead: {', '.join(setup.id for setup in named)}."
    troubles = " ".join(trouble.sentence for trouble in listing.troubles)
    return f"No setup has this name or id. {troubles}".strip()


async def _check(setup: Setup, *, as_json: bool) -> int:
    try:
        guide = catalog.guide(setup.guide)
    except KeyError:
        return _end(Exit.NO_SETUP, f"This version has no guide for {setup.client}.", as_json=as_json)
    except GuideError as error:
        return _end(Exit.NO_SETUP, f"The guide for {setup.client} cannot be used. {error}.", as_json=as_json)
    applied = policy.read()
    if isinstance(applied, policy.InvalidPolicy):
        return _end(Exit.NO_SECRETS, applied.sentence, as_json=as_json)
    vault = Vault("practice" if setup.practice else "setup")
    try:
        findings = await Connection(vault, lambda: (guide, setup), policy=applied).test(attended=False)
    finally:
        vault.close()
    if isinstance(findings, str):
        return _end(Exit.NO_SECRETS, findings, as_json=as_json)
    return report(findings, guide, setup, as_json=as_json)


def report(findings: tuple[Finding, ...], guide: Guide, setup: Setup, *, as_json: bool) -> int:
    """Print findings and causes; returns an ``Exit``."""
    from app.diagnosis.causes import explain
    from app.diagnosis.setup_facts import SetupFacts

    stands = status(guide, setup.with_(runs=(keep(findings, utc_now()),)))
    diagnosis = explain(findings, SetupFacts.of(guide, setup))
    causes = []
    for cause in diagnosis.causes if diagnosis is not None else ():
        step = cause.action
        where = {"step": step.step, "number": step.number, "title": step.title} if step is not None else None
        causes.append({"sentence": cause.sentence, "evidence": cause.evidence, "revisit": where})
    code = Exit.PASSED if diagnosis is None else Exit.FAILED
    if as_json:
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
        print(
            json.dumps(
                {"client": guide.id, "exit": int(code), "status": stands.value, "checks": checks, **summary}, indent=2
            )
        )
        return code
    for finding in findings:
        took = f"  {finding.seconds * 1000:,.0f} ms" if finding.seconds is not None else ""
        print(f"{finding.verdict.value:<11} {title(finding.check)}: {sentence(finding)}{took}")
    if diagnosis is not None:
        print(f"\n{diagnosis.title}")
        for number, cause in enumerate(diagnosis.causes, start=1):
            at = f" (step {cause.action.number}, {cause.action.title})" if cause.action is not None else ""
            print(f"{number}. {cause.sentence}{at}\n   {cause.evidence}")
    print(f"\nSetup: {STATUSES[stands]}")
    return code


def _end(code: Exit, reason: str, *, as_json: bool) -> int:
    if as_json:
        print(json.dumps({"exit": int(code), "title": reason}, indent=2))
    else:
        print(reason, file=sys.stderr)
    return code
