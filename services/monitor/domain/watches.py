"""Everything that is watched of a case: itself, its stages, its reviews."""

from services.monitor.domain.clocks import case_watches
from services.monitor.domain.limits import Watch
from services.monitor.domain.outside import is_history
from services.monitor.domain.stages import stage_watches
from services.monitor.domain.steps import step_watches
from services.monitor.domain.views import CaseView


def watches(view: CaseView) -> tuple[Watch, ...]:
    """Those of which it is known whose they are; none of what was over long before it was told."""
    if is_history(view):
        return ()
    found = (*case_watches(view), *stage_watches(view), *step_watches(view))
    return tuple(watch for watch in found if watch.department)
