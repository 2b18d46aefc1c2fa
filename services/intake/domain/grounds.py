"""Why an application is not accepted (不予受理): the law's grounds, and what each asks of the answer.

Guarantees: where it is another organ's matter that organ is named (R03), and nowhere else, so that nobody is sent astray.
"""

from enum import StrEnum

from yimen.errors import Unfit


class RefusalGround(StrEnum):
    NOT_A_LICENCE_MATTER = "not_a_licence_matter"  # R02, Art. 32(1)
    ANOTHER_ORGAN = "another_organ"  # R03, Art. 32(2)
    FALSE_MATERIAL = "false_material"  # Art. 78
    NO_STANDING = "no_standing"
    OTHER = "other"


_OPENING = {
    RefusalGround.NOT_A_LICENCE_MATTER: "申请事项依法不需要取得行政许可：",
    RefusalGround.ANOTHER_ORGAN: "申请事项依法不属于本机关职权范围：",
    RefusalGround.FALSE_MATERIAL: "隐瞒有关情况或者提供虚假材料：",
    RefusalGround.NO_STANDING: "申请人不具备申请资格：",
    RefusalGround.OTHER: "",
}


def stated(ground: RefusalGround, reasons: str, competent_organ: str | None) -> str:
    """The reasons as the paper gives them. Raises `Unfit` where the competent organ is missing or has no place."""
    another = ground is RefusalGround.ANOTHER_ORGAN
    if another and not (competent_organ or "").strip():
        raise Unfit(
            "competent-organ-missing",
            "没有写明有权办理的机关",
            "申请事项属于其他机关职权的，应当告知申请人向哪个机关申请，请填写该机关名称。",
        )
    if competent_organ is not None and not another:
        raise Unfit(
            "competent-organ-unfounded",
            "不予受理的情形与所填机关不符",
            "只有申请事项属于其他机关职权时才告知有权机关，请改选情形，或者不填机关名称。",
        )
    return _OPENING[ground] + reasons
