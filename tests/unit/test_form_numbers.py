"""Numbers: bands to tap, what others come to, and the household check that is made of them."""

from typing import Any

import pytest
from pydantic import ValidationError

from tests.unit.sheets import THURSDAY, filled, form, opened, refusal
from workflows.forms import again, answer, begin, fits, marks, open_at, outcome, shown
from workflows.open_form import OpenForm

BANDS = [
    {"name": "none", "label": "0", "value": 0},
    {"name": "some", "label": "1–3万", "value": 20_000},
]
SUM = form(
    {"name": "wages", "type": "integer", "choices": BANDS},
    {"name": "costs", "type": "integer", "constraint": "this <= wages", "constraint_message": "多了"},
    {"name": "net", "type": "integer", "calculation": "wages - costs"},
)
A2 = opened("a2", income_line=8500)
SIGNED = ("self_signed", "2026-03-12")
HOME = ("ordinary", "two", "old_house", "same")
HEAD = ("grown", ["serious"], "lost", "resident", ["none"])
WIFE = ("spouse", "grown", ["healthy"], "ordinary", "m12", "elsewhere", "resident", ["none"])
SAFE = ("safe", "no_such_age", "all", ["fine"], "fine")
MONEY = ("38000", "none", "none", None, "none", None, "30000", None)
CASE = (*SIGNED, *HOME, *HEAD, *WIFE, *SAFE, *MONEY)
NEED = (["r01"], ["relatives"], ["none"], ["medical"], "borderline", "normal")
PAPERS = (["register"], ["alone"], "yes")


def offered(on: OpenForm, *values: Any) -> int | None:
    """What the open question says the others come to."""
    sheet = filled(on, *values)
    return on.worked_out(on.form.question(sheet.at or ""), sheet.answers)


def test_a_band_counts_as_its_value_and_is_shown_as_a_band() -> None:
    sheet = filled(SUM, "some", "5000")
    assert sheet.answers == {"wages": "some", "costs": 5000}
    assert SUM.worked_out(SUM.form.question("net"), sheet.answers) == 15_000
    assert shown(SUM, SUM.form.question("wages"), "some", sheet.answers) == "1–3万"


def test_a_number_may_be_typed_where_bands_are_offered() -> None:
    assert offered(SUM, "1.2万", "5000") == 7_000
    assert refusal(SUM, begin(SUM), "很多") == "请写一个数，例如 12、3.8万、三万八。"


def test_a_limit_looks_at_the_value_of_a_band() -> None:
    assert refusal(SUM, filled(SUM, "none"), "1") == "多了"


def test_only_what_is_worked_out_can_be_below_zero() -> None:
    assert refusal(SUM, begin(SUM), "-5") == "请写一个数，例如 12、3.8万、三万八。"
    assert filled(SUM, "some", "5000", "亏2000").answers["net"] == -2000


def test_a_sum_follows_what_it_is_of() -> None:
    sheet = filled(SUM, "some", "5000", "15000")
    turned = filled(SUM, "1000", sheet=open_at(SUM, sheet, "costs"))
    assert (turned.at, turned.answers["net"]) == (None, 19_000)


def test_a_sum_put_right_by_hand_is_asked_again() -> None:
    sheet = filled(SUM, "some", "5000", "14000")
    turned = filled(SUM, "1000", sheet=open_at(SUM, sheet, "costs"))
    assert (turned.at, "net" in turned.answers) == ("net", False)


@pytest.mark.parametrize(
    "question",
    [
        {"type": "integer", "choices": [{"name": "a", "label": "一"}]},
        {"type": "select_one", "choices": [{"name": "a", "label": "一", "value": 1}]},
        {"type": "text", "calculation": "1"},
    ],
)
def test_bands_and_sums_are_for_numbers(question: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        form({"name": "q", **question})


# --- the household check ---------------------------------------------------------------------------


def test_the_first_is_the_head_and_is_not_asked_for_a_relation() -> None:
    assert filled(A2, *SIGNED, *HOME).at == "members[1].age"
    assert filled(A2, *SIGNED, *HOME, *HEAD).at == "members[2].relation"


def test_income_is_worked_out_and_can_be_put_right() -> None:
    assert offered(A2, *CASE) == 38_000
    assert A2.figures(filled(A2, *CASE, "38000").answers) == {"each": 19_000, "reference": 4_000}
    assert A2.figures(filled(A2, *CASE, "40000").answers) == {"each": 20_000, "reference": 5_000}


def test_the_suggestion_is_by_line_and_kind() -> None:
    known = filled(A2, *CASE, "38000", *NEED[:4])
    category = A2.form.question("proposed")
    assert A2.suggested(category, known.answers) == "borderline"
    richer = filled(A2, *CASE, "48000", *NEED[:4])
    assert A2.suggested(category, richer.answers) == "sudden"


def test_a_whole_check_is_signed_and_leaves_no_mark() -> None:
    sheet = filled(A2, *CASE, "38000", *NEED, *PAPERS)
    assert outcome(A2, sheet) == "signed"
    assert marks(A2, sheet.answers) == []


def test_nobody_who_can_work_is_a_mark() -> None:
    alone = filled(A2, *SIGNED, "ordinary", "one", "old_house", "same", *HEAD)
    assert marks(A2, alone.answers) == ["no_labour"]


def test_a_child_that_left_school_is_a_danger() -> None:
    child = ("son", "child", ["healthy"], "none", "dropped_out", "resident", ["none"])
    sheet = filled(A2, *SIGNED, *HOME, *HEAD, *child)
    assert "danger" in marks(A2, sheet.answers)
    assert A2.suggested(A2.form.question("schooling"), sheet.answers) == "some_not"


def test_a_household_that_does_not_sign_is_not_asked_for_more() -> None:
    sheet = filled(A2, "unwilling", "2026-03-12", "no_need", "yes", "neighbour")
    assert (sheet.at, outcome(A2, sheet)) == (None, "unwilling")


def test_two_spouses_are_asked_about() -> None:
    three = ("ordinary", "3", "old_house", "same")
    sheet = filled(A2, *SIGNED, *three, *HEAD, *WIFE)
    turned = answer(A2, sheet, "spouse", today=THURSDAY)
    assert getattr(turned, "confirming", None) == "spouse"


def test_fewer_people_forget_those_who_are_too_many() -> None:
    sheet = filled(A2, *CASE, "38000", *NEED, *PAPERS)
    turned = filled(A2, "one", sheet=open_at(A2, sheet, "people"))
    assert not [name for name in turned.answers if name.startswith("members[2]")]


def test_what_no_longer_fits_is_not_offered_again() -> None:
    sheet = filled(A2, *CASE, "38000")
    risks = A2.form.question("risks")
    assert fits(A2, risks, ["r01"], sheet.answers)
    assert not fits(A2, risks, ["none"], sheet.answers)


# --- sent back ---------------------------------------------------------------------------------------


def test_only_what_was_sent_back_is_asked_again() -> None:
    sheet = filled(A2, *CASE, "38000", *NEED, *PAPERS)
    again = begin(A2, sheet.answers, ["seen", "with_whom"])
    assert (again.at, again.marked) == ("seen", ("register",))
    turned = filled(A2, ["register", "bills"], sheet=again)
    assert turned.at == "with_whom"
    done = filled(A2, ["alone"], sheet=turned)
    assert (done.at, done.asking) == (None, ())
    assert done.answers == {**sheet.answers, "seen": ["register", "bills"]}


def test_a_signature_sent_back_keeps_the_rest() -> None:
    sheet = filled(A2, *CASE, "38000", *NEED, *PAPERS)
    consent = [one.name for one in A2.form.questions if one.group == "consent"]
    again = begin(A2, sheet.answers, consent)
    done = filled(A2, "filled_in", "2026-03-12", "relative", "yes", sheet=again)
    assert done.at is None
    assert done.answers["net"] == 38_000


def test_all_as_before_is_one_press_for_a_group_that_was_sent_back() -> None:
    sheet = filled(A2, *CASE, "38000", *NEED, *PAPERS)
    again_for = [one.name for one in A2.every(sheet.answers) if one.group == "members"]
    sent_back = begin(A2, sheet.answers, again_for)
    part = A2.part_of(A2.question(sent_back.at or ""))
    assert part is not None
    turned = again(A2, sent_back, part, sheet.answers)
    assert turned.at == "members[2].relation"
