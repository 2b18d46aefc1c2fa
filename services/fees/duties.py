"""Keeps duties apart (票款分离): reads who did what on a matter, and refuses whoever would join two of them."""

from collections import defaultdict

from sqlalchemy import Select, select

from services.fees.context import Context
from services.fees.domain.duties import Duty, joined
from services.fees.tables import disputes, exceptions, lists, refunds, reliefs, returned_proposals, shares
from yimen.bus import View
from yimen.web import Forbidden


async def refuse_joined(
    view: View[Context], duty: Duty, person: str, *, notice: str | None = None, exception: int | None = None
) -> None:
    """Raises `Forbidden`, in words for the one refused."""
    done = await duties_on(view, notice=notice, exception=exception)
    if (other := joined(person, duty, done)) is not None:
        detail = f"您已经办理过本笔的{other.label}，按票款分离的要求，{duty.label}须由其他人员办理。"
        raise Forbidden(f"{other.label}与{duty.label}不能由同一人办理", detail)


async def duties_on(
    view: View[Context], *, notice: str | None = None, exception: int | None = None
) -> dict[Duty, set[str]]:
    """Persons by what they did on this notice, with all that followed from it, or on this exception."""
    done: dict[Duty, set[str]] = defaultdict(set)
    for duty, query in [*(_on_notice(notice) if notice else ()), *(_on_exception(exception) if exception else ())]:
        done[duty] |= {person for person in (await view.execute(query)).scalars() if person is not None}
    return done


def _on_notice(number: str) -> list[tuple[Duty, Select[tuple[str]]]]:
    """By the lists' shares: a list keeps its opener when its notice is replaced."""
    on_it = lists.join(shares, shares.c.list_id == lists.c.list_id)
    listed = (
        select(column).select_from(on_it).where(shares.c.notice_number == number)
        for column in (lists.c.opened_by, lists.c.decided_by)
    )
    relief = (
        select(column).where(reliefs.c.notice_number == number)
        for column in (reliefs.c.requested_by, reliefs.c.reviewed_by, reliefs.c.approved_by, reliefs.c.granted_by)
    )
    refund = (
        select(column).where(refunds.c.notice_number == number)
        for column in (refunds.c.requested_by, refunds.c.verified_by, refunds.c.approved_by)
    )
    dispute = (
        select(column).where(disputes.c.notice_number == number)
        for column in (disputes.c.filed_by, disputes.c.answered_by)
    )
    duties = (
        *(Duty.OPEN, Duty.VERIFY, Duty.ASK_RELIEF, Duty.REVIEW_RELIEF, Duty.APPROVE_RELIEF, Duty.GRANT_RELIEF),
        *(Duty.ASK_REFUND, Duty.VERIFY_REFUND, Duty.APPROVE_REFUND, Duty.FILE_DISPUTE, Duty.ANSWER_DISPUTE),
    )
    return list(zip(duties, [*listed, *relief, *refund, *dispute], strict=True))


def _on_exception(number: int) -> list[tuple[Duty, Select[tuple[str]]]]:
    columns = ((Duty.PROPOSE, exceptions.c.proposed_by), (Duty.RESOLVE, exceptions.c.resolved_by))
    found = [(duty, select(column).where(exceptions.c.id == number)) for duty, column in columns]
    before = ((Duty.PROPOSE, returned_proposals.c.proposed_by), (Duty.RESOLVE, returned_proposals.c.returned_by))
    found += [(duty, select(column).where(returned_proposals.c.exception_id == number)) for duty, column in before]
    refund = (
        (Duty.VERIFY_REFUND, refunds.c.verified_by),
        (Duty.APPROVE_REFUND, refunds.c.approved_by),
    )
    return found + [(duty, select(column).where(refunds.c.exception_id == number)) for duty, column in refund]
