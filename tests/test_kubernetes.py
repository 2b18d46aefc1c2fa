"""What deploy/kubernetes would apply: whole, safe, and in the words of the services.

The county is rendered by `kubectl kustomize`, offline. Without kubectl what needs it is left out with one line.
"""

import json
import re
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml
from kubernetes_validate import utils
from pydantic import BaseModel

from deploy.broker import VHOST, Hall, definitions, users
from services.approval.settings import ApprovalSettings
from services.fees.settings import FeesSettings
from services.intake.settings import IntakeSettings
from services.monitor.settings import MonitorSettings
from services.notify.settings import NotifySettings
from yimen.running import REQUEST_SECONDS
from yimen.service import DRAIN_SECONDS
from yimen.settings import KitSettings, Part, ServiceSettings

ROOT = Path(__file__).parents[1]
COUNTY = ROOT / "deploy" / "kubernetes" / "overlays" / "county"
SETTINGS: dict[str, type[ServiceSettings]] = {
    "intake": IntakeSettings,
    "fees": FeesSettings,
    "monitor": MonitorSettings,
    "notify": NotifySettings,
    "approval": ApprovalSettings,
}
FOREIGN = {"Gateway", "HTTPRoute", "ScaledObject", "TriggerAuthentication", "RabbitmqCluster"}
OTHERS = re.compile(r"AWS_[A-Z_]+")
"""Read by the client of the object store."""

NAME, INSTANCE, COMPONENT = (f"app.kubernetes.io/{one}" for one in ("name", "instance", "component"))
HALL = Hall.read()
INSTANCES = {"intake": "intake", "fees": "fees", "monitor": "monitor", "notify": "notify"} | {
    f"approval-{window}": "approval" for window in HALL.windows
}

Thing = dict[str, Any]
needs_kubectl = pytest.mark.skipif(shutil.which("kubectl") is None, reason="no kubectl: the county was not rendered")


@cache
def county() -> tuple[Thing, ...]:
    done = subprocess.run(["kubectl", "kustomize", str(COUNTY)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return tuple(yaml.safe_load_all(done.stdout))


def of_kind(*kinds: str) -> dict[str, Thing]:
    found = [thing for thing in county() if thing["kind"] in kinds]
    named = {thing["metadata"]["name"]: thing for thing in found}
    assert len(named) == len(found)
    return named


def pods() -> dict[str, Thing]:
    """The templates of all pods of ours, by the name of what makes them."""
    return {
        f"{thing['kind']}/{name}": thing["spec"]["template"]
        for kind in ("Deployment", "Job")
        for name, thing in of_kind(kind).items()
    }


def chooses(selector: Thing, labels: dict[str, str]) -> bool:
    wanted = selector.get("matchLabels", {})
    terms = selector.get("matchExpressions", [])
    assert all(term["operator"] == "In" for term in terms)
    return all(labels.get(key) == value for key, value in wanted.items()) and all(
        labels.get(term["key"]) in term["values"] for term in terms
    )


def environment(instance: str) -> dict[str, str]:
    """What the pods of an instance are told by variables."""
    template = pods()[f"Deployment/{instance}-api"]["spec"]["containers"][0]
    told: dict[str, str] = {}
    for source in template["envFrom"]:
        told |= of_kind("ConfigMap")[source["configMapRef"]["name"]]["data"]
    return told


def secrets() -> dict[str, dict[str, str]]:
    found = yaml.safe_load_all((COUNTY / "secrets.example.yaml").read_text())
    return {secret["metadata"]["name"]: secret["stringData"] for secret in found}


def variables(settings: type[BaseModel], prefix: str) -> set[str]:
    fields = settings.model_fields.items()
    aliases = {str(field.validation_alias).upper() for _name, field in fields if field.validation_alias}
    return aliases | {f"{prefix}{name}".upper() for name, _field in fields}


# -- the files as they stand ------------------------------------------------------------------------------------------


def test_every_file_is_part_of_something_and_reads_as_yaml() -> None:
    base = COUNTY.parents[1]
    for path in base.rglob("*.yaml"):
        assert list(yaml.safe_load_all(path.read_text())), path
        if path.name not in ("kustomization.yaml", "secrets.example.yaml"):
            told = (path.parent / "kustomization.yaml").read_text()
            assert path.name in told, f"{path.relative_to(base)} is applied by nobody"


def test_the_windows_are_those_of_the_broker() -> None:
    folders = {path.name for path in (COUNTY / "windows").iterdir()}
    assert folders == set(HALL.windows)
    told = (COUNTY / "kustomization.yaml").read_text()
    for window, departments in HALL.windows.items():
        assert f"windows/{window}\n" in told
        text = (COUNTY / "windows" / window / "kustomization.yaml").read_text()
        assert f"YIMEN_APPROVAL_DEPARTMENTS={','.join(departments)}\n" in text
        assert f"QUEUE=approval.{window}," in text
    shared = {window: list(departments) for window, departments in HALL.windows.items() if departments != (window,)}
    told = yaml.safe_load((COUNTY / "kustomization.yaml").read_text())
    (common,) = (one for one in told["configMapGenerator"] if one["name"] == "common")
    (windows,) = (line.partition("=")[2] for line in common["literals"] if line.startswith("YIMEN_WINDOWS="))
    assert json.loads(windows) == shared


def test_the_example_of_secrets_opens_each_ones_own_door() -> None:
    found = secrets()
    for instance, service in INSTANCES.items():
        user = instance.replace("-", ".", 1)
        assert found[f"{instance}-secrets"]["yimen_bus_url"].startswith(f"amqp://{user}:")
        database = found[f"{instance}-secrets"][f"yimen_{service}_database_url"]
        role = f"yimen_{instance.replace('-', '_')}"
        assert database.startswith(f"postgresql+asyncpg://{role}:")
        assert database.endswith(f"/{role}")
    addresses = [files["yimen_bus_url"] for files in found.values() if "yimen_bus_url" in files]
    assert all(address.endswith(f"/{VHOST}") for address in [*addresses, found["broker-scaler"]["host"]])


def test_the_broker_is_told_what_deploy_rabbitmq_says() -> None:
    (broker,) = yaml.safe_load_all((COUNTY / "rabbitmq" / "cluster.yaml").read_text())
    told = set(broker["spec"]["rabbitmq"]["additionalConfig"].strip().splitlines())
    files = [(ROOT / "deploy" / "rabbitmq" / name).read_text() for name in ("rabbitmq.conf", "cluster.conf")]
    known = {line for text in files for line in text.splitlines()}
    (mount,) = broker["spec"]["override"]["statefulSet"]["spec"]["template"]["spec"]["containers"][0]["volumeMounts"]
    assert told - known == {f"load_definitions = {mount['mountPath']}/definitions.json"}
    plugins = (ROOT / "deploy" / "rabbitmq" / "enabled_plugins").read_text()
    assert plugins.strip() == f"[{','.join(broker['spec']['rabbitmq']['additionalPlugins'])}]."


# -- the county, rendered ---------------------------------------------------------------------------------------------


@needs_kubectl
@pytest.mark.parametrize("version", ["1.31", "1.37"])
def test_kubernetes_would_take_it(version: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(utils, "schema_contents", cache(utils.schema_contents))  # a megabyte, read for each object
    own = [thing for thing in county() if thing["kind"] not in FOREIGN]
    assert len(own) > 80
    for thing in own:
        kubernetes_validate.validate(thing, version, strict=True)


@needs_kubectl
def test_every_instance_runs_in_all_its_parts() -> None:
    deployments, jobs = of_kind("Deployment"), of_kind("Job")
    assert set(deployments) == {f"{one}-{part}" for one in INSTANCES for part in Part} | {"pages"}
    assert set(jobs) == {f"{one}-migrate" for one in INSTANCES}
    for instance, service in INSTANCES.items():
        for part in Part:
            (container,) = deployments[f"{instance}-{part}"]["spec"]["template"]["spec"]["containers"]
            assert container["args"] == [service]
            assert container["env"] == [{"name": "YIMEN_PARTS", "value": str(part)}]
        (container,) = jobs[f"{instance}-migrate"]["spec"]["template"]["spec"]["containers"]
        assert container["args"] == ["migrate", service]
        departments = environment(instance).get("YIMEN_APPROVAL_DEPARTMENTS", "")
        assert departments == ",".join(HALL.windows.get(instance.removeprefix("approval-"), ()))


@needs_kubectl
def test_no_process_may_more_than_it_needs() -> None:
    for name, template in pods().items():
        spec = template["spec"]
        assert spec["automountServiceAccountToken"] is False, name
        assert spec["terminationGracePeriodSeconds"] > DRAIN_SECONDS + REQUEST_SECONDS, name
        pod = spec["securityContext"]
        assert (pod["runAsNonRoot"], pod["seccompProfile"]) == (True, {"type": "RuntimeDefault"}), name
        for container in spec["containers"]:
            context = container["securityContext"]
            assert context["readOnlyRootFilesystem"] is True, name
            assert context["allowPrivilegeEscalation"] is False, name
            assert context["capabilities"] == {"drop": ["ALL"]}, name
            resources = container["resources"]
            assert {"cpu", "memory"} <= set(resources["limits"]) & set(resources["requests"]), name
            assert container["image"] == "registry.example/yimen:0.1.0"


@needs_kubectl
def test_who_stays_is_asked_how_it_is() -> None:
    for name, thing in of_kind("Deployment").items():
        spec = thing["spec"]["template"]["spec"]
        (container,) = spec["containers"]
        asked = {probe: container[f"{probe}Probe"]["httpGet"] for probe in ("startup", "liveness", "readiness")}
        assert {one["port"] for one in asked.values()} == {"http"}, name
        paths = {probe: one["path"] for probe, one in asked.items()}
        assert paths == {"startup": "/healthz", "liveness": "/healthz", "readiness": "/readyz"}, name
        assert container["ports"] == [{"name": "http", "containerPort": 8000}], name
        assert spec["topologySpreadConstraints"], name
        labels = thing["spec"]["template"]["metadata"]["labels"]
        budgets = [b for b in of_kind("PodDisruptionBudget").values() if chooses(b["spec"]["selector"], labels)]
        assert len(budgets) == 1, name
        for constraint in spec["topologySpreadConstraints"]:
            assert chooses(constraint["labelSelector"], labels), name


@needs_kubectl
def test_each_selector_finds_its_own_pods_only() -> None:
    for name, thing in of_kind("Deployment").items():
        chosen = [one for one, pod in pods().items() if chooses(thing["spec"]["selector"], pod["metadata"]["labels"])]
        assert chosen == [f"Deployment/{name}"]
    for name, service in of_kind("Service").items():
        selector = {"matchLabels": service["spec"]["selector"]}
        chosen = [one for one, pod in pods().items() if chooses(selector, pod["metadata"]["labels"])]
        assert chosen == [f"Deployment/{name}"]


@needs_kubectl
def test_routes_lead_to_ports_that_answer() -> None:
    ports = {name: service["spec"]["ports"][0]["port"] for name, service in of_kind("Service").items()}
    led, listeners = {}, {one["name"] for one in of_kind("Gateway")["hall"]["spec"]["listeners"]}
    for route in of_kind("HTTPRoute").values():
        assert {parent["sectionName"] for parent in route["spec"]["parentRefs"]} <= listeners
        for rule in route["spec"]["rules"]:
            for backend in rule.get("backendRefs", []):
                assert ports[backend["name"]] == backend["port"]
                for match in rule.get("matches", [{"path": {"value": "/"}}]):
                    led[match["path"]["value"]] = backend["name"]
    services = {f"/{name}": f"{name}-api" for name in SETTINGS if name != "approval"}
    windows = {
        f"/approval/departments/{code}": f"approval-{window}-api"
        for window, departments in HALL.windows.items()
        for code in departments
    }
    assert led == services | windows | {"/": "pages", "/notify/stream": "notify-api"}


@needs_kubectl
def test_workers_are_scaled_by_the_queues_that_they_read() -> None:
    known = {queue["name"] for queue in definitions(HALL)["queues"]}
    scaled = {}
    for name, thing in of_kind("ScaledObject").items():
        spec = thing["spec"]
        assert spec["scaleTargetRef"]["name"] == name
        assert spec["minReplicaCount"] > 0  # limits fire while no event comes
        (trigger,) = spec["triggers"]
        assert trigger["authenticationRef"]["name"] in of_kind("TriggerAuthentication")
        scaled[name] = trigger["metadata"]["queueName"]
    own = {user.queue.name for user in users(HALL) if user.queue and not user.name.startswith("dept.")}
    assert scaled == {f"{queue.replace('.', '-', 1)}-worker": queue for queue in own}
    assert set(scaled.values()) <= known
    assert {thing["spec"]["scaleTargetRef"]["name"] for thing in of_kind("HorizontalPodAutoscaler").values()} == {
        f"{instance}-api" for instance in INSTANCES
    }


@needs_kubectl
def test_policies_speak_of_pods_that_there_are() -> None:
    labels = [pod["metadata"]["labels"] for pod in pods().values()] + [{COMPONENT: "rabbitmq"}]
    policies = of_kind("NetworkPolicy")
    for name, policy in policies.items():
        spec = policy["spec"]
        peers = [peer for rule in spec.get("ingress", []) for peer in rule["from"]]
        peers += [peer for rule in spec.get("egress", []) for peer in rule["to"]]
        inside = [peer["podSelector"] for peer in peers if "podSelector" in peer and "namespaceSelector" not in peer]
        for selector in [spec["podSelector"], *inside]:
            assert any(chooses(selector, one) for one in labels), name
            for term in selector.get("matchExpressions", []):
                assert set(term["values"]) <= {one.get(term["key"]) for one in labels}, name
    assert policies["nobody"]["spec"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    api, worker = {NAME: "fees", COMPONENT: "api"}, {NAME: "fees", COMPONENT: "worker"}
    assert _reach(api) == {"names", "processes-to-database", "api-to-identity", "fees-to-bank"}
    assert _reach(worker) == {"names", "processes-to-database", "processes-to-broker", "fees-to-bank"}
    assert _reach({NAME: "approval", COMPONENT: "worker"}) == {"names", "processes-to-database", "processes-to-broker"}
    assert _reach({NAME: "fees", COMPONENT: "migrate"}) == {"names", "processes-to-database"}


def _reach(labels: dict[str, str]) -> set[str]:
    """The policies that let such a pod reach somebody."""
    return {
        name
        for name, policy in of_kind("NetworkPolicy").items()
        if policy["spec"].get("egress") and chooses(policy["spec"]["podSelector"], labels)
    }


@needs_kubectl
@pytest.mark.parametrize("instance", INSTANCES)
def test_each_service_can_read_what_it_is_told(instance: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings, told = SETTINGS[INSTANCES[instance]], environment(instance)
    known = variables(settings, settings.model_config["env_prefix"]) | variables(KitSettings, "YIMEN_")
    (volume,) = (one for one in _volumes(instance) if one["name"] == "secrets")
    files = secrets()[volume["secret"]["secretName"]]
    assert {name for name in told if name not in known} - set(OTHERS.findall(" ".join(told))) == set()
    named = {path.rpartition("/")[2] for path in told.values() if path.startswith("/run/secrets/")}
    assert {name for name in files if name.upper() not in known and not name.startswith("aws_")} == named
    for name, value in files.items():
        (tmp_path / name).write_text(value)
    for name, value in (told | {"YIMEN_SECRETS": str(tmp_path)}).items():
        monkeypatch.setenv(name, value)
    read = settings()
    assert read.database_url == files[f"yimen_{INSTANCES[instance]}_database_url"]
    assert KitSettings().bus_url == files["yimen_bus_url"]
    if isinstance(read, ApprovalSettings):
        assert f"approval-{read.desk}" == instance


def _volumes(instance: str) -> list[Thing]:
    volumes: list[Thing] = pods()[f"Deployment/{instance}-api"]["spec"]["volumes"]
    same = [pods()[f"Deployment/{instance}-{part}"]["spec"]["volumes"] for part in Part]
    assert all(json.dumps(one) == json.dumps(volumes) for one in same)
    return volumes
