"""What a payer sees and asks, known by the payment code alone. No route registers a payment (R52): only the bank does."""

from services.fees import queries
from services.fees.api.parts import Id, InUnit, InView
from services.fees.bank.inquiring import Why, ask, asked_lately
from services.fees.context import Context
from services.fees.domain.notices import OPEN, NoticeState, is_payment_code
from services.fees.queries import Found
from services.fees.views import PaymentView, payment_view
from yimen.bus import View
from yimen.web import NotFound, Problem, allow_anyone, new_router, refuses

router = new_router(tags=["payments"])


@router.get("/payments/{payment_code}", dependencies=[allow_anyone()])
async def payment(view: InView, payment_code: Id) -> PaymentView:
    return _show(view, await _known(view, payment_code))


@router.post(
    "/payments/{payment_code}/inquiry", status_code=202, dependencies=[allow_anyone()], responses=refuses(404, 429)
)
async def inquire(unit: InUnit, payment_code: Id) -> PaymentView:
    """“我已缴款，请查询”: the bank is asked; its answer shows here within moments. Of what is settled nothing is asked."""
    row = await _known(unit, payment_code)
    if NoticeState(row.state) in OPEN:
        if await asked_lately(unit, row.number, Why.PAYER):
            raise Problem(
                429,
                "inquiry-too-soon",
                "刚刚已向银行查询",
                "每分钟可查询一次，结果会显示在缴款信息中，请稍候刷新查看。",
                headers={"Retry-After": "60"},
            )
        await ask(unit, row.number, Why.PAYER)
    return _show(unit, row)


async def _known(view: View[Context], payment_code: str) -> Found:
    code = payment_code.strip().upper()
    if not is_payment_code(code):
        raise NotFound("缴款码有误", "缴款码为20位字母和数字，请对照缴款通知书逐位核对后重新填写。")
    row = await queries.notice_by_code(view, code)
    if row is None:
        raise NotFound("没有这个缴款码", "请对照缴款通知书核对后重新填写，或到收费窗口咨询。")
    return row


def _show(view: View[Context], row: Found) -> PaymentView:
    return payment_view(row, view.context.settings.bank_pay_url)
