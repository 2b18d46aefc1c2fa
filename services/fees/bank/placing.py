"""Places, amends and closes orders at the bank, and takes in what its answers say of money.

Guarantees: a bank that is silent is asked how the order stands, then asked the same again, never with a new code (R52: what
it then says of payments counts like any message of its). An order that was still under way when its notice ended is closed.
"""

from sqlalchemy import update

from services.fees.bank.client import NoAnswer, Said, call
from services.fees.bank.orders import BANK_CLOSING, BANK_ORDER, close
from services.fees.bank.sending import LADDER, ask_again, senders
from services.fees.bank.words import OrderAnswer, OrderState, read_order
from services.fees.collecting import collect_found
from services.fees.context import Context
from services.fees.domain.notices import OPEN, NoticeState
from services.fees.overdue import lock_notice
from services.fees.queries import Found
from services.fees.tables import notices
from yimen.bus import Unit
from yimen.jobs import Answer, Job

CLOSED = "银行已关闭该缴款码，无法缴款，请与银行联系。"


async def place_order(context: Context, job: Job) -> Answer:
    try:
        said = (await call(context, "POST", "/orders", job.payload)).approved()
    except NoAnswer as silence:
        said = await _how_it_stands(context, job, silence)
    _checked(said, job)
    return said.kept()


async def _how_it_stands(context: Context, job: Job, silence: NoAnswer) -> Said:
    """Raises the silence again where the bank does not have this order in this revision."""
    said = (await call(context, "GET", f"/orders/{job.payload['order_number']}")).approved(404)
    if said.status == 404:
        raise silence
    found = _checked(said, job)
    if found.state is OrderState.OPEN and (found.revision or 0) < job.payload["revision"]:
        raise silence
    return said


async def close_order(context: Context, job: Job) -> Answer:
    """404: the bank never heard of it, so that nobody can pay it."""
    said = (await call(context, "POST", f"/orders/{job.payload['order_number']}/closing", {})).approved(404)
    if said.status != 404:
        _checked(said, job)
    return said.kept()


def _checked(said: Said, job: Job) -> OrderAnswer:
    """An answer to another question is none."""
    found = read_order(said.content)
    if found is None or found.order_number != job.payload["order_number"]:
        raise NoAnswer(f"银行的答复不符合约定（{said.status}）")
    return found


async def record_order(unit: Unit[Context], job: Job, answer: Answer | None, error: str | None) -> None:
    notice = await lock_notice(unit, job.payload["order_number"])
    is_open = NoticeState(notice.state) in OPEN
    if answer is None:
        await _say(unit, notice, job, error)
        await (ask_again(unit, job) if is_open else close(unit, notice.number, after=str(job.payload["revision"])))
        return
    said = Said.of(answer)
    found = _checked(said, job)
    await _say(unit, notice, job, CLOSED if found.state is OrderState.CLOSED and is_open else None)
    await collect_found(unit, said.signed, found.payments)
    if found.state is OrderState.OPEN and not is_open:
        await close(unit, notice.number, after=str(job.payload["revision"]))


async def _say(unit: Unit[Context], notice: Found, job: Job, error: str | None) -> None:
    """What is shown is about the newest revision."""
    newest = (notices.c.number == notice.number) & (notices.c.order_revision == job.payload["revision"])
    outcome = {"ordered_at": None if error else unit.now, "order_error": error}
    await unit.execute(update(notices).where(newest).values(**outcome))


async def record_closing(unit: Unit[Context], job: Job, answer: Answer | None, _error: str | None) -> None:
    await lock_notice(unit, job.payload["order_number"])
    if answer is None:
        await ask_again(unit, job)
        return
    said = Said.of(answer)
    if said.status != 404:
        await collect_found(unit, said.signed, _checked(said, job).payments)


senders.add(BANK_ORDER, act=place_order, settled=record_order, ladder=LADDER)
senders.add(BANK_CLOSING, act=close_order, settled=record_closing, ladder=LADDER)
