"""The operator at three in the morning, and a department's system tending its subscription."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.browser.hall import hall_at
from tests.browser.people import People
from tests.browser.visiting import NARROW, assert_fits, assert_usable

SUBJECT = "case/45072120261130L0001"


@pytest.fixture(scope="module")
def base(home: Path) -> Iterator[str]:
    with hall_at(home) as address:
        yield address


def leave_to_operators(home: Path) -> str:
    """At fire: a message of a type that nobody knows, which its subject waits for; a job and a timer that failed to the
    end. Nobody can ask a healthy hall for these over HTTP."""
    now, parked = datetime.now(UTC).isoformat(), uuid4()
    headers = {"cloudEvents_type": "intake.case.renamed.v9", "cloudEvents_source": "/elsewhere"}
    message = (parked.hex, "approval.fire", "/elsewhere", SUBJECT, 1, "intake.case.renamed", json.dumps(headers), b"{}")
    with closing(sqlite3.connect(home / "approval-fire.db", timeout=20)) as database, database:
        database.execute(
            "INSERT INTO inbox_parked (id, consumer, source, subject, sequence, key, headers, body, kind, error, parked_at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'unreadable', 'unknown type', ?)",
            (*message, now),
        )
        database.execute("INSERT INTO inbox_position VALUES ('approval.fire', '/elsewhere', ?, 0, 1)", (SUBJECT,))
        database.execute(
            "INSERT INTO outgoing (kind, key, payload, run_at, attempt, state, created_at)"
            " VALUES ('telegram', 'T1', '{}', ?, 9, 'given_up', ?)",
            (now, now),
        )
        database.execute(
            "INSERT INTO timers (name, key, due_at, run_at, payload, attempt, parked, error)"
            " VALUES ('alarm', 'A1', ?, ?, '{}', 9, 1, 'it did not ring')",
            (now, now),
        )
    return str(parked)


@pytest.mark.rule("S20")
def test_an_operator_finds_what_waits_and_lets_the_subject_go_on(visit: Visit, home: Path) -> None:
    with visit("operator", "/staff/operations", expected=("409",)) as page:
        expect(page.get_by_text("全部正常")).to_be_visible()
        leave_to_operators(home)
        page.get_by_role("button", name="重新查看").click()
        expect(page.get_by_text("1个服务需要处理")).to_be_visible()
        assert_usable(page)
        row = page.get_by_role("row").filter(has_text="消防救援大队")
        expect(row).to_contain_text("需要处理")
        row.get_by_role("link", name="部门审批 · 消防救援大队").click()
        expect(page.get_by_role("cell", name="it did not ring")).to_be_visible()
        assert_usable(page)

        page.get_by_role("button", name="重试").first.click()
        page.get_by_role("button", name="确认重试").click()
        expect(page.get_by_role("alert")).to_contain_text("请填写原因")
        page.get_by_label("原因").fill("对方已恢复")
        page.get_by_role("button", name="确认重试").click()
        expect(page.get_by_text("没有放弃的外发任务")).to_be_visible()

        page.get_by_role("link", name="intake.case.renamed.v9").click()
        expect(page.get_by_role("heading", level=1, name="搁置的消息")).to_be_visible()
        page.get_by_role("button", name="丢弃").click()
        page.get_by_label("原因").fill("不认识")
        page.get_by_role("button", name="确认丢弃").click()
        expect(page.get_by_role("dialog").get_by_role("alert")).to_contain_text("该主体正等着这条消息")
        expect(page.get_by_label("原因")).to_have_value("不认识")
        page.get_by_role("dialog").get_by_role("button", name="取消").click()
        page.get_by_role("button", name="跳过").click()
        page.get_by_label("原因").fill("已与发送方核实，可以跳过")
        page.get_by_role("button", name="确认跳过").click()
        expect(page.get_by_text("已跳过 · operator")).to_be_visible()
        expect(page.get_by_role("button", name="重放")).to_have_count(0)
        assert_usable(page)

        page.get_by_role("link", name="部门审批 · 消防救援大队").click()
        expect(page.get_by_text("没有搁置的消息")).to_be_visible()
        page.get_by_role("link", name="操作记录").click()
        expect(page.get_by_role("cell", name="已与发送方核实，可以跳过")).to_be_visible()


def test_a_departments_system_subscribes_and_sees_its_secret_once(visit: Visit, base: str) -> None:
    with visit("system-fire", "/staff/subscriptions", viewport=NARROW, expected=("422", "400")) as page:
        expect(page.get_by_text("没有订阅")).to_be_visible()
        page.get_by_role("link", name="新增订阅").click()
        page.get_by_label("推送地址").fill("ftp://example.test/hook")
        page.get_by_label("用途").fill("窗口叫号")
        page.get_by_role("button", name="新增订阅").click()
        expect(page.get_by_role("alert")).to_be_visible()
        expect(page.get_by_label("用途")).to_have_value("窗口叫号")
        page.get_by_label("推送地址").fill(f"{base}/nobody/listens")
        page.get_by_role("button", name="新增订阅").click()
        expect(page.get_by_text("签名密钥，只显示这一次")).to_be_visible()
        secret = page.locator("code").inner_text()
        assert secret.startswith("whsec_")
        assert_usable(page)
        assert_fits(page)
        page.get_by_role("link", name="查看订阅").click()
        expect(page.get_by_role("heading", level=1, name="窗口叫号")).to_be_visible()
        expect(page.get_by_text(secret)).to_have_count(0)

        page.get_by_role("button", name="测试").click()
        page.get_by_role("button", name="确认测试").click()
        expect(page.get_by_text("测试消息已发出")).to_be_visible()
        page.get_by_role("region", name="推送", exact=True).get_by_role("link").click()
        expect(page.get_by_role("definition").filter(has_text="notify.subscription.ping.v1")).to_be_visible()
        page.get_by_role("link", name="订阅", exact=False).last.click()
        page.get_by_role("button", name="暂停").click()
        page.get_by_role("button", name="确认暂停").click()
        expect(page.get_by_text("已暂停。")).to_be_visible()
        expect(page.get_by_role("button", name="测试")).to_have_count(0)
        page.get_by_role("button", name="更换密钥").click()
        page.get_by_role("button", name="确认更换密钥").click()
        expect(page.get_by_text("密钥已更换")).to_be_visible()
        expect(page.locator("code")).not_to_have_text(secret)
        assert_usable(page)
        assert_fits(page)


def test_an_operator_looks_at_subscriptions_and_messages_and_changes_none(visit: Visit, people: People) -> None:
    (one,) = people.get("system-fire", "/notify/subscriptions")
    with visit("operator", f"/staff/subscriptions/{one['id']}") as page:
        expect(page.get_by_role("heading", level=1, name="窗口叫号")).to_be_visible()
        expect(page.get_by_role("button", name="退订")).to_have_count(0)
        for path, empty in (
            ("messages", "没有消息"),
            ("skipped", "明细"),
            ("gateways", "设定"),
            ("documents", "没有制作失败的文书"),
        ):
            page.goto(f"/staff/operations/{path}")
            expect(page.get_by_text(empty).first).to_be_visible()
            assert_usable(page)


def test_operations_are_the_operators_alone(visit: Visit) -> None:
    for person in ("centre-admin", "system-fire"):
        with visit(person, "/staff/operations") as page:
            expect(page.get_by_role("heading", level=1, name="没有权限")).to_be_visible()
