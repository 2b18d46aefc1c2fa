"""What happens to a refund at the same moment as something else, on both databases."""

import asyncio

import httpx
import pytest
from sqlalchemy import update

from services.fees import queries
from services.fees.domain import books
from services.fees.posting import post
from services.fees.tables import notices
from services.fees.tests import refunds as acts
from services.fees.tests.window import Window
from yimen.contracts import fees
from yimen.web import Role


def counted(answers: list[httpx.Response]) -> dict[int, int]:
    statuses = [answer.status_code for answer in answers]
    return {status: statuses.count(status) for status in set(statuses)}


@pytest.mark.rule("R59")
@pytest.mark.fault("two partial refunds at once", "refund above what was paid")
async def test_two_partial_refunds_at_once_never_exceed_what_was_paid(window: Window) -> None:
    """Five clerks ask for two of the three pieces; one gets them, and one more the last piece."""
    notice = await acts.paid_twice(window)
    two = [{"list_id": "L2", "line": 1, "quantity": 2}]
    asked = [acts.ask(window, notice, id=f"officer-{n}", lines=two) for n in range(10, 15)]
    assert counted(await asyncio.gather(*asked)) == {201: 1, 409: 4}
    one = [{"list_id": "L2", "line": 1, "quantity": 1}]
    asked = [acts.ask(window, notice, id=f"officer-{n}", lines=one) for n in range(10, 15)]
    assert counted(await asyncio.gather(*asked)) == {201: 1, 409: 4}
    assert (await acts.notice(window, notice)).refund_held == 87
    await window.sound()


@pytest.mark.rule("R59")
async def test_of_an_approval_and_a_refusal_at_once_one_counts(window: Window) -> None:
    number = await acts.requested(window, await acts.paid(window))
    await acts.decide(window, number, "verification", Role.FEE_OFFICER, acts.OTHER)
    answers = await asyncio.gather(
        acts.decide(window, number, "approval", Role.TREASURER, acts.TREASURER, version=2),
        acts.decide(window, number, "refusal", Role.TREASURER, "treasurer-2", version=2, reasons="收费符合标准"),
    )
    assert counted(list(answers)) == {200: 1, 412: 1}
    await window.sound()


@pytest.mark.rule("R59")
async def test_the_banks_word_at_once_from_many_sides_is_one_refund(window: Window) -> None:
    number = await acts.approved(window, await acts.paid(window))
    said = await asyncio.gather(*(acts.bank_paid(window, number, 16000, "OUT-9") for _ in range(8)))
    assert sorted(said) == ["duplicate"] * 7 + ["paid_out"]
    assert len(await window.harness.events(fees.NoticeRefunded)) == 1
    found = await window.get("/invariants", Role.TREASURER)
    assert found["ok"], [one for one in found["invariants"] if not one["ok"]]


@pytest.mark.rule("R57", "R59")
async def test_a_refund_asked_for_while_the_day_is_remitted_is_neither_lost_nor_paid_twice(window: Window) -> None:
    """The treasury has the money by then: what is approved is owed out of what comes in next."""
    notice = await acts.paid(window)

    async def remit() -> None:
        async with window.harness.units.begin() as unit:
            row = await queries.locked_notice(unit, notice)
            assert row is not None
            await asyncio.sleep(0)  # whoever asks meanwhile waits for the notice
            remitted = {"state": "remitted", "remitted_at": unit.now}
            await unit.execute(update(notices).where(notices.c.number == notice).values(**remitted))

    _none, answer = await asyncio.gather(remit(), acts.ask(window, notice))
    assert answer.status_code == 201, answer.text
    row = await acts.notice(window, notice)
    assert (row.state, row.refund_held) == ("remitted", 16000)
    number = answer.json()["refund_number"]
    async with window.harness.units.begin() as unit:
        await post(unit, books.remit("REMIT-1", 16000))
    for how, role, person in (
        ("verification", Role.FEE_OFFICER, acts.OTHER),
        ("approval", Role.TREASURER, acts.TREASURER),
    ):
        assert (await acts.decide(window, number, how, role, person)).status_code == 200
    assert [await window.balance(account) for account in ("1002", "2203", "2242")] == [0, 16000, -16000]
