"""The entry of items (进驻): departments report them, the centre enters, refuses or keeps out; an item may be abolished.

Guarantees: a report is decided once; what is entered is the newest version plus one; an item that was abolished does not
come back under its code. Does not: look at a record by itself (`item_reading` does).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from services.intake.domain.findings import Found
from services.intake.domain.item import Item, standard_of
from services.intake.domain.values import Value
from yimen.contracts.intake import ItemEntryRefused, ItemKeptOut, ItemReported, ItemWithdrawn
from yimen.contracts.parts import Staff
from yimen.departments import DEPARTMENTS, department_name
from yimen.errors import NotNow, Refusal, Unfit


class ReportState(StrEnum):
    REPORTED = "reported"  # 待审定
    ENTERED = "entered"  # 准予进驻
    REFUSED = "refused"  # 不予进驻
    KEPT_OUT = "kept_out"  # 批准不进驻


_STATES = {
    ReportState.REPORTED: "待中心审定",
    ReportState.ENTERED: "已准予进驻",
    ReportState.REFUSED: "已不予进驻",
    ReportState.KEPT_OUT: "已批准不进驻",
}


class Report(Value):
    """One version of an item, as a department reported it."""

    report_id: str
    item: Item
    state: ReportState = ReportState.REPORTED
    reported_by: Staff
    reported_at: datetime
    decided_by: Staff | None = None
    decided_at: datetime | None = None
    reason: str = ""
    row_version: int = 1

    @property
    def reported(self) -> ItemReported:
        return ItemReported(**self._names, reported_by=self.reported_by, reported_at=self.reported_at)

    @property
    def _names(self) -> dict[str, Any]:
        item = self.item
        return {"item_code": item.code, "version": item.version, "name": item.name, "department": item.department}

    def enter(self, effective_from: date | None, by: Staff, now: datetime, today: date) -> "Report":
        """In force from that day, or from the reported one; never from a day that has passed."""
        self._waiting()
        if effective_from is not None and effective_from < today:
            raise Unfit("effective-in-the-past", "生效日期已过", f"生效日期不得早于今天（{today}），请改正。")
        entered = self.item.but(effective_from=effective_from or max(self.item.effective_from, today))
        return self._decided(ReportState.ENTERED, "", by, now).but(item=entered)

    def refuse(self, reason: str, by: Staff, now: datetime) -> tuple["Report", ItemEntryRefused]:
        self._waiting()
        said = ItemEntryRefused(**self._names, reason=reason, refused_by=by, refused_at=now)
        return self._decided(ReportState.REFUSED, reason, by, now), said

    def keep_out(self, reason: str, by: Staff, now: datetime) -> tuple["Report", ItemKeptOut]:
        """Approved to stay outside the hall; listed for everybody, and supervised (S01, S22)."""
        self._waiting()
        said = ItemKeptOut(**self._names, reason=reason, approved_by=by, approved_at=now)
        return self._decided(ReportState.KEPT_OUT, reason, by, now), said

    def _waiting(self) -> None:
        if self.state is not ReportState.REPORTED:
            raise NotNow(
                "report-decided",
                "该申报已经审定",
                f"该申报{_STATES[self.state]}，不得再次审定；需要变更的，请由部门重新申报。",
            )

    def _decided(self, state: ReportState, reason: str, by: Staff, now: datetime) -> "Report":
        return self.but(state=state, reason=reason, decided_by=by, decided_at=now, row_version=self.row_version + 1)


@dataclass(frozen=True)
class Standing:
    """The catalogue that a report is held against: newest versions, reports that wait, days of abolition, each by code."""

    newest: Mapping[str, Item] = field(default_factory=dict)
    waiting: Mapping[str, Item] = field(default_factory=dict)
    abolished: Mapping[str, date] = field(default_factory=dict)


def against(item: Item, standing: Standing, together: Sequence[Item] = ()) -> Found:
    """What is wrong with a report beside the catalogue; `together`: reported in the same file, of which prices agree."""
    yield from _succession(item, standing)
    yield from _ownership(item, standing)
    yield from _prices(item, standing, together)
    named = {item.department, *item.flow_departments}
    for department in sorted(named - DEPARTMENTS.keys()):
        where = "department" if department == item.department else "stages"
        yield where, f"部门{department}不在部门名录内，请改正。"


def _succession(item: Item, standing: Standing) -> Found:
    known = standing.newest.get(item.code)
    following = known.version + 1 if known else 1
    if item.code in standing.abolished:
        yield "code", "该事项已经取消，不得再以原编码申报；依法恢复的，请使用新的实施编码。"
    elif item.code in standing.waiting:
        waiting = standing.waiting[item.code].version
        yield "code", f"该事项第{waiting}版的申报正待中心审定，请待审定后再申报。"
    elif item.version != following:
        yield "version", f"版本应为{following}（已公布的最新版本加1，首次申报为1），请改正。"


def _ownership(item: Item, standing: Standing) -> Found:
    """An item stays with its department; a new one has the credit code of an organ of its own department."""
    known = standing.newest.get(item.code)
    of_organ = (other for other in standing.newest.values() if other.code[:18] == item.code[:18])
    owners = {known.department} if known else {other.department for other in of_organ}
    if owners and item.department not in owners:
        names = "、".join(sorted(map(department_name, owners)))
        yield "code", f"该编码的实施机关属于{names}，不得由其他部门申报，请核对。"


def _prices(item: Item, standing: Standing, together: Sequence[Item]) -> Found:
    """One price of a fee code in the whole catalogue; where another item is about to change too, its new one."""
    others = {**standing.newest, **standing.waiting, **{other.code: other for other in together}}
    for fee in item.fees:
        for other in others.values():
            different = any(row.code == fee.code and standard_of(row) != standard_of(fee) for row in other.fees)
            if different and other.code != item.code and other.code not in standing.abolished:
                yield "fees", f"收费编码{fee.code}的标准与目录中的“{other.name}”不一致，请统一；同时变更的请一并导入。"
                break


# -- abolition ----------------------------------------------------------------------------------------------------------


class Withdrawal(Value):
    """An item abolished from a day on. Cases in progress go on with the version that they began with."""

    code: str
    reason: str
    effective_on: date
    withdrawn_by: Staff
    withdrawn_at: datetime


def withdraw(
    item: Item, reason: str, on: date, by: Staff, now: datetime, today: date
) -> tuple[Withdrawal, ItemWithdrawn]:
    if on < today:
        raise Unfit("effective-in-the-past", "取消日期已过", f"取消日期不得早于今天（{today}），请改正。")
    withdrawal = Withdrawal(code=item.code, reason=reason, effective_on=on, withdrawn_by=by, withdrawn_at=now)
    return withdrawal, ItemWithdrawn(item_code=item.code, version=item.version, reason=reason, effective_on=on)


def already_withdrawn(withdrawal: Withdrawal) -> Refusal:
    said = f"该事项已定于{withdrawal.effective_on}取消，不得重复取消，请刷新目录后核对。"
    return NotNow("item-already-withdrawn", "该事项已经取消", said)


def abolished(withdrawal: Withdrawal) -> Refusal:
    said = f"该事项自{withdrawal.effective_on}起取消（{withdrawal.reason}），不得再受理新的申请；已受理的继续办理。"
    return NotNow("item-abolished", "该事项已经取消", said)


def kept_out(report: Report) -> Refusal:
    where = department_name(report.item.department)
    said = f"该事项经批准不进驻大厅：{report.reason}。请到{where}申请。"
    return NotNow("item-kept-out", "该事项不在大厅办理", said)
