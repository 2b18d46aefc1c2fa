"""The words spoken on the bus: one module of event models per speaking service, and the envelope they travel in.

Guarantees: a model refuses unknown or mistyped fields when it is written, and ignores unknown fields when it is read;
subject and scope follow from the model's own fields, so that an event cannot be sent under a wrong name.
Knows pydantic only: a department that writes its own window needs nothing else to understand us.
"""

from yimen.contracts import approval, fees, intake, monitor, notify
from yimen.contracts.envelope import Event, Meta, Unreadable, check_body, event_types, read_event, read_meta

__all__ = [
    "Event",
    "Meta",
    "Unreadable",
    "approval",
    "check_body",
    "event_types",
    "fees",
    "intake",
    "monitor",
    "notify",
    "read_event",
    "read_meta",
]
