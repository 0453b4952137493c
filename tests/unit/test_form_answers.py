"""Reading one answer: choices, numbers, dates, words; refusals say what to write instead."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.models import Choice
from tests.unit.sheets import THURSDAY, filled, form, opened, refusal
from workflows.forms import SKIPPED, TEXT_LIMIT, Refused, answer, begin, shown, toggle

YES_NO = [{"name": "yes", "label": "是"}, {"name": "no", "label": "否"}]
SEVERAL = [
    *YES_NO,
    {"name": "maybe", "label": "不好说"},
    {"name": "none", "label": "都没有", "exclusive": True},
]

SMALL = {
    "one": form({"name": "q", "type": "select_one", "choices": YES_NO}),
    "several": form({"name": "q", "type": "select_multiple", "choices": SEVERAL, "most": 2}),
    "number": form({"name": "q", "type": "integer"}),
    "past": form({"name": "q", "type": "date"}),
    "future": form({"name": "q", "type": "date", "days": "future"}),
    "text": form({"name": "q", "type": "text"}),
    "free": form({"name": "q", "type": "text", "required": False}),
}

TAKEN: list[tuple[str, Any, Any]] = [
    ("one", "yes", "yes"),
    ("several", ["yes", "maybe"], ["yes", "maybe"]),
    ("several", "none", ["none"]),
    ("number", "12", 12),
    ("number", " 12 ", 12),
    ("number", "１２", 12),
    ("number", 0, 0),
    ("number", "999999999", 999_999_999),
    ("text", " 修房 ", "修房"),
    ("text", "字" * TEXT_LIMIT, "字" * TEXT_LIMIT),
    ("free", SKIPPED, None),
    ("past", "2026-03-12", "2026-03-12"),
    ("future", "2026-03-12", "2026-03-12"),
]


@pytest.mark.parametrize(("name", "value", "kept"), TAKEN)
def test_taken(name: str, value: Any, kept: Any) -> None:
    sheet = filled(SMALL[name], value)
    assert (sheet.answers, sheet.at) == ({"q": kept}, None)


REFUSED: list[tuple[str, Any, str]] = [
    ("one", "perhaps", "请从按钮里选一个。"),
    ("one", "", "请从按钮里选一个。"),
    ("one", SKIPPED, "这一题要答一下才能往下走。"),
    ("several", [], "请至少选一项，再点“选好了”。"),
    ("several", ["yes", "forged"], "请至少选一项，再点“选好了”。"),
    ("several", ["none", "yes"], "“都没有”不能和别的一起选。"),
    ("several", ["yes", "no", "maybe"], "最多选 2 项。"),
    ("number", "-1", "请写一个数，例如 12、3.8万、三万八。"),
    ("number", "1.5", "请写一个数，例如 12、3.8万、三万八。"),
    ("number", "1234567890", "请写一个数，例如 12、3.8万、三万八。"),
    ("number", "²", "请写一个数，例如 12、3.8万、三万八。"),
    ("number", "", "请写一个数，例如 12、3.8万、三万八。"),
    ("past", "上旬", "请写成 3月12日 这样的日期。"),
    ("past", "2026-03-13", "日期不能晚于今天，请重写。"),
    ("future", "2026-03-11", "日期不能早于今天，请重写。"),
    ("text", "   ", "请写几个字。"),
    ("text", "字" * (TEXT_LIMIT + 1), "最多 100 个字，请写短一点。"),
    ("text", SKIPPED, "这一题要答一下才能往下走。"),
]


@pytest.mark.parametrize(("name", "value", "message"), REFUSED)
def test_refused(name: str, value: Any, message: str) -> None:
    assert refusal(SMALL[name], begin(SMALL[name]), value) == message


def test_a_finished_sheet_takes_nothing_more() -> None:
    done = filled(SMALL["one"], "yes")
    assert refusal(SMALL["one"], done, "no") == "这张表已经填完，请看汇总。"
    assert toggle(SMALL["one"], done, "no", wanted=True) == Refused("这张表已经填完，请看汇总。")


@given(st.text(max_size=20), st.sampled_from(list(SMALL)))
def test_no_words_upset_a_form(words: str, name: str) -> None:
    turned = answer(SMALL[name], begin(SMALL[name]), words, today=THURSDAY)
    assert isinstance(turned, Refused) or turned.at is None


# --- constraints and soft rules -------------------------------------------------------------------

REVIEW = opened("review")
COUNTED = ("passed", "2026-03-12", "representatives")

BOUNDS = [
    # answers so far, then one more, what is said
    ((), "0", "应到人数请填1到999"),
    ((), "1000", "应到人数请填1到999"),
    (("45",), "46", "实到人数不能为0，也不能多于应到人数"),
    (("45",), "0", "实到人数不能为0，也不能多于应到人数"),
    (("45", "40"), "41", "同意人数不能多于实到人数"),
    (("45", "40", "30"), "11", "同意和不同意加起来不能多于实到人数"),
    (("45", "40", "30", "5"), "6", "同意、不同意、弃权加起来要等于实到人数"),
]


@pytest.mark.parametrize(("before", "value", "message"), BOUNDS)
def test_integer_bounds(before: tuple[str, ...], value: str, message: str) -> None:
    assert refusal(REVIEW, filled(REVIEW, *COUNTED, *before), value) == message


def test_a_soft_rule_asks_once_and_then_takes_the_same_answer() -> None:
    asked = filled(REVIEW, *COUNTED, "45", "20")
    assert (asked.at, asked.confirming) == ("present", 20)
    assert "present" not in asked.answers
    sure = filled(REVIEW, "20", sheet=asked)
    assert (sure.at, sure.answers["present"], sure.confirming) == ("agree", 20, None)


def test_another_answer_to_a_soft_rule_is_looked_at_anew() -> None:
    asked = filled(REVIEW, *COUNTED, "45", "20")
    assert filled(REVIEW, "21", sheet=asked).confirming == 21
    assert filled(REVIEW, "40", sheet=asked).answers["present"] == 40


def test_a_constraint_comes_before_a_soft_rule() -> None:
    asked = filled(REVIEW, *COUNTED, "45", "20")
    assert refusal(REVIEW, asked, "50") == "实到人数不能为0，也不能多于应到人数"


# --- choices --------------------------------------------------------------------------------------


def test_toggling_twice_is_once_and_off_is_off() -> None:
    several = SMALL["several"]
    once = toggle(several, begin(several), "yes", wanted=True)
    assert not isinstance(once, Refused)
    assert toggle(several, once, "yes", wanted=True) == once
    off = toggle(several, once, "yes", wanted=False)
    assert not isinstance(off, Refused)
    assert off.marked == ()
    assert toggle(several, off, "yes", wanted=False) == off


def test_toggling_stops_at_the_most() -> None:
    sheet: Any = begin(SMALL["several"])
    for name in ("yes", "no"):
        sheet = toggle(SMALL["several"], sheet, name, wanted=True)
    assert toggle(SMALL["several"], sheet, "maybe", wanted=True) == Refused("最多选 2 项，请先取消一项。")
    assert toggle(SMALL["several"], sheet, "yes", wanted=True).marked == ("no", "yes")


@pytest.mark.parametrize("name", ["one", "number", "text"])
def test_only_offered_options_of_a_multiple_choice_can_be_toggled(name: str) -> None:
    assert toggle(SMALL[name], begin(SMALL[name]), "yes", wanted=True) == Refused("请从按钮里选。")
    several = SMALL["several"]
    assert toggle(several, begin(several), "forged", wanted=True) == Refused("请从按钮里选。")


def test_choices_from_the_system_come_before_the_written_ones() -> None:
    houses = (Choice(name="h1", label="1组1号户"), Choice(name="h2", label="1组2号户"))
    question = {"name": "q", "type": "select_one", "choices": YES_NO, "choices_from": "households"}
    small = form(question, offered={"households": houses})
    names = [choice.name for choice in small.choices_of(small.form.question("q"), {})]
    assert names == ["h1", "h2", "yes", "no"]
    assert filled(small, "h2").answers == {"q": "h2"}
    assert refusal(small, begin(small), "h3") == "请从按钮里选一个。"


SHOWN: list[tuple[str, Any, str]] = [
    ("one", "yes", "是"),
    ("several", ["yes", "maybe"], "是、不好说"),
    ("several", [], "（跳过）"),
    ("free", None, "（跳过）"),
    ("number", 0, "0"),
    ("past", "2026-03-12", "3月12日"),
    ("text", "修房", "修房"),
    # an option that has gone since keeps its name
    ("one", "gone", "gone"),
]


@pytest.mark.parametrize(("name", "value", "words"), SHOWN)
def test_an_answer_in_words(name: str, value: Any, words: str) -> None:
    assert shown(SMALL[name], SMALL[name].form.question("q"), value, {}) == words
