"""What the events of `paper_events` are made of."""

from datetime import UTC, date, datetime

from yimen.contracts.parts import (
    Document,
    DocumentKind,
    Fee,
    FeeCalculator,
    Material,
    Paper,
    RequestedMaterial,
    Staff,
)

CASE = "36072920260302A0000017"
ITEM = "11450721MB155808114000104002000"
CLERK, HEAD, OFFICIAL = Staff(id="w1", name="陈窗口"), Staff(id="h1", name="黄局长"), Staff(id="o1", name="林核查")
MATERIALS = (
    Material(code="m1", name="食品经营许可申请书", copies=2),
    Material(code="m2", name="经营场所平面图和设备布局图", copies=1),
    Material(code="m3", name="食品安全管理制度", copies=1),
    Material(code="m4", name="消防安全自查报告", copies=1),
)
LATE = RequestedMaterial(code="m4", name="消防安全自查报告", reason="没有提交；自查报告须由场所负责人签字并注明日期。")
FEE = Fee(
    code="F1",
    name="食品检验费",
    unit="件",
    price=8000,
    basis="《某省行政事业性收费目录（2026年）》第12项",
)
LAND = Fee(
    code="F2",
    name="土地闲置费",
    unit="宗",
    price=0,
    basis="《土地管理法》第三十八条",
    calculator=FeeCalculator.PERCENTAGE,
    rate=2000,
)
FIRST, SECOND, THIRD = f"{CASE}.1.fire", f"{CASE}.1.health", f"{CASE}.1.planning"


def at(day: int, hour: int = 1, minute: int = 30, month: int = 3) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


def numbered(kind: DocumentKind, mark: str, day: int, serial: int = 12) -> Document:
    return Document(kind=kind, number=f"{mark}〔2026〕{serial}号", dated=date(2026, 3, day))


def paper(kind: str, mark: str, day: int, serial: int = 3) -> Paper:
    return Paper(kind=kind, number=f"{mark}〔2026〕{serial}号", dated=date(2026, 3, day))
