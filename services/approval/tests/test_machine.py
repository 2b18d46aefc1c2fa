"""Any sequence of moves and arrivals, lawful or not, against a model that only counts and flags."""

from datetime import timedelta

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from services.approval.domain import arrivals, moves
from services.approval.domain.facts import Standing
from services.approval.domain.fee_lists import list_fees
from services.approval.domain.state import ReviewState, Status
from services.approval.tests import samples
from services.approval.tests.samples import CALENDAR, CHIEF, MONDAY, SIGNER
from yimen.contracts import approval
from yimen.contracts.parts import FeeLine, Kind, Opinion, PauseKind
from yimen.errors import Refusal

SUPERIOR = "市消防救援支队"
CONSENT, REFUSE, UPWARD = Opinion.CONSENT, Opinion.REFUSE, Opinion.CONSENT_BUT_FORWARD


class Desk(RuleBasedStateMachine):
    """`self.done` holds what has happened; a move is lawful if these words allow it."""

    kind = Kind.JOINT

    def __init__(self) -> None:
        super().__init__()
        self.state: ReviewState = samples.opened(kind=self.kind)
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
        after, event = move(before)
        assert after.version == before.version + 1
        assert (event.subject, event.scope, event.correlation_id) == ("review/R1", "fire", "CASE1")
        self.state = after
        self.told.append(event)
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

    @rule()
    def resume(self):
        lawful = self.has("paused") and self.lacks("cancelled")
        if self.attempt(lawful, lambda s: moves.resume(s, SIGNER, self.now, CALENDAR)):
            self.done.remove("paused")

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
        lawful = lawful and (opinion is not REFUSE or bool(reasons))
        if self.attempt(lawful, lambda s: moves.decide(s, opinion, reasons, "消防法", CHIEF, self.now)):
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
        for once in (approval.ReviewReceived, approval.ReviewDecided, approval.ReviewForwarded):
            assert names.count(once) <= 1

    @invariant()
    def pauses_and_resumptions_alternate(self):
        words = [type(e) for e in self.told if isinstance(e, approval.ReviewPaused | approval.ReviewResumed)]
        assert all(word is approval.ReviewPaused for word in words[::2])
        assert all(word is approval.ReviewResumed for word in words[1::2])
        assert (self.state.standing_procedure is not None) == ("paused" in self.done)

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


TestAnyOrder = pytest.mark.rule("R26", "R41", "R42", "R49")(Desk.TestCase)
TestAnyOrderOfAForwardedItem = pytest.mark.rule("R48")(ForwardedItemDesk.TestCase)
