"""Money in suspense (待查款), and words of the bank that contradict what is known: each is somebody's, with a day to answer.

Guarantees: an exception is opened once for a reason and a transaction of the bank's, and said on the bus.
"""

from datetime import timedelta
from typing import Final

from services.fees.context import Context
from services.fees.domain.payments import Reason
from services.fees.tables import exceptions
from yimen.bus import Unit
from yimen.contracts.fees import ExceptionOpened
from yimen.worktime import local_date

OWNER: Final = "treasurer"


async def open_exception(
    unit: Unit[Context],
    reason: Reason,
    *,
    amount: int,
    bank_serial: str | None = None,
    payout_serial: str | None = None,
    reference: str | None = None,
    notice_number: str | None = None,
    case_number: str | None = None,
    detail: str | None = None,
) -> None:
    """`amount`: what stands in suspense for it, negative where money is missed, nought where none moved. One of the serials
    is given; `reference` is the number that the bank named, where there is no row of ours to point at."""
    answer_by = local_date(unit.now) + timedelta(days=unit.context.settings.exception_days)
    row = {
        "reason": reason,
        "bank_serial": bank_serial,
        "payout_serial": payout_serial,
        "reference": reference,
        "notice_number": notice_number,
        "amount": amount,
        "detail": detail,
        "owner": OWNER,
        "answer_by": answer_by,
        "state": "open",
        "opened_at": unit.now,
    }
    opened = unit.insert(exceptions).values(row).on_conflict_do_nothing().returning(exceptions.c.id)
    number = (await unit.execute(opened)).scalar_one_or_none()
    if number is None:
        return
    unit.emit(
        ExceptionOpened(
            exception_id=str(number),
            case_number=case_number,
            reason=reason,
            bank_serial=bank_serial or payout_serial or reference or "-",
            notice_number=notice_number,
            amount=amount,
            owner=OWNER,
            answer_by=answer_by,
            opened_at=unit.now,
        )
    )
