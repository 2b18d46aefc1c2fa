"""What waits, counted, and the register of notices that the counts and the reports lead to."""

from typing import Any

import pytest

from services.fees.tests import samples
from services.fees.tests.clerks import Clerks
from services.fees.tests.window import Window
from yimen.web import Role

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def numbers(window: Window, query: str, role: Role = Role.FEE_OFFICER) -> list[str]:
    page = await window.get(f"/notices{query}", role)
    return [one["notice_number"] for one in page["notices"]]


async def two_issued(window: Window) -> list[dict[str, Any]]:
    return [await window.issued(case, f"L-{case}") for case in ("CASE-1", "CASE-2")]


async def test_an_empty_window_waits_for_nothing(window: Window) -> None:
    found = await window.get("/waiting")
    left = found.pop("tickets_left")
    assert left > 0
    assert set(found) >= {"lists", "notices", "disputes", "refunds", "reliefs", "exceptions", "differences", "days"}
    assert {many for counts in found.values() for many in counts.values()} == {0}


async def test_what_waits_is_counted_by_its_state(window: Window) -> None:
    [first, _second] = await two_issued(window)
    await window.approval(samples.listed("L-MORE", case_number="CASE-1"))
    await window.intake(samples.submitted("CASE-3"))
    await window.approval(samples.listed("L-3", case_number="CASE-3"))
    before = (await window.get("/waiting"))["tickets_left"]
    await window.pay(first["payment_code"])
    await Clerks(window).strayed(5)
    found = await window.get("/waiting", Role.LEADER)
    assert found["lists"] == {"open": 1}, "what came after the notice was refused at once"
    assert found["notices"] == {"issued": 1, "overdue": 0, "paid": 0}
    assert found["exceptions"] == {"open": 1, "proposed": 0}
    assert found["tickets_left"] == before - 1


async def test_the_register_is_the_newest_first_and_narrowed_by_what_is_asked(window: Window) -> None:
    [first, second] = await two_issued(window)
    old, new = first["notice_number"], second["notice_number"]
    await window.pay(first["payment_code"])
    today = f"{(await window.get(f'/notices/{old}'))['paid_at'][:10]}"
    assert await numbers(window, "") == [new, old]
    assert await numbers(window, "?state=issued") == [new]
    assert await numbers(window, "?case_number=CASE-1") == [old]
    assert await numbers(window, f"?payment_code={second['payment_code']}") == [new]
    assert await numbers(window, f"?paid_from={today}&paid_to={today}&department=fire") == [old]
    assert await numbers(window, "?department=housing") == []
    assert await numbers(window, "?paid_to=2020-01-01") == []


async def test_the_register_goes_on_where_the_page_before_ended(window: Window) -> None:
    [first, second] = await two_issued(window)
    page = await window.get("/notices?limit=1", Role.LEADER)
    assert (page["notices"][0]["notice_number"], page["next"]) == (second["notice_number"],) * 2
    rest = await window.get(f"/notices?limit=1&after={page['next']}")
    assert (rest["notices"][0]["notice_number"], rest["next"]) == (first["notice_number"], None)


async def test_what_hangs_on_one_notice_or_case_is_found_by_it(window: Window) -> None:
    [first, second] = await two_issued(window)
    await Clerks(window).strayed(5, code=first["payment_code"])
    mine, other = first["notice_number"], second["notice_number"]
    assert len((await window.get(f"/exceptions?notice_number={mine}"))["exceptions"]) == 1
    assert (await window.get(f"/exceptions?notice_number={other}"))["exceptions"] == []
    assert [one["list_id"] for one in (await window.get("/lists?case_number=CASE-1"))["lists"]] == ["L-CASE-1"]
    asked = {"kind": "reduction", "share": 1000, "basis": "财综〔2020〕1号", "reasons": "小微企业"}
    path = f"/payments/{second['payment_code']}/relief-request"
    made = await window.harness.client.post(path, json=asked, headers={"Idempotency-Key": "relief-of-second"})
    assert made.status_code == 201, made.text
    assert [one["notice_number"] for one in (await window.get(f"/reliefs?notice_number={other}"))["items"]] == [other]
    assert (await window.get(f"/reliefs?notice_number={mine}"))["items"] == []


async def test_a_wrong_charge_is_found_by_its_notice(window: Window) -> None:
    [first, second] = await two_issued(window)
    found = {"lists": ["L-CASE-1"], "kind": "illegal_fee", "detail": "该项收费已经取消"}
    headers = window.headers(Role.SUPERVISOR) | {"Idempotency-Key": "violation-of-first"}
    path = f"/notices/{first['notice_number']}/violations"
    assert (await window.harness.client.post(path, json=found, headers=headers)).status_code == 201
    assert len((await window.get(f"/violations?notice_number={first['notice_number']}"))["violations"]) == 1
    assert (await window.get(f"/violations?notice_number={second['notice_number']}"))["violations"] == []


async def test_days_are_narrowed_by_their_state(window: Window) -> None:
    assert (await window.get("/days?state=open", Role.TREASURER))["days"] == []
    assert (await window.get("/days?state=closed", Role.TREASURER))["days"] == []
