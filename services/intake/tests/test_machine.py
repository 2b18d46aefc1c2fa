"""Any sequence of steps, words and passing time, lawful or not, against a model that only counts and flags."""

from collections import Counter
from datetime import datetime, timedelta

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule

from services.intake.domain import clock, deciding, door, joint, reviewing, serving
from services.intake.domain.case import AT_THE_DOOR, Case
from services.intake.domain.values import Answer, FeeList, Pausing, SuperiorAnswer
from services.intake.tests import samples
from services.intake.tests.machine import ENDS, AtTheDoor
from services.intake.tests.model import Asked
from services.intake.tests.samples import CLERK, RULES
from yimen.contracts.intake import (
    CaseExtended,
    CaseResumed,
    ReviewDeemedConsented,
    ReviewExtensionDeclined,
    ReviewRequested,
)
from yimen.contracts.parts import Extension, Office, Opinion, Outcome, PauseKind, ServiceWay, Staff
from yimen.worktime import local_date

OPINIONS = {
    "yes": (Opinion.CONSENT, ""),
    "no": (Opinion.REFUSE, "不符合"),
    "blank": (Opinion.REFUSE, " "),
    "upward": (Opinion.CONSENT_BUT_FORWARD, ""),
}
ONCE = {"accepted", "correction_requested", "reviewed", "decided", "licence_issued", "served", "closed", "extended"}
DEPARTMENTS = st.sampled_from(["planning", "fire", "environment"])
HOURS = st.integers(0, 30)
PICKED_UP = serving.Delivery(way=ServiceWay.PICK_UP, receiver="张三")
PAPERS = ("准字〔2026〕1号", "证字〔2026〕1号")
PRESENT = st.sets(DEPARTMENTS)
OFFICIALS = st.sampled_from([(), (CLERK,), (CLERK, Staff(id="li", name="李主任"))])


class Hall(AtTheDoor):
    item = samples.JOINT

    # -- time -----------------------------------------------------------------------------------------------------

    @rule(hours=st.sampled_from([5, 24, 80, 24 * 12, 24 * 90]))
    def time_passes(self, hours):
        self.now += timedelta(hours=hours)

    @rule()
    def timers_fire(self):
        """All that are due, the earliest first, however late."""
        plan = clock.timers(self.case, RULES)
        while due := sorted((at, name, key) for (name, key), at in plan.items() if at <= self.now):
            self.fire(*due[0])
            plan = clock.timers(self.case, RULES)

    def fire(self, at: datetime, name: str, key: str) -> None:
        if name == clock.DEEM_ACCEPTANCE:
            self.take(door.deem_accepted(self.case, at, self.now, RULES))
            self.model.accept(self.model.received_on, self.now)
        elif name == clock.SUPPLEMENT_LIMIT:
            self.take(door.return_unsupplemented(self.case, at, RULES))
            self.model.phase = "returned"
        else:
            review = self.case.review(key)
            assert review is not None
            due = clock.review_due(review, RULES.calendar)
            assert due is not None
            one = self.model.of(review.department)
            assert one is not None
            self.take(reviewing.pass_limit(self.case, review, due, self.now, RULES))
            self.model.pass_limit(one, self.now)

    # -- departments' words ---------------------------------------------------------------------------------------

    @precondition(lambda self: self.under_way)
    @rule(department=DEPARTMENTS, hours=HOURS)
    def receive(self, department, hours):
        at = self.ago(hours, self.model.of(department))
        one = self.hears(department, lambda r: reviewing.sign_receipt(self.case, r, at, self.now, RULES))
        if one:
            self.model.sign(one, at, self.now)

    @precondition(lambda self: self.under_way)
    @rule(department=DEPARTMENTS, hours=HOURS)
    def pause(self, department, hours):
        at = self.ago(hours, self.model.of(department))
        pausing = Pausing(kind=PauseKind.HEARING, basis="第四十五条", planned_days=9, started_at=at)
        one = self.hears(department, lambda r: reviewing.pause(self.case, r, pausing))
        if one and self.model.takes(one) and not one.paused:
            one.stood.append([at, None])

    @precondition(lambda self: self.under_way)
    @rule(department=DEPARTMENTS, hours=HOURS)
    def resume(self, department, hours):
        at = self.ago(hours, self.model.of(department))
        one = self.hears(department, lambda r: reviewing.resume(self.case, r, at, RULES))
        if one:
            one.resume(at)

    @precondition(lambda self: self.under_way)
    @rule(department=DEPARTMENTS, word=st.sampled_from(sorted(OPINIONS)), hours=HOURS)
    def answer(self, department, word, hours):
        at = self.ago(hours, self.model.of(department))
        opinion, reasons = OPINIONS[word]
        given = Answer(opinion=opinion, reasons=reasons, decided_by="李主任", decided_at=at)
        one = self.hears(department, lambda r: reviewing.answer(self.case, r, given, self.now, RULES))
        if one and self.model.phase == "accepted" and one.unanswered:
            one.said = word
            self.spoken(one, at)

    @precondition(lambda self: self.under_way)
    @rule(signing=st.sets(DEPARTMENTS, min_size=2))
    def many_sign(self, signing):
        for department in sorted(signing):
            self.receive(department, 0)

    @precondition(lambda self: self.under_way)
    @rule(refusing=st.sets(DEPARTMENTS, max_size=1), spared=st.sets(DEPARTMENTS, max_size=1))
    def many_answer(self, refusing, spared):
        """What would take luck otherwise: nearly every department of the stage has spoken."""
        for one in [one for one in self.model.asked if one.department not in spared]:
            self.answer(one.department, "no" if one.department in refusing else "yes", 0)

    @precondition(lambda self: self.under_way)
    @rule(department=DEPARTMENTS, granted=st.booleans(), hours=HOURS)
    def superior_answers(self, department, granted, hours):
        at = self.ago(hours, self.model.of(department))
        said = SuperiorAnswer(superior="省厅", granted=granted, opinion="意见", answered_at=at)
        one = self.hears(department, lambda r: reviewing.superior_answers(self.case, r, said, self.now, RULES))
        if one and self.model.takes(one) and one.superior is None:
            one.superior = granted
            self.spoken(one, at)

    def spoken(self, one: Asked, at: datetime) -> None:
        if one.verdict:
            one.resume(at)
        self.model.settle(self.now)

    @precondition(lambda self: self.under_way)
    @rule(department=DEPARTMENTS, days=st.sampled_from([5, 12, 15]), office=st.sampled_from([None, *Office]))
    def extend(self, department, days, office):
        extension = Extension(
            days=days, reasons="案情复杂", approver=CLERK, approved_at=self.now + timedelta(hours=1), office=office
        )
        on, one = local_date(extension.approved_at), self.model.of(department)
        lawful = one is not None and self.model.may_extend(one, days, office, on)
        self.hears(department, lambda r: reviewing.extend(self.case, r, extension, self.now, RULES))
        if one:
            assert isinstance(self.told[-1], CaseExtended if lawful else ReviewExtensionDeclined)
        if one and lawful:
            self.model.extension = one.extension = days

    # -- money, decision, service ---------------------------------------------------------------------------------

    @precondition(lambda self: self.under_way)
    @rule(department=DEPARTMENTS)
    def list_fees(self, department):
        listed = FeeList(list_id=f"L{len(self.told)}-{self.now:%d%H%M}", listed_at=self.now)
        one = self.hears(department, lambda r: reviewing.list_fees(self.case, r, listed))
        if one and self.model.phase in {"accepted", "reviewed"}:
            self.model.lists += 1

    @rule()
    def fees_are_cleared(self):
        self.now += timedelta(hours=1)
        self.take(deciding.clear_fees(self.case, self.now, RULES))
        self.model.cleared = True
        if self.model.phase == "reviewed":
            self.model.phase = "decided"

    @rule(outcome=st.sampled_from(Outcome), reasons=st.sampled_from(["", "不符合"]))
    def decide_at_window(self, outcome, reasons):
        lawful = self.model.phase == "accepted" and not self.item.stages
        lawful = lawful and (outcome is Outcome.GRANTED or bool(reasons))
        basis = "第四条" if reasons else ""
        if self.attempt(
            lawful,
            lambda: deciding.decide_at_window(self.case, outcome, reasons, basis, CLERK, self.now, RULES),
        ):
            self.model.phase, self.model.granted = "decided", outcome is Outcome.GRANTED

    @rule()
    def serve(self):
        lawful = self.model.phase == "decided"
        if self.attempt(lawful, lambda: serving.serve(self.case, PICKED_UP, PAPERS, CLERK, self.now, RULES)):
            self.model.phase = "closed"

    @rule(number=st.sampled_from([*PAPERS, "受字〔2026〕1号"]))
    def fetch(self, number):
        """Somebody with the query password fetches a paper. It serves what is decided, where the applicant agreed."""
        self.now += timedelta(hours=1)
        self.take(serving.serve_electronically(self.case, "doc-1", number, PAPERS, self.now, self.now))
        if self.model.phase == "decided" and self.case.electronic_service and number in PAPERS:
            self.model.phase = "closed"

    # -- the lead -------------------------------------------------------------------------------------------------

    @precondition(lambda self: self.under_way)
    @rule(occasion=st.sampled_from(sorted(joint.OCCASIONS)), hours=st.integers(-2, 40))
    def convene(self, occasion, hours):
        meets_at = self.now + timedelta(hours=hours)
        joint_review = self.model.phase == "accepted" and self.item.kind == "joint"
        lawful = joint_review and hours > 1 and any(one.unanswered for one in self.model.asked)
        self.attempt(lawful, lambda: joint.convene(self.case, occasion, "会议室", meets_at, CLERK, self.now))

    @precondition(lambda self: self.case.meetings)
    @rule(which=st.integers(0, 9), present=PRESENT, officials=OFFICIALS)
    def record_minutes(self, which, present, officials):
        meeting = self.case.meetings[which % len(self.case.meetings)]
        lawful = self.model.phase in {"accepted", "reviewed", "decided"} and meeting.held_at is None
        lawful = lawful and self.now + timedelta(hours=1) >= meeting.meets_at
        lawful = lawful and present <= self.item.flow_departments
        lawful = lawful and (meeting.occasion == joint.MEETING or len(officials) > 1)
        stage, asked = self.model.stage, list(self.model.asked)
        if self.attempt(
            lawful,
            lambda: joint.record_minutes(self.case, meeting, present, "纪要", officials, CLERK, self.now, RULES),
        ):
            for one in asked if stage == meeting.stage else ():
                if one.department in set(meeting.departments) - present:
                    self.model.stay_away(one, meeting.meets_at, self.now)

    @precondition(lambda self: self.under_way)
    @rule(department=DEPARTMENTS)
    def urge(self, department):
        known = [review for review in self.case.reviews if review.department == department]
        one = self.model.of(department)
        if not known or one is None:
            return
        day = local_date(self.now + timedelta(hours=1))
        lawful = self.model.phase == "accepted" and one.unanswered
        lawful = lawful and (one.urged_at is None or local_date(one.urged_at) != day)
        if self.attempt(lawful, lambda: joint.urge(self.case, known[-1], "请尽快", CLERK, self.now)):
            one.urged_at = self.now

    @precondition(lambda self: self.under_way)
    @rule(outcome=st.sampled_from(Outcome), reasons=st.sampled_from([" ", "已整改"]))
    def decide_as_lead(self, outcome, reasons):
        lawful = self.model.phase == "accepted" and self.model.disputed and bool(reasons.strip())
        if self.attempt(lawful, lambda: joint.decide_as_lead(self.case, outcome, reasons, "", CLERK, self.now, RULES)):
            self.model.settle(self.now, lead=outcome is Outcome.GRANTED)

    # -- what always holds ----------------------------------------------------------------------------------------

    @invariant()
    def the_status_is_the_models(self):
        assert self.case.status == self.model.phase
        if self.case.outcome is not None:
            assert (self.case.outcome is Outcome.GRANTED) == self.model.granted
        assert (self.case.ended_at is not None) == (self.case.status in ENDS)

    @invariant()
    def what_is_told_once_is_told_once(self):
        told = Counter(event.action for event in self.told if event.entity == "case")
        assert {action: told[action] for action in ONCE if told[action] > 1} == {}
        assert told["decided"] == (self.case.decided_at is not None)
        assert told["paused"] >= told["resumed"]

    @invariant()
    def each_review_is_asked_for_once_and_deemed_or_answered(self):
        asked = [event.review_id for event in self.told if isinstance(event, ReviewRequested)]
        assert asked == [review.review_id for review in self.case.reviews]
        assert len(set(asked)) == len(asked)
        deemed = [event.review_id for event in self.told if isinstance(event, ReviewDeemedConsented)]
        assert sorted(deemed) == sorted(r.review_id for r in self.case.reviews if r.deemed_at is not None)
        for review, one in zip(self.case.reviews, (*self.model.before, *self.model.asked), strict=True):
            assert (review.deemed_at, review.deemed_ground) == (one.deemed or (None, None))
            assert not (review.deemed_at and (review.answer or review.lead))

    @invariant()
    def timers_stand_only_where_something_is_waited_for(self):
        names = Counter(name for name, _key in clock.timers(self.case, RULES))
        waiting = sum(one.awaits_timer() for one in self.model.asked)
        expected = {
            "submitted": {clock.DEEM_ACCEPTANCE: 1},
            "correction_requested": {clock.SUPPLEMENT_LIMIT: 1},
            "accepted": {clock.REVIEW_LIMIT: waiting} if waiting else {},
        }
        assert names == expected.get(self.model.phase, {})

    @invariant()
    def dates_are_those_that_the_model_counts(self):
        if self.model.accepted_on is None:
            assert clock.promised_due(self.case, RULES) is None
            return
        assert self.case.status not in AT_THE_DOOR
        assert clock.statutory_due(self.case, RULES) == self.model.limit(self.item.statutory_days)
        last = self.told[-1]
        if isinstance(last, CaseExtended):
            assert last.statutory_due == clock.maybe_due(self.model.limit(self.item.statutory_days))
        if isinstance(last, CaseResumed) and self.model.phase == "accepted":
            assert last.promised_due == clock.maybe_due(self.model.limit(self.item.promised_days))

    @invariant()
    def storing_it_and_reading_it_back_changes_nothing(self):
        stored = self.case.model_dump(mode="json", exclude={"item"})
        assert Case.model_validate(stored | {"item": self.item}) == self.case


class CalledHall(Hall):
    """Begins with a case that was accepted, that all have signed for and are called together for."""

    def begin(self, accepted: bool) -> None:
        self.accept()
        self.many_sign({"planning", "fire", "environment"} if accepted else {"fire"})
        self.convene(joint.MEETING, 5)


class LedHall(CalledHall):
    item = samples.LED


class LedInStagesHall(Hall):
    """Begins with a refusal on which the lead has to say its word."""

    item = samples.LED_TWO_STAGES

    def begin(self, accepted: bool) -> None:
        self.accept()
        self.many_answer({"fire"} if accepted else set(), set())


class CommittedHall(Hall):
    item = samples.COMMITTED


class InstantHall(Hall):
    item = samples.INSTANT


TestJoint = pytest.mark.rule("R05", "R23", "R24", "R34", "R41", "R43", "R44", "R45", "R46", "R49")(Hall.TestCase)
TestCalledToAMeeting = pytest.mark.rule("R34", "R41", "R45", "R49")(CalledHall.TestCase)
TestWhereTheLeadDecides = pytest.mark.rule("R45", "R46", "R49")(LedHall.TestCase)
TestWhereTheLeadDecidesInStages = pytest.mark.rule("R46", "R49")(LedInStagesHall.TestCase)
TestOfOneDepartment = pytest.mark.rule("R08", "R23", "R42")(CommittedHall.TestCase)
TestInstant = pytest.mark.rule("R05", "R06", "R07")(InstantHall.TestCase)
