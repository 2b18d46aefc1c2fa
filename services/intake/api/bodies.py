"""What requests bring."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from services.intake.domain.grounds import RefusalGround
from services.intake.domain.values import Language
from yimen.contracts.envelope import Code, Name
from yimen.contracts.parts import Channel, Outcome, ServiceWay
from yimen.web import Body

_ATOM = r"[A-Za-z0-9_%+'\-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9\-]{0,61}[A-Za-z0-9])?"
Mail = Annotated[
    str,
    Field(max_length=254, pattern=rf"^{_ATOM}(?:\.{_ATOM})*@(?:{_LABEL}\.)+[A-Za-z]{{2,63}}$", description="电子邮箱"),
]
"""Its shape only: whether somebody reads it no pattern can tell."""

Words = Annotated[str, Field(min_length=1, max_length=2000, pattern=r"\S")]


MessageLanguage = Annotated[Language, Field(description="通知短信、邮件所用的语言；文书一律为中文")]
ElectronicService = Annotated[
    bool, Field(strict=True, description="同意电子送达：凭办件编号和查询密码领取决定书、许可证件之日为送达之日")
]


class ApplicantBody(Body):
    type: Literal["person", "organisation"]
    name: Annotated[str, Field(min_length=1, max_length=200, pattern=r"\S")]
    id_number: Annotated[str, Field(min_length=1, max_length=40)]
    phone: Annotated[str, Field(pattern=r"^\+?[0-9][0-9\-]{4,19}$")]
    email: Mail | None = None


class MaterialBody(Body):
    code: Code
    copies: Annotated[int, Field(ge=1, le=99, strict=True)] = 1
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] | None = None
    file_id: Annotated[Code, Field(description="本人通过 /files 上传的文件")] | None = None


Materials = Annotated[list[MaterialBody], Field(max_length=100)]


class AgentBody(Body):
    """委托代理（行政许可法第二十九条）。"""

    name: Annotated[str, Field(min_length=1, max_length=200, pattern=r"\S")]
    id_number: Annotated[str, Field(min_length=1, max_length=40)]
    phone: Annotated[str, Field(pattern=r"^\+?[0-9][0-9\-]{4,19}$")]
    email: Mail | None = None
    mandate: Annotated[str, Field(min_length=1, max_length=80, pattern=r"\S", description="委托书的文件或文号")]


class ApplicationBody(Body):
    item_code: Code
    channel: Channel
    applicant: ApplicantBody
    materials: Materials
    situations: Annotated[tuple[Code, ...], Field(max_length=50, description="该事项分情形的，至少选择一种")] = ()
    renews: Annotated[str, Field(max_length=80, description="申请延续的许可证编号")] | None = None
    as_is: Annotated[bool, Field(description="材料不齐仍要提交：窗口须在五个工作日内一次性告知")] = False
    project: Annotated[Code | None, Field(description="重大项目编号：按快速审批办理 (S07)")] = None
    agent: AgentBody | None = None
    language: MessageLanguage = Language.CHINESE
    electronic_service: ElectronicService = False
    draft_id: Annotated[Code, Field(description="由此草稿而来；收件后草稿删除")] | None = None


class MissingBody(Body):
    code: Code
    reason: Words


class CorrectionBody(Body):
    requested: Annotated[list[MissingBody], Field(min_length=1, max_length=100)]


class RefusalBody(Body):
    ground: RefusalGround
    reasons: Words
    competent_organ: Annotated[Name | None, Field(description="属于其他机关职权的必填")] = None


class ReturnBody(Body):
    reasons: Words
    policy_basis: Words


class DecisionBody(Body):
    outcome: Outcome
    reasons: Annotated[str, Field(max_length=2000)] = ""
    legal_basis: Annotated[str, Field(max_length=2000)] = ""


Line = Annotated[str, Field(min_length=1, max_length=400, pattern=r"\S")]
Waybill = Annotated[Code, Field(description="运单号")]


class PostingBody(Body):
    carrier: Line
    waybill: Waybill
    posted_on: Annotated[date | None, Field(description="缺省为今天")] = None


class ServiceBody(Body):
    """送达回证。每种方式必填的项目不同，缺项时一次告知。大厅自取（pick_up）：签收人。直接送达（direct）：签收人、地点。
    邮寄送达（post）：签收人、签收日期、承运单位、运单号、交邮日期，已登记交邮的，后三项可省。留置送达（left）：地点、见证人、
    拒收事由。公告送达（public）：公告载体、公告日期、事由，公告期满后登记。电子送达由系统记录，不由窗口登记。"""

    way: ServiceWay
    receiver: Annotated[Line | None, Field(description="签收人；不是申请人的，须填关系和代收理由")] = None
    relation: Annotated[Line | None, Field(description="签收人与申请人的关系")] = None
    proxy_reason: Annotated[Words | None, Field(description="由他人代收的理由")] = None
    place: Annotated[Line | None, Field(description="送达地点；公告送达的，公告的载体")] = None
    witness: Annotated[Line | None, Field(description="见证人，留置送达必填")] = None
    carrier: Annotated[Line | None, Field(description="承运单位，邮寄送达必填")] = None
    waybill: Waybill | None = None
    posted_on: Annotated[date | None, Field(description="交邮日期；公告送达的，公告日期")] = None
    received_on: Annotated[date | None, Field(description="回执注明的签收日期；直接、留置送达缺省为今天")] = None
    remark: Annotated[Words | None, Field(description="留置：拒收事由；公告：原因和经过")] = None


class SupplementBody(Body):
    materials: Annotated[list[MaterialBody], Field(min_length=1, max_length=100)]


class WithdrawalBody(Body):
    reasons: Words
