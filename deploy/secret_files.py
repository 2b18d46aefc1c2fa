"""Every secret of deploy/compose.yaml, fresh: `python -m deploy.run secrets FOLDER --host hall.example`.

Guarantees: random values from the system; what stands there already is kept, and what follows from it (addresses with
passwords, the broker's definitions) is written anew, so that a second run adds what is missing, and a file that was
deleted is a secret that is changed. The folder is its owner's alone; the files in it can be read by whoever gets them
mounted, since processes in containers have other numbers than their owner. Does not: agree anything with the outside
world. What the bank, the SMS gateways and the mail server know has to be told to them, or put in place of what was made.
"""

import argparse
import base64
import json
import os
import secrets
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from deploy.broker import hash_of
from yimen.departments import DEPARTMENTS

HERE = Path(__file__).parent
DEFINITIONS = HERE / "rabbitmq" / "definitions.json"
NODES = ("rabbitmq-1", "rabbitmq-2", "rabbitmq-3")
SERVICES = ("intake", "fees", "monitor", "notify")
BUCKETS = {"intake": "materials", "notify": "documents"}

DAYS = 397  # what browsers accept of a certificate


def password() -> str:
    """Nothing that an address, a shell or a file of variables would read as something else."""
    return secrets.token_urlsafe(32)


class Folder:
    def __init__(self, path: Path) -> None:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._path = path
        self.written: list[str] = []
        """The names of what was made or changed."""

    def kept(self, name: str, make: Callable[[], str] = password) -> str:
        """What stands there; if nothing does, what `make` gives, from now on."""
        path = self._path / name
        if not path.exists():
            self.follows(name, make())
        return path.read_text("utf-8")

    def follows(self, name: str, value: str) -> None:
        """What is made of the others: always as they are now, whole or not at all."""
        path = self._path / name
        if path.exists() and path.read_text("utf-8") == value:
            return
        draft = self._path / f".{name}"
        draft.unlink(missing_ok=True)
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o444), "w", encoding="utf-8") as file:
            file.write(value)
        os.replace(draft, path)
        self.written.append(name)

    def has(self, name: str) -> bool:
        return (self._path / name).exists()


# -- keys -----------------------------------------------------------------------------------------------------------------


def _pem(key: Any) -> str:
    made: bytes = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return made.decode()


def certificate_for(host: str) -> tuple[str, str]:
    """Signed by itself, for trying: certificate and key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, host)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + timedelta(days=DAYS))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    return certificate.public_bytes(Encoding.PEM).decode(), _pem(key)


def _keys(folder: Folder, host: str) -> None:
    if not (folder.has("hall_tls_certificate") and folder.has("hall_tls_key")):
        certificate, key = certificate_for(host)
        folder.follows("hall_tls_certificate", certificate)
        folder.follows("hall_tls_key", key)
    folder.follows("hall_names", f"server_name {host};\n")
    folder.kept("journal_signing_key", lambda: _pem(Ed25519PrivateKey.generate()))
    folder.kept("data_keys", lambda: base64.b64encode(secrets.token_bytes(32)).decode())


# -- what belongs together ------------------------------------------------------------------------------------------------


def instances(committed: Mapping[str, Any]) -> dict[str, str]:
    """Each process that has a database, as its files are named, to its user at the broker: services, and windows."""
    users = [user["name"] for user in committed["users"]]
    return {name.replace(".", "_"): name for name in users if name in SERVICES or name.startswith("approval.")}


def definitions_with(passwords: Mapping[str, str], committed: Mapping[str, Any]) -> str:
    """The committed definitions, each user of them with the hash of its password."""
    algorithm = "rabbit_password_hashing_sha256"
    users = [
        {**user, "password_hash": hash_of(passwords[user["name"]]), "hashing_algorithm": algorithm}
        for user in committed["users"]
    ]
    return json.dumps({**committed, "users": users}, ensure_ascii=False, indent=1)


def bus_url(user: str, clear: str, vhost: str) -> str:
    return ",".join(f"amqp://{user}:{clear}@{node}:5672/{vhost}" for node in NODES)


def _broker(folder: Folder, committed: Mapping[str, Any]) -> None:
    """A password for each user of the definitions; those of the departments' own systems are handed over to them."""
    passwords = {user["name"]: folder.kept(f"broker_{user['name']}") for user in committed["users"]}
    vhost = committed["vhosts"][0]["name"]
    for instance, user in instances(committed).items():
        folder.follows(f"{instance}_bus_url", bus_url(user, passwords[user], vhost))
    folder.follows("rabbitmq_definitions", definitions_with(passwords, committed))
    folder.kept("rabbitmq_cookie")


def _database(folder: Folder, committed: Mapping[str, Any]) -> None:
    folder.kept("postgres_password")
    for role in instances(committed):
        clear = folder.kept(f"{role}_database_password")
        folder.follows(f"{role}_database_url", f"postgresql+asyncpg://yimen_{role}:{clear}@postgres:5432/yimen_{role}")


def _identity(folder: Folder) -> None:
    """Keycloak reads variables: they are in one file, which its start reads (deploy/keycloak/start.sh)."""
    told = {
        "KC_DB_PASSWORD": folder.kept("keycloak_database_password"),
        "KC_BOOTSTRAP_ADMIN_PASSWORD": folder.kept("keycloak_admin_password"),
        **{f"CLIENT_SECRET_{code.upper()}": folder.kept(f"client_{code}") for code in DEPARTMENTS},
    }
    folder.follows("keycloak_environment", "".join(f"{name}={value}\n" for name, value in told.items()))


def _objects(folder: Folder) -> None:
    """A key for each who keeps files, good for its own bucket; one for who makes the buckets."""
    identities = []
    for name, bucket in BUCKETS.items():
        keys = {
            "accessKey": folder.kept(f"{name}_aws_access_key_id", lambda: secrets.token_hex(10)),
            "secretKey": folder.kept(f"{name}_aws_secret_access_key"),
        }
        actions = [f"{act}:{bucket}" for act in ("Read", "Write", "List")]
        identities.append({"name": name, "credentials": [keys], "actions": actions})
    folder.follows("objects_identities", json.dumps({"identities": identities}, indent=1))


def _outside(folder: Folder) -> None:
    """In the form in which it is wanted; the values are ours until somebody agrees on others."""
    key = folder.kept("bank_signing_key", lambda: _pem(generate_private_key(public_exponent=65537, key_size=2048)))
    public = load_pem_private_key(key.encode(), None).public_key()
    told = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    folder.follows("bank_signing_key_public", told.decode())
    folder.kept("bank_keys", lambda: "{}")
    folder.kept("bank_message_key", lambda: secrets.token_hex(32))
    folder.kept("sms_gateways", lambda: json.dumps([_gateway()]))
    folder.kept("smtp_password", lambda: "")


def _gateway() -> dict[str, object]:
    receipts = "whsec_" + base64.b64encode(secrets.token_bytes(24)).decode()
    return {"name": "sms", "url": "https://sms.invalid/messages", "key": password(), "receipt_secret": receipts}


def make(path: Path, host: str, committed: Mapping[str, Any]) -> list[str]:
    """The names of what was made or changed."""
    folder = Folder(path)
    _keys(folder, host)
    _broker(folder, committed)
    _database(folder, committed)
    _identity(folder)
    _objects(folder)
    _outside(folder)
    folder.kept("grafana_password")
    return folder.written


def main() -> None:
    parser = argparse.ArgumentParser(prog="deploy.run secrets", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--host", required=True, help="the hall's name, as citizens reach it")
    parser.add_argument("--definitions", type=Path, default=DEFINITIONS, help="the broker's definitions")
    told = parser.parse_args()
    written = make(told.folder, told.host, json.loads(told.definitions.read_text("utf-8")))
    print(f"{len(written)} of the secrets in {told.folder} were made or changed.")


if __name__ == "__main__":
    main()
