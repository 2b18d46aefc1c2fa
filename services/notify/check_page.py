"""The public check page (文书核验): plain HTML without scripts, nothing fetched from anywhere, good to print."""

from collections.abc import Sequence
from html import escape
from typing import Final

from services.notify.domain.checks import Checked, Verdict

POLICY: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
VERDICTS: Final = {
    Verdict.SAME: ("ok", "文件与本大厅出具的文书一致，未被改动。"),
    Verdict.DIFFERENT: ("bad", "文件与本大厅出具的文书不一致。它可能被改动过，或者是另存、扫描、打印转换的文件。"),
    Verdict.UNKNOWN: ("bad", "查无此文书：本大厅没有出具过这个文件。请核对文书编号，或者到窗口查询。"),
}
_STATES = {"rendered": "已制成", "waiting": "制作中", "failed": "制作中"}
_STYLE = """
body{font:18px/1.7 "PingFang SC","Microsoft YaHei","Noto Sans CJK SC","Noto Sans SC",sans-serif;color:#1a2233;
margin:0 auto;max-width:760px;padding:1rem 1.2rem}
h1{font-size:1.6rem;margin:.6rem 0}h2{font-size:1.2rem;margin:1.6rem 0 .4rem}
table{border-collapse:collapse;width:100%}th,td{border:1px solid #8a94a6;padding:.4rem .7rem;text-align:left;
vertical-align:top}th{width:8em;background:#eef1f6}td{overflow-wrap:anywhere}
label{display:block;font-weight:600}input{font:inherit;max-width:100%;padding:.3rem .5rem}
input[type=text]{width:100%;box-sizing:border-box;border:1px solid #5b6470}
button{font:inherit;background:#123a6b;color:#fff;border:0;border-radius:4px;padding:.45rem 1.4rem;margin-top:.6rem}
input:focus-visible,button:focus-visible{outline:3px solid #b25f00;outline-offset:2px}
.ok,.bad{border:2px solid;padding:.6rem 1rem;font-weight:600}.ok{color:#1b5e20}.bad{color:#a8071a}
footer{color:#445566;font-size:.9rem;margin-top:2rem}
@media print{form{display:none}body{font-size:12pt;max-width:none}}
"""


def page(hall: str, base: str, number: str, papers: Sequence[Checked], found: Verdict | None, asked: bool) -> str:
    """`base`: the way from this page to the service's root. `asked`: somebody looks for a paper; `found`: of a file."""
    name = escape(hall)
    return (
        f'<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>文书核验 · {name}</title>'
        f'<meta name="viewport" content="width=device-width,initial-scale=1"><style>{_STYLE}</style></head><body>'
        f"<header><p>{name}</p></header><main><h1>文书核验</h1>{_answer(found)}"
        f"{_papers(papers, asked=asked and found is None)}{_by_number(base, number)}{_by_file(base, papers)}</main>"
        "<footer><p>此处只显示文书的种类、编号、机关、日期和文件指纹（SHA-256），不显示个人信息。"
        "交来比对的文件不会保存。</p></footer></body></html>"
    )


def _answer(found: Verdict | None) -> str:
    if found is None:
        return ""
    look, words = VERDICTS[found]
    sign = "✓" if found is Verdict.SAME else "✗"
    return f'<p class="{look}" role="status"><span aria-hidden="true">{sign}</span> {words}</p>'


def _papers(papers: Sequence[Checked], *, asked: bool) -> str:
    if papers:
        return "".join(map(_paper, papers))
    return f'<p class="bad" role="status">{_NOT_FOUND}</p>' if asked else ""


_NOT_FOUND: Final = "没有查到这个编号的文书。请对照文书红色抬头下方的编号重新输入，例如：受字〔2026〕12号。"


def _paper(paper: Checked) -> str:
    rows = (
        ("文书编号", paper.number),
        ("出具机关", paper.organ),
        ("日期", f"{paper.dated.year}年{paper.dated.month}月{paper.dated.day}日"),
        ("状态", _STATES[paper.state]),
        ("文书标识", paper.document_id),
        ("SHA-256", paper.sha256),
        ("文件大小", f"{paper.size}字节" if paper.size else None),
        ("版式", f"第{paper.template_version}版" if paper.template_version else None),
    )
    cells = "".join(f'<tr><th scope="row">{name}</th><td>{escape(value)}</td></tr>' for name, value in rows if value)
    return f"<section><h2>{escape(paper.title)}</h2><table>{cells}</table></section>"


def _by_number(base: str, number: str) -> str:
    value, action = escape(number, quote=True), escape(f"{base}check", quote=True)
    return (
        f'<form method="get" action="{action}"><h2>按编号查询</h2><label for="number">文书编号</label>'
        f'<input type="text" id="number" name="number" value="{value}" maxlength="100" required autocomplete="off">'
        "<button>查询</button></form>"
    )


def _by_file(base: str, papers: Sequence[Checked]) -> str:
    """Held against the paper that is shown, or else against all."""
    asked = f"?document_id={papers[0].document_id}" if len(papers) == 1 else ""
    action = escape(f"{base}check{asked}", quote=True)
    return (
        f'<form method="post" action="{action}" enctype="multipart/form-data"><h2>比对文件</h2>'
        '<label for="file">PDF文件（不超过20兆字节）</label>'
        '<input type="file" id="file" name="file" accept="application/pdf" required><br><button>比对</button></form>'
    )
