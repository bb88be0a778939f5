"""``cie-scim-assistant explain --client ID``: what an error of a portal means, for scripts and tickets.

The text comes from standard input, never from the command line, where other programs could read it. It is treated as a
secret: nothing of it is printed, logged or stored. Exit codes: see ``Exit``.
"""

from __future__ import annotations

import codecs
import json
import re
import sys
from typing import TYPE_CHECKING, Final

from app.guide import catalog
from app.guide.placeholders import fill_guide
from app.reports.command import Parser, put, run, say
from app.reports.exit_code import Exit
from app.system import policy
from app.system.files import reason

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import BinaryIO

    from app.diagnosis.portal_errors import DecodedError
    from app.guide.model import Guide

LIMIT_BYTES: Final = 16 * 1024 * 1024
"""More is refused. Of what is taken, the end is read, see ``app.diagnosis.portal_errors.LONGEST``."""

_ENCODINGS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_STATUS = re.compile(r"HTTP ([0-9]{3})")


def main(arguments: Sequence[str]) -> Exit:
    """Explain one text."""
    return run(_explain, arguments)


def _explain(arguments: Sequence[str]) -> Exit:
    parser = Parser(
        prog="cie-scim-assistant explain",
        description="Read an error of a portal from standard input, and print what is known in it and its causes.",
        epilog="Exit codes: 0 recognized, 1 not recognized, 2 usage error, 5 forbidden by policy, "
        "7 output not written, 8 internal error.",
        allow_abbrev=False,
    )
    parser.add_argument("--client", required=True, choices=catalog.ids(), metavar="ID", help="the SCIM client")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    known = parser.parse_args(arguments)
    if isinstance(refused := policy.read(), policy.InvalidPolicy):
        say(refused.sentence)
        return Exit.FORBIDDEN
    if sys.stdin is None:  # closed, or a program of Windows with a window
        say("There is no standard input.")
        return Exit.USAGE
    try:
        text = _read(sys.stdin.buffer)
    except OSError as error:
        say(f"Standard input can't be read: {reason(error)}.")
        return Exit.USAGE
    if text is None:
        say(f"The text has more than {LIMIT_BYTES // 1024 // 1024} MB. Pass the message alone.")
        return Exit.USAGE
    return report(text, fill_guide(catalog.guide(known.client), {}), as_json=known.json)


def _read(stream: BinaryIO) -> str | None:
    """The text of a stream, in UTF-8, or UTF-16 with a byte order mark; None if it is too long."""
    content = stream.read(LIMIT_BYTES + 1)
    if len(content) > LIMIT_BYTES:
        return None
    encoding = next((name for mark, name in _ENCODINGS if content.startswith(mark)), "utf-8")
    return content.decode(encoding, "replace")


def report(text: str, guide: Guide, *, as_json: bool) -> Exit:
    """Print what a text means for that client; returns an ``Exit``."""
    from app.diagnosis.portal_errors import decode

    decoded = decode(text, guide, None)
    recognized = bool(decoded.recognized or decoded.causes)
    put(json.dumps(as_object(decoded), indent=2) if as_json else "\n".join(_lines(decoded)))
    return Exit.PASSED if recognized else Exit.FAILED


def as_object(decoded: DecodedError) -> dict[str, Sequence[object]]:
    """What ``--json`` prints: the labels that the window shows, a status as its number, and the causes."""
    return {
        "recognized": [int(found[1]) if (found := _STATUS.fullmatch(label)) else label for label in decoded.recognized],
        "causes": [{"id": cause.id, "step": cause.step, "text": cause.sentence} for cause in decoded.causes],
    }


def _lines(decoded: DecodedError) -> list[str]:
    lines = [decoded.title]
    if decoded.recognized:
        lines.append(f"Recognized: {', '.join(decoded.recognized)}")
    lines += decoded.compared
    for number, cause in enumerate(decoded.causes, start=1):
        at = f" (step \u201c{cause.action.title}\u201d)" if cause.action is not None else ""
        lines.append(f"{number}. {cause.sentence}{at}")
    return [*lines, decoded.hint] if decoded.hint else lines
