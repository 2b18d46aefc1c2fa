"""The county's departments (部门): code, as it stands in routing keys and tokens, to name, as people read it."""

from typing import Final

DEPARTMENTS: Final = {
    "planning": "自然资源和规划局",
    "environment": "生态环境局",
    "fire": "消防救援大队",
    "housing": "住房和城乡建设局",
    "market": "市场监督管理局",
    "health": "卫生健康局",
    "development": "发展和改革局",
    "religion": "民族宗教事务局",
    "culture": "文广体旅局",
    "forestry": "林业局",
    "administration": "行政审批局",
}


def department_name(code: str) -> str:
    """A department that is not on the list goes by its code."""
    return DEPARTMENTS.get(code, code)
