"""A department's log: what a line tells, and every way in which it can be wrong."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from services.monitor.domain.legacy import MOST_LINES, Illegible, case_number, read_log
from services.monitor.domain.log_mapping import LogMapping
from services.monitor.tests.logs import HEADER, MAPPING, line, log
from services.monitor.tests.samples import at

NOW = at(3, 16, 12)
USUAL = LogMapping.model_validate(MAPPING)


def read(*lines, mapping=None, **changes):
    return read_log(log(*lines, **changes), mapping or USUAL, NOW)


def only(found):
    (told,) = found.cases.values()
    return told


def faults(found):
    return [(fault.line, fault.column, fault.words) for fault in found.faults]


def test_a_line_tells_a_case_with_its_limits_and_steps():
    found = read(line(closed="2026年3月10日"))
    told = only(found)
    assert (told.own_number, told.item_code, told.item_name, told.kind) == (
        "旧1",
        "450721P09",
        "临时占道许可",
        "committed",
    )
    assert (told.received_on, told.accepted_on, told.promised_days, told.statutory_days) == (
        "2026-03-01",
        "2026-03-02",
        5,
        20,
    )
    assert datetime.fromisoformat(told.closed_at) == at(3, 10, 0)
    assert [(activity, datetime.fromisoformat(when)) for activity, when in told.steps] == [("初审", at(3, 3, 9, 30))]
    assert "张三" not in str(told.content), "what no column is named for is not kept"


def test_what_the_log_leaves_open_comes_from_the_mapping():
    mapping = LogMapping(
        own_number="号", accepted="受理", item_name="事项", default_promised_days=3, default_statutory_days=9
    )
    told = only(read_log("号,受理,事项\n1,2026-03-02,占道\n".encode(), mapping, NOW))
    assert (told.received_on, told.accepted_on, told.promised_days, told.statutory_days) == (
        "2026-03-02",
        "2026-03-02",
        3,
        9,
    )
    assert (told.kind, told.item_code, told.closed_at, told.steps) == ("committed", None, None, ())


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_encodings_of_old_systems_are_read(encoding):
    raw = log(line()).decode().encode(encoding)
    assert only(read_log(raw, USUAL, NOW)).item_name == "临时占道许可"


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_other_delimiters_are_read(delimiter):
    mapping = USUAL.model_copy(update={"delimiter": delimiter})
    assert only(read_log(log(line()).decode().replace(",", delimiter).encode(), mapping, NOW)).promised_days == 5


def test_what_a_spreadsheet_adds_is_taken_away():
    told = only(read(line(code="'450721P09", promised=" ２０ ", accepted="２０２６/3/2", statutory="30 工作日")))
    assert (told.item_code, told.promised_days, told.statutory_days, told.accepted_on) == (
        "450721P09",
        20,
        30,
        "2026-03-02",
    )


@pytest.mark.parametrize(
    ("changes", "column", "words"),
    [
        ({"own": ""}, "业务编号", "没有填写"),
        ({"own": "a\x0bb"}, "业务编号", "无法识别的字符"),
        ({"own": "a\u202eb"}, "业务编号", "无法识别的字符"),
        ({"name": "长" * 401}, "事项名称", "超过400字"),
        ({"code": "", "name": ""}, "事项名称", "都没有填写"),
        ({"code": "编码 1"}, "事项编码", "字母、数字"),
        ({"kind": "特办件"}, "类型", "没有对应关系"),
        ({"accepted": ""}, "受理日期", "没有填写"),
        ({"accepted": "2026-02-30"}, "受理日期", "不是约定格式"),
        ({"accepted": "0001-01-01"}, "受理日期", "2000年以后"),
        ({"accepted": "2026-03-17"}, "受理日期", "不晚于现在"),
        ({"received": "2026-03-03"}, "受理日期", "早于收件日期"),
        ({"promised": "20天"}, "承诺天数", "工作日数"),
        ({"promised": "一周"}, "承诺天数", "工作日数"),
        ({"promised": ""}, "承诺天数", "工作日数"),
        ({"promised": "9999"}, "承诺天数", "最多2000"),
        ({"promised": "0"}, "承诺天数", "只有即办件"),
        ({"promised": "21"}, "承诺天数", "承诺时限21个工作日长于法定时限20个工作日"),
        ({"closed": "2026-03-01", "step": ""}, "办结时间", "早于受理日期"),
        ({"step": "2026-02-28"}, "初审时间", "不在收件与办结之间"),
        ({"step": "2026-03-12", "closed": "2026-03-11"}, "初审时间", "不在收件与办结之间"),
    ],
)
def test_a_line_that_is_wrong_is_refused_with_its_column(changes, column, words):
    found = read(line(1), line(2, **({"own": "旧2"} | changes)), line(3))
    assert list(found.cases) == [2, 4]
    ((number, of_column, said),) = faults(found)
    assert (number, of_column) == (3, column)
    assert words in said
    assert (found.lines, found.faulty) == (3, 1)


def test_a_record_whose_numbers_and_texts_contradict_each_other_is_refused_for_each_of_them():
    """灵山's record of a real item: 66 and 24 days in numbers, 20 and 1 in words."""
    texts = {"promised_text": "承诺说明", "statutory_text": "法定说明"}
    mapping = LogMapping.model_validate(MAPPING | texts)
    header = f"{HEADER},承诺说明,法定说明"
    said = {"promised": "24", "statutory": "66"}
    found = read(f"{line(**said)},1个工作日,20个工作日", mapping=mapping, header=header)
    assert not found.cases
    assert [(column, words) for _, column, words in faults(found)] == [
        ("承诺说明", "承诺时限的数字为24，文字却为“1个工作日”，请核对。"),
        ("法定说明", "法定时限的数字为66，文字却为“20个工作日”，请核对。"),
    ]
    agreed = read(f"{line(**said)},24个工作日,66", mapping=mapping, header=header)
    assert only(agreed).statutory_days == 66


def test_everything_wrong_with_a_line_is_told_at_once():
    found = read(line(kind="特办件", accepted="昨天", promised="很快"))
    assert [column for _, column, _ in faults(found)] == ["类型", "受理日期", "承诺天数"]


def test_one_case_has_one_line():
    found = read(line(1), line(2), line(1, promised="6"))
    assert list(found.cases) == [2, 3]
    assert faults(found) == [(4, "业务编号", "与第2行的编号重复，同一办件只应占一行，请删去一行。")]


def test_lines_are_counted_as_an_editor_counts_them():
    found = read(line(1, name='"临时\n占道"'), "", line(2, promised="?"), "a,b")
    assert [(number, column) for number, column, _ in faults(found)] == [(5, "承诺天数"), (6, None)]


@pytest.mark.parametrize(
    ("raw", "number", "words"),
    [
        (b"", 1, "文件是空的"),
        ("号,受理日期\n".encode(), 1, "表头缺少业务编号、收件日期"),
        (f"{HEADER},类型\n".encode(), 1, "表头中类型列重复"),
        (log(line(1), line(2, name='"没有结束的引号')), 3, "不是正确的CSV"),
        (log(line(1)) + b"\xff\xff\n", 3, "编码"),
        (log(line(1), "x" * 200_000), 3, "不是正确的CSV"),
    ],
)
def test_a_file_that_cannot_be_read_says_where_and_why(raw, number, words):
    with pytest.raises(Illegible) as refused:
        read_log(raw, USUAL, NOW)
    assert refused.value.line == number
    assert words in refused.value.words


def test_no_file_is_endless():
    with pytest.raises(Illegible, match="分成几份"):
        read(*("a,b" for _ in range(MOST_LINES + 1)))


@pytest.mark.parametrize(
    "wrong",
    [
        {"item_code": None, "item_name": None},
        {"promised_days": None},
        {"statutory_days": None},
        {"delimiter": "。"},
        {"encoding": "utf-7"},
        {"date_formats": ["%c"]},
        {"date_formats": []},
        {"kinds": {"普通": "someday"}},
        {"applicant": "申请人"},
    ],
)
def test_a_mapping_that_says_too_little_or_too_much_is_refused(wrong):
    with pytest.raises(ValidationError):
        LogMapping.model_validate(MAPPING | wrong)


def test_a_case_keeps_its_number_and_shares_it_with_none():
    numbers = {case_number(department, own) for department in ("a", "b") for own in ("1", "\n1", "旧1")}
    assert len(numbers) == 6
    assert case_number("a", "1") in numbers


CELL = st.text(max_size=12) | st.sampled_from(["2026-03-02", "5", "'5", '"', "\x00", "\r", "=1+1", "承诺件"])


@given(st.lists(st.lists(CELL, max_size=12), max_size=8), st.sampled_from([",", ";", "\t", "|"]), st.binary(max_size=6))
def test_whatever_stands_in_a_file_it_is_read_or_refused(rows, delimiter, tail):
    mapping = USUAL.model_copy(update={"delimiter": delimiter})
    text = "\n".join([HEADER.replace(",", delimiter), *(delimiter.join(row) for row in rows)])
    try:
        found = read_log(text.encode("utf-8", "surrogatepass") + tail, mapping, NOW)
    except Illegible as wrong:
        refused = wrong
    else:
        assert len(found.cases) + len({fault.line for fault in found.faults}) == found.lines
        assert not set(found.cases) & {fault.line for fault in found.faults}
        return
    assert refused.line >= 1
    assert refused.words
