"""The shipped forms: every way through ends somewhere, every outcome can be reached, few taps."""

import pytest
from walker import bound, ending, opened, walks

from config.expressions import holds
from config.loader import load_policy
from config.models import Form, QuestionType
from workflows.open_form import parted

FORMS = load_policy("hebei").forms
A1 = FORMS["a1"]

OUTCOMES = {
    "a1": {"no_risk", "solved", "candidate", "ask_township", "later", "not_mine", "tried"},
    "a2": {"signed", "unwilling", "later"},
    "refusal": {"confirmed", "try_again"},
    "comparison": {"clean", "doubts", "not_returned"},
    "explain": {"no_effect", "review_again"},
    "review": {"passed", "not_passed", "postponed", "not_held"},
    "posting": {"posted"},
    "publicity": {"no_objection", "objection"},
    "objection": {"dismissed", "upheld"},
    "town": {"agreed", "back_authorise", "back_review", "back_posting", "disagreed"},
    "county": {"approved", "back_town", "rejected"},
    "entry": {"entered"},
    "measures": {"planned"},
    "followup": {"unchanged", "better", "worse", "news", "not_reached"},
    "match": {"matched", "new_household", "back_to_department"},
    "report": {"reported"},
    "extend": {"extended"},
    "reassign": {"reassigned"},
    "escalate": {"escalated"},
    "assist": {"assisted"},
    "excuse": {"excused"},
    "hand_over": {"handed"},
    "feedback": {"sent"},
    "leave": {"left"},
    "together_county": {"agreed"},
    "together_town": {"agreed"},
}


def test_no_form_is_missing_and_none_is_unknown() -> None:
    assert set(FORMS) == set(OUTCOMES)


@pytest.mark.parametrize("form", FORMS.values(), ids=lambda form: form.name)
def test_every_way_ends_and_every_outcome_is_reached(form: Form) -> None:
    ends = {ending(form, answers) for answers in walks(form)}
    assert ends == OUTCOMES[form.name]


@pytest.mark.parametrize("form", FORMS.values(), ids=lambda form: form.name)
def test_every_question_is_asked_on_some_way(form: Form) -> None:
    asked = {parted(name)[2] for answers in walks(form) for name in answers}
    figures = {question.name for question in form.questions if question.type is QuestionType.calculate}
    assert asked | figures == {question.name for question in form.questions if not question.on_summary}


@pytest.mark.parametrize(
    ("name", "most"),
    [
        ("report", 4),
        ("refusal", 3),
        ("comparison", 3),
        ("town", 5),
        ("county", 4),
        ("posting", 3),
    ],
)
def test_one_card_forms_take_few_taps(name: str, most: int) -> None:
    assert max(len(answers) for answers in walks(FORMS[name])) <= most


def test_a_visit_without_news_is_three_taps() -> None:
    form = FORMS["followup"]
    visited = [a for a in walks(form) if ending(form, a) == "unchanged" and a["how"] != "away"]
    assert {len(answers) for answers in visited} == {3}
    assert all(opened(form).brief(answers) for answers in visited)


def test_a_check_without_risk_is_eight_taps() -> None:
    quiet = {"risks": ["none"], "danger": ["none"]}
    lengths = [len(a) for a in walks(A1) if ending(A1, a) == "no_risk" and quiet.items() <= a.items()]
    assert min(lengths) <= 8


def test_a_household_that_does_not_sign_is_not_asked_for_more() -> None:
    a2 = FORMS["a2"]
    lengths = {ending(a2, answers): len(answers) for answers in walks(a2)}
    assert (lengths["unwilling"], lengths["later"]) == (5, 2)


def test_short_forms_have_no_summary() -> None:
    assert [form.name for form in FORMS.values() if len(form.questions) <= 2 and form.summary] == []


def test_buttons_are_short() -> None:
    labels = [c.label for form in FORMS.values() for q in form.questions for c in q.choices]
    assert [label for label in labels if len(label) > 12] == []


def test_relayed_news_cannot_close_a_check() -> None:
    """R4."""
    verdict = A1.question("verdict")
    told = bound(A1, {"how": "relayed"})
    assert [c.name for c in verdict.choices if holds(c.relevant, told)] == ["candidate", "ask_township"]


def test_no_difficulty_and_no_danger_skips_the_hard_questions() -> None:
    for answers in walks(A1):
        if answers.get("risks") == ["none"] and answers.get("danger") == ["none"]:
            assert "cope" not in answers
            assert "income" not in answers


def test_income_is_asked_only_with_a_line() -> None:
    income = A1.question("income")
    hard = bound(A1, {"risks": ["r01"], "danger": ["none"]})
    assert holds(income.relevant, hard)
    assert not holds(income.relevant, {**hard, "income_line": 0})


def test_no_risk_in_spite_of_a_danger_is_asked_again_and_explained() -> None:
    """R1."""
    answers = {"how": "visit", "danger": ["food"], "verdict": "no_risk", "no_risk_why": "affordable"}
    assert any(holds(rule.when, bound(A1, answers)) for rule in A1.question("verdict").confirm)
    assert holds(A1.question("no_risk_note").relevant, bound(A1, answers))


def test_a_household_that_cannot_cope_suggests_taking_it_in() -> None:
    """R2."""
    (rule,) = A1.question("verdict").suggest
    assert rule.choice == "candidate"
    assert holds(rule.when, bound(A1, {"cope": "cannot", "risks": ["r01"]}))
    assert not holds(rule.when, bound(A1, {"cope": "cannot", "risks": ["none"]}))


@pytest.mark.parametrize("income", ["above", "below"])
def test_income_alone_suggests_nothing(income: str) -> None:
    """R3."""
    answers = bound(A1, {"income": income, "risks": ["r01"], "cope": "barely"})
    assert not any(holds(rule.when, answers) for rule in A1.question("verdict").suggest)


def test_a_death_suggests_missing_labour_and_leaves_a_mark() -> None:
    died = bound(A1, {"truth": "deceased"})
    assert [rule.choice for rule in A1.question("risks").suggest if holds(rule.when, died)] == ["r04"]
    assert [mark.name for mark in A1.marks if holds(mark.when, died)] == ["death"]


def test_risks_of_the_form_are_the_risks_of_the_clues() -> None:
    codes = {f"r{code}" for code in load_policy("hebei").clues.risks}
    for form, name in ((A1, "risks"), (FORMS["a2"], "risks"), (FORMS["report"], "risk")):
        assert {c.name for c in form.question(name).choices} - {"none"} == codes
