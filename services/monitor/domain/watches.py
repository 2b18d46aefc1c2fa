"""Everything that is watched of a case: itself, its stages, its reviews."""

from dataclasses import replace

from services.monitor.domain.clocks import case_watches
from services.monitor.domain.limits import Watch
from services.monitor.domain.outside import is_history
from services.monitor.domain.stages import stage_watches
from services.monitor.domain.steps import step_watches
from services.monitor.domain.views import CaseView
from services.monitor.domain.violations import pause_watches


def watches(view: CaseView) -> tuple[Watch, ...]:
    """Those of which it is known whose they are. Reviews from before a case was reopened are history (R17), and so is what
    was over long before a department told it."""
    if is_history(view):
        return ()
    current = replace(view, reviews=view.current_reviews)
    found = (*case_watches(view), *stage_watches(current), *step_watches(current), *pause_watches(current))
    return tuple(watch for watch in found if watch.department)
