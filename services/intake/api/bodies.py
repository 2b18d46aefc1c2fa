"""What requests bring."""

from typing import Annotated, Literal

from pydantic import Field

from services.intake.domain.grounds import RefusalGround
from yimen.contracts.envelope import Code, Name
from yimen.contracts.parts import Channel, Outcome
from yimen.web import Body

Words = Annotated[str, Field(min_length=1, max_length=2000, pattern=r"\S")]


class ApplicantBody(Body):
    type: Literal["person", "organisation"]
    name: Annotated[str, Field(min_length=1, max_length=200, pattern=r"\S")]
    id_number: Annotated[str, Field(min_length=1, max_length=40)]
    phone: Annotated[str, Field(pattern=r"^\+?[0-9][0-9\-]{4,19}$")]


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


class ServiceBody(Body):
    way: Name
    receiver: Name


class SupplementBody(Body):
    materials: Annotated[list[MaterialBody], Field(min_length=1, max_length=100)]


class WithdrawalBody(Body):
    reasons: Words
