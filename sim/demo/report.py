"""What became of each case, in Chinese: its timeline, papers, money and light, and whether it ended as it should."""

from dataclasses import dataclass
from datetime import datetime

from rich.console import Console
from rich.panel import Panel
from rich.table import Table

from sim.demo.acting import Story
from sim.demo.hall import Hall, Json
from sim.demo.money import agrees
from sim.demo.papers import Collected
from sim.demo.supervision import Supervised
from yimen.contracts.monitor import PartyKind
from yimen.money import format_yuan
from yimen.terms import SUPERVISION
from yimen.worktime import SHANGHAI

LIGHTS = {
    "green": "[green]● 绿灯[/]",
    "blue": "[blue]● 预警[/]",
    "yellow": "[yellow]● 黄牌[/]",
    "red": "[red]● 红牌[/]",
}
PAPERS = {
    "receipt": "收件凭证", "acceptance": "受理通知书", "one_time_notice": "一次性告知书", "refusal": "不予受理决定书",
    "return": "退办件通知书", "joint_notice": "联办件通知书", "special_procedure": "特别程序所需时间告知书",
    "extension": "延长时限告知书", "deferral": "容缺受理通知书", "deferral_lapsed": "容缺材料逾期告知书",
    "minutes": "联合会审纪要", "re_examination": "复核决定书",
    "grant": "准予行政许可决定书", "denial": "不予行政许可决定书", "service": "送达回证",
}  # fmt: skip

SIDES = ("file", "paid", "ticket", "suspense", "refund")


@dataclass
class Ending:
    """A case as intake, fees and monitor see it, and what is wrong with it."""

    story: Story
    case: Json
    seen: Json
    faults: list[str]


async def ending_of(hall: Hall, story: Story) -> Ending:
    """Waits until the supervisor has seen the end, then compares all three."""
    path = f"/monitor/cases/{story.number}"
    seen = await hall.until("supervisor", path, lambda found: found["state"] == story.ends, f"{story.title}: the end")
    case = await hall.get("supervisor", story.case)
    progress = await hall.get(None, f"/intake/progress/{story.number}", **{"Query-Password": story.password})
    faults = [*_wrong_states(story, case, seen, progress), *_wrong_papers(story, case), *_wrong_money(story, seen)]
    levels = {alert["level"] for alert in seen["alerts"]} | {seen["light"]}
    if not levels <= story.lights:
        faults.append(f"监察出现了不应有的灯：{', '.join(sorted(levels - story.lights))}")
    if not story.lights <= levels | {"green"}:
        faults.append(f"监察没有亮应有的灯：{', '.join(sorted(story.lights - levels))}")
    return Ending(story, case, seen, faults)


def _wrong_states(story: Story, case: Json, seen: Json, progress: Json) -> list[str]:
    found = {"受理": case["state"], "监察": seen["state"]}
    faults = [f"{who}认为状态是 {state}，应为 {story.ends}" for who, state in found.items() if state != story.ends]
    if case["outcome"] != story.outcome or seen["outcome"] != story.outcome:
        faults.append(f"结果是 {case['outcome']} / {seen['outcome']}，应为 {story.outcome}")
    if progress["case_number"] != story.number:
        faults.append("进度查询不到该办件")
    return faults


def _wrong_papers(story: Story, case: Json) -> list[str]:
    missing = {"receipt", *story.papers} - {paper["kind"] for paper in case["documents"]}
    return [f"缺少文书：{PAPERS[kind]}" for kind in sorted(missing)]


def _wrong_money(story: Story, seen: Json) -> list[str]:
    paid = sum(notice["amount"] for notice in seen["notices"] if notice["cleared_at"])
    return [] if paid == story.paid else [f"缴费 {format_yuan(paid)} 元，应为 {format_yuan(story.paid)} 元"]


def _at(instant: str) -> str:
    return datetime.fromisoformat(instant).astimezone(SHANGHAI).strftime("%m-%d %H:%M")


def show(console: Console, ending: Ending) -> None:
    story, case, seen = ending.story, ending.case, ending.seen
    table = Table(box=None, show_header=False, padding=(0, 1))
    for line in seen["timeline"]:
        table.add_row(_at(line["at"]), line["text"])
    papers = "；".join(f"{PAPERS.get(p['kind'], p['kind'])} {p['number']}" for p in case["documents"])
    money = "；".join(f"{format_yuan(n['amount'])} 元，票据 {n['ticket_number']}" for n in seen["notices"]) or "不收费"
    table.add_section()
    table.add_row("文书", papers)
    table.add_row("费用", money)
    table.add_row("监察", _light(seen))
    table.add_row("结果", "[red]" + "；".join(ending.faults) + "[/]" if ending.faults else "[green]与预期一致[/]")
    title = f"{story.title} · {case['item_name']} · {story.number}"
    console.print(Panel(table, title=title, title_align="left"))


def _light(seen: Json) -> str:
    alerts = "；".join(f"{LIGHTS[a['level']]} {a['reason']}（{a['rule']}）" for a in seen["alerts"])
    return LIGHTS[seen["light"]] + (f"  {alerts}" if alerts else "")


def show_supervision(console: Console, supervised: Supervised) -> None:
    """Whom the month cost or brought points, each with its reason and its place in the journal; the proof; the counts."""
    for sheet in supervised.sheets:
        table = Table(box=None, padding=(0, 1))
        for name in ("分值", "项目", "事由", "规则", "办件", "日志"):
            table.add_column(name, justify="right" if name in ("分值", "日志") else "left", overflow="fold")
        for line in sheet["lines"]:
            place = f"第{line['position']}条" if line["position"] else "全月"
            points = f"{line['tenths'] / 10:+.1f}"
            table.add_row(points, line["part_name"], _why(line), line["rule"] or "", line["case_number"] or "", place)
        who = f"{SUPERVISION[PartyKind(sheet['kind'])]}考核 {supervised.month}：{sheet['name']}"
        standing = f" 第{sheet['rank']}名" if sheet["rank"] else ""
        console.print(Panel(table, title=f"{who} {sheet['tenths'] / 10:.1f} 分{standing}", title_align="left"))
    figures = supervised.overview["figures"]
    stars = figures["satisfaction"]
    console.print(
        f"统计 {supervised.month}：受理 {figures['accepted']}，办结 {figures['closed']}，"
        f"按时 {_share(figures['in_time'])}，投诉 {figures['complaints']}（属实 {figures['complaints_upheld']}），"
        f"评价 {stars['ratings']} 件"
    )
    for sentence in supervised.proven:
        console.print(f"[green]已证明[/] {sentence}")
    for fault in supervised.faults:
        console.print(f"[red]{fault}[/]")


def _why(line: Json) -> str:
    """What the rulebook calls it, where the event does not say it itself."""
    title = line["title"]
    return line["reason"] if not title or title in line["reason"] or line["reverses"] else f"{title}。{line['reason']}"


def _share(share: Json) -> str:
    return f"{share['whole']}件中{share['part']}件" if share["whole"] else "—"


def show_days(console: Console, days: list[Json]) -> None:
    """The bank's days with money in them: each side, and what went to the treasury."""
    table = Table(title="对账日结", title_justify="left")
    for name in (
        "日期",
        "银行对账单",
        "确认收款",
        "票据",
        "列入待查",
        "退款",
        "银行余额",
        "账面余额",
        "汇缴国库",
        "结果",
    ):
        table.add_column(name, justify="left" if name in ("日期", "结果") else "right")
    for day in days:
        if any(day[name] for name in ("file_count", "paid_count", "refund_count")):
            sides = [f"{day[f'{side}_count']} 笔 {format_yuan(day[f'{side}_sum'])}" for side in SIDES]
            remitted = format_yuan(day["remittance"]["amount"]) if day["remittance"] else "—"
            balances = [format_yuan(day["closing"]), format_yuan(day["balance"])]
            table.add_row(day["day"], *sides, *balances, remitted, "[green]相符[/]" if agrees(day) else "[red]不符[/]")
    console.print(table)


def show_papers(console: Console, papers: Collected) -> None:
    console.print(f"文书：共 {papers.made} 份，{len(papers.kinds)} 种各存一份于 {papers.folder}/，均经公开核验")
    for fault in papers.faults:
        console.print(f"[red]✗ {fault}[/]")
