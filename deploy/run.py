"""What the image runs, by its argument: `python -m deploy.run fees`. The entry point of deploy/Dockerfile.

    intake | fees | monitor | notify        a service, as `python -m services.<name>` is
    approval --department fire              one window's instance; repeat it, with --window, for a comprehensive window
    pages                                   the hall's pages
    migrate <service>                       brings the service's database to the newest revision, and ends
    operate …                               the operator's console
    secrets <folder>                        fresh secrets for deploy/compose.yaml
    asked [/readyz]                         exit 0 if the process in this container answers 200 there, or at /healthz

What is started takes this process's place: signals reach it, and its exit code is the container's.
"""

import os
import sys
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NoReturn

SERVICES = ("intake", "approval", "fees", "monitor", "notify")
COMMANDS = {
    **{name: f"services.{name}" for name in SERVICES},
    "pages": "deploy.pages_process",
    "migrate": "yimen.migrate",
    "operate": "yimen.operate",
    "secrets": "deploy.secret_files",
}
SECRETS = "/run/secrets"
USAGE, SILENT = 2, 1
PATIENCE = 3.0  # seconds


def from_files(folder: Path, command: str) -> dict[str, str]:
    """What is looked for in the environment only, where it is a secret file: by the object store's client its keys, by the
    console the databases' addresses. Everybody else reads the files themselves."""
    pattern = "yimen_*_database_url" if command == "operate" else "aws_*"
    return {path.name.upper(): path.read_text().strip() for path in folder.glob(pattern) if path.is_file()}


def answers(path: str, environment: Mapping[str, str]) -> bool:
    address = f"http://127.0.0.1:{environment.get('YIMEN_PORT', '8000')}{path}"
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with direct.open(address, timeout=PATIENCE) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError, ValueError):
        return False


def main(arguments: Sequence[str]) -> int:
    """The exit code, where nothing was started."""
    command, *rest = arguments or ("--help",)
    if command == "asked":
        return 0 if answers(rest[0] if rest else "/healthz", os.environ) else SILENT
    module = COMMANDS.get(command)
    if module is None:
        sys.stderr.write(f"{__doc__}")
        return USAGE
    folder = Path(os.environ.get("YIMEN_SECRETS", SECRETS))
    environment = {**from_files(folder, command), **os.environ}
    return become(module, rest, environment)


def become(module: str, arguments: Sequence[str], environment: Mapping[str, str]) -> NoReturn:
    os.execve(sys.executable, [sys.executable, "-m", module, *arguments], environment)  # noqa: S606 - our own interpreter


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
