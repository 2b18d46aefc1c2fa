"""Whatever the order in which events arrive, and however often: the same rows, rungs and alerts."""

import json
import secrets
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.monitor.tests.harness import message, rows, supervisor
from services.monitor.tests.samples import (
    CLERK,
    NUMBER,
    accepted,
    answered,
    at,
    decided,
    due,
    joint_case,
    paper,
    paused,
    recorded,
    requested,
    resumed,
    review,
    submitted,
)
from yimen.contracts import approval, intake, monitor, notify
from yimen.contracts.parts import DocumentKind, Kind, PauseKind, RequestedMaterial


def asked_again():
    return intake.CaseCorrectionRequested(
        case_number=NUMBER,
        document=paper(DocumentKind.ONE_TIME_NOTICE, 3, 2),
        requested=(RequestedMaterial(code="03", name="平面图", reason="缺页"),),
        requested_by=CLERK,
        requested_at=at(3, 2, 11),
        supplement_by=at(5, 31).date(),
    )


def forwarded_case():
    """Supplements, two departments on one stage, a pause in each, a superior's answer, a licence that nobody serves."""
    whole = intake.CaseSupplemented(case_number=NUMBER, materials=(), complete=True, supplemented_at=at(3, 2, 15))
    fire, planning = ("/approval/fire", "/approval/planning")
    stood = {"kind": PauseKind.TESTING, "basis": "第四十五条", "planned_days": 1, "paused_by": CLERK}
    superior = approval.ReviewSuperiorAnswered(
        **review("fire"), superior="市局", granted=True, opinion="同意", answered_at=at(3, 11)
    )
    told = notify.MessageSent(message_id="M1", case_number=NUMBER, template="superior_granted", sent_at=at(3, 17))
    return [
        ("/intake", submitted(Kind.FORWARDED), at(3, 2, 9)),
        ("/intake", asked_again(), at(3, 2, 11)),
        ("/intake", whole, at(3, 2, 15)),
        ("/intake", accepted(kind=Kind.FORWARDED, accepted_at=at(3, 2, 15)), at(3, 2, 15)),
        ("/intake", requested("fire", silence_consents=False, forward_by=due(3, 5)), at(3, 2, 15)),
        ("/intake", requested("planning", silence_consents=False), at(3, 2, 15)),
        (fire, approval.ReviewPaused(**review("fire"), **stood, paused_at=at(3, 4)), at(3, 4)),
        ("/intake", paused(at(3, 4)), at(3, 4)),
        (fire, approval.ReviewResumed(**review("fire"), resumed_by=CLERK, resumed_at=at(3, 6)), at(3, 6)),
        ("/intake", resumed(at(3, 6), due(3, 18), due(5, 11)), at(3, 6)),
        (planning, answered("planning", at(3, 10)), at(3, 10)),
        (fire, superior, at(3, 11)),
        (fire, answered("fire", at(3, 16)), at(3, 16)),
        ("/notify", told, at(3, 17)),
        ("/intake", decided(at(3, 19)), at(3, 19)),
    ]


STORIES = (recorded(forwarded_case()), recorded(joint_case()))


async def outcome(tmp_path, events, size):
    """What is stored and said once everything was heard and every hour has struck."""
    async with supervisor(f"sqlite+aiosqlite:///{tmp_path / secrets.token_hex(8)}.db", at(3, 2)) as harness:
        for start in range(0, len(events), size):
            await harness.process([message(one) for one in events[start : start + size]])
        (row,) = await rows(harness, "SELECT * FROM cases")
        rungs = await rows(harness, "SELECT case_number, rung, code, department, at FROM rungs ORDER BY rung")
        for moment in (at(3, 5), at(3, 9), at(3, 13), at(3, 19, 0), at(4, 3), at(6, 10)):
            harness.clock.move_to(moment)
            for _ in range(2):
                await harness.fire_timers()
                harness.clock.advance(timedelta(seconds=5))
        raised = await harness.events(monitor.AlertRaised)
    alerts = {(one.rung, one.code, one.department, one.level, one.rule) for one in raised}
    assert len(alerts) == len(raised)
    row["watches"] = json.loads(row["watches"])
    return row, rungs, alerts


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
async def test_any_order_and_repetition_gives_the_same_row_rungs_and_alerts(tmp_path, data):
    story = data.draw(st.sampled_from(STORIES))
    told = story[: data.draw(st.integers(1, len(story)))]
    shuffled = data.draw(st.permutations(told)) + data.draw(st.lists(st.sampled_from(told), max_size=6))
    size = data.draw(st.integers(1, len(shuffled)))
    assert await outcome(tmp_path, shuffled, size) == await outcome(tmp_path, told, len(told))


@pytest.mark.rule("R30", "R48", "R73")
async def test_every_clock_of_the_story_is_watched_and_what_ran_out_is_an_alert_once(tmp_path):
    _row, rungs, alerts = await outcome(tmp_path, STORIES[0], 4)
    codes = {"promised", "stage", "step", "overlong", "reply", "upward", "service"}
    assert {one["code"] for one in rungs} == codes
    assert {code for _rung, code, *_ in alerts} == codes
