"""Which household a signal means, what is red, and what has been checked already (R16, domain §3.3a)."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.models import ClueRulesFile
from storage.register import Clue, Household
from tests.unit.county import POLICY
from workflows.matching import Register, is_muted, is_suppressed, is_urgent
from workflows.signals import Signal

RULES = POLICY.clues
MARCH = date(2026, 3, 9)
SIGNAL = Signal("S1", "医保", "medical_burden", MARCH, person_role="户主", band="middle")
CHECKED: dict[str, Any] = {
    "dept": "医保",
    "rule": "medical_burden",
    "person_role": "户主",
    "band": "middle",
    "state": "done",
    "result_on": date(2026, 1, 28),
}


def suppressed(signal: Signal, **earlier: Any) -> bool:
    urgent = is_urgent(RULES, signal)
    return is_suppressed(RULES, signal, urgent, [Clue(**{**CHECKED, **earlier})])


TABLE: list[tuple[dict[str, Any], dict[str, Any], bool]] = [
    # the new signal, the earlier one, suppressed; the first three are the rules' own example
    ({}, {}, True),
    ({"band": "low"}, {}, True),
    ({"person_role": "配偶"}, {}, False),
    # red is never suppressed, by its band or by the word of a cadre
    ({"band": "high"}, {"band": "high"}, False),
    ({"urgent": True}, {}, False),
    # nor what a person says
    ({"insists": True}, {}, False),
    # a higher band than before
    ({}, {"band": "low"}, False),
    ({}, {"band": None}, False),
    # an unknown band is below all, and equal to none
    ({"band": None}, {"band": None}, True),
    ({"band": "odd"}, {"band": None}, True),
    ({"band": None}, {"band": "low"}, True),
    # another rule, another department
    ({"rule": "not_insured"}, {}, False),
    ({"dept": "卫健"}, {}, False),
    # within 90 days, both ends counted
    ({}, {"result_on": MARCH - timedelta(days=90)}, True),
    ({}, {"result_on": MARCH - timedelta(days=91)}, False),
    ({}, {"result_on": MARCH}, True),
    # not completed
    ({}, {"state": "open"}, False),
    ({}, {"state": "waiting", "result_on": None}, False),
    ({}, {"result_on": None}, False),
    # nobody named, twice
    ({"person_role": None}, {"person_role": None}, True),
]


@pytest.mark.parametrize(("signal", "earlier", "expected"), TABLE)
def test_checked_already(signal: dict[str, Any], earlier: dict[str, Any], expected: bool) -> None:
    assert suppressed(replace(SIGNAL, **signal), **earlier) is expected


def test_without_an_earlier_check_nothing_is_suppressed_and_one_of_many_is_enough() -> None:
    assert not is_suppressed(RULES, SIGNAL, False, [])
    other = Clue(**{**CHECKED, "rule": "not_insured"})
    assert is_suppressed(RULES, SIGNAL, False, [other, Clue(**CHECKED)])


BANDS = st.sampled_from([None, "low", "middle", "high", "odd"])


@given(BANDS, BANDS, st.integers(-10, 200), st.booleans())
def test_red_is_never_suppressed_nor_what_was_checked_too_long_ago(
    band: str | None, before: str | None, days: int, told_urgent: bool
) -> None:
    signal = replace(SIGNAL, band=band, urgent=told_urgent)
    if suppressed(signal, band=before, result_on=MARCH - timedelta(days=days)):
        assert not is_urgent(RULES, signal)
        assert days <= RULES.suppress_days


RED = [
    ("医保", "medical_burden", "high", True),
    ("医保", "medical_burden", "middle", False),
    ("医保", "medical_burden", None, False),
    ("医保", "not_insured", "high", False),
    ("教育", "dropout", "middle", True),
    ("卫健", "medical_burden", "high", False),
    ("无此部门", "medical_burden", "high", False),
]


@pytest.mark.parametrize(("dept", "rule", "band", "red"), RED)
def test_red(dept: str, rule: str, band: str | None, red: bool) -> None:
    assert is_urgent(RULES, Signal("S1", dept, rule, MARCH, band=band)) is red


def test_a_muted_rule_is_silent_but_for_red() -> None:
    muted = [{**rule.model_dump(), "muted": rule.dept == "医保"} for rule in RULES.rules]
    rules = ClueRulesFile.model_validate({**RULES.model_dump(), "rules": muted})
    assert is_muted(rules, SIGNAL, urgent=False)
    assert not is_muted(rules, SIGNAL, urgent=True)
    assert not is_muted(rules, replace(SIGNAL, dept="卫健", rule="serious_illness"), urgent=False)
    assert not is_muted(RULES, SIGNAL, urgent=False)


FIRST, SECOND = Household(id=1, number="WC-1"), Household(id=2, number="WC-2")
REGISTER = Register(
    {"WC-1": FIRST, "WC-2": SECOND}, {"anna": {1}, "bert": {2}, "both": {1, 2}}, {1: FIRST, 2: SECOND}
)

FINDS = [
    ("WC-1", None, FIRST),
    (None, "anna", FIRST),
    ("WC-1", "anna", FIRST),
    # nothing is guessed where they differ
    ("WC-1", "bert", None),
    # a number nobody knows, an ID nobody knows
    ("WC-9", "bert", SECOND),
    ("WC-2", "nobody", SECOND),
    ("WC-9", "nobody", None),
    ("WC-9", None, None),
    (None, None, None),
    # one person in two households: the number decides, alone it does not
    ("WC-2", "both", SECOND),
    (None, "both", None),
]


@pytest.mark.parametrize(("number", "person", "household"), FINDS)
def test_which_household(number: str | None, person: str | None, household: Household | None) -> None:
    assert REGISTER.find(number, person) is household
