"""The operator's hands on one service's database: what waits for a person, and what a person may do about it.

    parking     parked messages and subjects that wait
    work        side effects that were given up, timers that were parked
    acts        who did what, why and when

Guarantees: an act and its record commit together, and nobody acts without a reason. Needs the database alone: the
service may be down. Each function works inside the caller's transaction. Does not: handle anything itself; what is tried
again, the service's own loops try.
"""

from yimen.operations.acts import By, NoReason, acts
from yimen.operations.parking import deferred_subjects, discard, in_front_of, open_count, parked, replay, show, skip
from yimen.operations.work import jobs, retry_job, retry_timer, timers

__all__ = [
    "By",
    "NoReason",
    "acts",
    "deferred_subjects",
    "discard",
    "in_front_of",
    "jobs",
    "open_count",
    "parked",
    "replay",
    "retry_job",
    "retry_timer",
    "show",
    "skip",
    "timers",
]
