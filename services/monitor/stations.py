"""Township stations and village agents: what they do not pass on in time (R101) is told to the station.

Their time is measured apart from the law's (R102): the alert is no colour of a case, and stands under the agency's own
number until the matter has reached the hall.
"""

from typing import Final

from services.monitor import rulebooks
from services.monitor.context import Context
from services.monitor.domain.clocks import Finding, step
from services.monitor.raising import raise_alerts
from services.monitor.registry import handlers
from yimen.bus import Unit
from yimen.contracts import Meta, intake

CODE: Final = "agency"


@handlers.on(intake.AgencyOverdue)
async def tell_station(unit: Unit[Context], event: intake.AgencyOverdue, _meta: Meta) -> None:
    number = event.case_number or event.agency_id
    more = f"代办员{event.agent.name}，代办号{event.agency_id}，应于{event.due.on}前转交。"
    found = step(await rulebooks.of_unit(unit), CODE, f"{CODE}-{event.agency_id}", more)
    await raise_alerts(unit, [(number, Finding(one, event.station)) for one in found])
