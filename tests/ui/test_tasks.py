"""Background work ends with the program, including work started when other work ends."""

from __future__ import annotations

import asyncio
import threading
import time
from typing import TYPE_CHECKING

from tests.support.until import until
from ui.tasks import Tasks, run

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication


def test_what_a_cancelled_task_begins_is_cancelled_too() -> None:
    bugs: list[BaseException] = []
    ended: list[str] = []

    async def main() -> None:
        tasks = Tasks(bugs.append)

        async def work(name: str, following: str | None) -> None:
            try:
                await asyncio.Event().wait()
            finally:
                ended.append(name)
                if following is not None:
                    tasks.start(work(following, None))

        tasks.start(work("a test", "the watch that its last redraw begins"))
        await asyncio.sleep(0)
        await tasks.cancel_all()
        assert asyncio.all_tasks() == {asyncio.current_task()}

    asyncio.run(main())
    assert ended[0] == "a test"
    assert bugs == []


def test_what_nobody_ended_finds_a_loop_to_its_end(qapp: QApplication) -> None:
    bugs: list[BaseException] = []

    async def naps() -> None:
        while True:
            await asyncio.sleep(0.001)

    async def main() -> int:
        tasks = Tasks(bugs.append)
        for _ in range(20):
            tasks.start(naps())
        await asyncio.sleep(0)
        time.sleep(0.01)  # all naps are over now, and each continues in the next turn
        return 7

    assert run(qapp, main) == 7
    assert bugs == []


def test_a_blocked_thread_does_not_delay_the_end(qapp: QApplication) -> None:
    answer = threading.Event()
    threads: list[threading.Thread] = []

    def block() -> None:
        threads.append(threading.current_thread())
        answer.wait(20)

    async def main() -> int:
        tasks = Tasks(lambda _bug: None)
        tasks.start(asyncio.to_thread(block))
        await until(lambda: bool(threads))
        await tasks.cancel_all()
        return 7

    started = time.monotonic()
    try:
        assert run(qapp, main) == 7
        assert time.monotonic() - started < 10
        assert threads[0].daemon
        assert threads[0].is_alive()
    finally:
        answer.set()
    threads[0].join(5)
