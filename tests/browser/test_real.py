"""The same pages before five services of their own processes, on RabbitMQ and PostgreSQL."""

from functools import partial
from pathlib import Path

from playwright.sync_api import Browser

from tests.browser.hall import hall_at
from tests.browser.people import People
from tests.browser.seven import do_a_joint_case
from tests.browser.visiting import visit


def test_a_joint_case_is_done_on_real_parts(
    browser: Browser, tmp_path: Path, amqp_vhost_url: str, clean_postgres: str
) -> None:
    parts = {"YIMEN_BUS_URL": amqp_vhost_url, "YIMEN_POSTGRES_URL": clean_postgres}
    with hall_at(tmp_path, "deploy.real", **parts) as base:
        people = People(base)
        do_a_joint_case(partial(visit, browser, base), people)
        people.close()
