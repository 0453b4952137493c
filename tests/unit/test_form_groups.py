"""Groups of questions: the members of a household one after the other, changed, added and taken out."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.models import Form
from tests.unit.sheets import THURSDAY, filled, refusal
from workflows.forms import (
    Refused,
    Sheet,
    again,
    another,
    answer,
    back,
    begin,
    open_at,
    outcome,
    shown,
    without,
)
from workflows.open_form import OpenForm, PartOfForm

HEAD: Mapping[str, Any] = {
    "version": 1,
    "effective_from": "2026-01-01",
    "source": "test",
    "name": "small",
    "title": "小表",
}
AGES = [{"name": "child", "label": "6–15"}, {"name": "grown", "label": "16–59"}]
YES_NO = [{"name": "yes", "label": "是"}, {"name": "no", "label": "否"}]
QUESTIONS = [
    {"name": "people", "type": "integer", "label": "几口人？", "constraint": "this >= 1 && this <= 5"}
    | {"constraint_message": "请写 1 到 5"},
    {"name": "age", "type": "select_one", "label": "第{nth}位多大？", "choices": AGES, "group": "members"},
    {"name": "school", "type": "select_one", "label": "上学吗？", "choices": YES_NO, "group": "members"}
    | {"relevant": "age == 'child'"},
    {"name": "works", "type": "select_one", "label": "能干活吗？", "choices": YES_NO, "group": "members"}
    | {"relevant": "age == 'grown'", "confirm": [{"when": "works == 'no' && nth == 1", "message": "？"}]},
    {"name": "heavy", "type": "integer", "label": "药费？", "group": "members", "required": False}
    | {"on_summary": True},
    {"name": "why", "type": "text", "label": "没人能干活？"}
    | {"relevant": "!members.exists(one, one.works == 'yes')"},
]
MEMBERS = {"name": "members", "label": "第{nth}位", "count": "people", "another": "再加一人"}


def household(**more: Any) -> OpenForm:
    rules = [{"when": "members.exists(m, m.school == 'no')", "outcome": "truant"}, {"outcome": "done"}]
    whole = {**HEAD, "questions": QUESTIONS, "groups": [MEMBERS], "outcomes": rules, **more}
    return OpenForm(Form.model_validate(whole), {})


FORM = household()
GROUP = FORM.form.group("members")
TWO = ("2", "grown", "yes", "child", "yes")


def taken(turned: Sheet | Refused) -> Sheet:
    assert isinstance(turned, Sheet), turned
    return turned


def test_each_is_asked_in_turn_what_matters_for_this_one() -> None:
    asked = [filled(FORM, *TWO[:count]).at for count in range(len(TWO) + 1)]
    first, second = ["members[1].age", "members[1].works"], ["members[2].age", "members[2].school"]
    assert asked == ["people", *first, *second, None]


def test_the_label_says_which_one() -> None:
    assert FORM.question("members[2].age").label == "第2位多大？"


def test_what_the_others_have_said_decides_what_is_asked_of_all() -> None:
    assert filled(FORM, "2", "grown", "yes", "child", "yes").at is None
    assert filled(FORM, "2", "child", "yes", "child", "yes").at == "why"


def test_the_outcome_sees_every_one() -> None:
    assert outcome(FORM, filled(FORM, *TWO)) == "done"
    assert outcome(FORM, filled(FORM, "2", "grown", "yes", "child", "no")) == "truant"


def test_a_soft_rule_of_one_is_not_asked_of_another() -> None:
    first = filled(FORM, "2", "grown", "no")
    assert (first.at, first.confirming) == ("members[1].works", "no")
    assert filled(FORM, "2", "grown", "yes", "grown", "no").at is None


def test_back_goes_from_one_to_the_one_before() -> None:
    at_second = filled(FORM, "2", "grown", "yes")
    assert back(FORM, at_second).at == "members[1].works"
    assert back(FORM, back(FORM, back(FORM, at_second))).at == "people"


def test_an_edit_of_one_leaves_the_others() -> None:
    sheet = filled(FORM, *TWO)
    turned = filled(FORM, "grown", "yes", sheet=open_at(FORM, sheet, "members[2].age"))
    assert turned.at is None
    assert turned.answers["members[1].works"] == "yes"
    assert "members[2].school" not in turned.answers


def test_another_is_counted_and_asked() -> None:
    more = taken(another(FORM, filled(FORM, *TWO), GROUP))
    assert (more.answers["people"], more.at, more.editing) == (3, "members[3].age", True)
    assert filled(FORM, "child", "yes", sheet=more).at is None


def test_who_is_taken_out_is_gone_and_those_behind_move_up() -> None:
    three = filled(FORM, "3", "grown", "yes", "child", "no", "child", "yes")
    left = taken(without(FORM, three, GROUP, 2))
    assert left.at is None
    assert left.answers == filled(FORM, *TWO).answers


def test_a_count_that_cannot_be_is_refused_in_the_words_of_its_question() -> None:
    one = filled(FORM, "1", "grown", "yes")
    five = filled(FORM, "5", *["grown", "yes"] * 5)
    assert without(FORM, one, GROUP, 1) == another(FORM, five, GROUP) == Refused("请写 1 到 5")
    assert refusal(FORM, begin(FORM), "6") == "请写 1 到 5"


def test_one_who_is_not_there_cannot_be_taken_out_or_opened() -> None:
    sheet = filled(FORM, *TWO)
    assert without(FORM, sheet, GROUP, 3) == sheet
    assert open_at(FORM, sheet, "members[3].age") == sheet


def test_a_smaller_count_drops_the_last_ones() -> None:
    sheet = filled(FORM, "1", sheet=open_at(FORM, filled(FORM, *TWO), "people"))
    assert sheet.answers == {"people": 1, "members[1].age": "grown", "members[1].works": "yes"}


def test_what_only_the_summary_offers_is_there_for_each() -> None:
    sheet = filled(FORM, *TWO)
    asked = open_at(FORM, sheet, "members[2].heavy")
    assert filled(FORM, "3.8万", sheet=asked).answers["members[2].heavy"] == 38_000


def test_the_parts_of_a_form_are_its_groups_one_by_one() -> None:
    parts = [part for part, _ in FORM.parts(filled(FORM, *TWO).answers)]
    assert parts == [None, PartOfForm(GROUP, 1), PartOfForm(GROUP, 2), None]
    assert PartOfForm(GROUP, 2).label == "第2位"


def test_one_who_has_not_changed_is_answered_at_once() -> None:
    last = {**filled(FORM, *TWO).answers, "people": 9}
    second = filled(FORM, "2", "child", "no")
    same = again(FORM, second, PartOfForm(GROUP, 2), last)
    assert (same.answers["members[2].age"], same.answers["members[2].school"]) == ("child", "yes")
    assert (same.answers["members[1].school"], same.answers["people"], same.at) == ("no", 2, "why")


def test_of_one_who_has_changed_only_what_no_longer_fits_is_asked() -> None:
    last = {"members[1].age": "old", "members[1].works": "yes"}
    assert again(FORM, filled(FORM, "1"), PartOfForm(GROUP, 1), last).at == "members[1].age"


# --- any walk -------------------------------------------------------------------------------------


def _moved(sheet: Sheet, draw: st.DrawFn) -> Sheet | Refused:
    match draw(st.sampled_from(["answer"] * 6 + ["back", "edit", "another", "without"])):
        case "back":
            return back(FORM, sheet)
        case "edit" if sheet.answers:
            return open_at(FORM, sheet, draw(st.sampled_from(sorted(sheet.answers))))
        case "another":
            return another(FORM, sheet, GROUP)
        case "without":
            return without(FORM, sheet, GROUP, draw(st.integers(1, 5)))
    if sheet.at is None:
        return sheet
    question = FORM.question(sheet.at)
    names = [choice.name for choice in question.choices]
    value = draw(st.sampled_from(names) if names else st.sampled_from(["1", "2", "3", "几句话"]))
    return answer(FORM, sheet, value, today=THURSDAY)


@st.composite
def sheets(draw: st.DrawFn) -> list[Sheet]:
    walked = [begin(FORM)]
    for _ in range(draw(st.integers(1, 30))):
        turned = _moved(walked[-1], draw)
        if isinstance(turned, Sheet):
            walked.append(turned)
    return walked


@settings(max_examples=80, deadline=None)
@given(sheets())
def test_any_walk_keeps_just_the_answers_that_matter(walked: list[Sheet]) -> None:
    for sheet in walked:
        asked = {question.name for question in FORM.asked(sheet.answers)}
        offered = {*FORM.offered(sheet.answers)}
        assert set(sheet.answers) <= asked | offered
        assert sheet.at is None or sheet.at in asked | offered
        if sheet.at is None:
            assert asked <= set(sheet.answers)
        for name, value in sheet.answers.items():
            assert shown(FORM, FORM.question(name), value, sheet.answers)


@settings(max_examples=40, deadline=None)
@given(sheets())
def test_taking_out_the_one_just_added_restores_the_sheet(walked: list[Sheet]) -> None:
    for sheet in (one for one in walked if one.at is None):
        more = another(FORM, sheet, GROUP)
        if isinstance(more, Sheet):
            last = FORM.count(GROUP, more.answers)
            assert taken(without(FORM, more, GROUP, last)).answers == sheet.answers


@pytest.mark.parametrize(
    "wrong",
    [
        {"groups": [{"name": "members", "label": "成员", "count": "people", "another": "加"}]},
        {"groups": [{"name": "members", "label": "第{nth}位", "count": "people"}]},
    ],
)
def test_a_group_that_repeats_has_a_number_in_its_label_and_a_button(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="组 members"):
        household(**wrong)
