"""Which numbers are taken for a person's, which are not, and how they are hidden."""

import pytest
from county_lists import id_number
from hypothesis import given
from hypothesis import strategies as st

from workflows.imports.private import found_private, hidden, is_card_number, masked, masked_ids


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (id_number(1), "身份证号"),
        (f"证件{id_number(2)}，已核", "身份证号"),
        (f"{id_number(3)[:6]} {id_number(3)[6:14]} {id_number(3)[14:]}", "身份证号"),
        ("联系13812345678", "手机号"),
        ("138-1234-5678", "手机号"),
        ("+86 13812345678", "手机号"),
        ("卡号6222021234567890128", "银行卡号"),
        ("4111 1111 1111 1111", "银行卡号"),
    ],
)
def test_a_private_number_is_found(text, kind):
    assert found_private(text) == kind


@pytest.mark.parametrize(
    "text",
    [
        "130828107206",
        "130828107206-03",
        "YB-2026-03-0001",
        "20260301000012",
        "2026-03-01 08:00:00",
        "130828199013071234",
        "0314-7512345",
        "6222021234567890129",
        "本季度住院2次，自付较高",
        "1308281072060012",
    ],
)
def test_another_number_is_left_alone(text):
    assert found_private(text) is None


@given(st.text("0123456789", min_size=15, max_size=18))
def test_exactly_one_last_digit_makes_a_card_number(first):
    assert sum(is_card_number(first + str(last)) for last in range(10)) == 1


def test_a_hidden_number_keeps_both_ends():
    assert hidden("130828197003071234") == "130***********1234"
    assert hidden("13812345678") == "138****5678"
    assert hidden("12345") == "*****"


def test_masking_hides_only_numbers_of_persons():
    wrong = id_number(1)[:17] + "?"
    number = id_number(1)
    mistyped = number[:17] + ("1" if number[17] != "1" else "2")
    assert masked(f"{number} 13812345678 {wrong} 130828107206") == (
        f"{hidden(number)} 138****5678 {wrong} 130828107206"
    )
    assert hidden(mistyped) in masked(f"号{mistyped}")
    assert masked_ids("13082810720") == "13082810720"
