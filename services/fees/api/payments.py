"""What a payer sees and asks, known by the payment code alone. No route registers a payment (R52): only the bank does."""

from services.fees.api.parts import Id, InUnit, InView, notice_by_code
from services.fees.bank.inquiring import Why, ask, asked_lately
from services.fees.domain.notices import OPEN, NoticeState
from services.fees.payers import PaymentView, payment_view
from yimen.web import Problem, allow_anyone, new_router, refuses

router = new_router(tags=["payments"])


@router.get("/payments/{payment_code}", dependencies=[allow_anyone()])
async def payment(view: InView, payment_code: Id) -> PaymentView:
    return await payment_view(view, await notice_by_code(view, payment_code))


@router.post(
    "/payments/{payment_code}/inquiry", status_code=202, dependencies=[allow_anyone()], responses=refuses(404, 429)
)
async def inquire(unit: InUnit, payment_code: Id) -> PaymentView:
    """“我已缴款，请查询”: the bank is asked; its answer shows here within moments. Of what is settled nothing is asked."""
    row = await notice_by_code(unit, payment_code)
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
    return await payment_view(unit, row)
