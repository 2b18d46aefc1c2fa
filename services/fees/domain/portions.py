"""How much a refund comes to: reckoned from the priced lines that were paid, never typed (R50).

Guarantees: what is given back of a list, in however many parts and in whatever order, is what was paid for it less what its
remaining quantities cost; so all parts together never exceed what was paid (I6), and no 分 is lost to rounding.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from yimen.errors import NotNow, Unfit
from yimen.money import half_up


@dataclass(frozen=True, slots=True)
class PaidLine:
    """`divisible`: priced by the piece, so that a part of the quantity has an amount. `returned`: the quantity that
    refunds not refused give back already."""

    line: int
    quantity: int
    price: int
    amount: int
    divisible: bool = True
    half_rate: bool = False
    returned: int = 0

    def costs(self, quantity: int) -> int:
        """Of that many of the pieces."""
        if quantity == self.quantity:
            return self.amount
        if quantity and not self.divisible:
            raise Unfit("line-not-divisible", "该行不能部分退款", f"第{self.line}行不按件计费，只能整行退款。")
        return half_up(self.price * quantity, 2 if self.half_rate else 1)


@dataclass(frozen=True, slots=True)
class PaidShare:
    """A list on a paid notice. `amount` was paid, perhaps less than its lines cost (R58); `held` is asked back or given back
    already."""

    list_id: str
    department: str
    amount: int
    held: int
    lines: tuple[PaidLine, ...] = ()

    @property
    def rest(self) -> int:
        return self.amount - self.held


@dataclass(frozen=True, slots=True)
class AskedLine:
    list_id: str
    line: int
    quantity: int


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be given back: these quantities, or these lists, or all that was paid."""

    lists: tuple[str, ...] = ()
    lines: tuple[AskedLine, ...] = ()


@dataclass(frozen=True, slots=True)
class Portion:
    """`lines`: quantities by line, where only those are given back."""

    list_id: str
    department: str
    amount: int
    lines: Mapping[int, int] | None = None


def portions(shares: Sequence[PaidShare], asked: Asked) -> list[Portion]:
    """By list. Raises `Refusal`: it names what is not on the notice, or what is given back already."""
    if asked.lists and asked.lines:
        raise Unfit("lists-or-lines", "退款范围填写有误", "请填写退款的清单，或者填写清单中的行和数量，不要同时填写。")
    if asked.lines:
        return _of_lines(shares, asked.lines)
    named = set(asked.lists) or {share.list_id for share in shares if share.rest}
    _refuse_strangers(shares, named)
    chosen = [share for share in shares if share.list_id in named]
    if not chosen or not all(share.rest for share in chosen):
        raise _nothing_left([share.list_id for share in chosen if not share.rest])
    return [Portion(share.list_id, share.department, share.rest) for share in chosen]


def _of_lines(shares: Sequence[PaidShare], lines: Sequence[AskedLine]) -> list[Portion]:
    wanted: dict[str, dict[int, int]] = defaultdict(dict)
    for one in lines:
        if one.line in wanted[one.list_id]:
            raise Unfit("line-doubled", "退款的行重复", f"清单{one.list_id}第{one.line}行填写了两次，请合并数量。")
        wanted[one.list_id][one.line] = one.quantity
    _refuse_strangers(shares, wanted)
    return [_portion(share, wanted[share.list_id]) for share in shares if share.list_id in wanted]


def _portion(share: PaidShare, wanted: Mapping[int, int]) -> Portion:
    """What was paid for the list, less what is held, less what its remaining quantities cost at the paid share."""
    if unknown := sorted(wanted.keys() - {line.line for line in share.lines}):
        detail = f"清单{share.list_id}没有第{'、'.join(map(str, unknown))}行，请对照清单填写。"
        raise Unfit("line-not-on-list", "清单没有这一行", detail)
    kept = sum(line.costs(_left(share, line, wanted.get(line.line, 0))) for line in share.lines)
    listed = sum(line.amount for line in share.lines)
    amount = share.rest - (half_up(kept * share.amount, listed) if listed else 0)
    if amount <= 0:
        raise _nothing_left([share.list_id])
    return Portion(share.list_id, share.department, amount, dict(wanted))


def _left(share: PaidShare, line: PaidLine, wanted: int) -> int:
    left = line.quantity - line.returned - wanted
    if left < 0:
        most = line.quantity - line.returned
        detail = f"清单{share.list_id}第{line.line}行还可退{most}，不能退{wanted}。"
        raise NotNow("quantity-returned", "退款数量超过可退数量", detail, returnable=most)
    return left


def _refuse_strangers(shares: Sequence[PaidShare], named: Collection[str]) -> None:
    if unknown := sorted(set(named) - {share.list_id for share in shares}):
        detail = f"{'、'.join(unknown)}不在该缴款通知书上，请对照通知书填写清单编号。"
        raise Unfit("list-not-on-notice", "清单不在通知书上", detail)


def _nothing_left(list_ids: Sequence[str]) -> NotNow:
    of_what = f"清单{'、'.join(list_ids)}" if list_ids else "该缴款通知书"
    detail = f"{of_what}所缴款项已经全部登记退款或者没有缴款，请查询已登记的退款。"
    return NotNow("nothing-left-to-refund", "没有可退的款项", detail)
