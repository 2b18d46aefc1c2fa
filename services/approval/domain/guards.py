"""What stands in the way of several moves. Each refusal says which rule it keeps and what to do next."""

from services.approval.domain.state import ReviewState
from yimen.contracts.parts import Staff
from yimen.errors import NotNow, Unfit


def refuse_cancelled(state: ReviewState) -> None:
    if state.cancelled_at is not None:
        raise NotNow("review-cancelled", "该审查已取消", "办件已撤回或终止，本审查不得继续办理，请从待办中移出。")


def refuse_unreceived(state: ReviewState) -> None:
    """Sign in before anything else (R41)."""
    refuse_cancelled(state)
    if state.receipt is None:
        raise NotNow("not-received", "该联办件尚未签收", "请先签收，再办理。")


def refuse_unready(state: ReviewState) -> None:
    refuse_unreceived(state)
    if state.decision is not None:
        raise NotNow("already-decided", "该审查已作出意见", "意见已经送出，不得更改或者重复提交。")


def refuse_deemed(state: ReviewState) -> None:
    """The limit has run out (R44): nothing stops or lengthens it any more."""
    if state.deemed_at is not None:
        detail = "审查期限已满，不得再中止计时或者延长期限；迟到的意见仍可提交备查，请尽快答复。"
        raise NotNow("already-deemed", "该审查已超时视为同意", detail)


def refuse_chair(state: ReviewState, *hands: Staff) -> None:
    """Whoever chairs the hearing examines nothing of it (R31, Art. 48)."""
    chair = state.chair
    if chair is not None and chair.id in {one.id for one in hands}:
        detail = f"{chair.name}是本审查的听证主持人。主持人应为审查人员以外的人员（行政许可法第四十八条），请另行指派。"
        raise Unfit("chair-examines", "听证主持人不得参与审查", detail)


def require(code: str, title: str, detail: str, *texts: str) -> None:
    if not all(text.strip() for text in texts):
        raise Unfit(code, title, detail)
