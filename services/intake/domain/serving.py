"""Service (送达): the decision, and the licence with it, reaches the applicant; that closes the case (R37).

Guarantees: once, and only what was decided; each way leaves the proof that the law asks of it (送达回证), and what is
missing is said all at once; nothing is received before it was decided or posted, nor tomorrow; who takes it for another
says in what relation and why. Electronic service counts only where the applicant agreed to it, from when they fetched the
paper (decision 0058).
Does not: know whether it was in time (R30): the supervisor does.

Administrative law takes the ways of service from the Civil Procedure Law (2023), Art. 87–95: a receipt (87), direct (88),
left with a witness (89), electronic by consent (90), post by the receipt's date (91), public notice after 30 days (95).
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from pydantic import ConfigDict

from services.intake.domain.case import Case, Change, Rules, Status
from services.intake.domain.documents import unnumbered
from services.intake.domain.values import Posting, Value
from services.intake.domain.words import wrong_state
from yimen.contracts.intake import CaseClosed, CaseServed
from yimen.contracts.parts import DocumentKind, ServiceProof, ServiceWay, Staff
from yimen.errors import NotNow, Refusal, Unfit
from yimen.terms import SERVICE_WAYS
from yimen.worktime import end_of_day, local_date

SYSTEM = Staff(id="system", name="系统（电子送达）")
"""Who serves where nobody does: the paper was fetched."""

_MOMENT = timedelta(seconds=1)


class Delivery(Value):
    """What the window says of the service. Days are the paper's own; without `received_on` it is today."""

    model_config = ConfigDict(str_strip_whitespace=True)

    way: ServiceWay
    receiver: str | None = None
    relation: str | None = None
    proxy_reason: str | None = None
    place: str | None = None
    witness: str | None = None
    carrier: str | None = None
    waybill: str | None = None
    posted_on: date | None = None
    received_on: date | None = None
    remark: str | None = None


_WORDS = {
    "receiver": "签收人",
    "relation": "签收人与申请人的关系",
    "proxy_reason": "代收理由",
    "place": "送达地点",
    "witness": "见证人",
    "carrier": "承运单位",
    "waybill": "运单号",
    "posted_on": "交邮或公告日期",
    "received_on": "签收日期",
    "remark": "事由",
}
_PROXY = ("relation", "proxy_reason")
_NEEDED: dict[ServiceWay, tuple[str, ...]] = {
    ServiceWay.PICK_UP: ("receiver",),
    ServiceWay.DIRECT: ("receiver", "place"),
    ServiceWay.POST: ("receiver", "carrier", "waybill", "posted_on", "received_on"),
    ServiceWay.LEFT: ("place", "witness", "remark"),
    ServiceWay.PUBLIC: ("place", "posted_on", "remark"),
}
_ALLOWED: dict[ServiceWay, tuple[str, ...]] = {
    ServiceWay.PICK_UP: (*_PROXY, "place", "remark"),
    ServiceWay.DIRECT: (*_PROXY, "received_on", "witness", "remark"),
    ServiceWay.POST: (*_PROXY, "place", "remark"),
    ServiceWay.LEFT: ("receiver", *_PROXY, "received_on"),
    ServiceWay.PUBLIC: (),
}


def serve(case: Case, delivery: Delivery, documents: Sequence[str], by: Staff, now: datetime, rules: Rules) -> Change:
    """At the window's word. `documents`: numbers of the decision and of the licence."""
    _to_be_served(case)
    filled = _for_the_agent(case, _as_posted(case, delivery))
    _refuse_unfit_fields(case, filled)
    received_at = _received_at(case, filled, now, rules)
    named = filled.model_dump(include={*_PROXY, "place", "witness", "carrier", "waybill", "posted_on", "remark"})
    proof = ServiceProof(way=filled.way, documents=tuple(documents), received_at=received_at, **named)
    return _served(case, proof, filled.receiver or case.applicant.name, by, now)


def serve_electronically(
    case: Case, document_id: str, number: str, documents: Sequence[str], at: datetime, now: datetime
) -> Change:
    """Somebody who holds the case's number and query password fetched one of `documents`. Without the applicant's
    agreement, before the decision, and after any service it has no effect."""
    waits = case.status is Status.DECIDED and case.decided_at is not None
    if not waits or not case.electronic_service or number not in documents:
        return Change(case)
    assert case.decided_at is not None
    received_at = max(case.decided_at, min(at, now))
    proof = ServiceProof(
        way=ServiceWay.ELECTRONIC, documents=tuple(documents), received_at=received_at, document_id=document_id
    )
    return _served(case, proof, case.applicant.name, SYSTEM, received_at)


def post(case: Case, carrier: str, waybill: str, posted_on: date | None, by: Staff, now: datetime) -> Change:
    """交邮: it is on its way. Once more where it came back."""
    _to_be_served(case)
    on = posted_on or local_date(now)
    _refuse_odd_days(case, [("posted_on", on)], now)
    posting = Posting(carrier=carrier, waybill=waybill, posted_on=on, posted_by=by, recorded_at=now)
    return Change(case.but(postings=(*case.postings, posting)))


def _served(case: Case, proof: ServiceProof, receiver: str, by: Staff, closed_at: datetime) -> Change:
    """Served when it was received, closed when that became known."""
    assert case.outcome is not None
    way = SERVICE_WAYS[proof.way]
    served = CaseServed(
        case_number=case.case_number,
        document=unnumbered(DocumentKind.SERVICE, local_date(closed_at)),
        way=way,
        receiver=receiver,
        served_by=by,
        served_at=proof.received_at,
        proof=proof,
    )
    closed = CaseClosed(case_number=case.case_number, outcome=case.outcome, closed_at=closed_at)
    ended = case.but(
        status=Status.CLOSED,
        served_at=proof.received_at,
        service_way=way,
        receiver=receiver,
        service_proof=proof,
        ended_at=closed_at,
    )
    return Change(ended, (served, closed))


def _to_be_served(case: Case) -> None:
    if case.status is not Status.DECIDED:
        raise wrong_state(case, "该办件没有待送达的决定", "作出决定之后才能送达，且只送达一次。")


def _as_posted(case: Case, delivery: Delivery) -> Delivery:
    """What was said when it was handed to the post need not be said again."""
    if delivery.way is not ServiceWay.POST or not case.postings:
        return delivery
    last = case.postings[-1]
    known = {name: getattr(last, name) for name in ("carrier", "waybill", "posted_on")}
    return delivery.but(**{name: value for name, value in known.items() if getattr(delivery, name) is None})


def _for_the_agent(case: Case, delivery: Delivery) -> Delivery:
    """Who acts by mandate (Art. 29) takes it as what they are."""
    if case.agent is None or delivery.receiver != case.agent.name or delivery.relation or delivery.proxy_reason:
        return delivery
    return delivery.but(relation="委托代理人", proxy_reason="受申请人书面委托")


# -- what is missing, and what has no place -------------------------------------------------------------------------------


def _refuse_unfit_fields(case: Case, delivery: Delivery) -> None:
    if delivery.way is ServiceWay.ELECTRONIC:
        raise Unfit(
            "electronic-by-collection",
            "电子送达不能由窗口登记",
            "申请人凭办件编号和查询密码领取文书时，系统自动记为电子送达。申请人到窗口领取的，请选大厅自取。",
        )
    given = {name for name in _WORDS if getattr(delivery, name) is not None}
    proxy = delivery.receiver is not None and delivery.receiver != case.applicant.name
    needed = (*_NEEDED[delivery.way], *(_PROXY if proxy else ()))
    if missing := [name for name in needed if name not in given]:
        raise _at_fields("service-incomplete", "送达回证没有填全", missing, "缺少", "请补齐后重新登记。")
    allowed = {*_NEEDED[delivery.way], *_ALLOWED[delivery.way]} - (set() if proxy else set(_PROXY))
    if beside := [name for name in _WORDS if name in given - allowed]:
        then = "请删去，或者改选送达方式；签收人就是申请人的，不填关系和代收理由。"
        raise _at_fields("service-unfounded", "所填内容与送达方式不符", beside, "不应填写", then)


def _at_fields(code: str, title: str, names: Sequence[str], what: str, then: str) -> Refusal:
    errors = [{"in": "body", "pointer": f"/{name}", "message": f"{what}{_WORDS[name]}"} for name in names]
    return Unfit(code, title, f"{what}：{'、'.join(_WORDS[name] for name in names)}。{then}", errors=errors)


# -- when it was received -------------------------------------------------------------------------------------------------


def _received_at(case: Case, delivery: Delivery, now: datetime, rules: Rules) -> datetime:
    """An earlier day is known as a day only, and counts to its last second."""
    days = [(name, day) for name in ("posted_on", "received_on") if (day := getattr(delivery, name)) is not None]
    _refuse_odd_days(case, days, now)
    if delivery.way is ServiceWay.PUBLIC:
        assert delivery.posted_on is not None
        return _after_notice(delivery.posted_on, now, rules)
    return now if delivery.received_on is None else min(now, end_of_day(delivery.received_on) - _MOMENT)


def _refuse_odd_days(case: Case, days: Sequence[tuple[str, date]], now: datetime) -> None:
    """Each not before the one before it, the first not before the decision, none in the future."""
    earliest, what = case.decided_on, "决定日期"
    for name, day in days:
        if earliest is not None and day < earliest:
            raise _odd_day(name, f"{_WORDS[name]}不得早于{what}（{earliest}）")
        if day > local_date(now):
            raise _odd_day(name, f"{_WORDS[name]}不得晚于今天（{local_date(now)}）")
        earliest, what = day, _WORDS[name]


def _odd_day(name: str, said: str) -> Refusal:
    where = {"in": "body", "pointer": f"/{name}", "message": said}
    return Unfit("service-day", "送达日期不对", f"{said}，请对照回执改正。", errors=[where])


def _after_notice(posted_on: date, now: datetime, rules: Rules) -> datetime:
    """Thirty days after the notice it is deemed served (Civil Procedure Law, Art. 95)."""
    ends = end_of_day(posted_on + timedelta(days=rules.public_days))
    if now < ends:
        last = local_date(ends - _MOMENT)
        raise NotNow(
            "notice-period-runs",
            "公告期未满",
            f"自公告之日起满{rules.public_days}日视为送达，公告期到{last}为止，请在其后登记。",
        )
    return ends
