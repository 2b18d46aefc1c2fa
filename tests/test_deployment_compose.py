"""deploy/compose.yaml, without an engine: it is one, all that it names is there, and nobody gets more than they need."""

import json
import re
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
import yaml
from compose_spec import PyCompose

from deploy.broker import Hall
from deploy.run import COMMANDS
from deploy.secret_files import make
from services.approval.settings import ApprovalSettings
from services.fees.settings import FeesSettings
from services.intake.settings import IntakeSettings
from services.monitor.settings import MonitorSettings
from services.notify.settings import NotifySettings
from tests.support.deployed import DEFINITIONS
from yimen.departments import DEPARTMENTS
from yimen.settings import KitSettings

DEPLOY = Path(__file__).parents[1] / "deploy"
EXAMPLE = dict(
    line.split("=", 1) for line in (DEPLOY / "env.example").read_text("utf-8").splitlines() if re.match("[A-Z]", line)
)
VARIABLE = re.compile(r"\$\{([A-Z_]+)(?::([-?])([^}]*))?\}")
SETTINGS = {
    "intake": IntakeSettings,
    "approval": ApprovalSettings,
    "fees": FeesSettings,
    "monitor": MonitorSettings,
    "notify": NotifySettings,
}
ONCE = {"objects-volume", "buckets"}
"""They end when they have done their work."""

WATCHERS = {"proxy", "prometheus"}
STANDS = {"rabbitmq-1", "rabbitmq-2", "rabbitmq-3", "postgres", "keycloak"}


def interpolated(text: str, told: dict[str, str]) -> str:
    """As the engine does it: an empty variable is as good as none where `:` says so."""

    def value(found: re.Match[str]) -> str:
        name, kind, rest = found.groups()
        if told.get(name) or (name in told and kind is None):
            return told[name]
        assert kind == "-", f"{name} has to be told: {rest}"
        return str(rest)

    return VARIABLE.sub(value, text)


TEXT = (DEPLOY / "compose.yaml").read_text("utf-8")
HOUSE: dict[str, Any] = yaml.safe_load(interpolated(TEXT, EXAMPLE))
SERVICES: dict[str, dict[str, Any]] = HOUSE["services"]
OURS = {name: one for name, one in SERVICES.items() if one.get("command", [""])[0] in SETTINGS}

each = pytest.mark.parametrize("name", SERVICES)


def sources(one: dict[str, Any], what: str) -> set[str]:
    return {entry["source"] if isinstance(entry, dict) else entry for entry in one.get(what, [])}


def targets(one: dict[str, Any]) -> dict[str, str]:
    """Of its secrets: the file's name in the container, to the name of the secret."""
    return {
        entry.get("target", entry["source"]) if isinstance(entry, dict) else entry: entry["source"]
        if isinstance(entry, dict)
        else entry
        for entry in one.get("secrets", [])
    }


def neighbours(name: str) -> set[str]:
    """Whom this container can reach: whoever shares a network with it."""
    mine = set(SERVICES[name].get("networks", []))
    return {other for other, one in SERVICES.items() if other != name and mine & set(one.get("networks", []))}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of fresh secrets."""
    folder = tmp_path_factory.mktemp("compose") / "secrets"
    make(folder, EXAMPLE["HALL_HOST"], DEFINITIONS)
    return folder


# -- it is one, and all that it names is there -------------------------------------------------------------------------


def test_it_is_a_compose_file() -> None:
    PyCompose.from_json(json.dumps(HOUSE))


def test_a_word_that_compose_does_not_know_would_be_found() -> None:
    broken = {**HOUSE, "services": {**SERVICES, "pages": {**SERVICES["pages"], "red_only": True}}}
    with pytest.raises(ValueError, match="red_only"):
        PyCompose.from_json(json.dumps(broken))


def test_every_variable_is_in_the_example_and_every_example_is_asked_for() -> None:
    assert {found[0] for found in VARIABLE.findall(TEXT)} == set(EXAMPLE)


def test_what_has_no_default_must_be_told() -> None:
    for name in ("HALL_HOST", "BANK_URL"):
        with pytest.raises(AssertionError, match=name):
            interpolated(TEXT, {**EXAMPLE, name: ""})


def test_every_secret_is_one_that_is_made_and_all_are_used(made: Path) -> None:
    named = {name: Path(one["file"]) for name, one in HOUSE["secrets"].items()}
    assert all(str(path) == f"secrets/{name}" for name, path in named.items())
    assert set(named) <= {path.name for path in made.iterdir()}
    assert {source for one in SERVICES.values() for source in sources(one, "secrets")} == set(named)


def test_every_network_and_volume_is_declared_and_used() -> None:
    networks = {network for one in SERVICES.values() for network in one.get("networks", [])}
    assert networks == set(HOUSE["networks"])
    assert len(networks) <= 30, "more than Docker's own address pools hold"
    volumes = {
        entry.split(":")[0] for one in SERVICES.values() for entry in one.get("volumes", []) if isinstance(entry, str)
    }
    assert volumes == set(HOUSE["volumes"])


@each
def test_every_file_that_is_mounted_is_there(name: str) -> None:
    for entry in SERVICES[name].get("volumes", []):
        if isinstance(entry, dict) and not entry["source"].startswith("./secrets/"):
            path = entry["source"].removeprefix("./")
            assert entry["read_only"]
            assert (DEPLOY / path).exists(), path


# -- nobody gets more than they need -----------------------------------------------------------------------------------


@each
def test_no_container_is_root_or_may_become_it_or_writes_where_nothing_is_kept(name: str) -> None:
    one = SERVICES[name]
    assert one["read_only"] is True
    assert one["cap_drop"] == ["ALL"]
    assert "cap_add" not in one
    assert "privileged" not in one
    assert one["security_opt"] == ["no-new-privileges:true"]
    assert re.fullmatch(r"[1-9][0-9]*:[0-9]+", one["user"])


@each
def test_every_container_is_bounded_looked_after_and_pinned(name: str) -> None:
    one = SERVICES[name]
    assert set(one["deploy"]["resources"]["limits"]) == {"cpus", "memory", "pids"}
    assert one["logging"]["options"]["max-size"]
    assert one["healthcheck"] == {"disable": True} if name in ONCE else "test" in one["healthcheck"]
    _name, colon, tag = one["image"].rpartition(":")
    assert colon
    assert tag not in {"", "latest"}


@each
def test_no_secret_stands_in_an_environment_or_a_command(name: str) -> None:
    told = json.dumps([SERVICES[name].get("environment", {}), SERVICES[name].get("command", [])])
    assert not re.search(r"(?i)(password|secret|key)[a-z_]*\": \"(?!/run/secrets/|http://keycloak:|$|\")", told), told


def test_the_proxy_reaches_no_database_and_no_broker() -> None:
    assert neighbours("proxy") == {*OURS, "pages", "keycloak", "prometheus"}


@pytest.mark.parametrize("name", [name for name in SERVICES if name.startswith("approval-")])
def test_a_window_reaches_what_it_stands_on_and_nobody_else(name: str) -> None:
    assert neighbours(name) == STANDS | WATCHERS


@pytest.mark.parametrize("name", OURS)
def test_services_reach_one_another_by_the_bus_only(name: str) -> None:
    assert not (neighbours(name) & set(OURS)) - ({"fees", "notify"} - {name} if name in {"fees", "notify"} else set())


def test_only_who_must_leaves_the_house() -> None:
    outward = {name for name, network in HOUSE["networks"].items() if not (network or {}).get("internal")}
    assert outward == {"public", "outside", "dashboards"}
    assert {name for name, one in SERVICES.items() if "outside" in one.get("networks", [])} == {"fees", "notify"}
    assert {name for name, one in SERVICES.items() if "public" in one.get("networks", [])} == {"proxy"}
    assert {name for name, one in SERVICES.items() if "ports" in one} == {"proxy", "grafana"}
    assert all(port.startswith("127.0.0.1:") for port in SERVICES["grafana"]["ports"])


@pytest.mark.parametrize("name", OURS)
def test_each_process_has_its_own_account_at_broker_and_database(name: str) -> None:
    mine, told = name.replace("-", "_"), targets(SERVICES[name])
    service = SERVICES[name]["command"][0]
    assert told["yimen_bus_url"] == f"{mine}_bus_url"
    assert told[f"yimen_{service}_database_url"] == f"{mine}_database_url"
    holders = defaultdict(set)
    for other, one in SERVICES.items():
        for source in sources(one, "secrets"):
            holders[source].add(other)
    assert holders[f"{mine}_bus_url"] == holders[f"{mine}_database_url"] == {name}
    assert holders[f"{mine}_database_password"] == {"postgres"}


# -- it is told what it needs ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", OURS)
def test_each_service_understands_what_it_is_told(
    name: str, made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its settings are made as the process makes them: of its variables, and of its secrets under their names there."""
    (tmp_path / "secrets").mkdir()
    for target, source in targets(OURS[name]).items():
        (tmp_path / "secrets" / target).write_text((made / source).read_text())
    environment = OURS[name]["environment"]
    assert all(isinstance(value, str) for value in environment.values()), "without a value it would be the engine's own"
    for key, value in {**environment, "YIMEN_SECRETS": str(tmp_path / "secrets")}.items():
        monkeypatch.setenv(key, value)
    service, *arguments = OURS[name]["command"]
    known = {f"YIMEN_{service.upper()}_{field.upper()}" for field in SETTINGS[service].model_fields}
    known |= {f"YIMEN_{field.upper()}" for field in KitSettings.model_fields}
    assert {key for key in environment if key.startswith("YIMEN_")} <= known
    settings, kit = SETTINGS[service](), KitSettings()
    assert settings.database_url.endswith(f"@postgres:5432/yimen_{name.replace('-', '_')}")
    assert kit.bus_url.count("/yimen") == 3
    assert kit.issuer == "https://hall.example/identity/realms/county"
    assert service in COMMANDS
    assert arguments in ([], ["--department", name.removeprefix("approval-")])


def test_who_listens_is_ready_before_intake_speaks() -> None:
    waits = SERVICES["intake"]["depends_on"]
    for name in OURS.keys() - {"intake"}:
        assert waits[name] == {"condition": "service_healthy"}
        assert SERVICES[name]["healthcheck"]["test"][-1] == "/readyz"


def test_everybody_is_told_which_window_speaks_for_whom() -> None:
    windows = Hall.read().windows.items()
    shared = {window: list(departments) for window, departments in windows if departments != (window,)}
    for name, one in OURS.items():
        assert json.loads(one["environment"]["YIMEN_WINDOWS"]) == shared, name


def test_the_proxy_sends_every_department_to_its_instance() -> None:
    windows = (DEPLOY / "proxy" / "windows.conf").read_text("utf-8")
    led: dict[str, str] = {}
    for departments, instance in re.findall(r"~\^/approval/departments/\(?([a-z|]+?)\)?\(/\|\$\) ([a-z-]+);", windows):
        led |= dict.fromkeys(departments.split("|"), instance)
    answers: dict[str, str] = {}
    for name, one in OURS.items():
        if one["command"][0] == "approval":
            named = one["environment"].get("YIMEN_APPROVAL_DEPARTMENTS") or one["command"][2]
            answers |= dict.fromkeys(named.split(","), name)
    assert led == answers
    assert set(led) == set(DEPARTMENTS)
    upstreams = (DEPLOY / "proxy" / "upstreams.conf").read_text("utf-8")
    places = dict(re.findall(r"upstream ([a-z-]+) \{ zone [a-z-]+ 64k; server ([a-z-]+):\d+ resolve;", upstreams))
    assert places == {name: name for name in (*OURS, "pages", "keycloak")}
