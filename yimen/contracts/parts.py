"""Values that several speakers share."""

from datetime import date
from enum import StrEnum

from pydantic import Field

from yimen.contracts.envelope import Code, Fen, Instant, Name, Part, Text


class Kind(StrEnum):
    """How a case is handled (六件); returned and supplement are what acceptance can turn any of them into."""

    INSTANT = "instant"  # 即办件
    COMMITTED = "committed"  # 承诺件
    JOINT = "joint"  # 联办件
    FORWARDED = "forwarded"  # 上报件


class Channel(StrEnum):
    WEB = "web"
    WINDOW = "window"
    TOWNSHIP = "township"
    VILLAGE = "village"


class Opinion(StrEnum):
    """The only three answers that a reviewing department has (R42)."""

    CONSENT = "consent"  # 同意
    REFUSE = "refuse"  # 不同意
    CONSENT_BUT_FORWARD = "consent_but_forward"  # 同意但转报


class Outcome(StrEnum):
    GRANTED = "granted"
    DENIED = "denied"


class PauseKind(StrEnum):
    """The special procedures of Licensing Law Art. 45; nothing else stops the clock (R26)."""

    HEARING = "hearing"  # 听证
    TENDER = "tender"  # 招标
    AUCTION = "auction"  # 拍卖
    INSPECTION = "inspection"  # 检验
    TESTING = "testing"  # 检测
    QUARANTINE = "quarantine"  # 检疫
    APPRAISAL = "appraisal"  # 鉴定
    EXPERT_REVIEW = "expert_review"  # 专家评审


class DocumentKind(StrEnum):
    RECEIPT = "receipt"  # 收件凭证
    ACCEPTANCE = "acceptance"  # 受理通知书
    ONE_TIME_NOTICE = "one_time_notice"  # 一次性告知书
    REFUSAL = "refusal"  # 不予受理决定书
    RETURN = "return"  # 退办件通知书
    JOINT_NOTICE = "joint_notice"  # 联办件通知书
    SPECIAL_PROCEDURE = "special_procedure"  # 特别程序所需时间告知书
    EXTENSION = "extension"  # 延长时限告知书
    GRANT = "grant"  # 准予行政许可决定书
    DENIAL = "denial"  # 不予行政许可决定书
    SERVICE = "service"  # 送达回证


class Paper(Part):
    """A numbered, dated, sealed paper of any kind (R09). Its kinds may grow, as those of `Document`, an enumeration in
    released events, may not (decision 0019)."""

    kind: Code
    number: Name
    dated: date


class Document(Paper):
    """A paper of one of the kinds that the first releases knew: its number comes from a counter taken in the same
    transaction."""

    kind: DocumentKind


class Office(StrEnum):
    """Who the law lets extend a limit (R23, R24)."""

    ORGAN_HEAD = "organ_head"  # 行政机关负责人
    GOVERNMENT_HEAD = "government_head"  # 本级人民政府负责人


class BanGround(StrEnum):
    FALSE_MATERIAL = "false_material"  # 隐瞒情况或者提供虚假材料, Art. 78
    FRAUD = "fraud"  # 以欺骗、贿赂等不正当手段取得许可, Art. 79
    BAD_CREDIT = "bad_credit"  # 失信记录: no acceptance with a gap (R16)


class AgencyStep(StrEnum):
    """The seven steps of an agency (代办七步, R103), in their order; the revisit is the last."""

    ENTRUSTED = "entrusted"  # 委托
    ACCEPTED = "accepted"  # 受理
    HANDLED = "handled"  # 办理: handed in at the hall
    DELIVERED = "delivered"  # 送达
    ARCHIVED = "archived"  # 归档
    REPORTED = "reported"  # 上报
    REVISITED = "revisited"  # 回访


class Applicant(Part):
    """Who asks. The identification number is masked: whoever needs the whole one has it in intake."""

    name: Name
    masked_id: Name
    organisation: bool = False


class Staff(Part):
    """An official, by the identity provider's subject and by name."""

    id: Name
    name: Name


class Material(Part):
    code: Code
    name: Name
    copies: int = Field(ge=0, le=999, default=1)
    sha256: str | None = Field(default=None, pattern="^[0-9a-f]{64}$", description="of the file, where there is one")


class RequestedMaterial(Part):
    """One entry of the one-time notice: what is missing or wrong, and why."""

    code: Code
    name: Name
    reason: Text


class FeeCalculator(StrEnum):
    """How an amount follows from a standard (R50)."""

    PIECE = "piece"  # 按件: price × quantity
    PERCENTAGE = "percentage"  # 按比例: a share of what the fee is charged on
    AREA = "area"  # 按面积: price a hectare, of the grade that the land is in


class FeeGrade(Part):
    """One step of a range of prices (收费档次), with the price in 分 a unit."""

    code: Code
    name: Name
    price: Fen


class Fee(Part):
    """A published fee standard (收费标准). What is optional says how it differs from a price in 分 a unit.

    `rate`: of a percentage, in ten-thousandths of the base. `grades`: of an area, from the least price to the highest; no
    grade: `price`. A `half_rate_basis` cites what lets payers be charged half; a `late_fee_basis` the law that lets a late
    fee (滞纳金) run (R54): without it none does.
    """

    code: Code
    name: Name
    unit: Name
    price: Fen
    basis: Text
    calculator: FeeCalculator = FeeCalculator.PIECE
    rate: int | None = Field(default=None, ge=1, le=10_000)
    grades: tuple[FeeGrade, ...] = ()
    half_rate_basis: Text | None = None
    late_fee_basis: Text | None = None
    valid_from: date | None = None
    valid_to: date | None = None


class FeeLine(Part):
    """What a department lists: an item code and how many. Never an amount (R50).

    `base`: what a percentage is taken of, in 分, as the deed or contract says. `area`: in square metres. `grade`: the
    step of the range. `half_rate`: the payer is one whom the standard charges half."""

    code: Code
    quantity: int = Field(ge=1, le=1_000_000)
    base: Fen | None = None
    area: int | None = Field(default=None, ge=1, le=10**12)
    grade: Code | None = None
    half_rate: bool = False


class PricedLine(Part):
    """`price`: 分 a unit; of a percentage nought, its `rate` counts."""

    code: Code
    name: Name
    unit: Name
    quantity: int
    price: Fen
    amount: Fen
    standard_version: int
    calculator: FeeCalculator = FeeCalculator.PIECE
    rate: int | None = None
    base: Fen | None = None
    area: int | None = None
    grade: Code | None = None
    half_rate: bool = False


class Tally(Part):
    """How many, and how much in all."""

    count: int = Field(ge=0)
    amount: Fen


class ServiceWay(StrEnum):
    """How a decision reaches the applicant (送达方式)."""

    PICK_UP = "pick_up"  # 大厅自取
    DIRECT = "direct"  # 直接送达
    POST = "post"  # 邮寄送达
    ELECTRONIC = "electronic"  # 电子送达
    LEFT = "left"  # 留置送达
    PUBLIC = "public"  # 公告送达


class ServiceProof(Part):
    """What proves the service (送达回证): `documents` by their numbers; a proxy's `relation` to the addressee and why it was
    a proxy; the post's waybill; `posted_on` is the day of the post's taking over, or of the public notice; the document
    whose fetching was the service, where it was electronic."""

    way: ServiceWay
    documents: tuple[Name, ...]
    place: Name | None = None
    received_at: Instant
    relation: Name | None = None
    proxy_reason: Text | None = None
    witness: Name | None = None
    carrier: Name | None = None
    waybill: Code | None = None
    posted_on: date | None = None
    document_id: Code | None = None
    remark: Text | None = Field(default=None, description="why it was left (留置), or made public (公告)")


class Due(Part):
    """A derived date. Provisional while the yearly plan of a year that it touches is not announced (R36)."""

    on: date
    provisional: bool = False


class Extension(Part):
    """Approved by whom the law names (R23, R24), told to the applicant before the old limit ends. One that does not name
    the approver's office moves nothing."""

    days: int = Field(ge=1, le=15)
    reasons: Text
    approver: Staff
    approved_at: Instant
    office: Office | None = None
