"""The inbox in the hall: a department's staff, an applicant, and nobody else."""

from typing import Any

import pytest

from services.notify.tests import samples
from services.notify.tests.conftest import Messenger
from yimen.contracts import intake
from yimen.ids import case_number
from yimen.passwords import hashed
from yimen.testing import MONDAY_NINE
from yimen.web import Role
from yimen.worktime import local_date

PASSWORD = "ABCDE23456"


async def ask(messenger: Messenger, *departments: str, role: Role = Role.WINDOW_CLERK, **query: str) -> Any:
    headers = messenger.harness.as_(role, departments=departments)
    answer = await messenger.harness.client.get("/inbox", headers=headers, params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def read(messenger: Messenger, letter_id: int, department: str, who: str = "u1") -> int:
    headers = messenger.harness.as_(Role.WINDOW_CLERK, departments=[department], id=who)
    return (await messenger.harness.client.post(f"/inbox/{letter_id}/read", headers=headers)).status_code


async def alerts(messenger: Messenger, count: int, department: str = "fire") -> None:
    for n in range(count):
        await messenger.harness.deliver(samples.alert(department, f"C{n}"), source="/monitor")


async def test_a_department_without_a_duty_officer_is_told_in_its_inbox(messenger: Messenger) -> None:
    await messenger.harness.deliver(samples.alert("health"), source="/monitor")
    (letter,) = (await ask(messenger, "health"))["letters"]
    assert (letter["template"], letter["case_number"], letter["read_at"]) == ("alert_raised", "C1", None)
    assert letter["text"].startswith("监察提示")
    assert await messenger.messages() == []


async def test_staff_read_their_departments_letters_and_no_others(messenger: Messenger) -> None:
    await alerts(messenger, 2)
    await alerts(messenger, 1, "health")
    assert len((await ask(messenger, "fire"))["letters"]) == 2
    assert len((await ask(messenger, "fire", "health"))["letters"]) == 3
    assert (await ask(messenger, "planning"))["letters"] == []


async def test_unread_letters_come_first_page_by_page(messenger: Messenger) -> None:
    await alerts(messenger, 5)
    newest_first = [letter["id"] for letter in (await ask(messenger, "fire"))["letters"]]
    assert newest_first == sorted(newest_first, reverse=True)
    for letter_id in newest_first[:2]:
        assert await read(messenger, letter_id, "fire") == 204
    seen: list[int] = []
    after: str | None = None
    while True:
        page = await ask(messenger, "fire", limit="2", **({"after": after} if after else {}))
        seen += [letter["id"] for letter in page["letters"]]
        after = page["next"]
        if after is None:
            break
    assert seen == [*newest_first[2:], *newest_first[:2]]


async def test_who_read_a_letter_first_is_kept(messenger: Messenger) -> None:
    await alerts(messenger, 1)
    (letter,) = (await ask(messenger, "fire"))["letters"]
    assert await read(messenger, letter["id"], "fire", "first") == 204
    assert await read(messenger, letter["id"], "fire", "second") == 204
    (letter,) = (await ask(messenger, "fire"))["letters"]
    assert (letter["read_by"], letter["read_at"] is None) == ("first", False)


async def test_a_citizen_reads_and_marks_the_letters_of_their_own_cases_and_no_others(messenger: Messenger) -> None:
    for case, account, language in (("C1", "zhang", "en"), ("C2", "li", "zh"), ("C3", None, "zh")):
        told = samples.contact(case, account=account, language=language)
        await messenger.harness.deliver(samples.submitted(case), told, source="/intake")
    zhang = messenger.harness.as_(Role.CITIZEN, id="zhang")
    letters = (await messenger.harness.client.get("/inbox", headers=zhang)).json()["letters"]
    assert {letter["case_number"] for letter in letters} == {"C1"}
    assert "case number" in letters[0]["text"], "in the language that was chosen"
    of_the_case = await messenger.harness.client.get("/my/cases/C1/inbox", headers=zhang)
    assert of_the_case.json()["letters"] == letters
    for case in ("C2", "C9"):
        assert (await messenger.harness.client.get(f"/my/cases/{case}/inbox", headers=zhang)).status_code == 404
    marked = await messenger.harness.client.post(f"/inbox/{letters[0]['id']}/read", headers=zhang)
    assert marked.status_code == 204
    li = messenger.harness.as_(Role.CITIZEN, id="li")
    refused = await messenger.harness.client.post(f"/inbox/{letters[0]['id']}/read", headers=li)
    assert refused.status_code == 404, "another's is as unknown as one that is not there"
    again = (await messenger.harness.client.get("/inbox", headers=zhang)).json()["letters"]
    assert [letter["read_by"] for letter in again if letter["id"] == letters[0]["id"]] == ["zhang"]


async def test_another_departments_letter_or_none_is_not_read(messenger: Messenger) -> None:
    await alerts(messenger, 1)
    (letter,) = (await ask(messenger, "fire"))["letters"]
    assert await read(messenger, letter["id"], "health") == 403
    assert await read(messenger, letter["id"] + 1, "fire") == 404


async def test_an_applicants_letter_is_no_departments(messenger: Messenger) -> None:
    await messenger.harness.deliver(samples.submitted(), source="/intake")
    (letter,) = await messenger.inbox()
    assert await read(messenger, int(str(letter["id"])), "C1") == 403


@pytest.mark.parametrize(("language", "says"), [(None, "申请材料已收到"), ("en", "case number")])
async def test_an_applicant_reads_with_the_query_password_in_the_language_that_was_chosen(
    messenger: Messenger, language: str | None, says: str
) -> None:
    """The letter was written before anybody knew in which language it would be read."""
    number = case_number("450721", local_date(MONDAY_NINE), "C", 1)
    credential = intake.CredentialRecorded(
        case_number=number, password_hash=hashed(PASSWORD), recorded_at=messenger.harness.clock.now()
    )
    told = (samples.submitted(number), samples.contact(number, language=language), credential)
    await messenger.harness.deliver(*told, samples.submitted("other"), source="/intake")
    right = await messenger.harness.client.post(f"/cases/{number}/inbox", headers={"Query-Password": PASSWORD})
    (letter,) = right.json()["letters"]
    assert says in letter["text"]
    wrong = await messenger.harness.client.post(f"/cases/{number}/inbox", headers={"Query-Password": "WRONG23456"})
    assert wrong.status_code == 404
