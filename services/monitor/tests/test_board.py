"""What the hall's big display is told."""

from datetime import date

from services.monitor.tests.counted import rated
from services.monitor.tests.harness import supervisor, tell
from services.monitor.tests.samples import accepted, at, decided, recorded, submitted
from services.monitor.tests.scored import raised, staffed, told
from yimen.contracts.parts import Kind

OURS = {"case_number": "K1", "department": "planning"}
NOW = {"case_number": "K2", "department": "fire"}
TOLD = [
    ("/intake", submitted(**OURS), at(3, 2)),
    ("/intake", accepted(**OURS), at(3, 2)),
    ("/intake", submitted(Kind.INSTANT, **NOW), at(3, 3)),
    ("/intake", accepted(0, kind=Kind.INSTANT, accepted_on=date(2026, 3, 3), **NOW), at(3, 3)),
    ("/intake", decided(at(3, 3, 11)).model_copy(update={"case_number": "K2"}), at(3, 3, 11)),
    rated(5, number="K2"),
]


async def test_the_board_tells_today_and_the_month_and_no_names(database_url):
    async with supervisor(database_url, at(3, 3, 15)) as harness:
        await tell(harness, *recorded(TOLD), *told(raised("a", at(3, 3))))
        answer = await harness.client.get("/statistics/board")
        shown = answer.json()
        today, month = shown["today"], shown["month"]
        assert (shown["day"], today["accepted"], today["closed"]) == ("2026-03-03", 1, 1)
        assert (month["accepted"], month["closed"], today["cards"]["yellow"]) == (2, 1, 1)
        assert (today["instant"]["part"], month["instant"]["whole"], shown["ranking"]) == (1, 2, None)
        fire, planning = shown["departments"]
        assert (fire["department_name"], fire["today"]["closed"], planning["today"]) == ("消防救援大队", 1, None)
        assert not any(name in answer.text for name in ("建设有限公司", "K1", "K2", "王首席"))


async def test_the_hour_alone_changes_nothing_on_the_board(database_url):
    async with supervisor(database_url, at(3, 3, 15)) as harness:
        await tell(harness, *recorded(TOLD[:2]))
        tag = (await harness.client.get("/statistics/board")).headers["etag"]
        harness.clock.move_to(at(3, 3, 16))
        asked = {"If-None-Match": tag}
        assert (await harness.client.get("/statistics/board", headers=asked)).status_code == 304
        await tell(harness, *recorded(TOLD[2:4]))
        assert (await harness.client.get("/statistics/board", headers=asked)).status_code == 200


async def test_the_ranking_is_shown_once_it_is_published(database_url):
    async with supervisor(database_url, at(3, 3, 15)) as harness:
        await tell(harness, *told(staffed("fire", ("fire",), date(2026, 3, 2)), raised("a", at(3, 10))))
        harness.clock.move_to(at(4, 3, 1))
        await harness.fire_timers()
        ranking = (await harness.client.get("/statistics/board")).json()["ranking"]
        assert ranking["month"] == "2026-03"
        (fire,) = [one for one in ranking["items"] if one["department"] == "fire"]
        assert (fire["rank"], fire["department_name"]) == (1, "消防救援大队")
