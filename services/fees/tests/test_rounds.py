"""Several notices in the life of one case: after a return that was not upheld (R17), each round asks for its own lists."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import permutations

import pytest
from sqlalchemy.exc import IntegrityError

from services.fees.tests import samples
from services.fees.tests.samples import CASE, DRAWING, MONDAY, SITE
from services.fees.tests.window import Window
from yimen.contracts import fees

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

LATER = MONDAY + timedelta(days=20)


async def reopen(window: Window) -> None:
    """Returned for a gap that was not filled, and put back at the window."""
    window.clock.move_to(LATER - timedelta(hours=1))
    await window.intake(samples.returned())
    window.clock.move_to(LATER)
    await window.intake(samples.reopened(at=LATER))


def _orders(*streams: str) -> Iterator[str]:
    """Every way in which the streams can be mixed, each in its own order."""
    seen = {"".join(order) for order in permutations("".join(streams))}
    return (
        order
        for order in sorted(seen)
        if all([one for one in order if one in stream] == [*stream] for stream in streams)
    )


async def second_round(window: Window, list_id: str = "L2") -> None:
    at = LATER + timedelta(hours=1)
    await window.approval(samples.listed(list_id, (SITE, 3), round=2, at=at))
    await window.verify(list_id)
    await window.intake(samples.reviewed(list_id))
    await window.harness.run_senders()


@pytest.mark.rule("R47")
async def test_a_case_that_is_reviewed_again_has_a_second_notice_for_its_new_lists(window: Window) -> None:
    first = await window.issued()
    await reopen(window)
    await second_round(window)
    old, new = await window.notices()
    assert (old["state"], new["state"]) == ("voided", "issued")
    assert (old["round"], new["round"], new["amount"], new["replaces"]) == (1, 2, 87, None)
    assert new["payment_code"] != first["payment_code"]
    [_, event] = await window.harness.events(fees.NoticeIssued)
    assert event.lists == ("L2",)
    await window.pay(new["payment_code"])
    [cleared] = await window.harness.events(fees.NoticeCleared)
    assert (cleared.notice_number, cleared.case_round) == (new["notice_number"], 2)
    await window.sound()


@pytest.mark.rule("R47")
async def test_what_was_paid_in_the_first_round_stays_paid_and_clears_nothing_of_the_second(window: Window) -> None:
    first = await window.issued()
    await window.pay(first["payment_code"])
    await reopen(window)
    await second_round(window)
    old, new = await window.notices()
    assert (old["state"], new["state"], new["amount"]) == ("receipted", "issued", 87)
    [cleared] = await window.harness.events(fees.NoticeCleared)
    assert (cleared.notice_number, cleared.case_round) == (first["notice_number"], 1)
    assert (await window.get("/lists/L1"))["state"] == "settled"
    await window.sound()


@pytest.mark.rule("R47")
@pytest.mark.parametrize("known_before", [True, False], ids=["in its round", "after it"])
async def test_a_list_of_the_first_round_never_counts_in_the_second(window: Window, known_before: bool) -> None:
    """Returned before its reviews were over: verified, waiting, or not even heard of."""
    await window.intake(samples.item(), samples.submitted())
    await window.approval(samples.listed("L1"), samples.listed("L1b", department="housing"))
    await window.verify("L1")
    stray = samples.listed("STRAY", department="planning")
    if known_before:
        await window.approval(stray)
    await reopen(window)
    if not known_before:
        await window.approval(stray)
    await second_round(window)
    [new] = await window.notices()
    assert new["amount"] == 87
    expected = "case_ended" if known_before else "earlier_round"
    assert (await window.get("/lists/STRAY"))["rejection"] == expected
    await window.sound()


@pytest.mark.rule("R47")
async def test_the_same_notice_comes_out_whatever_arrives_last(window: Window) -> None:
    """The case's words come in their order; the lists come when they come."""
    await window.intake(samples.item())
    for n, order in enumerate(_orders("ade", "b", "c")):
        case = f"{CASE}-{n}"
        arrivals = {
            "a": [samples.submitted(case)],
            "d": [samples.returned(case)],
            "e": [samples.reopened(case, LATER)],
            "b": [samples.listed(f"OLD{n}", (DRAWING, 1), case_number=case)],
            "c": [samples.listed(f"NEW{n}", (SITE, 3), case_number=case, round=2, at=LATER + timedelta(hours=1))],
        }
        for what in order:
            await (window.intake if what in "ade" else window.approval)(*arrivals[what])
        await window.verify(f"NEW{n}")
        await window.intake(samples.reviewed(f"NEW{n}", case_number=case))
        [notice] = await window.notices(case)
        assert notice["amount"] == 87
    await window.sound()


@pytest.mark.rule("R47")
async def test_a_list_that_replaces_another_belongs_to_the_round_of_its_review(window: Window) -> None:
    await window.issued()
    await reopen(window)
    at = LATER + timedelta(hours=1)
    await window.approval(samples.listed("L2", round=2, at=at))
    await window.reject("L2")
    await window.intake(samples.reviewed("L2"))
    assert [one["state"] for one in await window.notices()] == ["voided"]
    await window.approval(samples.listed("L3", (SITE, 1), replaces="L2", round=2, at=at))
    await window.verify("L3")
    assert [one["amount"] for one in await window.notices()] == [16000, 29]


@pytest.mark.rule("R47")
async def test_the_database_itself_refuses_two_open_notices_of_a_case(window: Window) -> None:
    notice = await window.issued()
    columns = (
        "case_number, kind, amount, reduced, refund_held, state, issued_at, pay_by, order_revision, version, case_round"
    )
    copy = (
        f"INSERT INTO notices (number, payment_code, round, {columns}) "
        f"SELECT 'JK9', 'CODE', 2, {columns} FROM notices WHERE number = '{notice['notice_number']}'"
    )
    with pytest.raises(IntegrityError):
        async with window.harness.units.database.write() as conn:
            await conn.exec_driver_sql(copy)
