"""What watches the hall: rules, their tests, their pages and the dashboards fit one another and what the services tell."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from prometheus_client import CollectorRegistry

from deploy.broker import Hall
from services.approval.app import build as build_approval
from services.approval.settings import ApprovalSettings
from services.fees.app import build as build_fees
from services.fees.settings import FeesSettings
from services.intake.app import build as build_intake
from services.intake.settings import IntakeSettings
from services.monitor.app import build as build_monitor
from services.monitor.settings import MonitorSettings
from services.notify.app import build as build_notify
from services.notify.tests.conftest import settings_for
from tests.support.rabbit import PrivateRabbit
from tests.support.sandbox import free_port, wait_until
from yimen.bus.local import LocalCarrier
from yimen.clock import SystemClock
from yimen.service import Parts, Service
from yimen.web.testing import TestIssuer

ROOT = Path(__file__).parents[1]
PROMETHEUS = ROOT / "deploy" / "prometheus"
OPERATIONS = ROOT / "docs" / "operations"
BOARDS = sorted((ROOT / "deploy" / "grafana" / "dashboards").glob("*.json"))
SERVICES = {"intake", "approval", "fees", "monitor", "notify"}
OF_OTHERS = {
    "up",
    "ALERTS",
    "rabbitmq_queue_messages",
    "rabbitmq_queue_consumers",
    "rabbitmq_alarms_memory_used_watermark",
    "rabbitmq_alarms_free_disk_space_watermark",
}
"""Told by Prometheus itself and by RabbitMQ's plugin (`test_the_broker_tells_what_the_rules_ask`)."""

FUNCTIONS = {
    *("absent", "avg", "by", "count", "histogram_quantile", "max", "max_over_time", "min", "on", "or", "rate"),
    *("sort_desc", "sum", "topk", "vector"),
}


def promtool(*arguments: str) -> str:
    program = shutil.which("promtool")
    if program is None:
        reason = "promtool is not installed: tools/real-parts.sh does, as root on Debian (package prometheus)"
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(reason)
    done = subprocess.run([program, *arguments], check=False, capture_output=True, text=True, cwd=PROMETHEUS)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def read(name: str) -> Any:
    return yaml.safe_load((PROMETHEUS / name).read_text("utf-8"))


def rules() -> list[dict[str, Any]]:
    return [rule for group in read("rules.yml")["groups"] for rule in group["rules"]]


def page_of(rule: dict[str, Any]) -> str:
    return re.sub(r"(?<!^)([A-Z])", r"-\1", str(rule["alert"])).lower() + ".md"


def panels(board: Path) -> Iterator[dict[str, Any]]:
    yield from json.loads(board.read_text("utf-8"))["panels"]


def expressions() -> dict[str, str]:
    found = {str(rule["alert"]): str(rule["expr"]) for rule in rules()}
    for board in BOARDS:
        for panel in panels(board):
            for target in panel["targets"]:
                found[f"{board.stem} {panel['title']} {target['refId']}"] = target["expr"]
    return found


def test_rules_and_configuration_are_what_prometheus_reads() -> None:
    assert "SUCCESS" in promtool("check", "config", "prometheus.yml")
    assert "SUCCESS" in promtool("check", "rules", "rules.yml")


def test_each_alert_fires_beyond_its_edge_and_not_before() -> None:
    assert "SUCCESS" in promtool("test", "rules", "rules_test.yml")


def test_no_alert_is_without_a_test_of_both() -> None:
    outcomes: dict[str, set[bool]] = {}
    for test in read("rules_test.yml")["tests"]:
        for evaluation in test["promql_expr_test"]:
            (alert,) = re.findall(r'alertname="(\w+)"', evaluation["expr"])
            outcomes.setdefault(alert, set()).add(bool(evaluation["exp_samples"]))
    assert outcomes == {rule["alert"]: {True, False} for rule in rules()}


def test_the_guides_table_is_the_file() -> None:
    rows = re.findall(
        r"^\| \[([a-z ]+)\]\(([a-z-]+\.md)\) \| `([^`]+)` \| (\w+) \|$",
        (OPERATIONS / "README.md").read_text("utf-8"),
        re.M,
    )
    told = [(page_of(rule)[:-3].replace("-", " "), page_of(rule), rule["expr"], rule["for"]) for rule in rules()]
    assert [(name, page, expr.replace("\\|", "|"), wait) for name, page, expr, wait in rows] == told


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: str(rule["alert"]))
def test_an_alert_says_what_it_is_and_where_its_page_is(rule: dict[str, Any]) -> None:
    assert rule["labels"]["severity"] in {"page", "ticket"}
    assert set(rule["annotations"]) == {"summary", "description", "runbook_url"}
    assert rule["annotations"]["runbook_url"] == f"docs/operations/{page_of(rule)}"
    assert (OPERATIONS / page_of(rule)).is_file()


def test_every_service_is_scraped_under_its_own_name() -> None:
    jobs = {job["job_name"]: job["dns_sd_configs"][0] for job in read("prometheus.yml")["scrape_configs"]}
    assert {name: job["names"] for name, job in jobs.items()} == {
        **{name: [name] for name in (*SERVICES, "rabbitmq")},
        "approval": ["approval", *(f"approval-{window}" for window in Hall.read().windows)],
        "rabbitmq-queues": ["rabbitmq"],
    }


def test_every_expression_of_a_dashboard_can_be_read(tmp_path: Path) -> None:
    records = [{"record": f"r{n}", "expr": expr} for n, expr in enumerate(expressions().values())]
    (tmp_path / "all.yml").write_text(yaml.safe_dump({"groups": [{"name": "all", "rules": records}]}))
    assert f"{len(records)} rules found" in promtool("check", "rules", str(tmp_path / "all.yml"))


def built(tmp_path: Path) -> list[Service[Any]]:
    parts = Parts(LocalCarrier(), SystemClock(), TestIssuer().verifier)
    url = f"sqlite+aiosqlite:///{tmp_path / 'x.db'}"
    return [
        build_intake(parts, IntakeSettings(database_url=url)),
        build_approval(parts, ApprovalSettings(database_url=url)),
        build_fees(parts, FeesSettings(database_url=url)),
        build_monitor(parts, MonitorSettings(database_url=url)),
        build_notify(parts, settings_for(url)),
    ]


def told_by(registry: CollectorRegistry) -> set[str]:
    """As they are scraped; a histogram and a counter have their endings even before the first sample."""
    endings = {"counter": ("_total",), "histogram": ("_bucket", "_count", "_sum"), "info": ("_info",), "gauge": ("",)}
    return {f.name + ending for f in registry.collect() for ending in endings[f.type]}


def named_in(expression: str) -> set[str]:
    bare = re.sub(r"\{[^}]*\}|\[[^]]*\]|\b(by|on) \([^)]*\)", " ", expression)
    return {word for word in re.findall(r"[A-Za-z_]\w*", bare) if word not in FUNCTIONS}


async def test_every_metric_that_is_asked_for_is_told(tmp_path: Path) -> None:
    services = built(tmp_path)
    told = set().union(*(told_by(service.registry) for service in services))
    for service in services:
        await service.stop()
    asked = {name: named_in(expr) for name, expr in expressions().items()}
    assert all(asked.values()), "each asks for something"
    assert {where: names - told - OF_OTHERS for where, names in asked.items() if names - told - OF_OTHERS} == {}
    text = "".join(page.read_text("utf-8") for page in OPERATIONS.glob("*.md"))
    ours = {name for name in told if re.match(r"yimen_|database_|event_loop|service_check|http_", name)}
    shown = {re.sub(r"_(bucket|count|sum)$", "", name) for name in ours}
    assert {name for name in shown if f"`{name}" not in text} == set(), "the guide names what a service tells"


def test_dashboards_are_three_in_chinese_and_asked_of_the_one_source() -> None:
    boards = [json.loads(board.read_text("utf-8")) for board in BOARDS]
    assert {board["title"].split(" · ")[0] for board in boards} == {"大厅是否健康", "哪个部门落后", "什么卡住了"}
    source = yaml.safe_load((ROOT / "deploy/grafana/provisioning/datasources/prometheus.yml").read_text("utf-8"))
    uid = source["datasources"][0]["uid"]
    for board in boards:
        assert len({panel["id"] for panel in board["panels"]}) == len(board["panels"])
        for panel in board["panels"]:
            assert re.search(r"[\u4e00-\u9fff]", panel["title"]), panel["title"]
            assert panel["datasource"]["uid"] == uid


@pytest.mark.skipif(os.environ.get("YIMEN_FAULTS") != "long", reason="a broker of its own (make faults)")
def test_the_broker_tells_what_the_rules_ask(private_rabbit: Callable[..., PrivateRabbit]) -> None:
    broker, port = private_rabbit("watched"), free_port()
    (broker.folder / "enabled_plugins").write_text("[rabbitmq_management,rabbitmq_prometheus].\n")
    with (broker.folder / "rabbitmq.conf").open("a") as config:
        config.write(f"prometheus.tcp.ip = 127.0.0.1\nprometheus.tcp.port = {port}\n")
    broker.start()
    broker.management.put("/api/queues/%2F/yimen.unrouted", {"durable": True, "arguments": {"x-queue-type": "quorum"}})
    jobs = [one for one in read("prometheus.yml")["scrape_configs"] if one["job_name"].startswith("rabbitmq")]
    paths = [job.get("metrics_path", "/metrics") for job in jobs]

    def told() -> bool:
        text = "\n".join(httpx.get(f"http://127.0.0.1:{port}{path}", trust_env=False).text for path in paths)
        queue = re.search(r'^rabbitmq_queue_messages\{.*queue="yimen.unrouted".*\} ', text, re.M)
        asked = {name for name in OF_OTHERS if name.startswith("rabbitmq_")}
        return queue is not None and asked <= set(re.findall(r"^(\w+)", text, re.M))

    wait_until(told, 30, lambda: "the plugin does not tell what the rules ask")
