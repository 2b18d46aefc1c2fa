"""删除联系方式: at the applicant's request (个人信息保护法第四十七条), by the centre's administrator, with the reason."""

from typing import Annotated

from fastapi import Depends, status

from services.intake import erasing
from services.intake.api.desk import no_such_case
from services.intake.context import Context
from yimen.bus import Unit
from yimen.contracts.envelope import Code
from yimen.web import Principal, Role, allow, current_unit, new_router, refuses
from yimen.web.operations import Reason

router = new_router(prefix="/cases/{case_number}", tags=["cases"])


@router.post("/contact-erasure", status_code=status.HTTP_204_NO_CONTENT, responses=refuses(404, 409))
async def erase_contact(
    case_number: Code,
    body: Reason,
    unit: Annotated[Unit[Context], Depends(current_unit)],
    caller: Principal = allow(Role.CENTRE_ADMIN),
) -> None:
    """Of an ended case: telephone and mail address here and at the messenger, once. The file itself is kept."""
    if not await erasing.erase_on_request(unit, case_number, body.by(caller)):
        raise no_such_case()
