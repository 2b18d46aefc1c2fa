"""Any sequence of moves and arrivals, lawful or not, against a model that only counts and flags."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from services.approval.domain import arrivals, extensions, hearings, moves, visits
from services.approval.domain.facts import Standing
from services.approval.domain.fee_lists import list_fees
from services.approval.domain.state import ReviewState, Status
from services.approval.tests import samples
from services.approval.tests.samples import CALENDAR, CHIEF, MONDAY, OPINION, SIGNER
from yimen.contracts import approval
from yimen.contracts.parts import Due, FeeLine, Kind, Opinion, Paper, PauseKind, Staff
from yimen.errors import Refusal
from yimen.worktime import local_date, start_of_day

SUPERIOR = "市消防救援支队"
CHAIR = Staff(id="legal-1", name="李主持")
PAPER = Paper(kind="paper", number="听字〔2026〕1号", dated=date(2026, 3, 2))
CONSENT, REFUSE, UPWARD = Opinion.CONSENT, Opinion.REFUSE, Opinion.CONSENT_BUT_FORWARD

ONCE = (
    approval.ReviewReceived,
    approval.ReviewDecided,
    approval.ReviewForwarded,
    approval.ReviewHearingRequested,
    approval.ReviewHearingHeld,
    approval.ReviewExtensionRequested,
    approval.ReviewExtended,
    approval.ReviewExtensionRefused,
)


class Desk(RuleBasedStateMachine):
    """`self.done` holds what has happened; a move is lawful if these words allow it."""

    kind = Kind.JOINT
    inspection: Due | None = None

    def __init__(self) -> None:
        super().__init__()
        self.state: ReviewState = samples.opened(kind=self.kind, limit_days=20, inspection_by=self.inspection)
        self.stands_for: PauseKind | None = None
        self.holds_at: datetime | None = None
        self.wanted = self.extra = 0
        self.done: set[str] = set()
        self.lists: list[str] = []
        self.told: list[object] = []
        self.now = MONDAY

    def attempt(self, lawful: bool, move) -> bool:
        self.now += timedelta(hours=5)
        before = self.state
        if not lawful:
            with pytest.raises(Refusal):
                move(before)
            return False
        after, *events = move(before)
        assert after.version == before.version + 1
        for event in events:
            assert (event.subject, event.scope, event.correlation_id) == ("review/R1", "fire", "CASE1")
        self.state = after
        self.told += events
        return True

    def has(self, *words: str) -> bool:
        return self.done.issuperset(words)

    def lacks(self, *words: str) -> bool:
        return self.done.isdisjoint(words)

    @property
    def workable(self) -> bool:
        return self.has("received") and self.lacks("cancelled")

    @rule()
    def receive(self):
        if self.attempt(self.lacks("received", "cancelled"), lambda s: moves.receive(s, SIGNER, self.now)):
            self.done.add("received")

    @rule()
    def assign(self):
        self.attempt(self.workable and self.lacks("decided"), lambda s: moves.assign(s, SIGNER, CHIEF, self.now))

    @rule(kind=st.sampled_from(PauseKind), basis=st.sampled_from(["", "消防法第十五条"]))
    def pause(self, kind, basis):
        lawful = self.workable and self.lacks("decided", "deemed", "paused") and bool(basis)
        if self.attempt(lawful, lambda s: moves.pause(s, kind, basis, 3, SIGNER, self.now)):
            self.done.add("paused")
            self.stands_for = kind

    @rule()
    def resume(self):
        for_hearing = self.awaits_hearing and self.stands_for is PauseKind.HEARING
        lawful = self.has("paused") and self.lacks("cancelled") and not for_hearing
        if self.attempt(lawful, lambda s: moves.resume(s, SIGNER, self.now, CALENDAR)):
            self.done.remove("paused")
            self.stand_for_hearing()

    # -- hearings

    @property
    def awaits_hearing(self) -> bool:
        return self.has("heard of") and self.lacks("held")

    def stand_for_hearing(self) -> None:
        if self.awaits_hearing and self.lacks("paused"):
            self.done.add("paused")
            self.stands_for = PauseKind.HEARING

    @rule()
    def hearing_is_asked_for(self):
        lawful = self.workable and self.lacks("decided", "deemed", "heard of")
        today = local_date(self.now + timedelta(hours=5))
        if self.attempt(lawful, lambda s: hearings.request(s, "赵一", today, today, SIGNER, self.now, CALENDAR)):
            self.done.add("heard of")
            self.asked_on = today
            self.stand_for_hearing()

    @precondition(lambda self: self.has("heard of"))
    @rule(days=st.sampled_from([6, 7, 8, 12, 21]), chair=st.sampled_from([CHAIR, CHAIR, SIGNER]))
    def hearing_is_noticed(self, days, chair):
        today = local_date(self.now + timedelta(hours=5))
        on = CALENDAR.add(today, days).date
        last = CALENDAR.add(self.asked_on, 20).date
        if CALENDAR.add(today, 7).date > last:
            last = CALENDAR.add(today, 20).date
        in_time = days >= 7 and on <= last
        lawful = self.awaits_hearing and self.lacks("cancelled") and in_time and chair is CHAIR
        holds_at = start_of_day(on)
        if self.attempt(
            lawful, lambda s: hearings.give_notice(s, holds_at, "二楼", chair, PAPER, SIGNER, self.now, CALENDAR)
        ):
            self.holds_at = holds_at

    @rule(record=st.sampled_from(["", "双方陈述"]))
    def hearing_is_held(self, record):
        told = self.holds_at is not None and self.now + timedelta(hours=5) >= self.holds_at
        lawful = self.awaits_hearing and self.lacks("cancelled") and told and bool(record)
        if self.attempt(lawful, lambda s: hearings.hold(s, record, SIGNER, self.now)):
            self.done.add("held")
            if self.stands_for is PauseKind.HEARING:
                self.done.discard("paused")

    @precondition(lambda self: self.has("received"))
    @rule(days=st.sampled_from([1, 5, 12]))
    def time_passes(self, days):
        self.now += timedelta(days=days)

    # -- visits and more time

    @rule(two=st.booleans())
    def visit(self, two):
        lawful = self.workable and self.lacks("decided") and two
        officials = (SIGNER, CHIEF) if two else (SIGNER,)
        if self.attempt(
            lawful, lambda s: visits.record(s, officials, "现场", "畅通", "赵一", MONDAY, PAPER, SIGNER, self.now)
        ):
            self.done.add("visited")

    @property
    def undecided(self) -> bool:
        return self.workable and self.lacks("decided", "deemed")

    def days_left(self) -> int:
        """Counting days is the limit's own to get right."""
        return self.state.limit.left(CALENDAR, local_date(self.now + timedelta(hours=5)))

    @rule(days=st.sampled_from([3, 10, 15]))
    def more_time_is_asked_for(self, days):
        most = 15 if self.kind is Kind.JOINT else 10
        lawful = self.undecided and self.lacks("more time") and days <= most and self.days_left() >= 5
        if self.attempt(lawful, lambda s: extensions.ask(s, days, "复核", 5, SIGNER, self.now, CALENDAR)):
            self.done.add("more time")
            self.wanted = days

    @rule(days=st.sampled_from([3, 5, 15]), grants=st.booleans())
    def more_time_is_answered(self, days, grants):
        lawful = self.undecided and self.has("more time") and self.lacks("more time answered")
        if grants:
            lawful = lawful and days <= self.wanted and self.days_left() >= 0
        if self.attempt(lawful, lambda s: self.answer_to_more_time(s, days if grants else 0)):
            self.done.add("more time answered")
            self.extra = days if grants else 0

    def answer_to_more_time(self, state, days):
        if days:
            return extensions.grant(state, days, "同意", CHAIR, self.now, CALENDAR)
        return extensions.refuse(state, "不足", CHAIR, self.now)

    @precondition(lambda self: self.has("more time answered"))
    @rule()
    def intake_declines_more_time(self):
        self.state = arrivals.extension_declined(self.state, samples.declining())
        self.extra = 0

    @rule()
    def forward(self):
        lawful = self.workable and self.lacks("forwarded") and (self.kind is Kind.FORWARDED or self.has("upward"))
        if self.attempt(lawful, lambda s: moves.forward(s, SUPERIOR, "拟同意", SIGNER, self.now)):
            self.done.add("forwarded")

    @rule(superior=st.sampled_from([SUPERIOR, "他局"]), granted=st.booleans(), opinion=st.sampled_from(["", "理由"]))
    def superior_answers(self, superior, granted, opinion):
        lawful = self.has("forwarded") and self.lacks("cancelled", "answered")
        lawful = lawful and superior == SUPERIOR and (granted or bool(opinion))
        if self.attempt(lawful, lambda s: moves.record_superior_answer(s, superior, granted, opinion, self.now)):
            self.done |= {"answered"} if granted else {"answered", "denied above"}

    def may_answer(self, opinion: Opinion) -> bool:
        if opinion is UPWARD:
            return self.lacks("answered")
        if self.kind is Kind.FORWARDED and self.lacks("answered"):
            return False
        return opinion is REFUSE or self.lacks("denied above")

    @rule(opinion=st.sampled_from(Opinion), reasons=st.sampled_from(["", "不符合规范"]))
    def decide(self, opinion, reasons):
        lawful = self.workable and self.lacks("decided", "paused") and self.may_answer(opinion)
        lawful = lawful and (bool(reasons) or (opinion is not REFUSE and self.lacks("heard of")))
        lawful = lawful and not self.awaits_hearing and (self.inspection is None or self.has("visited"))
        if self.attempt(lawful, lambda s: moves.decide(s, opinion, reasons, "消防法", OPINION, CHIEF, self.now)):
            self.done |= {"decided", "upward"} if opinion is UPWARD else {"decided"}

    @rule(code=st.sampled_from(["SURVEY", "COPY", "GIFT"]))
    def list_fees(self, code):
        replacing = bool(self.lists) and self.lists[-1] == Standing.REJECTED
        first = not self.lists and self.lacks("decided", "deemed")
        lawful = self.workable and code != "GIFT" and (replacing or first)
        line = FeeLine(code=code, quantity=1)
        if self.attempt(lawful, lambda s: list_fees(s, [line], None, SIGNER, self.now)):
            self.lists.append(Standing.LISTED)

    @precondition(lambda self: self.lists)
    @rule(standing=st.sampled_from([Standing.VERIFIED, Standing.REJECTED]))
    def fee_window_answers(self, standing):
        self.state = arrivals.with_standing(self.state, f"R1-{len(self.lists)}", standing)
        self.lists[-1] = standing

    @rule(arrival=st.sampled_from(["urged", "materials"]))
    def intake_tells(self, arrival):
        if arrival == "urged":
            self.state = arrivals.urged(self.state, samples.urging())
        else:
            self.state = arrivals.with_materials(self.state, samples.addition())

    @precondition(lambda self: self.has("received") and self.lacks("cancelled", "deemed"))
    @rule()
    def deemed(self):
        self.state = samples.deemed(self.state)
        self.done.add("deemed")

    @precondition(lambda self: self.lacks("cancelled", "deemed") and len(self.told) > 6)
    @rule()
    def cancelled(self):
        self.state = samples.cancelled(self.state)
        self.done.add("cancelled")

    @invariant()
    def nothing_is_told_before_the_receipt(self):
        assert not self.told or isinstance(self.told[0], approval.ReviewReceived)

    @invariant()
    def what_is_told_once_is_told_once(self):
        names = [type(event) for event in self.told]
        for once in ONCE:
            assert names.count(once) <= 1

    @invariant()
    def pauses_and_resumptions_alternate(self):
        words = [type(e) for e in self.told if isinstance(e, approval.ReviewPaused | approval.ReviewResumed)]
        assert all(word is approval.ReviewPaused for word in words[::2])
        assert all(word is approval.ReviewResumed for word in words[1::2])
        assert (self.state.standing_procedure is not None) == ("paused" in self.done)

    @invariant()
    def while_a_hearing_is_awaited_the_clock_stands(self):
        assert self.state.awaits_hearing == self.awaits_hearing
        assert not self.awaits_hearing or "paused" in self.done

    @invariant()
    def nobody_chairs_who_examined(self):
        assert self.state.chair is None or self.state.chair.id not in self.state.examiners

    @invariant()
    def the_limit_is_lengthened_by_what_was_granted_and_stands(self):
        assert self.state.limit.extension == self.extra

    @invariant()
    def at_most_one_list_is_alive(self):
        assert sum(one.standing is not Standing.REJECTED for one in self.state.fee_lists) <= 1
        assert [one.standing for one in self.state.fee_lists] == self.lists

    @invariant()
    def the_status_follows_from_what_happened(self):
        assert self.state.status is self.expected_status()

    def expected_status(self) -> Status:
        ladder = [
            ("cancelled" in self.done, Status.CANCELLED),
            (self.has("decided", "upward") and self.lacks("answered"), Status.AWAITING_SUPERIOR),
            ("decided" in self.done, Status.DECIDED),
            ("deemed" in self.done, Status.DEEMED_CONSENTED),
            (self.lacks("received"), Status.REQUESTED),
            ("paused" in self.done, Status.PAUSED),
            (self.has("forwarded") and self.lacks("answered"), Status.FORWARDED),
        ]
        return next((status for holds, status in ladder if holds), Status.IN_REVIEW)

    @invariant()
    def storing_it_and_reading_it_back_changes_nothing(self):
        assert ReviewState.from_stored(self.state.model_dump(mode="json")) == self.state


class ForwardedItemDesk(Desk):
    kind = Kind.FORWARDED


class InspectedDesk(Desk):
    kind = Kind.COMMITTED
    inspection = Due(on=date(2026, 3, 9))


TestAnyOrder = pytest.mark.rule("R24", "R26", "R31", "R34", "R41", "R42", "R49")(Desk.TestCase)
TestAnyOrderOfAnInspectedItem = pytest.mark.rule("R23", "R33", "R38")(InspectedDesk.TestCase)
TestAnyOrderOfAForwardedItem = pytest.mark.rule("R48")(ForwardedItemDesk.TestCase)
