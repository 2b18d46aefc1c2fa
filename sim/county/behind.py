"""The county behind a hall that is being started, as DEMO says: `0` nobody, `1` people who keep working; else what is
told at the first start of a hall, and then nothing more."""

import random
import time

from rich.console import Console

from sim.county.errands import Town
from sim.county.living import live
from sim.county.seeding import SEED, seed
from sim.demo.hall import Hall, Unexpected


async def stand_behind(base: str, wish: str, *, fresh: bool, console: Console) -> None:
    """`fresh`: this hall starts for the first time. What goes wrong is told; the hall itself goes on."""
    if wish == "0":
        return
    async with Hall(base) as hall:
        await hall.until(None, "/intake/items", lambda page: page["items"], "a catalogue")
        try:
            town = await _told(hall, console) if fresh else Town(hall, random.Random(SEED))
            if wish == "1":
                console.print("演示人物正在办事，时钟每3秒走10分钟。Ctrl-C 结束。")
                await live(town)
        except Unexpected as failure:
            console.print(f"演示数据没有备齐：{failure}")


async def _told(hall: Hall, console: Console) -> Town:
    began = time.monotonic()
    console.print("正在准备演示数据（只在第一次启动时），大厅已可使用 ……")
    town = await seed(hall)
    console.print(f"演示数据已备齐，用时 {time.monotonic() - began:.0f} 秒。")
    return town
