"""How words travel: outbox, relay, inbox, worker, and the two carriers below them.

Guarantees: an event that was emitted in a committed unit of work reaches every subscriber at least once, its effect
happens exactly once, and per (source, subject) in order without a gap; what cannot be handled is parked, never dropped.
Not guaranteed: any order between different subjects.
"""

from yimen.bus.carrier import Carrier, Message, Queue
from yimen.bus.handlers import Handlers
from yimen.bus.unit import Unit, Units
from yimen.bus.view import View

__all__ = ["Carrier", "Handlers", "Message", "Queue", "Unit", "Units", "View"]
