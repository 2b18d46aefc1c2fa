"""Every event has its sentence, and people can read it."""

import pytest

from services.monitor.domain.views import State
from services.monitor.domain.words import SENTENCES, STATES, TERMS, fields, sentence
from services.monitor.tests.samples import joint_case
from yimen.contracts import event_types
from yimen.contracts.fees import Difference, RefundCause, ReliefKind, ViolationKind, WaitsFor
from yimen.contracts.monitor import AppealTarget, Light, Office, PartyKind
from yimen.contracts.parts import AgencyStep, BanGround, Channel, Kind, Opinion, Outcome, PauseKind

EVENTS = list(event_types().values())


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.type)
def test_every_event_type_has_a_sentence_of_its_own_fields(event):
    assert set(SENTENCES) >= {event}
    for field in fields(event):
        assert field.split(".")[0] in event.model_fields


def test_every_word_that_a_sentence_may_need_is_known():
    of_monitor = (AppealTarget, Light, Office, PartyKind)
    of_fees = (WaitsFor, ViolationKind, Difference, ReliefKind, RefundCause)
    for words in (AgencyStep, BanGround, Channel, Kind, Opinion, Outcome, PauseKind, *of_fees, *of_monitor):
        assert set(words) <= set(TERMS)
    assert set(STATES) == set(State)


def test_the_timeline_reads_as_chinese():
    told = [sentence(event) for _source, event, _when in joint_case()]
    assert told[0] == "钦州某建设有限公司申请“建设工程联合审批”（联办件，窗口），应于2026-03-09前答复。"
    assert "生态环境局未在2026-03-11前答复，超时视为同意。" in told
    assert "银行确认收款110.00元。" in told
    assert "消防救援大队启动专家评审，预计10个工作日，依据：第四十五条" in told
