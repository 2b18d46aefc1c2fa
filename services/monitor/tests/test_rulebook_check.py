"""What a centre may put into its rulebook, and what none may."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.monitor.domain.rulebook import completed
from services.monitor.domain.rulebook_check import NATIONAL, faults
from services.monitor.rulebooks import first_book, read_book
from services.monitor.tests.books import BOOK, book_with
from yimen.contracts.monitor import Light


def wrong(book) -> list[str]:
    return [fault.pointer for fault in faults(book, BOOK)]


def changed(section: str, which: str, **changes: Any):
    """The first book, one row of it otherwise."""
    body = first_book()
    rows = [row | changes if row.get("code", row.get("kind")) == which else row for row in body[section]]
    return read_book(2, body | {section: rows})


def without(section: str, code: str):
    body = first_book()
    return read_book(2, body | {section: [row for row in body[section] if row["code"] != code]})


def place(section: str, code: str) -> int:
    return [row.get("code", row.get("kind")) for row in first_book()[section]].index(code)


def charge(**changes: Any) -> list[dict[str, Any]]:
    return [{"kind": "department", "part": "time", "tenths": -50} | changes]


def test_the_book_that_the_supervisor_starts_with_has_no_fault():
    assert faults(BOOK, BOOK) == ()
    assert {code for code in NATIONAL if BOOK.alert(code) is None} == set()


@pytest.mark.parametrize(
    "book",
    [
        book_with(
            pre_alert={"level": "yellow", "answer_days": 1, "text": "请抓紧。"}, numbers={"pre_alert_percent": 80}
        ),
        book_with(promised={"level": "red"}, numbers={"red_after_days": 1}),
        book_with(several_doors={"enabled": False}, stage={"enabled": False}),
        book_with(statutory={"charges": charge(tenths=-200)}),
        changed("findings", "wrong_result", charges=charge(part="process", tenths=-50, least=-50)),
        read_book(
            2, first_book() | {"findings": [*first_book()["findings"], {"code": "own", "rule": "R82", "title": "另"}]}
        ),
    ],
    ids=["milder early alert", "red at once", "switched off", "dearer", "a choice of one", "a finding of its own"],
)
def test_what_the_rules_leave_to_a_centre_may_be_set(book):
    assert wrong(book) == []


@pytest.mark.rule("R05", "R72")
@pytest.mark.parametrize("code", sorted(NATIONAL))
def test_what_the_national_law_asks_for_can_be_neither_switched_off_nor_made_milder(code):
    at = place("alerts", code)
    assert f"/alerts/{at}/enabled" in wrong(changed("alerts", code, enabled=False))
    level = BOOK.alert(code).level
    assert f"/alerts/{at}/level" in wrong(changed("alerts", code, level="blue" if level != Light.BLUE else "green"))


@pytest.mark.parametrize(
    ("book", "pointer"),
    [
        (without("alerts", "again"), "/alerts"),
        (without("findings", "complaint_upheld"), "/findings"),
        (changed("alerts", "again", code="another"), "/alerts"),
        (changed("alerts", "again", code="visit"), "/alerts"),
        (changed("alerts", "again", rule="R29"), "/alerts/{again}/rule"),
        (changed("alerts", "again", scope="case"), "/alerts/{again}/scope"),
        (changed("alerts", "again", level="green"), "/alerts/{again}/level"),
        (book_with(pre_alert={"level": "red"}), "/alerts/1/level"),
        (changed("alerts", "again", charges=charge(part="none")), "/alerts/{again}/charges/0"),
        (changed("alerts", "again", charges=charge(kind="person")), "/alerts/{again}/charges/0"),
        (changed("alerts", "again", charges=charge(tenths=0)), "/alerts/{again}/charges/0"),
        (changed("alerts", "again", charges=charge(tenths=10)), "/alerts/{again}/charges/0"),
        (changed("alerts", "again", charges=charge(part="bonus", tenths=10)), "/alerts/{again}/charges/0"),
        (changed("alerts", "again", charges=charge(least=-10)), "/alerts/{again}/charges/0"),
        (changed("alerts", "again", charges=charge() * 2), "/alerts/{again}/charges/1"),
        (changed("findings", "wrong_result", charges=charge(least=10)), "/findings/{wrong_result}/charges/0/least"),
        (changed("findings", "wrong_result", charges=charge(least=0)), "/findings/{wrong_result}/charges/0/least"),
        (changed("findings", "wrong_result", charges=charge(least=-51)), "/findings/{wrong_result}/charges/0/least"),
        (changed("findings", "commended", charges=charge(part="bonus", tenths=-1)), "/findings/{commended}/charges/0"),
        (changed("schemes", "person", kind="window"), "/schemes"),
        (changed("schemes", "person", bonus_cap=-1), "/schemes/{person}/bonus_cap"),
        (
            changed("schemes", "person", parts=[{"code": "conduct", "name": "表现", "ceiling": 999}]),
            "/schemes/{person}/parts",
        ),
        (
            changed("schemes", "person", parts=[{"code": "other", "name": "表现", "ceiling": 1000}]),
            "/schemes/{person}/parts",
        ),
        (book_with(numbers={"pre_alert_percent": 0}), "/numbers/pre_alert_percent"),
        (book_with(numbers={"red_after_days": 61}), "/numbers/red_after_days"),
        (book_with(numbers={"complaint_accept_days": 6}), "/numbers/complaint_accept_days"),
        (book_with(numbers={"data_tenths": 1}), "/numbers/data_tenths"),
        (book_with(numbers={"early_tenths": -1}), "/numbers/early_tenths"),
        (book_with(numbers={"grade_good": 950}), "/numbers/grade_excellent"),
        (book_with(numbers={"no_such_number": 1}), "/numbers"),
    ],
)
def test_a_fault_is_named_by_its_row_and_field(book, pointer):
    for section in ("alerts", "findings", "schemes"):
        for row in first_book()[section]:
            code = row.get("code", row.get("kind"))
            if pointer.startswith(f"/{section}"):
                pointer = pointer.replace(f"{{{code}}}", str(place(section, code)))
    assert pointer in wrong(book)


def test_a_book_without_a_number_is_refused():
    body = first_book()
    short = {name: number for name, number in body["numbers"].items() if name != "red_flags"}
    assert wrong(read_book(2, body | {"numbers": short})) == ["/numbers"]


@given(
    st.sets(st.sampled_from(sorted(rule.code for rule in BOOK.alerts))), st.sets(st.sampled_from(sorted(BOOK.numbers)))
)
def test_a_book_from_before_an_upgrade_is_completed_and_keeps_what_the_centre_set(codes, names):
    body = first_book()
    rows = [row | {"answer_days": 7} for row in body["alerts"] if row["code"] not in codes]
    rows += [{"code": "forgotten", "rule": "R1", "scope": "case", "level": "red", "text": "旧"}]
    numbers = {name: number for name, number in body["numbers"].items() if name not in names}
    schemes = [row | {"parts": [{"code": "all", "name": "全部", "ceiling": 1000}]} for row in body["schemes"]]
    whole = completed(read_book(3, body | {"alerts": rows, "numbers": numbers, "schemes": schemes}), BOOK)
    assert whole.version == 4
    assert wrong(whole) == []
    assert {rule.code for rule in whole.alerts if rule.answer_days == 7} == {rule.code for rule in BOOK.alerts} - codes
    assert completed(whole, BOOK) is None
