"""A small county for tests of deploy/: as much of the broker's definitions as secrets are made from."""

from typing import Any

HOST = "hall.test"
SPEAKERS = ("intake", "fees", "monitor", "notify")
WINDOWS = ("planning", "environment", "fire", "window")
USERS = (*SPEAKERS, *(f"approval.{window}" for window in WINDOWS), "dept.fire", "operator")
DEFINITIONS: dict[str, Any] = {"vhosts": [{"name": "yimen"}], "users": [{"name": name, "tags": []} for name in USERS]}
