"""The payer's page: plain HTML, no script, nothing from elsewhere; works under whatever path the bank is mounted."""

from collections.abc import Mapping
from html import escape
from typing import Any

from yimen.money import capitals, format_yuan

_STYLE = (
    "body{font:18px/1.6 system-ui,sans-serif;max-width:34rem;margin:2rem auto;padding:0 1rem;color:#1a1a1a}"
    "dt{color:#555}dd{margin:0 0 .6rem;font-weight:600}button,input,select{font:inherit;padding:.5rem .8rem}"
    "fieldset{border:1px solid #767676;margin:1rem 0}label{display:block;padding:.3rem 0}"
)


def ask_code(methods: Mapping[str, str]) -> str:
    options = "".join(f'<option value="{escape(value)}">{escape(label)}</option>' for value, label in methods.items())
    choice = f'<label>缴款方式 <select name="method">{options}</select></label>'
    code = '<label>缴款码 <input name="payment_code" required maxlength="20" autocomplete="off"></label>'
    return _page("代收银行缴款", f'<form method="post">{code}{choice}<button>缴款</button></form>')


def order(found: Mapping[str, Any], methods: Mapping[str, str]) -> str:
    facts = _facts(
        ("缴款码", found["payment_code"]),
        ("金额", _amount(found["amount"])),
        ("请于此日前缴款", found["pay_by"]),
        ("收款账户（财政专户）", found["account"]),
    )
    if found["paid_by"] is not None:
        return _page("该缴款码已经缴款", facts + f"<p>银行流水号 {escape(found['paid_by'])}。请勿重复缴纳。</p>")
    if found["closed_at"] is not None:
        why = "收费窗口已关闭该缴款码，不能再缴款。如已收到新的缴款通知书，请用新的缴款码；如有疑问请与收费窗口联系。"
        return _page("该缴款码已关闭", facts + f"<p>{why}</p>")
    amended = "<p>收费窗口已更改本单的金额或缴款期限，以上为最新内容。</p>" if found["revision"] > 1 else ""
    return _page("代收银行缴款", facts + amended + _form(found, methods))


def _form(found: Mapping[str, Any], methods: Mapping[str, str]) -> str:
    """With the amount that is on the screen: nobody pays another one unseen."""
    choices = "".join(
        f'<label><input type="radio" name="method" value="{escape(value)}" required> {escape(label)}</label>'
        for value, label in methods.items()
    )
    hidden = f'<input type="hidden" name="payment_code" value="{escape(found["payment_code"])}">'
    hidden += f'<input type="hidden" name="amount" value="{found["amount"]}">'
    legend = f"<fieldset><legend>缴款方式</legend>{choices}</fieldset>"
    return f'<form method="post" action="../pay">{legend}{hidden}<button>确认缴款</button></form>'


def receipt(payment: Mapping[str, Any], methods: Mapping[str, str]) -> str:
    facts = _facts(
        ("缴款码", payment["payment_code"]),
        ("金额", _amount(payment["amount"])),
        ("缴款方式", methods.get(payment["method"], payment["method"])),
        ("银行流水号", payment["serial"]),
    )
    return _page("缴款成功", facts + "<p>款项已进入财政专户，收费窗口随即收到通知，您可以关闭本页。</p>")


def told(title: str, detail: str) -> str:
    return _page(title, f"<p>{escape(detail)}</p>")


def _amount(fen: int) -> str:
    return f"{format_yuan(fen, thousands=True)} 元（{capitals(fen)}）"


def _facts(*facts: tuple[str, str]) -> str:
    return "<dl>" + "".join(f"<dt>{escape(name)}</dt><dd>{escape(str(value))}</dd>" for name, value in facts) + "</dl>"


def _page(title: str, body: str) -> str:
    return (
        '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head>"
        f"<body><h1>{escape(title)}</h1>{body}<p>演示用：这里没有真实的钱。</p></body></html>"
    )
