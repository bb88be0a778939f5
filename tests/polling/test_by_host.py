"""Many endpoints: at most four at a time, no host twice at once, and none is forgotten."""

from __future__ import annotations

import asyncio
import random
from collections import Counter

import pytest

from app.polling.by_host import by_host
from app.polling.turns import MOST_AT_ONCE


@pytest.mark.parametrize("hosts", [1, 3, 4, 40])
def test_no_host_twice_at_once_and_at_most_four(hosts: int) -> None:
    dice = random.Random(hosts)
    busy: Counter[int] = Counter()
    most = 0
    done: list[int] = []

    async def host_of(item: int) -> str | None:
        await asyncio.sleep(dice.random() / 1000)
        return None if item % 10 == 9 else str(item % hosts)

    async def work(item: int) -> None:
        nonlocal most
        busy[item % hosts] += 1
        assert busy[item % hosts] == 1
        most = max(most, busy.total())
        await asyncio.sleep(dice.random() / 1000)
        busy[item % hosts] -= 1
        done.append(item)

    asyncio.run(by_host(range(100), host_of, work))
    assert sorted(done) == [item for item in range(100) if item % 10 != 9]
    assert most == min(hosts, MOST_AT_ONCE)


def test_a_long_line_of_one_host_holds_up_nobody_else() -> None:
    begun: list[str] = []

    async def host_of(item: str) -> str:
        return item[0]

    async def work(item: str) -> None:
        begun.append(item)
        await asyncio.sleep(0.01 if item[0] == "a" else 0)

    asyncio.run(by_host(["a1", "a2", "a3", "a4", "a5", "b1", "c1"], host_of, work))
    assert set(begun[:3]) == {"a1", "b1", "c1"}
    assert [item for item in begun if item[0] == "a"] == ["a1", "a2", "a3", "a4", "a5"]


def test_a_bug_ends_all_of_it() -> None:
    async def host_of(item: int) -> str:
        return str(item)

    async def work(item: int) -> None:
        if item == 3:
            raise ZeroDivisionError
        await asyncio.sleep(10)

    with pytest.raises(ZeroDivisionError):
        asyncio.run(by_host(range(10), host_of, work))
