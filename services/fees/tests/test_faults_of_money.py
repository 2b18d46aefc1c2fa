"""Faults of money that no other room's tests play whole: what is given back, asked for and told at the same moment."""

import asyncio

import pytest
from sqlalchemy.exc import IntegrityError

from services.fees.tests import refunds as acts
from services.fees.tests.window import Window
from yimen.contracts import fees
from yimen.web import Role


async def approve(window: Window, number: str) -> None:
    for how, role, id in (
        ("verification", Role.FEE_OFFICER, acts.OTHER),
        ("approval", Role.TREASURER, acts.TREASURER),
    ):
        answer = await acts.decide(window, number, how, role, id)
        assert answer.status_code == 200, answer.text


@pytest.mark.rule("R59")
@pytest.mark.fault("two partial refunds at once")
async def test_two_partial_refunds_at_once_give_back_each_part_once(window: Window) -> None:
    """Ten people ask for the two parts at once, both are decided at once, and the bank tells of both ten times at once."""
    notice = await acts.paid_twice(window)
    answers = await asyncio.gather(*(acts.ask(window, notice, lists=[part]) for part in ("L1", "L2") * 5))
    assert sorted(answer.status_code for answer in answers) == [201] * 2 + [409] * 8
    asked = [answer.json() for answer in answers if answer.status_code == 201]
    assert sorted(one["amount"] for one in asked) == [87, 16000]
    await asyncio.gather(*(approve(window, one["refund_number"]) for one in asked))
    await window.harness.run_senders()
    window.bank.settle()
    told = [window.bank.outgoing.show_refund(one["refund_number"])["refund"] for one in asked]
    statuses = await asyncio.gather(*(window.say(one, "REFUND.SUCCESS") for one in told * 10))
    assert set(statuses) == {204}
    given = await window.harness.events(fees.NoticeRefunded)
    assert sorted(one.amount for one in given) == [87, 16000]
    assert {(await acts.refund(window, one["refund_number"])).state for one in asked} == {"refunded"}
    assert [await window.balance(account) for account in ("1002", "2203", "2242")] == [0, 0, 0]
    assert await window.reasons() == []
    await window.sound()


@pytest.mark.rule("R59")
@pytest.mark.fault("refund above what was paid")
async def test_no_refund_is_more_than_was_paid(window: Window) -> None:
    """Not asked for, not written down by whoever passes the rules by, and not paid out by the bank."""
    notice = await acts.paid_twice(window)
    too_many = {"list_id": "L2", "line": 1, "quantity": 4}
    assert (await acts.ask(window, notice, lines=[too_many])).status_code == 409
    assert (await acts.ask(window, notice, lines=[too_many | {"quantity": 2}] * 2)).status_code == 422
    await acts.approved(window, notice)
    assert (await acts.ask(window, notice, lists=["L2"])).status_code == 409
    for table, code in (("notices", "number"), ("shares", "notice_number")):
        with pytest.raises(IntegrityError):
            async with window.harness.units.database.write() as conn:
                await conn.exec_driver_sql(
                    f"UPDATE {table} SET refund_held = refund_held + 1 WHERE {code} = '{notice}'"
                )
    await window.harness.run_senders()
    await window.bank.tell()
    assert window.bank.balance() == 0
    await window.sound()
