"""An item that a department has reported, and that waits for the centre's word."""

from sim.demo.hall import Json

ITEM: Json = {
    "code": "11450721000000166B4000123021000",
    "name": "公共场所卫生许可延续",
    "department": "health",
    "kind": "committed",
    "statutory_days": 20,
    "promised_days": 5,
    "materials": [
        {"code": "001", "name": "延续申请表", "originals": 1},
        {"code": "002", "name": "公共场所卫生检测报告", "originals": 1},
    ],
    "stages": [{"name": "审查", "departments": ["health"], "limit_days": 5}],
    "free": True,
    "licence": {"name": "公共场所卫生许可证", "valid_years": 4},
    "disclosures": {
        "content": "延续公共场所卫生许可证的有效期。",
        "basis": "《公共场所卫生管理条例实施细则》第二十六条",
        "conditions": "有效期届满三十日前提出，卫生检测合格。",
        "procedure": "申请、受理、审查、决定、发证。",
        "limit": "法定时限20个工作日，承诺5个工作日。",
        "fee": "不收费",
    },
    "quantity": "无数量限制",
    "legal_basis": "《公共场所卫生管理条例实施细则》第二十六条",
    "effective_from": "2026-01-01",
    "version": 1,
}
