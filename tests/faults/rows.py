"""The fault table: every fault that the bus is promised to survive. Each row is one test, named by the row's words."""

import re

ROWS = (
    "process killed after commit, before publish",
    "killed after confirm, before delete",
    "killed between handler commit and ack",
    "publish timeout, connection lost with confirms open",
    "broker nack, queue full",
    "memory alarm",
    "broker restarted, broker down for minutes",
    "two relays believe they lead",
    "node of a three-node cluster killed under load",
    "event bound by nobody",
    "unreadable message",
    "transient error",
    "permanent error",
    "dependency down for all",
    "poison that kills the process",
    "handler hangs",
    "broker cancels the consumer, queue deleted",
    "shuffled, duplicated, gapped streams",
    "replay of a parked or a three-week-old message",
    "consumer database down, back later",
    "SIGTERM under load",
    "old and new version of a service side by side",
    "embedded hall killed at random points, ten times",
    "soak at full speed with random kills",
)


def name_of(row: str) -> str:
    """The name of the row's test."""
    return "test_" + re.sub(r"[^a-z0-9]+", "_", row.lower())
