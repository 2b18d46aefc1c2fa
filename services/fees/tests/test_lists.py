"""Lists: opened by departments, checked against the standard by somebody else, in whatever order the news arrives."""

from itertools import permutations

import pytest

from services.fees.tests import samples
from services.fees.tests.samples import CASE, DRAWING, SITE
from services.fees.tests.window import Window
from yimen.contracts import fees
from yimen.contracts.parts import Outcome, Staff
from yimen.web import Role


@pytest.fixture
async def asked(window: Window) -> Window:
    """The window with one open list: two drawings at 80 yuan."""
    await window.intake(samples.item(), samples.submitted())
    await window.approval(samples.listed())
    return window


@pytest.mark.rule("R50", "R61")
async def test_verification_reckons_the_amount_from_the_standard(asked: Window) -> None:
    found = await asked.verify()
    assert (found["state"], found["amount"], found["version"]) == ("verified", 16000, 3)
    [event] = await asked.harness.events(fees.ListVerified)
    assert event.lines[0].model_dump(include={"price", "quantity", "amount", "standard_version"}) == {
        "price": 8000,
        "quantity": 2,
        "amount": 16000,
        "standard_version": 1,
    }
    assert event.verified_by == Staff(id="officer-1", name="钱核标")


@pytest.mark.rule("R50")
async def test_a_typed_amount_is_refused(asked: Window) -> None:
    headers = asked.headers() | {"If-Match": '"2"'}
    body = {"reason": "x", "amount": 1}
    answer = await asked.harness.client.post("/lists/L1/rejection", json=body, headers=headers)
    assert answer.status_code == 422


@pytest.mark.rule("R50")
async def test_a_case_is_charged_by_the_version_it_runs_on(window: Window) -> None:
    await window.intake(samples.item(), samples.item(2, {DRAWING: 9999}), samples.submitted(version=1))
    await window.approval(samples.listed("L1", (DRAWING, 1)))
    assert (await window.verify())["amount"] == 8000
    published = await window.get("/standards")
    assert [(row["version"], row["price"]) for row in published] == [(1, 8000), (1, 29), (2, 9999)]
    rest = await window.get("/standards?after=ITEM-1/1/FEE-SITE")
    assert [row["version"] for row in rest] == [2]


async def test_nobody_but_the_fee_window_may_verify_or_reject(asked: Window) -> None:
    for role in set(Role) - {Role.FEE_OFFICER}:
        for how in ("verification", "rejection"):
            assert (await asked.decide("L1", how, role=role)).status_code == 403
    assert (await asked.get("/lists/L1"))["state"] == "open"


async def test_whoever_opened_a_list_may_not_verify_it(asked: Window) -> None:
    answer = await asked.decide("L1", "verification", id=samples.FIRE_CLERK.id)
    assert answer.status_code == 403
    assert (await asked.get("/lists/L1"))["state"] == "open"


async def test_the_database_itself_wants_two_pairs_of_eyes(asked: Window) -> None:
    change = "UPDATE lists SET state = 'verified', decided_by = opened_by WHERE list_id = 'L1'"
    with pytest.raises(Exception, match="two_pairs_of_eyes"):
        async with asked.harness.units.database.write() as conn:
            await conn.exec_driver_sql(change)


async def test_a_list_seen_in_an_older_version_is_not_decided(asked: Window) -> None:
    assert (await asked.decide("L1", "verification", version=1)).status_code == 412
    await asked.verify()
    assert (await asked.decide("L1", "rejection")).status_code == 409
    assert (await asked.harness.client.get("/lists/L9", headers=asked.headers())).status_code == 404


@pytest.mark.rule("R13")
@pytest.mark.parametrize("prices", [{}, {SITE: 29}])
async def test_what_no_standard_allows_is_rejected_at_once(window: Window, prices: dict[str, int]) -> None:
    await window.intake(samples.item(prices=prices), samples.submitted())
    await window.approval(samples.listed("L1", (DRAWING, 2)))
    [event] = await window.harness.events(fees.ListRejected)
    assert (event.list_id, event.rejected_by, event.department) == ("L1", None, "fire")
    assert (await window.get("/lists?state=open"))["lists"] == []


async def test_a_list_waits_for_its_case_and_its_standard(window: Window) -> None:
    await window.approval(samples.listed())
    found = await window.get("/lists/L1")
    assert (found["state"], found["lines"][0]["amount"]) == ("waiting", None)
    assert (await window.decide("L1", "verification")).status_code == 409
    await window.intake(samples.submitted())
    assert (await window.get("/lists/L1"))["state"] == "waiting"
    await window.intake(samples.item())
    found = await window.get("/lists/L1")
    assert (found["state"], found["lines"][0]["amount"], found["amount"]) == ("open", 16000, None)


async def test_a_rejected_list_may_be_listed_again(asked: Window) -> None:
    await asked.reject()
    await asked.intake(samples.reviewed("L1"))
    assert await asked.notice() is None
    await asked.approval(samples.listed("L2", (SITE, 3), replaces="L1"))
    await asked.verify("L2")
    notice = await asked.notice()
    assert notice is not None
    assert notice["amount"] == 87


async def test_a_newer_list_takes_the_place_of_one_still_open(asked: Window) -> None:
    await asked.approval(samples.listed("L2", (SITE, 1), replaces="L1"))
    assert (await asked.get("/lists/L1"))["rejection"] == "replaced"
    await asked.verify("L2")
    await asked.approval(samples.listed("L3", (SITE, 9), replaces="L2"))
    assert (await asked.get("/lists/L3"))["rejection"] == "too_late"


async def test_a_list_after_the_notice_is_too_late(window: Window) -> None:
    await window.issued()
    await window.approval(samples.listed("L2", department="housing"), department="housing")
    assert (await window.get("/lists/L2"))["rejection"] == "too_late"


async def test_a_second_list_under_one_id_is_parked(asked: Window) -> None:
    await asked.approval(samples.listed("L1", case_number="OTHER"))
    [parked] = await asked.harness.parked()
    assert "ListIdTaken" in parked.error


@pytest.mark.parametrize("ending", ["withdrawn", "denied"])
async def test_lists_of_a_case_that_ended_are_not_worked_on(asked: Window, ending: str) -> None:
    word = samples.withdrawn() if ending == "withdrawn" else samples.reviewed(outcome=Outcome.DENIED)
    await asked.intake(word)
    assert (await asked.get("/lists/L1"))["rejection"] == "case_ended"
    assert await asked.notice() is None


@pytest.mark.rule("R47")
async def test_any_order_of_arrival_ends_the_same(window: Window) -> None:
    """Item, case and two departments' lists reach us over subjects of their own."""
    for n, order in enumerate(permutations(range(4))):
        case, code, good, bad = f"{CASE}-{n}", f"ITEM-{n}", f"A{n}", f"B{n}"
        arrivals = (
            (window.intake, [samples.item(code=code)]),
            (window.intake, [samples.submitted(case, code=code), samples.reviewed(good, bad, case_number=case)]),
            (window.approval, [samples.listed(good, (DRAWING, 2), case_number=case)]),
            (window.approval, [samples.listed(bad, ("FORGED", 1), case_number=case, department="housing")]),
        )
        for place in order:
            hear, words = arrivals[place]
            await hear(*words)
        assert await window.notice(case) is None
        await window.verify(good)
        notice = await window.notice(case)
        assert notice is not None
        assert (notice["case_number"], notice["amount"]) == (case, 16000)
        assert (await window.get(f"/lists/{bad}"))["rejection"] == "no_standard"
    await window.sound()
