"""What every statutory paper (文书) says: pure, from the event that it puts into writing and from what was said before.

Does not: lay out (`services/notify/papers`), number (whoever decided did, in the transaction that decided), or keep.
"""

from services.notify.domain.papers.facts import REPEATED, Fact, Known
from services.notify.domain.papers.forms import KINDS, Draft, content, drafts

__all__ = ["KINDS", "REPEATED", "Draft", "Fact", "Known", "content", "drafts"]
