"""Conditions in their two spellings say the same, and go back and forth without loss."""

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.expressions import holds
from config.models import Form
from tests.unit.county import POLICY
from workflows.authoring.formula import canonical, from_cell, to_cell
from workflows.authoring.tree import FormulaError

PAIRS = [
    ("start == 'later'", "${start} = 'later'"),
    ("start in ['now', 'already']", "${start} = 'now' or ${start} = 'already'"),
    (
        "'r99' in risks && !('none' in danger)",
        "selected(${risks}, 'r99') and not(selected(${danger}, 'none'))",
    ),
    ("how == 'a' && present * 3 < expected * 2", "${how} = 'a' and ${present} * 3 < ${expected} * 2"),
    (
        "start in ['now', 'already'] && nth > 1",
        "(${start} = 'now' or ${start} = 'already') and position(..) > 1",
    ),
    ("this >= 1 && this <= 999", ". >= 1 and . <= 999"),
    ("size(danger) > 0", "count-selected(${danger}) > 0"),
    ("(agree + against) * 2 != 10 / (3 - 1)", "(${agree} + ${against}) * 2 != 10 div (3 - 1)"),
    ("a - (b - c) > 0 || due != ''", "${a} - (${b} - ${c}) > 0 or ${due} != ''"),
]


@pytest.mark.parametrize(("cel", "cell"), PAIRS)
def test_a_condition_in_both_spellings(cel: str, cell: str) -> None:
    assert to_cell(cel) == cell
    assert from_cell(cell) == cel


@pytest.mark.parametrize(
    ("written", "is_as_good_as"),
    [
        ("a == 'x' || a == 'y' || b == 'z'", "a in ['x', 'y'] || b == 'z'"),
        ("a in ['x']", "a == 'x'"),
        ("((a == 'x'))&&( b > 1 )", "a == 'x' && b > 1"),
        ('a == "x"', "a == 'x'"),
        ('a == "it\'s"', 'a == "it\'s"'),
    ],
)
def test_one_spelling_for_what_is_the_same(written: str, is_as_good_as: str) -> None:
    assert canonical(written) == is_as_good_as


def test_what_xlsform_cannot_say_stays_cel() -> None:
    source = "members.exists(m, m.works == 'yes')"
    assert to_cell(source) == f"cel: {source}"
    assert from_cell(f"cel: {source}") == source


@pytest.mark.parametrize(
    ("cell", "near"),
    [
        ("${a} = ", "结尾"),
        ("${a} == 'x'", "“=”附近"),
        ("selected(a, 'x')", "“a”附近"),
        ("foo(${a})", "“foo”附近"),
        ("${a} = 'x", "“'x”附近"),
        ("(${a} = 1", "结尾"),
        ("${a} = 1 ${b}", "“${b}”附近"),
        ("", "结尾"),
        ("cel: a ==", "表达式写错了"),
        ("${a} == 'x'", "等于只写一个 ="),
        ("${a} = ‘x’", "请换成英文的引号"),
        ("${a} >= 1 && ${b} = 1", "并且写 and"),
        ("AND(${a} = 1, ${b} = 1)", "写在两个条件中间"),
        ("${a} ≥ 1", "请写成 >="),
        ("!selected(${a}, 'x')", "不是写 not(…)"),
        ("${a} = today()", "没有这个函数"),
        ("${a} = not_mine", "选项名要加英文引号"),
        ("start = 'x'", "题名要写成 ${题名}"),
    ],
)
def test_a_formula_that_cannot_be_read_says_where(cell: str, near: str) -> None:
    with pytest.raises(FormulaError, match="写错了") as refused:
        from_cell(cell)
    assert near in str(refused.value)


def _conditions(form: Form) -> Iterator[str]:
    for question in form.questions:
        yield from filter(None, (question.relevant, question.constraint))
        yield from (rule.when for rule in (*question.confirm, *question.suggest))
        yield from (choice.relevant for choice in question.choices if choice.relevant)
    yield from (rule.when for rule in form.outcomes if rule.when)
    yield from (mark.when for mark in form.marks)


@pytest.mark.parametrize("form", POLICY.forms.values(), ids=lambda form: form.name)
def test_the_shipped_forms_use_the_one_spelling(form: Form) -> None:
    for source in _conditions(form):
        assert from_cell(to_cell(source)) == canonical(source) == source


# --- any condition --------------------------------------------------------------------------------

NUMBERS, ONES, SEVERAL = ("m", "n"), ("a", "b"), ("s", "t")
WORDS = ("x", "y", "z")
words = st.sampled_from(WORDS)
numbers = st.one_of(st.integers(0, 9).map(str), st.sampled_from(NUMBERS), st.just("size(s)"))
sums = st.recursive(
    numbers,
    lambda inner: st.tuples(inner, st.sampled_from("+-*"), inner).map(lambda t: f"({' '.join(t)})"),
    max_leaves=4,
)
signs = st.sampled_from(["==", "!=", "<", "<=", ">", ">="])
simple = st.one_of(
    st.tuples(sums, signs, sums).map(" ".join),
    st.builds(lambda name, word: f"{name} == '{word}'", st.sampled_from(ONES), words),
    st.builds(lambda name, word: f"'{word}' in {name}", st.sampled_from(SEVERAL), words),
    st.builds(
        lambda name, some: f"{name} in [{', '.join(repr(one) for one in some)}]",
        st.sampled_from(ONES),
        st.lists(words, min_size=1, max_size=3),
    ),
)
conditions = st.recursive(
    simple,
    lambda inner: st.one_of(
        inner.map(lambda one: f"!({one})"),
        st.tuples(inner, st.sampled_from(["&&", "||"]), inner).map(lambda t: f"({' '.join(t)})"),
    ),
    max_leaves=6,
)
answers = st.fixed_dictionaries(
    {name: st.integers(0, 5) for name in NUMBERS}
    | dict.fromkeys(ONES, words)
    | {name: st.lists(words, max_size=3, unique=True) for name in SEVERAL}
)


@settings(max_examples=150, deadline=None)
@given(conditions, answers)
def test_any_condition_says_the_same_in_both_spellings(condition: str, given: dict[str, object]) -> None:
    cell = to_cell(condition)
    assert not cell.startswith("cel:")
    there_and_back = from_cell(cell)
    assert there_and_back == canonical(condition) == canonical(there_and_back)
    assert to_cell(there_and_back) == cell
    assert holds(there_and_back, given) == holds(condition, given)
