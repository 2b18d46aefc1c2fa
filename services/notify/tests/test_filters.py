"""What a subscription chooses: each filter takes a subject whole or not at all, in a delivery and in the feed alike."""

from datetime import date, timedelta

import pytest

from services.notify.tests import samples
from services.notify.tests.asking import System, heard
from services.notify.tests.conftest import Messenger
from services.notify.tests.played import Listener
from yimen.contracts import monitor
from yimen.contracts.intake import ReviewRequested
from yimen.contracts.parts import Applicant, Due, Kind

ABOUT = {"finding_number": "F1", "department": "fire", "case_number": None}
FOUND = monitor.InspectionRecorded(
    **ABOUT,
    code="handled_outside",
    title="场外办理",
    rule="R82",
    item_code="I7",
    detail="现场核实",
    found_on=date(2026, 3, 2),
    recorded_at=samples.AT,
)
RECTIFIED = monitor.InspectionRectified(
    **ABOUT, measures="已纳入大厅", rectified_by=samples.CLERK, rectified_at=samples.AT
)


def requested(review: str, case: str, item: str) -> ReviewRequested:
    return ReviewRequested(
        review_id=review,
        department="fire",
        case_number=case,
        item_code=item,
        item_name="食品经营许可",
        kind=Kind.JOINT,
        stage="审查",
        lead=False,
        applicant=Applicant(name="赵一", masked_id="3607**********0011"),
        materials=(),
        fees=(),
        document=None,
        requested_at=samples.AT,
        requested_on=date(2026, 3, 2),
        limit_days=10,
        due=Due(on=date(2026, 3, 16)),
        silence_consents=False,
    )


async def tell_of_two_items(messenger: Messenger) -> None:
    """C1 is of item I1 by its submission; R2 says itself that it is of I2."""
    await messenger.harness.deliver(samples.submitted("C1"), source="/intake")
    await messenger.harness.deliver(requested("R2", "C2", "I2"), source="/intake")
    await messenger.harness.deliver(samples.review_received(), source="/approval/fire")
    await messenger.harness.deliver(samples.list_rejected(case="C1"), source="/fees")
    await messenger.harness.deliver(FOUND, RECTIFIED, source="/monitor")
    await messenger.work()


@pytest.mark.parametrize(
    ("wishes", "subjects"),
    [
        ({"entities": ["list"]}, ["list/L1"]),
        ({"items": ["I1"]}, ["review/R1", "list/L1"]),
        ({"items": ["I2"]}, ["review/R2"]),
        ({"items": ["I7"]}, ["inspection/F1"]),
        ({"cases": ["C1"]}, ["review/R1", "list/L1"]),
        ({"cases": ["C1", "C2"], "entities": ["review"]}, ["review/R1", "review/R2"]),
        ({"items": ["I1"], "cases": ["C2"]}, []),
        ({}, ["review/R1", "review/R2", "list/L1", "inspection/F1"]),
    ],
    ids=str,
)
async def test_each_filter_takes_what_it_names_in_deliveries_and_in_the_feed(
    messenger: Messenger, listener: Listener, wishes: dict[str, list[str]], subjects: list[str]
) -> None:
    system = System(messenger)
    await system.subscribe(listener.url, **wishes)
    await tell_of_two_items(messenger)
    told = heard(listener)
    assert {subject for subject, _ in told} == set(subjects)
    fed = (await system.ask("GET", "/feed", params=wishes)).json()
    assert sorted(told) == sorted((event["subject"], int(event["sequence"])) for event in fed)


async def test_a_filter_on_items_takes_also_what_later_events_do_not_say(
    messenger: Messenger, listener: Listener
) -> None:
    await System(messenger).subscribe(listener.url, items=["I7"])
    await messenger.harness.deliver(FOUND, RECTIFIED, source="/monitor")
    await messenger.work()
    assert heard(listener) == [("inspection/F1", 1), ("inspection/F1", 2)]


async def test_an_event_of_a_case_that_is_not_known_waits_where_somebody_asks_for_items(
    messenger: Messenger, listener: Listener
) -> None:
    await System(messenger).subscribe(listener.url, items=["I1"])
    await messenger.harness.deliver(samples.review_received(), source="/approval/fire")
    await messenger.work()
    assert listener.calls == []
    await messenger.harness.deliver(samples.submitted("C1"), source="/intake")
    messenger.harness.clock.advance(timedelta(seconds=6))
    await messenger.harness.service.inbox.retry_due()
    await messenger.work()
    assert heard(listener) == [("review/R1", 1)]


@pytest.mark.parametrize("elsewhere", [{"entities": ["list"]}, {"cases": ["C9"]}], ids=str)
async def test_nobody_waits_for_an_item_that_no_subscription_asks_for(
    messenger: Messenger, listener: Listener, elsewhere: dict[str, list[str]]
) -> None:
    await System(messenger).subscribe(listener.url)
    await System(messenger).subscribe("http://127.0.0.1:9/", items=["I1"], **elsewhere)
    await messenger.harness.deliver(samples.review_received(), source="/approval/fire")
    await messenger.work()
    assert heard(listener) == [("review/R1", 1)]


async def test_the_item_of_what_came_before_its_case_is_filled_in(messenger: Messenger) -> None:
    system = System(messenger)
    await messenger.harness.deliver(samples.review_received(), source="/approval/fire")
    assert (await system.ask("GET", "/feed?items=I1")).json() == []
    await messenger.harness.deliver(samples.submitted("C1"), source="/intake")
    assert len((await system.ask("GET", "/feed?items=I1")).json()) == 1


async def test_what_the_supervisor_says_of_an_unknown_case_holds_nothing_up_and_stays_without_an_item(
    messenger: Messenger, listener: Listener
) -> None:
    system = System(messenger)
    await system.subscribe(listener.url, items=["I1"])
    lifted = monitor.AlertLifted(
        alert_id="A1", department="fire", case_number="C1", reason="已办结", lifted_at=samples.AT
    )
    await messenger.harness.deliver(samples.alert(), source="/monitor")
    await messenger.harness.deliver(samples.submitted("C1"), source="/intake")
    await messenger.harness.deliver(lifted, source="/monitor")
    await messenger.work()
    assert listener.calls == [], "its second event alone would be a gap"
    assert len((await system.ask("GET", "/feed")).json()) == 2


async def test_codes_that_no_item_and_no_case_can_have_are_refused(messenger: Messenger, listener: Listener) -> None:
    for wrong in ({"items": []}, {"items": ["食品"]}, {"cases": [""]}, {"events": ["decided"]}):
        answer = await System(messenger).ask("POST", "/subscriptions", json={"url": listener.url} | wrong)
        assert answer.status_code == 422
