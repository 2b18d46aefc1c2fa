"""Asks whether any locked package has a known vulnerability: `python tools/audit.py`.

Exit 0: every package was looked up, and none has one. 1: some have. 3: some could not be looked up, because the database of
vulnerabilities cannot be reached from here (a mirror of packages has none): nothing is known of those. Run it again
where the PyPI JSON interface and the npm registry's advisories can be asked.
"""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
LOCKS = ("requirements-telemetry.lock", "requirements-dev.lock", "requirements-node.lock")
"""requirements.lock is part of the first."""

CLEAN, VULNERABLE, UNKNOWN = 0, 1, 3


@dataclass
class Found:
    """Of one lock file."""

    lock: str
    known: int = 0
    vulnerable: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        lines = [
            f"{self.lock}: {self.known} looked up, {len(self.vulnerable)} vulnerable, {len(self.unknown)} not known"
        ]
        return "\n  ".join([*lines, *self.vulnerable, *self.unknown[:3], *(["..."] if len(self.unknown) > 3 else [])])


def of_python(lock: str, said: str, complaint: str) -> Found:
    """What pip-audit said. It calls a package that it could not look up skipped, and is content with itself."""
    found = Found(lock)
    try:
        packages: list[dict[str, Any]] = json.loads(said)["dependencies"]
    except (ValueError, KeyError):
        found.unknown.append(complaint.strip()[-300:] or "pip-audit said nothing")
        return found
    for package in packages:
        name = f"{package['name']} {package.get('version', '')}".strip()
        if "skip_reason" in package:
            found.unknown.append(f"{name}: {package['skip_reason']}")
        else:
            found.known += 1
            found.vulnerable += [f"{name}: {one['id']}" for one in package["vulns"]]
    return found


def of_npm(lock: str, said: str, complaint: str) -> Found:
    found = Found(lock)
    try:
        report = json.loads(said)
        found.known = report["metadata"]["dependencies"]["total"]
        found.vulnerable = [f"{name}: {one['severity']}" for name, one in sorted(report["vulnerabilities"].items())]
    except (ValueError, KeyError):
        found.unknown.append((complaint or said).strip()[-300:] or "npm audit said nothing")
    return found


def verdict(all_found: Sequence[Found]) -> int:
    if any(found.vulnerable for found in all_found):
        return VULNERABLE
    return UNKNOWN if any(found.unknown for found in all_found) else CLEAN


def _run(*command: str, path: str = "") -> tuple[str, str]:
    environment = os.environ | {"PATH": f"{path}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    return done.stdout, done.stderr


def main() -> int:
    audit = (sys.executable, "-m", "pip_audit", "--require-hashes", "--disable-pip", "--format", "json", "-r")
    all_found = [of_python(lock, *_run(*audit, lock)) for lock in LOCKS]
    node = _run("sh", "tools/node.sh")[0].strip()
    npm = ("npm", "--prefix", "hall", "audit", "--package-lock-only", "--json")
    all_found.append(of_npm("hall/package-lock.json", *_run(*npm, path=node)))
    print(*all_found, sep="\n")
    code = verdict(all_found)
    if code == UNKNOWN:
        print("NOT AUDITED: vulnerabilities cannot be looked up from here; this is no clean bill.", file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main())
