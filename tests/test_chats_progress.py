"""What is shown while an answer is made: its pace, told by the pauses that are asked for."""

from __future__ import annotations

import asyncio
from itertools import pairwise

import pytest
from memory_wire import MemoryWire

from bot.chats import progress
from bot.chats.incoming import Incoming
from bot.values import Sentence


@pytest.mark.parametrize(("private", "pause_s"), [(True, 3.0), (False, 6.0)])
def test_between_two_edits_is_the_pause_that_was_promised(
    private: bool, pause_s: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    wire, happened, sleep = MemoryWire(), [], asyncio.sleep
    edit = wire.edit

    async def nap(seconds: float) -> None:
        happened.append(seconds)
        await sleep(0)

    async def told(*given: object) -> bool:
        happened.append("edit")
        return await edit(*given)

    async def answer() -> None:
        asked = Incoming("message", 1, 7, private, 7, 1, 0)
        async with progress.Progress(wire, asked, "正在查阅报告…") as shown:
            for number in range(40):
                shown.line(Sentence(f"第{number}条。", "claim"))
                await sleep(0)

    monkeypatch.setattr("bot.chats.progress.asyncio.sleep", nap)
    monkeypatch.setattr(wire, "edit", told)
    asyncio.run(answer())
    happened = [what for what in happened if what != progress.TYPING_EVERY_S]
    assert happened[0] == progress.FIRST_S
    assert happened.count("edit") > 3
    assert all(after == pause_s for what, after in pairwise(happened) if what == "edit")
