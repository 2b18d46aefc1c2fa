"""删除姓名和联系方式: at the request of who complained, asked or rated (个人信息保护法第四十七条), with the reason."""

from fastapi import status

from services.monitor import complaint_rows, consulting, rating
from services.monitor.api.complaint_desk import OFFICERS
from services.monitor.api.complaint_views import in_hands
from services.monitor.api.complaint_views import unknown as no_complaint
from services.monitor.api.complaints import Number as ComplaintNumber
from services.monitor.api.consultations import Number as ConsultationNumber
from services.monitor.api.consultations import unknown as no_consultation
from services.monitor.api.parts import Working
from services.monitor.api.rating_desk import Id
from services.monitor.api.rating_desk import unknown as no_rating
from services.monitor.forgetting import forget_on_request
from services.monitor.tables import complaints, consultations, ratings
from yimen.web import Forbidden, Principal, Role, allow, new_router, refuses
from yimen.web.operations import Reason

router = new_router()


@router.post(
    "/complaints/{complaint_number}/contact-erasure",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=refuses(404, 409),
    tags=["complaints"],
)
async def erase_complainant(
    complaint_number: ComplaintNumber, body: Reason, unit: Working, caller: Principal = allow(*OFFICERS)
) -> None:
    """Of a complaint that has ended, by its own office; the complaint itself is kept."""
    row = await complaint_rows.lock(unit, complaint_number)
    if row is None or not in_hands(row, caller):
        raise no_complaint()
    await forget_on_request(unit, complaints, row, body.by(caller))


@router.post(
    "/consultations/{consultation_number}/contact-erasure",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=refuses(404, 409),
    tags=["consultations"],
)
async def erase_asker(
    consultation_number: ConsultationNumber,
    body: Reason,
    unit: Working,
    caller: Principal = allow(Role.CHIEF_REPRESENTATIVE),
) -> None:
    """Of a consultation that was answered, by the department that was asked; question and answer are kept."""
    row = await consulting.lock(unit, consultation_number)
    if row is None:
        raise no_consultation()
    if not caller.serves(row.department):
        raise Forbidden("不能删除其他部门咨询人的信息", "请由被咨询的部门办理。")
    await forget_on_request(unit, consultations, row, body.by(caller))


@router.post(
    "/ratings/{rating_id}/contact-erasure",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=refuses(404, 409),
    tags=["ratings"],
)
async def erase_rater(rating_id: Id, body: Reason, unit: Working, caller: Principal = allow(Role.CENTRE_ADMIN)) -> None:
    """Of a rating that nobody has to call back about any more (R96); stars and words are kept."""
    row = await rating.lock(unit, rating_id)
    if row is None:
        raise no_rating()
    await forget_on_request(unit, ratings, row, body.by(caller))
