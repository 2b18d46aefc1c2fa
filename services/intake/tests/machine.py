"""The first half of the machine: how it moves and compares, and the steps at the door."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from services.intake.domain import door
from services.intake.domain.case import Change
from services.intake.domain.grounds import RefusalGround
from services.intake.domain.item import Item
from services.intake.domain.values import Review
from services.intake.tests import samples
from services.intake.tests.model import REACHABLE, Asked, Model
from services.intake.tests.samples import CLERK, MONDAY, RULES
from yimen.contracts.intake import ReviewExtensionDeclined
from yimen.errors import Refusal
from yimen.worktime import end_of_day, local_date

ENDS = {"closed", "refused", "returned", "withdrawn"}


class AtTheDoor(RuleBasedStateMachine):
    """`self.case` moves by the rules, `self.model` by counting; a move is lawful if the model says so."""

    item: Item

    @initialize(
        codes=st.sampled_from([("01", "02"), ("01",), ("01", "02", "03")]), accepted=st.booleans(), agreed=st.booleans()
    )
    def hand_in(self, codes, accepted, agreed):
        self.now = MONDAY
        self.case = samples.submitted(self.item, materials=codes).but(electronic_service=agreed)
        self.model = Model(self.item, self.case.received_on)
        self.codes = set(codes)
        self.told: list[Any] = []
        self.take(door.submit(self.case, RULES, as_is=True))
        self.begin(accepted)

    def begin(self, accepted: bool) -> None:
        if accepted:
            self.accept()

    def take(self, change: Change) -> None:
        before, self.case = self.case, change.case
        if before.status in ENDS:
            assert all(isinstance(event, ReviewExtensionDeclined) for event in change.events)
        assert self.case.status == before.status or self.case.status in REACHABLE[before.status]
        self.told += change.events

    def attempt(self, lawful: bool, move: Callable[[], Change]) -> bool:
        self.now += timedelta(hours=1)
        if not lawful:
            with pytest.raises(Refusal):
                move()
            return False
        self.take(move())
        return True

    def hears(self, department: str, word: Callable[[Review], Change]) -> Asked | None:
        """A word on the department's latest review, if it was ever asked for one."""
        self.now += timedelta(hours=1)
        known = [review for review in self.case.reviews if review.department == department]
        if known:
            self.take(word(known[-1]))
        return self.model.of(department)

    def ago(self, hours: int, one: Asked | None) -> datetime:
        """An instant in the past, but no word was spoken before it was asked for."""
        return max(self.now - timedelta(hours=hours), one.requested_at) if one else self.now

    @property
    def answerable(self) -> bool:
        last = RULES.calendar.add(self.model.received_on, 5).date
        return self.model.phase == "submitted" and self.now + timedelta(hours=1) < end_of_day(last)

    @property
    def at_the_door(self) -> bool:
        """Here its steps are tried often, later now and then."""
        return self.model.phase in {"submitted", "correction_requested"} or self.now.hour % 8 == 0

    @property
    def under_way(self) -> bool:
        return bool(self.case.reviews)

    # -- at the door ----------------------------------------------------------------------------------------------

    @precondition(lambda self: self.at_the_door)
    @rule()
    def accept(self):
        lawful = self.answerable and self.codes >= {"01", "02"}
        if self.attempt(lawful, lambda: door.accept(self.case, CLERK, self.now, RULES)):
            self.model.accept(local_date(self.now), self.now)

    @precondition(lambda self: self.at_the_door)
    @rule(codes=st.sets(st.sampled_from(["01", "02", "03", "99"]), min_size=1))
    def request_correction(self, codes):
        lawful = self.answerable and "99" not in codes and codes | self.codes >= {"01", "02"}
        wanted = dict.fromkeys(sorted(codes), "缺少签章")
        if self.attempt(lawful, lambda: door.request_correction(self.case, wanted, CLERK, self.now, RULES)):
            self.model.phase, self.model.requested = "correction_requested", set(codes)
            self.model.requested_on = local_date(self.now)

    @precondition(lambda self: self.at_the_door)
    @rule(codes=st.sets(st.sampled_from(["01", "02", "03"]), min_size=1))
    def supplement(self, codes):
        model = self.model
        asked = {material.code for material in self.case.requested}
        lawful = model.phase == "correction_requested" and codes <= asked
        lawful = lawful and model.requested_on is not None
        lawful = lawful and self.now + timedelta(hours=1) < end_of_day(model.requested_on + timedelta(days=90))
        pieces = samples.held(*sorted(codes), at=self.now)
        if self.attempt(lawful, lambda: door.supplement(self.case, pieces, self.now, RULES)):
            model.requested -= codes
            self.codes |= codes
            if not model.requested:
                model.accept(local_date(self.now), self.now)

    @precondition(lambda self: self.at_the_door and self.now.hour % 3 == 0)
    @rule(how=st.sampled_from(["refused", "returned"]))
    def turn_away(self, how):
        lawful = self.answerable or self.model.phase == "correction_requested"
        ground = RefusalGround.NOT_A_LICENCE_MATTER
        moves = {
            "refused": lambda: door.refuse(self.case, ground, "不需要许可", None, CLERK, self.now, RULES),
            "returned": lambda: door.send_back(self.case, "不符合规划", "第三条", CLERK, self.now, RULES),
        }
        if self.attempt(lawful, moves[how]):
            self.model.phase = how

    @precondition(lambda self: self.now.hour % 12 == 0)
    @rule()
    def withdraw(self):
        lawful = self.model.phase in {"submitted", "correction_requested", "accepted", "reviewed"}
        if self.attempt(lawful, lambda: door.withdraw(self.case, "不办了", self.now)):
            self.model.phase = "withdrawn"
