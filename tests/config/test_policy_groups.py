"""Groups of a form: a good one is taken, and each mistake is told at its line."""

from pathlib import Path

import pytest

from config.faults import PolicyError
from config.loader import load_policy

GOOD = """\
version: 1
effective_from: 2026-01-01
source: 测试
name: assist
title: 乡镇协助
groups:
  - {name: members, label: "第{nth}位", count: people, another: 再加一人}
questions:
  - {name: people, type: integer, label: 几口人？, constraint: this >= 1, constraint_message: 至少一人}
  - name: age
    type: integer
    label: "第{nth}位几岁？"
    group: members
    confirm:
      - {when: nth == 1 && age < 16, message: 户主不满16岁，对吗？}
  - name: school
    type: select_one
    label: 上学吗？
    group: members
    relevant: age < 16 && size(members) > 1
    choices:
      - {name: in_school, label: 在上}
      - {name: dropped, label: 没上}
  - {name: how, type: text, label: 怎么协助？}
  - {name: why, type: text, label: 为什么没上？, relevant: "members.exists(m, m.school == 'dropped')"}
outcomes:
  - {when: "members.all(m, m.age > 60)", outcome: assisted}
  - {outcome: assisted}
"""

MISTAKES = [
    ("name: members, label", "name: others, label", "name: others", "组 others 里没有题，请删去或补题"),
    ("name: members, label", "name: others, label", "group: members", "没有组 members，请在 groups 里补上"),
    ("count: people", "count: nobody", "count: nobody", "nobody 要是排在这一组前面、必答的整数题"),
    ("count: people", "count: age", "count: age", "age 要是排在这一组前面、必答的整数题"),
    ("几口人？,", "几口人？, required: false,", "name: members", "people 要是排在这一组前面、必答的整数题"),
    ("第{nth}位几岁", "第{n}位几岁", "第{n}位", "这里没有 n 可填"),
    ("label: 几口人？", 'label: "{nth}口人？"', "{nth}口人", "这里没有 nth 可填"),
    ("relevant: age < 16 &&", "relevant: ages < 16 &&", "ages", "表达式里的 ages 不是本表的题名"),
    ("when: \"members.all(m, m.age > 60)\"", "when: age > 60", "when: age", "age 在组 members 里逐个问"),
    (", constraint: this >= 1, constraint_message: 至少一人", "", "name: members", "题 people 要写"),
    ("m.age > 60", "m.ages > 60", "m.ages", "表达式算不出来"),
    ("another: 再加一人", "another: 再加一人！", "再加一人", "不用“！”"),
]  # fmt: skip


def county(folder: Path, text: str) -> Path:
    (folder / "forms").mkdir()
    (folder / "forms" / "assist.yaml").write_text(text, encoding="utf-8")
    return folder


def test_a_form_with_members_is_taken(tmp_path: Path) -> None:
    form = load_policy("hebei", county(tmp_path, GOOD)).forms["assist"]
    assert {name: group.name for name, group in form.repeated.items()} == dict.fromkeys(
        ("age", "school"), "members"
    )


@pytest.mark.parametrize(("old", "new", "at", "message"), MISTAKES)
def test_a_mistake_in_a_group_is_told_where_and_how(
    tmp_path: Path, old: str, new: str, at: str, message: str
) -> None:
    assert old in GOOD
    text = GOOD.replace(old, new, 1)
    with pytest.raises(PolicyError) as caught:
        load_policy("hebei", county(tmp_path, text))
    line = text[: text.index(at)].count("\n") + 1
    told = [fault.line for fault in caught.value.faults if message in fault.message]
    assert told[:1] == [line], caught.value


def test_the_questions_of_a_group_stand_together(tmp_path: Path) -> None:
    between = "  - {name: house, type: text, label: 住哪？}\n  - name: school\n"
    text = GOOD.replace("  - name: school\n", between, 1)
    with pytest.raises(PolicyError, match="组 members 的题没有挨着，请放到一起"):
        load_policy("hebei", county(tmp_path, text))


def test_outside_a_group_its_questions_are_asked_for_one_by_one(tmp_path: Path) -> None:
    text = GOOD.replace("\"members.exists(m, m.school == 'dropped')\"", "school == 'dropped'", 1)
    with pytest.raises(PolicyError, match="school 在组 members 里逐个问，组外要写"):
        load_policy("hebei", county(tmp_path, text))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("{name: people, type: integer", "{name: people, relevant: \"how == ''\", type: integer"),
        ("{name: people, type: integer", "{name: people, relevant: size(members) > 1, type: integer"),
        ("relevant: age < 16 &&", "relevant: school == 'in_school' && age < 16 &&"),
    ],
)
def test_a_condition_looks_only_at_what_was_answered_before(tmp_path: Path, old: str, new: str) -> None:
    assert old in GOOD
    with pytest.raises(PolicyError, match="排在这一题后面"):
        load_policy("hebei", county(tmp_path, GOOD.replace(old, new, 1)))
