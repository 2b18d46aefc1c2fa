"""The words of every message. Whoever changes a sentence raises its version.

Never a password, an identification number or a phone number: a message is read on other people's screens too.
"""

from services.notify.domain.wording import Template

TEMPLATES: dict[str, Template] = {
    template.code: template
    for template in (
        Template(
            "submitted",
            1,
            "您提交的“{item_name}”申请材料已收到，办件编号{case_number}。窗口将于{answer_by}前答复是否受理。"
            "凭办件编号和收件凭证上的查询密码可查询进度。",
        ),
        Template(
            "correction_requested",
            1,
            "办件{case_number}需要补正：{requested}。请于{supplement_by}前一次补齐，详见{document.number}号补正告知书。",
        ),
        Template("accepted", 1, "办件{case_number}已受理，将于{promised_due}前办结。受理通知书编号{document.number}。"),
        Template(
            "accepted_by_silence",
            1,
            "办件{case_number}逾期未告知补正，依法自{accepted_on}起视为受理，将于{promised_due}前办结。"
            "受理通知书编号{document.number}。",
        ),
        Template(
            "refused",
            1,
            "办件{case_number}不予受理，理由：{reasons:short}。决定书编号{document.number}，您可依法申请复议或者提起诉讼。",
        ),
        Template(
            "refused_elsewhere",
            1,
            "办件{case_number}不予受理，理由：{reasons:short}。请向{competent_organ}申请。决定书编号{document.number}。",
        ),
        Template(
            "returned",
            1,
            "办件{case_number}已退回，理由：{reasons:short}。退办件通知书编号{document.number}，可补齐后重新申请。",
        ),
        Template(
            "paused",
            1,
            "办件{case_number}需要{kind}，预计{planned_days}日，所需时间依法不计入办理期限。告知书编号{document.number}。",
        ),
        Template("resumed", 1, "办件{case_number}的特别程序已结束，恢复计算期限，将于{promised_due}前办结。"),
        Template(
            "fees_due",
            1,
            "办件{case_number}应缴费{amount:yuan}元，缴款码{payment_code}，请于{pay_by}前缴清。请勿向个人转账。",
        ),
        Template(
            "fees_due_instead",
            1,
            "办件{case_number}的缴款通知书已更正，{replaces}号作废。现应缴费{amount:yuan}元，缴款码{payment_code}，"
            "请于{pay_by}前缴清，请勿使用原缴款码。",
        ),
        Template(
            "late_fee_due",
            1,
            "办件{case_number}的{late_fee_of}号通知书逾期缴款，依法加收滞纳金{amount:yuan}元，缴款码{payment_code}，"
            "请于{pay_by}前缴清，缴清后继续办理。",
        ),
        Template(
            "fees_overdue",
            1,
            "办件{case_number}的缴款通知书{notice_number}已过缴款期限（{pay_by}），金额{amount:yuan}元，请尽快缴款，"
            "缴清后继续办理。",
        ),
        Template("fees_voided", 1, "办件{case_number}的缴款通知书{notice_number}已作废，请勿再缴款。"),
        Template(
            "dispute_received",
            1,
            "已收到您对缴款通知书{notice_number}的异议，编号{dispute_number}，将于{answer_by}前答复。原缴款期限不变。",
        ),
        Template("dispute_upheld", 1, "您的缴款异议{dispute_number}成立：{answer:short}。更正或退款将另行通知。"),
        Template(
            "dispute_dismissed",
            1,
            "您的缴款异议{dispute_number}不成立：{answer:short}。原通知书的金额和缴款期限不变。",
        ),
        Template(
            "fees_receipted", 1, "办件{case_number}的缴费已到账，电子票据代码{ticket_code}，票据号码{ticket_number}。"
        ),
        Template(
            "refund_approved",
            1,
            "办件{case_number}的退款{refund_number}已获批准，金额{amount:yuan}元，将于{pay_by}前原路退回。",
        ),
        Template(
            "refund_refused",
            1,
            "办件{case_number}的退款{refund_number}未获批准，理由：{reasons:short}。可到收费窗口咨询。",
        ),
        Template("refunded", 1, "办件{case_number}的退款{refund_number}已由银行退回，金额{amount:yuan}元，请查收。"),
        Template("overpaid_refunded", 1, "您为办件{case_number}多缴的款项已由银行退回，金额{amount:yuan}元，请查收。"),
        Template("granted", 1, "办件{case_number}已准予行政许可，决定书编号{document.number}。"),
        Template(
            "denied",
            1,
            "办件{case_number}不予行政许可，理由：{reasons:short}。决定书编号{document.number}，您可依法申请复议或者提起诉讼。",
        ),
        Template(
            "licence_issued",
            1,
            "办件{case_number}的《{licence_name}》已制发，证号{licence_number}，将于{serve_by}前送达，请留意领取。",
        ),
        Template(
            "served", 1, "办件{case_number}的办理结果已由{receiver}签收（{way}），送达回证编号{document.number}。"
        ),
        Template(
            "superior_granted", 1, "办件{case_number}转报{superior}后已获同意：{opinion:short}。本窗口将据此作出决定。"
        ),
        Template(
            "superior_denied", 1, "办件{case_number}转报{superior}后未获同意：{opinion:short}。本窗口将据此作出决定。"
        ),
        Template(
            "materials_deferred",
            1,
            "办件{case_number}已容缺受理，请于{until}前补交：{materials}。逾期将中止办理，详见{document.number}号通知书。",
        ),
        Template(
            "deferral_lapsed",
            1,
            "办件{case_number}的容缺材料逾期未交，办理期限已中止。请于{make_up_by}前补齐{materials}，否则将退件。",
        ),
        Template("deferral_met", 1, "办件{case_number}的容缺材料已补齐，将于{promised_due}前办结。"),
        Template(
            "extended",
            1,
            "办件{case_number}经批准延长{days}个工作日：{reasons:short}。将于{promised_due}前办结。",
        ),
        Template(
            "return_upheld",
            1,
            "办件{case_number}的退件经复核予以维持：{reasons:short}。复核决定书编号{document.number}。",
        ),
        Template(
            "return_overturned", 1, "办件{case_number}的退件经复核撤销，将重新办理。复核决定书编号{document.number}。"
        ),
        Template("queued", 1, "办件{case_number}已通过审查。该事项有数量限制，按受理先后排队，前面还有{ahead}件。"),
        Template(
            "renewed_by_law", 1, "办件{case_number}期满未作出决定，依法视为准予延续。决定书编号{document.number}。"
        ),
        Template(
            "hearing_noticed", 1, "办件{case_number}定于{holds_at}在{place}举行听证，主持人{chair.name}，不收取费用。"
        ),
        Template(
            "meeting_convened", 1, "请于{meets_at}到{place}参加办件{case_number}的联合会审或踏勘，缺席可能视为同意。"
        ),
        Template("extension_declined", 1, "办件{case_number}的延期不生效（{rule}）：{reason:short}"),
        Template("review_urged", 1, "催办：办件{case_number}的审查尚未答复。{reason:short}"),
        Template("alert_raised", 1, "监察提示（{rule}）：办件{case_number}，{reason:short}。请于{answer_by}前说明。"),
        Template(
            "complaint_accepted", 1, "投诉{complaint_number}已受理（{topic_name}），请配合查明，应于{answer_by}前答复。"
        ),
        Template("bad_rating", 1, "办件{case_number}收到实名差评（{stars}星），请于{rectify_by}前回访评价人并整改。"),
        Template("consultation_asked", 1, "收到咨询{consultation_number}，请于{answer_by}前答复。"),
        Template(
            "alert_escalated",
            1,
            "监察升级：办件{case_number}的{former}逾期未答复，升为{level}，督办单编号{order_number}，请于{answer_by}前反馈。",
        ),
        Template("order_issued", 1, "督办：{document.number}督办单，请首席代表于{answer_by}前反馈。{demand:short}"),
        Template(
            "head_called_in", 1, "督办约谈：{document.number}督办单，请部门负责人于{answer_by}前反馈。{demand:short}"
        ),
        Template("order_returned", 1, "督办单{order_number}的反馈被退回，请于{answer_by}前重新反馈：{reason:short}"),
        Template("order_overdue", 1, "督办单{order_number}应于{answer_by}前反馈，已经逾期，将按规定扣分。"),
    )
}
