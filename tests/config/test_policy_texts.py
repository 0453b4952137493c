"""The shipped words: every text is filled by its fields, fits a card and keeps the tone."""

import re

import pytest

from config.catalogue import LONG_TEXTS, REQUIRED_TEXTS
from config.loader import load_policy, policy_names
from config.wording import fields, fill

TEXTS = load_policy("hebei").texts
SENSITIVE = re.compile(r"\d{11,}|姓名：")


@pytest.mark.parametrize("key", sorted(REQUIRED_TEXTS))
def test_a_text_is_filled_by_the_fields_it_is_given(key: str) -> None:
    filled = fill(TEXTS[key], dict.fromkeys(REQUIRED_TEXTS[key], "某某"))
    assert filled.strip()
    assert "{" not in filled


@pytest.mark.parametrize("key", sorted(TEXTS))
def test_a_text_is_short_plain_and_tells_nothing_private(key: str) -> None:
    words = re.sub(r"\{\w+\}", "", TEXTS[key])
    assert key.startswith(LONG_TEXTS) or len(words) <= 120
    assert not set("!！") & set(words)
    assert not SENSITIVE.search(words)


def test_what_goes_out_at_the_lowest_level_names_no_place_and_no_household() -> None:
    assert fields(TEXTS["l0_notice"]) == {"code", "step", "due"}
    assert fields(TEXTS["l0_list"]) == {"date", "count", "due"}


def test_every_step_says_what_to_do() -> None:
    for name in policy_names():
        policy = load_policy(name)
        steps = {step for procedure in policy.procedures.values() for step in procedure.steps}
        assert {f"todo_{step}" for step in steps} <= set(policy.texts)


def test_overdue_texts_name_the_step_and_what_is_missing() -> None:
    """R19."""
    for key in ("overdue_holder", "overdue_head", "overdue_above", "overdue_lead", "line_overdue"):
        assert {"step", "missing", "due"} <= fields(TEXTS[key])
