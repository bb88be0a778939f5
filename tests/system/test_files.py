"""Why the system refused a file, in words."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING

from app.system.files import REASONS, reason

if TYPE_CHECKING:
    from tests.support.golden import Golden


def test_every_reason_is_written_down(golden: Golden) -> None:
    names = {code: min(name for name, value in vars(errno).items() if value == code) for code in REASONS}
    golden("reasons", "".join(f"{name}: {reason(OSError(code, 'unused'))}\n" for code, name in names.items()))
    assert reason(OSError(errno.EDOM, "unused")) == reason(OSError()) not in REASONS.values()
