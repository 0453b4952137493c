"""The shipped policies load, layers replace whole files, and the digest follows the content."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from config.faults import PolicyError
from config.loader import SHIPPED, load_policy, policy_names
from config.models import Policy

Change = Callable[[str, str, str], Path]


def test_two_policies_are_shipped() -> None:
    assert policy_names() == ("hebei", "xinfeng")


def test_hebei_is_fifteen_days_with_four_together_and_monthly_visits() -> None:
    policy = load_policy("hebei")
    assert policy.profile.total == 15
    assert policy.county.four_together
    assert {name: level.every_days for name, level in policy.levels.levels.items()} == {
        "red": 7,
        "yellow": 30,
        "green": 30,
    }


def test_xinfeng_is_ten_days_and_quarterly_for_green() -> None:
    policy = load_policy("xinfeng")
    assert policy.profile.label == "十天"
    assert not policy.county.four_together
    assert policy.levels.levels["green"].every_days == 90


def test_no_income_line_has_a_default() -> None:
    assert load_policy("hebei").income.lines == ()


def test_a_stored_policy_reads_back_as_it_was() -> None:
    policy = load_policy("hebei")
    assert Policy.model_validate(policy.dumped()) == policy


def test_an_unknown_policy_names_the_known_ones() -> None:
    with pytest.raises(PolicyError, match="没有政策 hebie，可用的有：hebei、xinfeng"):
        load_policy("hebie")


def test_a_county_file_replaces_the_whole_file(change: Change) -> None:
    folder = change("levels.yaml", "every_days: 30", "every_days: 15")
    assert load_policy("hebei", folder).levels.levels["yellow"].every_days == 15
    assert load_policy("hebei", folder).levels.levels["green"].every_days == 90


def test_the_digest_follows_the_content_not_the_comments(change: Change) -> None:
    before = load_policy("hebei").digest
    folder = change("texts.yaml", "# 给人看的话", "# 另一句说明")
    assert load_policy("hebei", folder).digest == before
    change("texts.yaml", "收到，县里会看。谢谢", "收到，谢谢")
    assert load_policy("hebei", folder).digest != before


def test_the_digest_follows_the_order_of_steps(tmp_path: Path) -> None:
    source = (SHIPPED / "base/profiles.yaml").read_text(encoding="utf-8")
    head, _, tail = source.partition("  national-15:")
    first, _, rest = tail.partition("  ten-days:")
    (tmp_path / "profiles.yaml").write_text(
        head + "  ten-days:" + rest + "\n  national-15:" + first, encoding="utf-8"
    )
    moved, straight = load_policy("hebei", tmp_path), load_policy("hebei")
    assert moved.profiles == straight.profiles
    assert moved.digest != straight.digest


def test_loading_is_quick() -> None:
    load_policy("hebei")
    begun = time.perf_counter()
    load_policy("hebei")
    assert time.perf_counter() - begun < 0.5


def test_hidden_files_and_notes_in_the_county_folder_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("说明", encoding="utf-8")
    (tmp_path / ".DS_Store").write_bytes(b"\0")
    assert load_policy("hebei", tmp_path) == load_policy("hebei")
