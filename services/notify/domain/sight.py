"""Who hears what in the live stream: least privilege, as data.

Nobody hears there what the services' own doors would not show them. A name is an entity as its speaker tells it
(`fees.notice`), or one of its events (`fees.notice.reduced`). An event reaches a reader in one of three ways: wherever
it happened, because its scope is one of the reader's own codes (departments, stations), or because one of those codes
is in its circle (who works on its case, or has its matter in hand).

Guarantees: a complaint is heard by its audience alone, which is never asked by its circle; what has no row in GRANTS
reaches nobody.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final

from yimen.contracts import event_types

Names = frozenset[str]

UNHEARD: Final = frozenset({"intake.contact", "intake.credential"})
"""How to reach a person, and what opens a case: never put into the stream."""


@dataclass(frozen=True, slots=True)
class Grant:
    """What a role may hear: `everywhere`, of its own `scope`, of its own `circle`. `offices`: names with the one scope that
    is the office's."""

    everywhere: Names = frozenset()
    scope: Names = frozenset()
    circle: Names = frozenset()
    offices: frozenset[tuple[str, str]] = frozenset()


def _names(*names: str) -> Names:
    return frozenset(names)


COMPLAINT: Final = "monitor.complaint"
EVERYTHING: Final = frozenset(f"{one.speaker}.{one.entity}" for one in event_types().values()) - UNHEARD
COUNTY: Final = EVERYTHING - {COMPLAINT}

HALL: Final = _names("intake.item", "intake.announcement", "intake.calendar", "monitor.calendar", "monitor.root")
"""What everybody may know who works here."""

REVIEWS: Final = _names("intake.review", "approval.review", "fees.list")
CASES: Final = _names("intake.case", "fees.notice", "notify.document")
ANSWERED: Final = _names("monitor.alert", "monitor.order", "monitor.inspection", "monitor.attendance")
"""What the head of a department or a station answers for."""

FEES: Final = _names("fees.list", "fees.notice", "fees.exception", "fees.violation")
EXTENSIONS: Final = _names(*(f"approval.review.{step}" for step in ("extension_requested", "extended")))
RELIEFS: Final = _names(
    *(f"fees.notice.{step}" for step in ("relief_requested", "relief_refused", "reduced", "deferred"))
)

AT_THE_WINDOW: Final = HALL | {"monitor.window"}

GRANTS: Final[dict[str, Grant]] = {
    "supervisor": Grant(EVERYTHING),
    "leader": Grant(COUNTY, offices=frozenset({(COMPLAINT, "centre")})),
    "centre_admin": Grant(COUNTY, offices=frozenset({(COMPLAINT, "centre")})),
    "discipline_officer": Grant(HALL | {"monitor.rulebook"}, offices=frozenset({(COMPLAINT, "discipline")})),
    "window_clerk": Grant(
        AT_THE_WINDOW | {"intake.project"}, scope=REVIEWS | {"monitor.score", "monitor.consultation"}, circle=CASES
    ),
    "section_officer": Grant(AT_THE_WINDOW, scope=REVIEWS | {"monitor.score"}, circle=CASES),
    "chief_representative": Grant(
        AT_THE_WINDOW | {"monitor.rulebook"},
        scope=REVIEWS
        | ANSWERED
        | {"monitor.score", "monitor.consultation", "monitor.appeal", "monitor.rating", "monitor.outside"}
        | {"monitor.import", "fees.violation", COMPLAINT},
        circle=CASES,
    ),
    "organ_head": Grant(HALL, scope=REVIEWS | ANSWERED),
    "government_head": Grant(HALL | EXTENSIONS | RELIEFS),
    "fee_officer": Grant(HALL | FEES),
    "treasurer": Grant(HALL | FEES | {"fees.day", "monitor.tally"}),
    "station_clerk": Grant(HALL, scope=ANSWERED, circle=_names("intake.agency")),
    "village_agent": Grant(HALL, circle=_names("intake.agency")),
    "operator": Grant(HALL | {"notify.document", "notify.message"}),
}
"""By role. Not in it: citizens, who follow their case by its number; departments' systems, which have webhooks and the feed;
the keeper of a demonstration's clock."""


@dataclass(frozen=True, slots=True)
class Shown:
    """An event as the stream keeps it: what decides who hears it, and its body (CloudEvents JSON)."""

    id: int
    type: str
    scope: str
    circle: tuple[str, ...]
    case_number: str | None
    body: str

    @property
    def name(self) -> str:
        return self.type.rpartition(".")[0]


@dataclass(frozen=True, slots=True)
class Narrow:
    """What a screen asks for of what it may hear. None: all of it."""

    entities: frozenset[str] | None = None
    departments: frozenset[str] | None = None
    case_number: str | None = None

    def wants(self, event: Shown, entity: str) -> bool:
        return (
            (self.entities is None or entity in self.entities)
            and (self.case_number is None or event.case_number == self.case_number)
            and (self.departments is None or _touches(self.departments, event))
        )


def _touches(codes: Collection[str], event: Shown) -> bool:
    return event.scope in codes or any(code in codes for code in event.circle)


@dataclass(frozen=True, slots=True)
class Sight:
    """What one reader hears. Readers of equal sight hear the same, and are told together."""

    grant: Grant
    codes: frozenset[str]
    narrow: Narrow = Narrow()

    def shows(self, event: Shown) -> bool:
        name = event.name
        kind, _, _ = name.rpartition(".")
        _, _, entity = kind.partition(".")
        return self._may(name, kind, event) and self.narrow.wants(event, entity)

    def _may(self, name: str, kind: str, event: Shown) -> bool:
        grant = self.grant
        return (
            kind in grant.everywhere
            or name in grant.everywhere
            or (event.scope in self.codes and kind in grant.scope)
            or (kind, event.scope) in grant.offices
            or (kind in grant.circle and any(code in self.codes for code in event.circle))
        )


def sight_of(roles: Iterable[str], codes: frozenset[str], narrow: Narrow | None = None) -> Sight:
    """What somebody of these roles and codes hears. Codes that open nothing more do not tell two readers apart."""
    grants = [GRANTS[role] for role in roles if role in GRANTS]
    whole = Grant(
        everywhere=frozenset().union(*(grant.everywhere for grant in grants)),
        scope=frozenset().union(*(grant.scope for grant in grants)),
        circle=frozenset().union(*(grant.circle for grant in grants)),
        offices=frozenset().union(*(grant.offices for grant in grants)),
    )
    asks = not (whole.scope | whole.circle) <= whole.everywhere
    return Sight(whole, codes if asks else frozenset(), narrow or Narrow())


def known_entities() -> frozenset[str]:
    """What a reader may ask for by name."""
    return frozenset(name.partition(".")[2] for name in EVERYTHING)
