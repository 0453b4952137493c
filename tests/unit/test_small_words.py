"""Phones, household numbers, places and the person's tier in few words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.models import Tier
from notifications.roster import Areas
from storage.people import Official
from tests.unit.county import GROUP, LINEAGE, POLICY, TOWN, VILLAGE
from workflows.authority import Person
from workflows.linking import normal_phone
from workflows.words import place, short_number

PHONES = [
    ("13812345678", "13812345678"),
    ("+8613812345678", "13812345678"),
    ("8613812345678", "13812345678"),
    ("008613812345678", "13812345678"),
    ("+86 138-1234-5678", "13812345678"),
    ("１３８１２３４５６７８", "13812345678"),
    ("(+86)138 1234 5678", "13812345678"),
    # not a mobile number of ours: left as it is
    ("+4915112345678", "4915112345678"),
    ("0314-7512345", "03147512345"),
    ("86", "86"),
    ("", ""),
    ("没有", ""),
]


@pytest.mark.parametrize(("written", "kept"), PHONES)
def test_a_phone_has_one_form(written: str, kept: str) -> None:
    assert normal_phone(written) == kept


@given(st.from_regex(r"\A1[3-9][0-9]{9}\Z"), st.sampled_from(["", "86", "+86", "0086", "+86 "]))
def test_every_way_to_write_a_phone_is_the_same_phone(phone: str, abroad: str) -> None:
    spaced = f"{abroad}{phone[:3]} {phone[3:7]}-{phone[7:]}"
    assert normal_phone(spaced) == normal_phone(abroad + phone) == phone


NUMBERS = [
    ("WC-107206-03-002", "2号户"),
    ("YL-107206-01-01", "1号户"),
    ("WC-107206-03-120", "120号户"),
    ("7", "7号户"),
    ("3组甲", "3号户"),
    ("无号", "无号户"),
    ("000", "0号户"),
]


@pytest.mark.parametrize(("number", "words"), NUMBERS)
def test_a_household_number_in_short(number: str, words: str) -> None:
    assert short_number(number) == words


def test_places_as_people_say_them() -> None:
    areas, names = Areas(), {GROUP: "3组", VILLAGE: "下三合义村民委员会", TOWN: "腰站镇"}
    for code, line in LINEAGE.items():
        areas._nodes[code] = (names.get(code, code), line[1][1] if len(line) > 1 else None, line[0][0])
    assert [place(areas, code) for code in names] == ["下三合义村3组", "下三合义村", "腰站镇"]


TIERS = [
    ((), Tier.grid),
    ((("grid_worker", GROUP),), Tier.grid),
    ((("grid_worker", GROUP), ("township_clerk", TOWN)), Tier.township),
]


@pytest.mark.parametrize(("held", "tier"), TIERS)
def test_a_person_works_at_the_highest_tier(held: tuple[tuple[str, str], ...], tier: Tier) -> None:
    assert Person(Official(id=1), held, held, frozenset({1})).tier(POLICY.posts) is tier
