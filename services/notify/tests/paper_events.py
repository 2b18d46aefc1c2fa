"""The events of a case with everything in it, and of what goes on around it."""

from datetime import UTC, date, datetime
from typing import Any

from services.notify.tests.paper_parts import (
    CASE,
    CLERK,
    FEE,
    FIRST,
    HEAD,
    ITEM,
    LAND,
    LATE,
    MATERIALS,
    at,
    numbered,
    paper,
)
from yimen.contracts import fees, intake, monitor
from yimen.contracts.parts import (
    Applicant,
    Channel,
    DocumentKind,
    Due,
    FeeCalculator,
    Kind,
    Outcome,
    PauseKind,
    PricedLine,
    ServiceProof,
    ServiceWay,
    Staff,
)


def published(**changes: Any) -> intake.ItemPublished:
    values: dict[str, Any] = {
        "item_code": ITEM,
        "version": 1,
        "name": "食品经营许可（餐饮服务）",
        "department": "market",
        "kind": Kind.JOINT,
        "statutory_days": 20,
        "promised_days": 8,
        "materials": MATERIALS,
        "fees": (FEE, LAND),
        "stages": (intake.Stage(name="联合审查", departments=("fire", "health", "planning"), limit_days=7),),
        "effective_from": date(2026, 1, 1),
        "basis": "《中华人民共和国食品安全法》第三十五条",
    }
    return intake.ItemPublished(**values | changes)


def submitted(**changes: Any) -> intake.CaseSubmitted:
    values: dict[str, Any] = {
        "case_number": CASE,
        "item_code": ITEM,
        "item_name": "食品经营许可（餐饮服务）",
        "item_version": 1,
        "department": "market",
        "kind": Kind.JOINT,
        "channel": Channel.WINDOW,
        "applicant": Applicant(name="灵山县三海街道欧阳记餐饮店", masked_id="9245****2Q", organisation=True),
        "agent": Applicant(name="欧阳明", masked_id="4507**********0011"),
        "materials": MATERIALS[:3],
        "document": numbered(DocumentKind.RECEIPT, "收字", 2),
        "submitted_at": at(2),
        "received_on": date(2026, 3, 2),
        "answer_by": Due(on=date(2026, 3, 9)),
    }
    return intake.CaseSubmitted(**values | changes)


REQUESTED = intake.CaseCorrectionRequested(
    case_number=CASE,
    document=numbered(DocumentKind.ONE_TIME_NOTICE, "补字", 3),
    requested=(LATE,),
    requested_by=CLERK,
    requested_at=at(3),
    supplement_by=date(2026, 6, 1),
)
SUPPLEMENTED = intake.CaseSupplemented(
    case_number=CASE, materials=(MATERIALS[3],), complete=True, supplemented_at=at(6)
)


def accepted(**changes: Any) -> intake.CaseAccepted:
    values: dict[str, Any] = {
        "case_number": CASE,
        "document": numbered(DocumentKind.ACCEPTANCE, "受字", 6),
        "department": "market",
        "kind": Kind.JOINT,
        "accepted_on": date(2026, 3, 6),
        "accepted_at": at(6),
        "accepted_by": CLERK,
        "promised_days": 8,
        "statutory_days": 20,
        "promised_due": Due(on=date(2026, 3, 18)),
        "statutory_due": Due(on=date(2026, 4, 3), provisional=True),
    }
    return intake.CaseAccepted(**values | changes)


def refused(**changes: Any) -> intake.CaseRefused:
    values: dict[str, Any] = {
        "case_number": CASE,
        "document": numbered(DocumentKind.REFUSAL, "不受字", 3),
        "reasons": "申请事项依法不属于本机关职权范围：取水许可由县水利局审批。",
        "competent_organ": "灵山县水利局",
        "ground": "another_organ",
        "refused_by": CLERK,
        "refused_at": at(3),
    }
    return intake.CaseRefused(**values | changes)


RETURNED = intake.CaseReturned(
    case_number=CASE,
    document=numbered(DocumentKind.RETURN, "退字", 5),
    reasons="经营场所属于违法建筑，不具备办理条件。",
    policy_basis="《食品经营许可和备案管理办法》第十二条",
    returned_by=CLERK,
    returned_at=at(5),
)
ASKED_AGAIN = intake.CaseReExaminationRequested(
    case_number=CASE, notice_number=RETURNED.document.number, reasons="房屋已于去年补办手续。", requested_at=at(6)
)


def re_examined(*, upheld: bool = False) -> intake.CaseReExamined:
    return intake.CaseReExamined(
        case_number=CASE,
        document=paper("re_examination", "复字", 9),
        upheld=upheld,
        reasons="经核对不动产登记簿，该房屋已登记为商业用房。",
        examined_by=HEAD,
        examined_at=at(9),
    )


def deferred() -> intake.CaseMaterialsDeferred:
    return intake.CaseMaterialsDeferred(
        case_number=CASE,
        document=paper("deferral", "容字", 6),
        materials=(LATE,),
        until=Due(on=date(2026, 3, 16)),
        deferred_at=at(6),
    )


LAPSED = intake.CaseDeferralLapsed(
    case_number=CASE,
    document=paper("deferral_lapsed", "容催字", 17),
    materials=(LATE,),
    make_up_by=Due(on=date(2026, 4, 7)),
    lapsed_at=datetime(2026, 3, 16, 15, 59, 59, 999999, tzinfo=UTC),
)


PAUSED = intake.CasePaused(
    case_number=CASE,
    review_id=FIRST,
    kind=PauseKind.EXPERT_REVIEW,
    basis="《消防技术服务机构管理规定》第九条",
    planned_days=10,
    document=numbered(DocumentKind.SPECIAL_PROCEDURE, "特字", 10),
    paused_at=at(10),
)


def extended(**changes: Any) -> intake.CaseExtended:
    values: dict[str, Any] = {
        "case_number": CASE,
        "days": 10,
        "reasons": "现场整改尚未完成，需要复查。",
        "approver": HEAD,
        "document": numbered(DocumentKind.EXTENSION, "延字", 16),
        "extended_at": at(16),
        "promised_due": Due(on=date(2026, 4, 1)),
        "statutory_due": Due(on=date(2026, 4, 20)),
    }
    return intake.CaseExtended(**values | changes)


def decided(outcome: Outcome = Outcome.GRANTED, **changes: Any) -> intake.CaseDecided:
    granted = outcome is Outcome.GRANTED
    values: dict[str, Any] = {
        "case_number": CASE,
        "document": numbered(
            DocumentKind.GRANT if granted else DocumentKind.DENIAL, "准字" if granted else "不准字", 18
        ),
        "outcome": outcome,
        "reasons": "消防救援大队：同意；卫生健康局：同意。" if granted else "经营场所与污染源的距离不足二十五米。",
        "legal_basis": f"《中华人民共和国行政许可法》第三十八条第{'一' if granted else '二'}款",
        "decided_on": date(2026, 3, 18),
        "decided_at": at(18),
    }
    return intake.CaseDecided(**values | changes)


def licence(**changes: Any) -> intake.CaseLicenceIssued:
    values: dict[str, Any] = {
        "case_number": CASE,
        "licence_number": "证字〔2026〕41号",
        "licence_name": "食品经营许可证",
        "valid_from": date(2026, 3, 18),
        "valid_until": date(2031, 3, 17),
        "serve_by": Due(on=date(2026, 4, 1)),
        "issued_at": at(18),
    }
    return intake.CaseLicenceIssued(**values | changes)


def served(way: ServiceWay = ServiceWay.POST, **changes: Any) -> intake.CaseServed:
    proof = ServiceProof(
        way=way,
        documents=("准字〔2026〕12号", "证字〔2026〕41号"),
        place="灵山县三海街道人民路18号",
        received_at=at(20, 8),
        relation="店员",
        proxy_reason="受送达人外出，由同住的店员代收",
        witness="社区网格员周见证",
        carrier="中国邮政",
        waybill="EA123456789CN",
        posted_on=date(2026, 3, 19),
        remark="由物业前台转交",
    )
    values: dict[str, Any] = {
        "case_number": CASE,
        "document": numbered(DocumentKind.SERVICE, "送字", 20),
        "way": "邮寄送达",
        "receiver": "欧阳小明",
        "served_by": CLERK,
        "served_at": at(20, 8),
        "proof": proof,
    }
    return intake.CaseServed(**values | changes)


LINES = (
    PricedLine(code="F1", name="食品检验费", unit="件", quantity=2, price=8000, amount=16000, standard_version=1),
    PricedLine(
        code="F2",
        name="土地闲置费",
        unit="宗",
        quantity=1,
        price=0,
        amount=984_509,
        standard_version=1,
        calculator=FeeCalculator.PERCENTAGE,
        rate=2000,
        base=4_922_545,
    ),
)
VERIFIED = fees.ListVerified(
    list_id="L1",
    department="fire",
    case_number=CASE,
    review_id=FIRST,
    lines=LINES,
    amount=1_000_509,
    verified_by=CLERK,
    verified_at=at(18),
)


def fee_notice(**changes: Any) -> fees.NoticeIssued:
    values: dict[str, Any] = {
        "notice_number": "JK2026000012",
        "case_number": CASE,
        "payment_code": "45072126000000012345",
        "lists": ("L1",),
        "amount": 1_000_509,
        "pay_by": date(2026, 4, 2),
        "issued_at": at(18),
    }
    return fees.NoticeIssued(**values | changes)


def order(**changes: Any) -> monitor.OrderIssued:
    values: dict[str, Any] = {
        "order_number": "DB2026000003",
        "department": "fire",
        "case_number": CASE,
        "former": "DB2026000001",
        "stage": 2,
        "level": monitor.Light.RED,
        "document": paper("supervision_order", "督字", 19),
        "demand": "该办件已超过承诺时限，请说明原因，并于期限内办结。",
        "answer_by": date(2026, 3, 24),
        "issued_by": HEAD,
        "issued_at": at(19),
    }
    return monitor.OrderIssued(**values | changes)


AGENCY = intake.AgencyEntrusted(
    agency_id="DB450721-2026-0007",
    level=Channel.VILLAGE,
    station="sanhai.longwu",
    agent=Staff(id="a1", name="苏代办"),
    item_code=ITEM,
    item_name="食品经营许可（餐饮服务）",
    applicant=Applicant(name="欧阳明", masked_id="4507**********0011"),
    document=paper("agency_receipt", "代字", 1),
    entrusted_at=at(1),
    forward_by=Due(on=date(2026, 3, 4)),
)
PROJECT = intake.ProjectRegistered(
    project_number="ZD2026000007",
    name="灵山县荔枝精深加工产业园一期",
    investor=Applicant(name="广西荔香食品有限公司", masked_id="9145****8X", organisation=True),
    agent=Staff(id="a2", name="梁代办"),
    item_codes=(ITEM,),
    review_days=3,
    document=paper("project", "重字", 1),
    registered_at=at(1),
)
