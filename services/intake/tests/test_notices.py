"""Payment notices as the case knows them: which one clears it, and what the applicant is shown."""

from datetime import date
from typing import Any

import pytest

from services.intake.tests.hall import LI, Hall
from services.intake.tests.samples import COMMITTED
from services.intake.tests.test_api_deferral import GAP, MAKE_UP_BY, brought, open_hall, with_a_gap
from yimen.contracts import fees
from yimen.contracts.intake import CaseDecided
from yimen.web import Role
from yimen.worktime import end_of_day

__all__ = ["open_hall"]

DEPARTMENTS = ("planning", "fire", "environment")


def issued(hall: Hall, number: str, notice: str = "N1", **more: Any) -> fees.NoticeIssued:
    known: dict[str, Any] = {"payment_code": f"CODE{notice}", "lists": ("L1",), "amount": 55000}
    known |= {"pay_by": date(2026, 10, 13), "issued_at": hall.now}
    return fees.NoticeIssued(notice_number=notice, case_number=number, **(known | more))


def cleared(hall: Hall, number: str, notice: str, case_round: int | None) -> fees.NoticeCleared:
    known = {"notice_number": notice, "case_number": number, "amount": 55000, "cleared_at": hall.now}
    return fees.NoticeCleared(**known, case_round=case_round)


async def reopened_with_a_new_list(hall: Hall) -> str:
    """Reviewed with L1 and its notice out, returned for the gap, reopened, and reviewed again with L2; the gap is filled."""
    number = await with_a_gap(hall)
    await hall.hear(hall.listed(number, "fire"), *(hall.decided(number, one) for one in DEPARTMENTS))
    await hall.hear(issued(hall, number))
    hall.harness.clock.move_to(end_of_day(MAKE_UP_BY))
    await hall.harness.fire_timers()
    centre = hall.harness.as_(Role.CENTRE_ADMIN, id="centre")
    await hall.step(number, "re-examination", {"notice_number": "退字〔2026〕1号", "reasons": "已邮寄"})
    await hall.step(number, "re-examination/finding", {"upheld": False, "reasons": "邮件已到"}, by=centre)
    assert (await hall.step(number, "acceptance", GAP)).status_code == 200
    for word in (hall.listed(number, "fire", "L2"), *(hall.decided(number, one) for one in DEPARTMENTS)):
        await hall.hear(word.model_copy(update={"review_id": f"{word.review_id}.2"}))
    await hall.step(number, "deferred-materials", brought("02", "04"))
    return number


@pytest.mark.rule("R47", "R54")
async def test_what_cleared_the_round_before_a_return_clears_no_later_one(open_hall: Hall) -> None:
    """It was paid as the case was returned, and the word of it comes late."""
    hall = open_hall
    number = await reopened_with_a_new_list(hall)
    assert (await hall.case(number))["fees"]["lists"] == ["L2"]
    await hall.hear(cleared(hall, number, "N1", 1))
    assert (await hall.case(number))["state"] == "reviewed"
    await hall.hear(issued(hall, number, "N2", lists=("L2",)), cleared(hall, number, "N2", 2))
    (decided,) = await hall.harness.events(CaseDecided)
    assert decided.outcome == "granted"


async def test_a_clearance_of_a_release_that_told_no_round_counts(open_hall: Hall) -> None:
    number = await reopened_with_a_new_list(open_hall)
    await open_hall.hear(cleared(open_hall, number, "N2", None))
    assert (await open_hall.case(number))["state"] == "decided"


@pytest.mark.rule("R58")
async def test_the_applicant_sees_what_is_left_to_pay_and_until_when(hall: Hall) -> None:
    told = (await hall.apply(COMMITTED)).json()
    number, password = told["case_number"], {"Query-Password": told["query_password"]}
    await hall.step(number, "acceptance")
    await hall.hear(hall.listed(number, "planning"), hall.decided(number, "planning"), issued(hall, number))
    granted: dict[str, Any] = {"notice_number": "N1", "case_number": number, "relief_number": "JM1", "basis": "某文件"}
    granted |= {"granted_by": LI}
    overdue = fees.NoticeOverdue(
        notice_number="N1", case_number=number, amount=55000, pay_by=date(2026, 10, 13), overdue_at=hall.now
    )
    await hall.hear(
        fees.NoticeReduced(**granted, reduced=5000, amount=50000, reduced_at=hall.now),
        overdue,
        fees.NoticeDeferred(**granted, pay_by=date(2026, 12, 1), deferred_at=hall.now),
    )
    shown = (await hall.client.get(f"/progress/{number}", headers=password)).json()
    (notice,) = shown["fees"]
    assert (notice["amount"], notice["pay_by"], notice["state"]) == (50000, "2026-12-01", "issued")
    assert shown["by"] == "2026-12-01"


@pytest.mark.rule("R54", "R55")
async def test_the_last_day_is_that_of_the_notice_that_is_still_to_be_paid(hall: Hall) -> None:
    told = (await hall.apply(COMMITTED)).json()
    number, password = told["case_number"], {"Query-Password": told["query_password"]}
    await hall.step(number, "acceptance")
    await hall.hear(hall.listed(number, "planning"), hall.decided(number, "planning"), issued(hall, number))
    paid = fees.NoticePaid(notice_number="N1", case_number=number, bank_serial="S1", amount=55000, paid_at=hall.now)
    late = issued(hall, number, "N2", lists=(), amount=275, pay_by=date(2026, 11, 3), late_fee_of="N1")
    await hall.hear(paid, late)
    shown = (await hall.client.get(f"/progress/{number}", headers=password)).json()
    assert (shown["by"], shown["state"]) == ("2026-11-03", "审查完毕，等待缴费")
