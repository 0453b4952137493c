"""Walking through a form: forth, back, editing; and any walk through the form of the visit (promise 8)."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.models import Question, QuestionType
from tests.unit.sheets import THURSDAY, filled, opened
from workflows.forms import (
    SKIPPED,
    Refused,
    Sheet,
    answer,
    back,
    begin,
    marks,
    open_at,
    outcome,
    toggle,
)
from workflows.open_form import OpenForm

A1 = opened("a1")
WITH_LINE = opened("a1", income_line=8500)
REVIEW = opened("review")
VISITED = ("now", "visit", "2026-03-12", "all_true")
CALM = (*VISITED, "none", "none")

OUTCOMES: list[tuple[tuple[Any, ...], str]] = [
    (("later", "2026-03-13"), "later"),
    (("not_mine", "moved_away"), "not_mine"),
    (("now", "nobody_home", "another_day", "2026-03-13"), "tried"),
    (("now", "no_contact", "call"), "tried"),
    (("now", "no_contact", "township"), "ask_township"),
    ((*CALM, "no_risk", "affordable"), "no_risk"),
    ((*CALM, "no_risk", "other", "子女接走了"), "no_risk"),
    ((*VISITED, ["r01", "r07"], "none", "can", "solved", ["job"]), "solved"),
    ((*VISITED, ["r01"], "none", "can", "solved", SKIPPED), "solved"),
    ((*VISITED, ["r02"], SKIPPED, ["food"], "cannot", "candidate"), "candidate"),
    ((*VISITED, ["r99"], "债务", "none", "unclear", "ask_township"), "ask_township"),
]


@pytest.mark.parametrize(("answers", "ends"), OUTCOMES)
def test_how_a_visit_ends(answers: tuple[Any, ...], ends: str) -> None:
    sheet = filled(A1, *answers)
    assert sheet.at is None
    assert outcome(A1, sheet) == ends


def test_an_open_sheet_has_no_outcome() -> None:
    assert outcome(A1, filled(A1, *VISITED)) is None


def test_the_income_is_asked_only_where_a_line_is_known() -> None:
    assert filled(A1, *VISITED, ["r01"], "none", "can").at == "verdict"
    assert filled(WITH_LINE, *VISITED, ["r01"], "none", "can").at == "income"


def test_marks_beside_the_outcome() -> None:
    assert marks(A1, filled(A1, *CALM).answers) == []
    gone = filled(A1, "now", "visit", "2026-03-12", "deceased", ["r04"], ["food", "school"])
    assert marks(A1, gone.answers) == ["danger", "death"]


def test_the_rules_lean_to_a_choice_and_never_take_it() -> None:
    poor = filled(A1, *VISITED, ["r01"], "none", "cannot")
    assert A1.suggested(A1.form.question("verdict"), poor.answers) == "candidate"
    assert poor.at == "verdict"


def test_no_risk_in_spite_of_a_danger_is_asked_once_and_explained() -> None:
    asked = filled(A1, *VISITED, "none", ["food"], "can", "no_risk")
    assert (asked.at, asked.confirming) == ("verdict", "no_risk")
    assert filled(A1, "no_risk", "affordable", sheet=asked).at == "no_risk_note"


# --- back and edit --------------------------------------------------------------------------------


def test_back_then_the_same_answer_is_where_one_was() -> None:
    sheet = filled(A1, *VISITED, ["r01"])
    before = back(A1, sheet)
    assert (before.at, before.marked) == ("risks", ("r01",))
    assert filled(A1, ["r01"], sheet=before) == sheet


def test_back_at_the_first_question_changes_nothing() -> None:
    assert back(A1, begin(A1)) == begin(A1)


def test_back_from_the_summary_is_the_last_question() -> None:
    assert back(A1, filled(A1, *CALM, "no_risk", "affordable")).at == "no_risk_why"


def test_another_answer_drops_what_no_longer_matters() -> None:
    sheet = filled(A1, *CALM, "no_risk", "affordable")
    turned = filled(A1, "later", sheet=open_at(A1, sheet, "start"))
    assert (turned.answers, turned.at) == ({"start": "later"}, "later_on")


def test_an_edit_keeps_the_other_answers() -> None:
    sheet = filled(A1, *CALM, "no_risk", "affordable")
    turned = filled(A1, "partly_true", sheet=open_at(A1, sheet, "truth"))
    assert turned.at is None
    assert turned.answers == {**sheet.answers, "truth": "partly_true"}


def test_hearsay_cannot_close_a_case_through_an_edit() -> None:
    """没风险 is not offered for what neighbours say; it must not be left over from a visit."""
    sheet = filled(A1, *CALM, "no_risk", "affordable")
    turned = filled(A1, "relayed", sheet=open_at(A1, sheet, "how"))
    assert turned.at == "verdict"
    assert not {"verdict", "no_risk_why"} & set(turned.answers)


def test_an_edit_that_contradicts_a_later_number_asks_it_again() -> None:
    counted = filled(REVIEW, "passed", "2026-03-12", "committee", "45", "40", "30", "5", "5")
    fewer = filled(REVIEW, "35", sheet=open_at(REVIEW, counted, "expected"))
    assert (fewer.at, outcome(REVIEW, fewer)) == ("present", None)
    again = filled(REVIEW, "34", sheet=fewer)
    assert (again.at, again.answers["agree"]) == ("against", 30)
    assert filled(REVIEW, "2", "2", sheet=again).at is None


def test_a_remark_can_be_added_from_the_summary_and_left_again() -> None:
    sheet = filled(A1, *CALM, "no_risk", "affordable")
    asked = open_at(A1, sheet, "remark")
    assert asked.at == "remark"
    assert filled(A1, "去过两次", sheet=asked).answers["remark"] == "去过两次"
    assert filled(A1, SKIPPED, sheet=asked).at is None
    assert back(A1, asked).at == "no_risk_why"


def test_a_question_that_does_not_matter_stays_shut() -> None:
    """A forged 改 must not open the reason of a verdict nobody gave."""
    sheet = filled(A1, *VISITED)
    assert open_at(A1, sheet, "no_risk_why") == sheet


# --- any walk -------------------------------------------------------------------------------------


def possible(on: OpenForm, question: Question, sheet: Sheet, draw: st.DrawFn) -> Any:
    """An answer to the question, mostly one that can be taken."""
    names = [choice.name for choice in on.choices_of(question, sheet.answers)]
    match question.type:
        case QuestionType.select_one:
            return draw(st.sampled_from([*names, SKIPPED]))
        case QuestionType.select_multiple:
            return draw(st.lists(st.sampled_from(names), max_size=4, unique=True))
        case QuestionType.integer:
            return draw(st.integers(0, 60))
        case QuestionType.date:
            return draw(st.sampled_from(["昨天", "今天", "明天", "4月1日"]))
        case QuestionType.text:
            return draw(st.sampled_from(["说明", "", SKIPPED]))


def moved(on: OpenForm, sheet: Sheet, draw: st.DrawFn) -> Sheet | Refused:
    """The sheet after one legal move."""
    kind = draw(st.sampled_from(["answer", "answer", "answer", "back", "edit", "toggle", "confirm"]))
    if kind == "back":
        return back(on, sheet)
    if kind == "edit":
        named = [*sheet.answers, *(q.name for q in on.form.questions if q.on_summary)]
        return open_at(on, sheet, draw(st.sampled_from(named))) if named else sheet
    if sheet.at is None:
        return sheet
    question = on.form.question(sheet.at)
    if kind == "toggle" and question.type is QuestionType.select_multiple:
        names = [choice.name for choice in on.choices_of(question, sheet.answers)]
        return toggle(on, sheet, draw(st.sampled_from(names)), wanted=draw(st.booleans()))
    if kind == "confirm" and sheet.confirming is not None:
        return answer(on, sheet, sheet.confirming, today=THURSDAY)
    return answer(on, sheet, possible(on, question, sheet, draw), today=THURSDAY)


def walked(on: OpenForm, draw: st.DrawFn) -> list[Sheet]:
    sheets = [begin(on)]
    for _ in range(draw(st.integers(1, 25))):
        turned = moved(on, sheets[-1], draw)
        if isinstance(turned, Refused):
            assert turned.message
        else:
            sheets.append(turned)
    return sheets


@st.composite
def walks(draw: st.DrawFn) -> tuple[OpenForm, list[Sheet]]:
    on = draw(st.sampled_from([A1, WITH_LINE, REVIEW]))
    return on, walked(on, draw)


@settings(max_examples=60, deadline=None)
@given(walks())
def test_any_walk_keeps_the_sheet_consistent(walk: tuple[OpenForm, list[Sheet]]) -> None:
    on, sheets = walk
    for sheet in sheets:
        asked = {question.name for question in on.asked(sheet.answers)}
        on_summary = {question.name for question in on.form.questions if question.on_summary}
        assert sheet.at is None or sheet.at in asked | on_summary
        assert set(sheet.answers) <= asked | on_summary
        if sheet.at is None:
            assert asked <= set(sheet.answers)
            assert outcome(on, sheet) is not None
            assert all(_offered(on, name, value, sheet) for name, value in sheet.answers.items())


def _offered(on: OpenForm, name: str, value: Any, sheet: Sheet) -> bool:
    """Whether a complete sheet holds only what could have been chosen."""
    question = on.form.question(name)
    names = {choice.name for choice in on.choices_of(question, sheet.answers)}
    chosen = value if isinstance(value, list) else [value]
    return value is None or not names or names.issuperset(chosen)


@settings(max_examples=40, deadline=None)
@given(walks())
def test_back_then_the_former_answer_restores_a_complete_sheet(walk: tuple[OpenForm, list[Sheet]]) -> None:
    on, sheets = walk
    for sheet in (one for one in sheets if one.at is None):
        before = back(on, sheet)
        again = answer(on, before, sheet.answers[str(before.at)], today=THURSDAY)
        assert not isinstance(again, Refused)
        if again.confirming is not None:
            again = answer(on, again, again.confirming, today=THURSDAY)
        assert not isinstance(again, Refused)
        assert (again.answers, again.at) == (sheet.answers, None)
