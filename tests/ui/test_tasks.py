"""Background work ends with the program, also what is begun by the end of other work."""

from __future__ import annotations

import asyncio

from ui.tasks import Tasks


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
