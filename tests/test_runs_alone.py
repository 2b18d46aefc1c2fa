"""What runs needs nothing that only tests need: `make run` installs requirements.lock and no more."""

import json
import re
import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PROGRAMS = (
    *("deploy.embedded", "deploy.real", "sim.demo.__main__", "sim.bank.__main__"),
    *(f"services.{name}.app" for name in ("intake", "approval", "fees", "monitor", "notify")),
)
OPTIONAL = ["opentelemetry.sdk", "opentelemetry.exporter", "opentelemetry.instrumentation"]
"""Of the extra `telemetry`; their parent package is there without it, for FastAPI."""

ALONE = """
import importlib, json, sys

class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name in refused or name.partition(".")[0] in refused:
            raise ModuleNotFoundError(f"{name} is not there")

refused = set(json.loads(sys.argv[1]))
sys.meta_path.insert(0, Refuse())
importlib.import_module(sys.argv[2])
"""


def pinned(lock: str) -> set[str]:
    return set(re.findall(r"^([a-z0-9][a-z0-9._-]*)==", (ROOT / lock).read_text(), re.MULTILINE))


def modules_of_tests_only() -> list[str]:
    """Top-level modules of what only the other lock file has."""
    only = pinned("requirements-dev.lock") - pinned("requirements.lock")
    named = {re.sub(r"[-_.]+", "-", one).lower() for one in only}
    return sorted(
        module
        for module, owners in packages_distributions().items()
        if all(re.sub(r"[-_.]+", "-", owner).lower() in named for owner in owners)
    )


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_program_starts_without_what_only_tests_need(program: str) -> None:
    refused = modules_of_tests_only() + OPTIONAL
    assert {"jsoncompat", "hypothesis", "pytest"} <= set(refused)
    alone = subprocess.run(
        [sys.executable, "-c", ALONE, json.dumps(refused), program],
        check=False,
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert alone.returncode == 0, alone.stderr[-2000:]
