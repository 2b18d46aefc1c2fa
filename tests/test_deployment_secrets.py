"""The secrets that are made for deploy/compose.yaml: fresh, whole, and good for what they are for."""

import base64
import hashlib
import json
import re
import stat
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from deploy.secret_files import make
from tests.support.deployed import DEFINITIONS, HOST, SPEAKERS, USERS, WINDOWS


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("made") / "secrets"
    make(path, HOST, DEFINITIONS)
    return path


def test_the_folder_is_its_owners_and_its_files_are_read_only(folder: Path) -> None:
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o444}


def test_a_second_run_changes_nothing_and_adds_what_is_missing(folder: Path) -> None:
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert make(folder, HOST, DEFINITIONS) == []
    more = {**DEFINITIONS, "users": [*DEFINITIONS["users"], {"name": "approval.culture"}]}
    written = set(make(folder, HOST, more))
    new = {"broker_approval.culture"} | {
        f"approval_culture_{what}" for what in ("bus_url", "database_password", "database_url")
    }
    assert written == new | {"rabbitmq_definitions"}
    assert {name: (folder / name).read_bytes() for name in before.keys() - {"rabbitmq_definitions"}} == {
        name: value for name, value in before.items() if name != "rabbitmq_definitions"
    }


def test_two_houses_share_no_secret(folder: Path, tmp_path: Path) -> None:
    make(tmp_path / "other", HOST, DEFINITIONS)
    same = {
        path.name
        for path in folder.iterdir()
        if path.name in {one.name for one in (tmp_path / "other").iterdir()}
        if path.read_bytes() == (tmp_path / "other" / path.name).read_bytes()
    }
    assert same == {"hall_names", "bank_keys", "smtp_password"}


def test_a_secret_that_is_deleted_is_changed_wherever_it_is_used(folder: Path) -> None:
    (folder / "broker_fees").unlink()
    assert set(make(folder, HOST, DEFINITIONS)) >= {"broker_fees", "fees_bus_url", "rabbitmq_definitions"}
    assert (folder / "broker_fees").read_text() in (folder / "fees_bus_url").read_text()


def test_the_brokers_definitions_know_every_user_by_its_password(folder: Path) -> None:
    told = json.loads((folder / "rabbitmq_definitions").read_text())
    users = {user["name"]: user for user in told["users"]}
    for name in USERS:
        kept = base64.b64decode(users[name]["password_hash"])
        clear = (folder / f"broker_{name}").read_text().encode()
        assert kept[4:] == hashlib.sha256(kept[:4] + clear).digest()
        assert users[name]["hashing_algorithm"] == "rabbit_password_hashing_sha256"
    assert told["vhosts"] == DEFINITIONS["vhosts"]


def test_each_instance_has_an_address_of_its_own_at_the_three_nodes(folder: Path) -> None:
    for name in (*SPEAKERS, *(f"approval.{window}" for window in WINDOWS)):
        addresses = (folder / f"{name.replace('.', '_')}_bus_url").read_text().split(",")
        clear = (folder / f"broker_{name}").read_text()
        assert addresses == [f"amqp://{name}:{clear}@rabbitmq-{n}:5672/yimen" for n in (1, 2, 3)]


def test_the_certificate_is_the_halls_and_its_key_fits(folder: Path) -> None:
    certificate = x509.load_pem_x509_certificate((folder / "hall_tls_certificate").read_bytes())
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == [HOST]
    key = load_pem_private_key((folder / "hall_tls_key").read_bytes(), None)
    assert key.public_key() == certificate.public_key()
    assert (folder / "hall_names").read_text() == f"server_name {HOST};\n"


def test_who_keeps_files_has_a_key_for_its_own_bucket(folder: Path) -> None:
    identities = json.loads((folder / "objects_identities").read_text())["identities"]
    assert {one["name"]: {act.split(":")[1] for act in one["actions"]} for one in identities} == {
        "intake": {"materials"},
        "notify": {"documents"},
    }
    for one in identities:
        (keys,) = one["credentials"]
        assert keys["secretKey"] == (folder / f"{one['name']}_aws_secret_access_key").read_text()


def test_what_a_person_has_to_agree_on_is_in_the_form_that_is_wanted(folder: Path) -> None:
    assert re.fullmatch(r"[0-9a-f]{64}", (folder / "bank_message_key").read_text())
    (gateway,) = json.loads((folder / "sms_gateways").read_text())
    assert gateway["url"].endswith(".invalid/messages"), "nobody is written to by mistake"
    public = load_pem_private_key((folder / "bank_signing_key").read_bytes(), None).public_key()
    assert public.key_size == 2048
