"""Entrusted to a village agent or a township's station, over HTTP, from the mandate to the revisit."""

from datetime import UTC, date, datetime, timedelta

import pytest
from pydantic import ValidationError

from services.intake.settings import IntakeSettings
from services.intake.tests.hall import ZHANG, Hall
from services.intake.tests.samples import JOINT
from services.intake.tests.stations import AT_STATIONS, FELLING, Stations, open_stations
from yimen.contracts.intake import AgencyEntrusted, AgencyOverdue, AgencyStepRecorded, CaseSubmitted
from yimen.contracts.parts import AgencyStep, Channel, Due
from yimen.worktime import end_of_day

NOWHERE = "sqlite+aiosqlite://"


@pytest.fixture
async def stations(hall: Hall) -> Stations:
    return await open_stations(hall)


def noon(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, 4, 0, tzinfo=UTC)


@pytest.mark.rule("R100")
async def test_a_mandate_is_registered_checked_and_receipted(stations: Stations) -> None:
    answer = await stations.entrust()
    shown = answer.json()
    assert (answer.status_code, answer.headers["ETag"]) == (201, '"1"')
    assert (shown["level"], shown["station"], shown["state"]) == ("village", "taiping-shanjiao", "at_village")
    assert shown["document"] == {"kind": "agency_receipt", "number": "代字〔2026〕1号", "dated": "2026-09-28"}
    assert [step["step"] for step in shown["steps"]] == ["entrusted", "accepted"]
    entrusted, accepted = await stations.hall.harness.events(AgencyEntrusted, AgencyStepRecorded)
    assert (entrusted.agent.name, entrusted.document.number) == ("农热心", "代字〔2026〕1号")
    assert (accepted.step, accepted.case_number) == (AgencyStep.ACCEPTED, None)
    assert ZHANG.encode() not in entrusted.to_body()
    assert (await stations.agency(shown["agency_id"], stations.agent))["applicant"]["id_number"] == ZHANG
    assert (await stations.agency(shown["agency_id"]))["applicant"]["id_number"] is None


@pytest.mark.rule("R100")
@pytest.mark.parametrize("mandate", ["", "  "])
async def test_nobody_acts_without_a_written_mandate(stations: Stations, mandate: str) -> None:
    answer = await stations.entrust(mandate=mandate)
    assert (answer.status_code, answer.json()["code"]) == (422, "mandate-missing")


@pytest.mark.rule("R100")
async def test_only_what_stands_on_the_levels_list_is_taken_on(stations: Stations) -> None:
    for wrong in (JOINT, AT_STATIONS):
        answer = await stations.entrust(item_code=wrong.code)
        assert (answer.status_code, answer.json()["code"]) == (422, "item-not-on-list")
    assert (await stations.entrust(stations.clerk, item_code=AT_STATIONS.code)).status_code == 201
    answer = await stations.entrust(stations.clerk, item_code=JOINT.code)
    assert answer.json()["code"] == "item-not-on-list"


@pytest.mark.rule("R100")
async def test_the_agents_check_names_everything_that_is_missing_at_once(stations: Stations) -> None:
    answer = await stations.entrust(materials=[])
    assert (answer.status_code, answer.json()["code"]) == (422, "materials-missing")
    assert "申请表、平面图" in answer.json()["detail"]
    answer = await stations.entrust(materials=[{"code": "99"}])
    assert answer.json()["code"] == "material-not-listed"
    wrong = {"type": "person", "name": "张三", "id_number": "110105194912310021", "phone": "13800000000"}
    assert (await stations.entrust(applicant=wrong)).json()["code"] == "invalid-identification"


@pytest.mark.rule("R104")
async def test_an_agency_costs_nothing(stations: Stations) -> None:
    answer = await stations.entrust(fee=1)
    assert (answer.status_code, answer.json()["code"]) == (422, "agency-free")
    assert (await stations.entrust(fee=0)).status_code == 201


async def test_whoever_is_entrusted_stands_at_that_level(stations: Stations) -> None:
    assert (await stations.entrust(stations.agent, level="township")).status_code == 403
    assert (await stations.entrust(stations.clerk, level="village")).status_code == 403
    assert (await stations.entrust(stations.hall.clerk)).status_code == 403
    assert (await stations.entrust(stations.clerk, level="township")).json()["state"] == "at_station"


@pytest.mark.rule("R101")
async def test_a_village_passes_on_until_the_last_minute_of_a_worked_saturday(stations: Stations) -> None:
    stations.move_to(noon(2026, 10, 7))  # the last day of the holiday: 8, 9 and 10 October are worked
    one, two = await stations.entrusted(), await stations.entrusted()
    assert (await stations.agency(one))["forward_by"] == {"on": "2026-10-10", "provisional": False}
    stations.move_to(end_of_day(date(2026, 10, 10)) - timedelta(minutes=1))
    assert await stations.hall.harness.fire_timers() == 0
    assert (await stations.forward(one)).json()["state"] == "at_station"
    stations.move_to(end_of_day(date(2026, 10, 10)))
    assert await stations.hall.harness.fire_timers() == 1
    (late,) = await stations.hall.harness.events(AgencyOverdue)
    assert (late.agency_id, late.due.on, late.station) == (two, date(2026, 10, 10), "taiping-shanjiao")


@pytest.mark.rule("R101")
async def test_a_late_one_is_said_once_and_still_passed_on(stations: Stations) -> None:
    agency = await stations.entrusted()
    stations.move_to(end_of_day(date(2026, 10, 8)) + timedelta(hours=9))
    await stations.hall.harness.fire_timers()
    stations.move_to(noon(2026, 11, 2))
    assert await stations.hall.harness.fire_timers() == 0
    answer = await stations.forward(agency)
    assert (answer.status_code, answer.json()["state"]) == (200, "at_station")
    assert answer.json()["overdue_at"] == "2026-10-08T16:00:00Z"
    assert len(await stations.hall.harness.events(AgencyOverdue)) == 1
    assert (await stations.forward(agency)).json()["code"] == "agency-in-wrong-state"


@pytest.mark.rule("R101")
async def test_one_that_is_passed_on_late_is_late_though_no_timer_ran(stations: Stations) -> None:
    agency = await stations.entrusted()
    stations.move_to(end_of_day(date(2026, 10, 8)))
    assert (await stations.forward(agency)).status_code == 200
    assert len(await stations.hall.harness.events(AgencyOverdue)) == 1
    assert await stations.hall.harness.fire_timers() == 0


@pytest.mark.rule("R101")
async def test_a_limit_that_reaches_into_a_year_without_a_plan_is_provisional(stations: Stations) -> None:
    stations.move_to(noon(2026, 12, 30))
    await stations.entrust()
    (entrusted,) = await stations.hall.harness.events(AgencyEntrusted)
    assert entrusted.forward_by == Due(on=date(2027, 1, 4), provisional=True)


@pytest.mark.rule("R101")
async def test_a_station_of_the_township_has_nothing_to_pass_on(stations: Stations) -> None:
    agency = await stations.entrusted(stations.clerk)
    assert (await stations.agency(agency))["forward_by"] is None
    stations.move_to(noon(2026, 12, 1))
    assert await stations.hall.harness.fire_timers() == 0


@pytest.mark.rule("R101")
def test_more_than_a_week_cannot_be_set() -> None:
    assert IntakeSettings(database_url=NOWHERE).rules().agency_days == 3
    assert IntakeSettings(database_url=NOWHERE, agency_days=7).rules().agency_days == 7
    for days in (0, 8):
        with pytest.raises(ValidationError):
            IntakeSettings(database_url=NOWHERE, agency_days=days)


@pytest.mark.rule("R102")
async def test_the_laws_clock_starts_at_the_halls_receipt_and_the_agencys_time_stands_apart(stations: Stations) -> None:
    agency = await stations.entrusted()
    stations.move_to(noon(2026, 9, 30))
    await stations.forward(agency)
    stations.move_to(noon(2026, 10, 10))
    answer = await stations.step(agency, "application", by=stations.clerk)
    told = answer.json()
    assert answer.status_code == 201
    assert len(told["query_password"]) == 10
    assert told["answer_by"]["on"] == "2026-10-16"  # five working days after Saturday the 10th
    case = await stations.hall.case(told["case_number"])
    assert (case["received_on"], case["channel"], case["agency"]) == ("2026-10-10", "village", agency)
    assert case["submitted_at"] == "2026-10-10T04:00:00Z"
    (submitted,) = await stations.hall.harness.events(CaseSubmitted)
    assert (submitted.agency, submitted.channel) == (agency, Channel.VILLAGE)
    stations.move_to(noon(2026, 10, 20))
    shown = await stations.agency(agency)
    assert (shown["days_at_village"], shown["days_at_station"]) == (2, 3)
    assert (shown["state"], shown["case"]["case_number"]) == ("at_hall", told["case_number"])


async def test_the_township_hands_in_once_and_only_what_it_has(stations: Stations) -> None:
    agency = await stations.entrusted()
    early = await stations.step(agency, "application", by=stations.clerk)
    assert (early.status_code, early.json()["code"]) == (409, "agency-not-forwarded")
    await stations.forward(agency)
    await stations.hand_in(agency)
    again = await stations.step(agency, "application", by=stations.clerk)
    assert (again.status_code, again.json()["code"]) == (409, "agency-in-wrong-state")
    assert len(await stations.hall.harness.events(CaseSubmitted)) == 1


@pytest.mark.rule("R103")
async def test_seven_steps_are_recorded_in_their_order_the_revisit_last(stations: Stations) -> None:
    agency = await stations.entrusted(stations.clerk)
    early = await stations.record(agency, "delivered")
    assert (early.status_code, early.json()["code"]) == (409, "agency-step-out-of-order")
    assert early.json()["next_step"] == "handled"
    number = await stations.hand_in(agency)
    unfinished = await stations.record(agency, "delivered")
    assert (unfinished.status_code, unfinished.json()["code"]) == (409, "case-not-ended")
    await stations.hall.step(number, "refusal", {"ground": "not_a_licence_matter", "reasons": "不属于本机关职权"})
    for wrong in ("archived", "reported", "revisited"):
        answer = await stations.record(agency, wrong)
        assert answer.json()["code"] == "agency-step-out-of-order"
        assert "送达" in answer.json()["detail"]
    for step in ("delivered", "archived", "reported", "revisited"):
        answer = await stations.record(agency, step)
        assert (answer.status_code, answer.json()["state"]) == (200, step)
    assert (await stations.record(agency, "revisited")).json()["next_step"] is None
    recorded = await stations.hall.harness.events(AgencyEntrusted, AgencyStepRecorded)
    assert [event.step for event in recorded[1:]] == [*AgencyStep][1:]
    assert {event.case_number for event in recorded[2:]} == {number}


@pytest.mark.rule("R103")
async def test_a_decision_that_is_not_served_yet_cannot_be_brought_back(stations: Stations) -> None:
    agency, hall = await stations.entrusted(stations.clerk), stations.hall
    number = await stations.hand_in(agency)
    await hall.step(number, "acceptance")
    await hall.hear(hall.received(number, "planning"), hall.decided(number, "planning"))
    assert (await stations.record(agency, "delivered")).json()["code"] == "case-not-ended"
    await hall.step(
        number,
        "service",
        {"way": "pick_up", "receiver": "覃乐民", "relation": "村级代办员", "proxy_reason": "委托代办"},
    )
    assert (await stations.record(agency, "delivered")).status_code == 200


async def test_an_agency_opens_to_its_own_village_and_township_only(stations: Stations) -> None:
    agency = await stations.entrusted()
    for stranger in (stations.other_agent, stations.other_clerk):
        assert (await stations.hall.client.get(f"/agencies/{agency}", headers=stranger)).status_code == 404
        listed = await stations.hall.client.get("/agencies", headers=stranger)
        assert listed.json()["items"] == []
    assert (await stations.step(agency, "forwarding", by=stations.other_agent)).status_code == 404
    await stations.forward(agency)
    assert (await stations.step(agency, "application", by=stations.other_clerk)).status_code == 404
    assert (await stations.agency(agency, stations.clerk))["state"] == "at_station"


async def test_citizens_and_the_halls_clerks_do_not_hand_in_for_a_station(stations: Stations) -> None:
    for channel in ("township", "village"):
        for by in (stations.hall.citizen, stations.hall.clerk):
            answer = await stations.hall.apply(FELLING, channel=channel, by=by)
            assert (answer.status_code, answer.json()["code"]) == (422, "channel-needs-agency")
