"""The checker of the soak can fail: it finds one lost, one doubled, one swapped step among many good ones."""

import random

import pytest

from tests.faults.checker import Step, check

TOLD: list[Step] = [(f"c{case}", number) for case in range(20) for number in range(1, 21)]


def _mixed(steps: list[Step]) -> list[Step]:
    """The cases interleaved, each case's steps in their order."""
    turns = [case for case, _ in steps]
    random.Random(1).shuffle(turns)
    waiting = {case: iter([step for step in steps if step[0] == case]) for case in turns}
    return [next(waiting[case]) for case in turns]


def test_each_step_once_and_in_order_is_clean_however_the_cases_interleave() -> None:
    verdict = check(TOLD, _mixed(TOLD))
    assert verdict.clean
    assert str(verdict) == "400 told: 0 lost, 0 doubled, 0 out of order"


@pytest.mark.parametrize("which", [0, 7, 399])
def test_a_lost_step_is_counted(which: int) -> None:
    verdict = check(TOLD, _mixed(TOLD[:which] + TOLD[which + 1 :]))
    assert (verdict.lost, verdict.doubled, verdict.out_of_order) == (1, 0, 0)
    assert not verdict.clean


@pytest.mark.parametrize("later", [1, 30, 400])
def test_a_doubled_step_is_counted_and_is_no_disorder(later: int) -> None:
    verdict = check(TOLD, [*TOLD[:later], TOLD[0], *TOLD[later:]])
    assert (verdict.lost, verdict.doubled, verdict.out_of_order) == (0, 1, 0)
    assert not verdict.clean


def test_two_steps_that_changed_places_are_counted() -> None:
    verdict = check(TOLD, [TOLD[1], TOLD[0], *TOLD[2:]])
    assert (verdict.lost, verdict.doubled, verdict.out_of_order) == (0, 0, 1)
    assert not verdict.clean


def test_a_step_that_nobody_was_told_of_may_have_taken_effect_but_once_and_in_its_place() -> None:
    assert check(TOLD[:-1], TOLD).clean
    assert check(TOLD[:-1], [*TOLD, TOLD[-1]]).doubled == 1
    assert check(TOLD[1:], [*TOLD[1:], TOLD[0]]).out_of_order == 1


def test_nothing_received_is_everything_lost() -> None:
    assert check(TOLD, []).lost == len(TOLD)
