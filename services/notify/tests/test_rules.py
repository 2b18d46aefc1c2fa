"""Who is told of what: the centre chooses within the law, and what nobody is told is kept with its reason."""

from typing import Any

import pytest

from services.notify.domain.book import read_rule
from services.notify.domain.wording import TemplateError
from services.notify.tests import samples
from services.notify.tests.conftest import Messenger
from services.notify.tests.test_wordbook import choose, read
from services.notify.wordbook import first_book
from yimen.contracts import Event, fees, intake, monitor
from yimen.contracts.parts import Due
from yimen.web import Role

WITHDRAWN = intake.CaseWithdrawn(case_number="C1", reasons="不再需要", withdrawn_at=samples.AT)
MANDATORY = [rule.id for rule in first_book().rules.values() if rule.mandatory]


async def test_a_rule_that_is_off_tells_nobody_until_it_is_on_again(messenger: Messenger) -> None:
    assert (await choose(messenger, "withdrawn", enabled=False)).status_code == 200
    await messenger.harness.deliver(WITHDRAWN, source="/intake")
    assert await messenger.messages() == []
    assert (await choose(messenger, "withdrawn", 1)).status_code == 200
    await messenger.harness.deliver(WITHDRAWN, source="/intake")
    assert [row["template"] for row in await messenger.messages()] == ["withdrawn"]


async def test_choices_are_kept_with_who_made_them_and_a_stale_one_is_refused(messenger: Messenger) -> None:
    await choose(messenger, "withdrawn", enabled=False)
    stale = await choose(messenger, "withdrawn", enabled=True)
    assert (stale.status_code, stale.json()["current_version"]) == (412, 1)
    changed = await choose(messenger, "withdrawn", 1, channels=["mail", "mail"], urgent=True)
    assert changed.headers["etag"] == '"2"'
    shown = await read(messenger, "/rules/withdrawn")
    assert [(one["version"], one["enabled"], one["channels"], one["urgent"]) for one in shown["history"]] == [
        (1, False, ["sms", "inbox"], False),
        (2, True, ["mail"], True),
    ]
    assert {one["chosen_by"]["name"] for one in shown["history"]} == {"周管理"}
    assert (shown["version"], shown["channels"], shown["urgent"]) == (2, ["mail"], True)
    (listed,) = [rule for rule in await read(messenger, "/rules") if rule["id"] == "withdrawn"]
    assert listed == {name: value for name, value in shown.items() if name != "history"}


def test_what_the_law_makes_us_tell_is_marked_with_its_article() -> None:
    assert {
        *("submitted", "correction_requested", "accepted", "accepted_by_silence", "refused", "refused_elsewhere"),
        *("granted", "denied", "renewed_by_law", "fees_due", "fees_due_instead", "extended", "hearing_noticed"),
        *("paused", "licence_issued", "returned", "late_fee_due"),
    } == set(MANDATORY)


@pytest.mark.parametrize("rule", MANDATORY)
async def test_what_the_law_makes_us_tell_cannot_be_switched_off(messenger: Messenger, rule: str) -> None:
    for choice in ({"enabled": False}, {"channels": ["inbox"]}):
        refused = await choose(messenger, rule, **choice)
        assert (refused.status_code, refused.json()["code"]) == (409, "rule-mandatory")
        assert first_book().rules[rule].mandatory in refused.json()["detail"]
    assert (await choose(messenger, rule, channels=["sms"], urgent=True)).status_code == 200


@pytest.mark.parametrize(
    "row",
    [
        {"event": "intake.case.renamed.v9"},
        {"where": {"nothing": 1}},
        {"where": {"deemed": "perhaps"}},
        {"given": ["nothing"]},
        {"absent": ["nothing"]},
        {"equal": ["case_number", "nothing"]},
        {"when": "always"},
        {"mandatory": "第三十二条", "enabled": False},
        {"event": "intake.calendar.revised.v1"},
    ],
)
def test_a_rule_that_asks_for_what_its_event_cannot_be_is_refused_when_read(row: dict[str, Any]) -> None:
    with pytest.raises(TemplateError):
        read_rule({"id": "odd", "event": "intake.case.accepted.v1"} | row).check()


COMPLAINT = {"record": "r1", "complaint_number": "TS1", "department": "fire", "topic": "delay", "topic_name": "拖延"}


def accepted_by(audience: str) -> monitor.ComplaintAccepted:
    return monitor.ComplaintAccepted(
        **COMPLAINT,
        audience=audience,
        complexity="simple",
        answer_by=Due(on=samples.DOCUMENT.dated),
        accepted_by=samples.CLERK,
        accepted_at=samples.AT,
    )


@pytest.mark.rule("R93")
def test_the_department_hears_of_a_complaint_in_its_own_record_only() -> None:
    book = first_book()
    assert [letter.recipient for letter in book.letters(accepted_by("fire"))] == ["department/fire"]
    assert book.letters(accepted_by("centre")) == []


@pytest.mark.rule("R101")
def test_an_agency_that_is_overdue_is_told_to_its_station_and_to_the_centre() -> None:
    overdue = intake.AgencyOverdue(
        agency_id="A1", station="town-1", agent=samples.CLERK, due=Due(on=samples.DOCUMENT.dated), overdue_at=samples.AT
    )
    found = first_book().letters(overdue)
    assert [letter.recipient for letter in found] == ["department/town-1", "department/centre"]
    assert {letter.template for letter in found} == {"agency_overdue"}


def test_money_that_is_given_back_is_told_from_the_request_to_the_end() -> None:
    about = {"notice_number": "N1", "case_number": "C1", "refund_number": "TK1"}
    failed = fees.NoticeRefundFailed(**about, reason="账号有误", failed_at=samples.AT)
    (letter,) = first_book().letters(failed)
    assert "账号有误" not in letter.text, "the bank's words are for the fee window"
    assert letter.to("en").text.startswith("Case C1: refund TK1 could not be paid")


RECEIVED = samples.review_received()
UNPAID = samples.notice(amount=0)
HEALTH = samples.alert("health")
REQUESTS: list[tuple[Event, str, str]] = [
    (samples.closed(), "/intake", "no_rule"),
    (RECEIVED, "/approval/fire", "no_rule"),
    (UNPAID, "/fees", "conditions_not_met"),
    (HEALTH, "/monitor", "no_contact"),
    (intake.ReviewCancelled(
        review_id="R9", department="fire", case_number="C1", reason="撤回", cancelled_at=samples.AT
    ), "/intake", "rule_off"),
]  # fmt: skip


@pytest.mark.parametrize(("event", "source", "reason"), REQUESTS, ids=[reason for _, _, reason in REQUESTS])
async def test_an_event_that_nobody_is_told_of_is_kept_once_with_its_reason(
    messenger: Messenger, event: Event, source: str, reason: str
) -> None:
    message = messenger.harness.message(event, source)
    await messenger.harness.process([message, message])
    await messenger.harness.process([message])
    assert await messenger.messages() == []
    page = await read(messenger, "/skipped")
    (kept,) = page["skipped"]
    assert (kept["type"], kept["reason"], kept["subject"]) == (event.type, reason, event.subject)
    assert (kept["template"] is not None) is (reason == "no_contact")
    assert kept["reason_text"] != reason


async def test_what_was_told_is_not_among_what_was_not(messenger: Messenger) -> None:
    await messenger.harness.deliver(samples.submitted(), samples.contact(), source="/intake")
    assert (await read(messenger, "/skipped"))["skipped"] == []


async def test_what_nobody_was_told_is_counted_and_read_page_by_page(messenger: Messenger) -> None:
    for case in ("C1", "C2", "C3"):
        await messenger.harness.deliver(samples.closed(case), source="/intake")
    await messenger.harness.deliver(UNPAID, source="/fees")
    counted = await read(messenger, "/skipped/counts")
    assert [(one["type"], one["reason"], one["count"]) for one in counted["counts"]] == [
        ("intake.case.closed.v1", "no_rule", 3),
        ("fees.notice.issued.v1", "conditions_not_met", 1),
    ]
    seen: list[str] = []
    after: dict[str, Any] = {}
    while True:
        page = await read(messenger, "/skipped", type="intake.case.closed.v1", limit=2, **after)
        seen += [one["case_number"] for one in page["skipped"]]
        if page["next"] is None:
            break
        after = {"after": page["next"]}
    assert seen == ["C3", "C2", "C1"]
    assert (await read(messenger, "/skipped", reason="rule_off"))["skipped"] == []
    later = messenger.harness.clock.now().replace(year=2030).isoformat()
    assert (await read(messenger, "/skipped", since=later))["skipped"] == []
    assert (await read(messenger, "/skipped/counts", since=later))["counts"] == []


async def test_departments_and_citizens_read_neither_rules_nor_what_was_skipped(messenger: Messenger) -> None:
    for role in (Role.CITIZEN, Role.WINDOW_CLERK, Role.INTEGRATOR):
        for path in ("/rules", "/templates", "/skipped", "/skipped/counts"):
            answer = await messenger.harness.client.get(path, headers=messenger.harness.as_(role))
            assert answer.status_code == 403
