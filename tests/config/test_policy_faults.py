"""Broken files: each is refused with its file, its line, and what to write instead."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from config.faults import PolicyError
from config.loader import load_policy

Change = Callable[[str, str, str], Path]


@dataclass(frozen=True)
class Broken:
    """`old` becomes `new`; the fault is told at the line of `at` and says `message`."""

    file: str
    old: str
    new: str
    at: str
    message: str

    def __str__(self) -> str:
        return f"{self.file}: {self.message[:24]}"


RECOGNITION, A2 = "procedures/recognition.yaml", "forms/a2.yaml"

TABLE = [
    # YAML itself
    Broken("quiet.yaml", "daily_budget: 3", "daily_budget: 3: 4", "daily_budget", "冒号的位置不对"),
    Broken("quiet.yaml", 'morning: "08:30"', 'morning: "08:30', 'morning: "08:30', "引号没有成对"),
    Broken("quiet.yaml", "windows:\n  -", "windows:\n\t-", "\t-", "不用制表符"),
    Broken("calendar.yaml", "2025, 2026]", "2025, 2026", "announced", "方括号或花括号没有成对"),
    Broken("levels.yaml", "on_danger: red", "on_danger: *red", "on_danger", "引用的名称没有定义"),
    Broken(
        "levels.yaml",
        "on_danger: red",
        "on_danger: red\non_danger: red",
        "on_danger: red\nlevels",
        "写了两次",
    ),
    Broken("levels.yaml", "levels:\n", "levels: &a\n  x: *a\n", "x: *a", "引用了自己"),
    # the shape of one file
    Broken("levels.yaml", "every_days: 30", "every_days: 每月", "每月", "每月 不是整数"),
    Broken("levels.yaml", "every_days: 30", "every_days: 0", "every_days: 0", "0 太小，至少是 1"),
    Broken("levels.yaml", "label: 红灯", "lable: 红灯", "lable", "不认识 lable"),
    Broken("levels.yaml", "label: 红灯, ", "", "mark: 🔴", "缺少 label"),
    Broken("levels.yaml", "version: 1", "version: 1.5", "version", "1.5 带小数"),
    Broken("levels.yaml", "effective_from: 2026-01-01", "effective_from: 元旦", "元旦", "元旦 不是日期"),
    Broken("levels.yaml", "  red: {", "  Red: {", "Red", "Red 不合写法"),
    Broken("quiet.yaml", 'morning: "08:30"', "morning: 八点半", "八点半", "八点半 不是时间"),
    Broken(
        "county.yaml",
        "four_together: false",
        "four_together: 开",
        "four_together: 开",
        "开 不行，这里只能写 true 或 false",
    ),
    Broken("clue_rules.yaml", "rules:\n", "rules:\n  - 医保\n", "- 医保", "名称: 内容"),
    Broken("calendar.yaml", "announced: [2018, ", "announced: 2018 #", "announced", "写成列表"),
    Broken("posts.yaml", "tier: grid,", "tier: group,", "tier: group", "group 不行，只能写：grid、village"),
    Broken(
        "profiles.yaml",
        "days: natural",
        "days: calendar",
        "days: calendar",
        "calendar 不行，只能写：natural、working",
    ),
    Broken("profiles.yaml", "entry: 15}", "entry: 16}", "entry: 16}", "环节 entry 排在总期限 15 天之后"),
    Broken(
        "forms/town.yaml",
        "relevant: opinion == 'back'",
        "relevant: opinion == ",
        "opinion == \n",
        "表达式写错了",
    ),
    Broken("forms/assist.yaml", "  - name: how", "  - name: true", "name: true", "这里要写文字；数字和 true"),
    Broken("forms/feedback.yaml", "type: text", "type: select_one", "- name: words", "没有选项"),
    # posts, events, levels, clue rules
    Broken(
        "routing.yaml", "post: village_clerk", "post: village_boss", "village_boss", "没有岗位 village_boss"
    ),
    Broken(
        "levels.yaml",
        "on_danger: red",
        "on_danger: purple",
        "purple",
        "没有等级 purple，可用的有：red、yellow、green",
    ),
    Broken("clue_rules.yaml", 'risk: "01", urgent', 'risk: "88", urgent', '"88"', "没有风险代码 88"),
    Broken("clue_rules.yaml", "urgent_bands: [high]", "urgent_bands: [top]", "[top]", "没有档 top"),
    Broken("clue_rules.yaml", "rule: not_insured", "rule: medical_burden", "今年没参保", "写了两次"),
    Broken("quiet.yaml", 'opens: "14:00"', 'opens: "11:00"', '"11:00"', "重叠"),
    Broken("quiet.yaml", 'opens: "14:00"', 'opens: "21:00"', '"21:00"', "开始要早于结束"),
    Broken("quiet.yaml", 'morning: "08:30"', 'morning: "07:30"', "07:30", "开放时段"),
    # procedures against the rest
    Broken(RECOGNITION, "post: grid_worker", "post: grid_boss", "grid_boss", "没有岗位 grid_boss"),
    Broken(RECOGNITION, "form: refusal", "form: refuse", "form: refuse", "没有表 refuse"),
    Broken(RECOGNITION, "tells: closed", "tells: close", "result: no_risk", "没有事件 close，"),
    Broken(RECOGNITION, "after: [visit]", "after: [visit, review]", "after: [visit, review]", "互相等待"),
    Broken(RECOGNITION, "to: authorise", "to: authorize", "authorize", "没有环节 authorize"),
    Broken(
        RECOGNITION,
        "      confirmed: {",
        "      agreed: {",
        "    outcomes:\n      agreed",
        "表 refusal 会得出 confirmed",
    ),
    Broken(
        RECOGNITION,
        "limit: 2, then: refused}",
        "}",
        "      refused:",
        "走不到这个结果：表 a2 不会得出 refused",
    ),
    Broken(RECOGNITION, "name: recognition", "name: recognise", "name: recognise", "名称要和文件名一样"),
    # what is worked out and what is recalled
    Broken(
        A2,
        "calculation: wages + business",
        "calculation: wagez + business",
        "calculation: wagez",
        "wagez 不是本表的题名",
    ),
    Broken(
        A2,
        "calculation: wages + business - costs + property + transfers",
        "calculation: wages > 0",
        "calculation: wages > 0",
        "要算出一个整数",
    ),
    Broken(
        A2,
        "calculation: wages + business",
        "calculation: each + business",
        "calculation: each",
        "each 排在这一题后面",
    ),
    Broken(A2, "recall_from: a1.risks", "recall_from: a1.risk", "recall_from: a1.risk\n", "没有 a1.risk"),
    Broken(A2, "recall_from: a1.risks", "recall_from: a1.truth", "recall_from: a1.truth", "题型不同"),
    Broken(
        A2, "recall_from: household.kind", "recall_from: household.colour", "household.colour", "没有 colour"
    ),
    Broken(A2, "relevant: people > 0}", "relevant: risks > 0}", "{name: guarantees", "risks 排在这一题后面"),
    # deadlines
    Broken(
        "county.yaml",
        "profile: national-15",
        "profile: national",
        "profile: national",
        "没有期限方案 national",
    ),
    Broken(
        "county.yaml", "procedure: recognition", "procedure: recognise", "recognise", "没有程序 recognise"
    ),
    Broken("profiles.yaml", "visit: 2", "vist: 2, visit: 2", "vist", "没有环节 vist"),
    Broken(
        "profiles.yaml", "visit: 2, ", "", "plan:\n      {dispatch: 0, authorise: 3", "计划里缺少环节 visit"
    ),
    Broken(
        "profiles.yaml",
        "publicity: 11",
        "publicity: 10",
        "publicity: 10",
        "publicity 要等 posting，最早第 11 天",
    ),
    Broken("profiles.yaml", "town: 12", "town: 11", "town: 11", "town 要等 publicity，最早第 12 天"),
    # forms
    Broken("forms/assist.yaml", "name: assist", "name: help", "name: help", "名称要和文件名一样"),
    Broken(
        "forms/assist.yaml", "name: go_together", "name: reach_head", "一起上门", "选项 reach_head 写了两次"
    ),
    Broken("forms/assist.yaml", "  - name: how", "  - name: in", "name: in", "in 有别的用处"),
    Broken(
        "forms/reassign.yaml",
        "choices_from: officials",
        "choices_from: people",
        "people",
        "没有选项来源 people",
    ),
    Broken("forms/a1.yaml", "choice: candidate}", "choice: yes}", "choice: yes", "没有选项 yes"),
    Broken("forms/a1.yaml", "when: due != ''", "when: deadline != ''", "deadline", "deadline 不是本表的题名"),
    Broken(
        "forms/a1.yaml", "relevant: start == 'not_mine'", "relevant: this == 'x'", "this == 'x'", "this 不是"
    ),
    Broken(
        "forms/a1.yaml",
        "{when: start == 'later'",
        "{when: start == 'latter'",
        "latter",
        "题 start 没有选项 latter",
    ),
    Broken("forms/a1.yaml", "'r02' in risks", "'r22' in risks", "r22", "题 risks 没有选项 r22"),
    Broken(
        "forms/a1.yaml", "how in ['nobody_home',", "how in ['nobody',", "['nobody',", "题 how 没有选项 nobody"
    ),
    Broken(
        "forms/posting.yaml", "constraint: this == 'yes'", "constraint: this == 'ja'", "'ja'", "没有选项 ja"
    ),
    Broken(
        "forms/a1.yaml", "relevant: income_line > 0 &&", "relevant: income_line > 'x' &&", "> 'x'", "算不出来"
    ),
    Broken(
        "forms/match.yaml", "constraint: this >= 1 &&", "constraint: this + 1 #", "this + 1", "要得出是或否"
    ),
    Broken(
        "forms/entry.yaml",
        "happened_on: entered_on",
        "happened_on: entered",
        "happened_on: entered\n",
        "没有题 entered",
    ),
    Broken(
        "forms/town.yaml",
        "happened_on: happened_on",
        "happened_on: sampled",
        "happened_on: sampled",
        "不是日期题",
    ),
    Broken(
        "forms/entry.yaml",
        "- {outcome: entered}",
        "- {outcome: entered}\n  - {outcome: entered}  # 2",
        "# 2",
        "走不到这一条",
    ),
    Broken("forms/a1.yaml", "title: 线索快核", "title: 线索快核\nsummary: false", "on_summary", "没有汇总卡"),
    Broken(
        "forms/a1.yaml",
        "name: danger, tells: danger",
        "name: danger, tells: fire",
        "tells: fire",
        "没有事件 fire",
    ),
    Broken("forms/a1.yaml", "{household} 收到提示", "{house} 收到提示", "{house}", "没有 house 可填"),
    Broken("forms/a1.yaml", "title: 线索快核", "title: 请立即核实", "title", "不用“立即”"),
    Broken(
        "forms/a1.yaml",
        "relevant: start == 'not_mine'",
        "relevant: verdict == 'no_risk'",
        "verdict == 'no_risk'\n    choices",
        "verdict 排在这一题后面",
    ),
    Broken(
        "forms/a1.yaml", "'r99' in risks", "risks == 'r99'", "risks == 'r99'", "题 risks 是多选，不能用等号"
    ),
    Broken("forms/report.yaml", "name: urgent\n", "name: hurry\n", "questions:", "少了题 urgent，程序要用"),
    Broken(
        "forms/assist.yaml",
        "label: 一起上门",
        "label: 协助联系户主",
        "go_together",
        "两个按钮都叫“协助联系户主”",
    ),
    Broken("forms/assist.yaml", "summary: 协助方式", "most: 2", "most: 2", "单选没有最多几项"),
    Broken(
        "forms/assist.yaml",
        "summary: 协助方式",
        "constraint_message: 不行",
        "constraint_message",
        "有 constraint_message 就要写 constraint",
    ),
    # texts
    Broken("texts.yaml", "  stale:", "  stall:", "  stall:", "没有用到 stall"),
    Broken("texts.yaml", "  list_empty: 现在没有待办\n", "", "texts:", "缺少 list_empty"),
    Broken("texts.yaml", "  todo_visit:", "  todo_vist:", "texts:", "缺少 todo_visit"),
    Broken(
        "texts.yaml",
        "预计 {finish} 办结\n",
        "预计 {finsh} 办结\n",
        "finsh",
        "没有 finsh 可填，能用的有：finish",
    ),
    Broken("texts.yaml", "预计 {finish} 办结\n", "预计 {finish 办结\n", "{finish 办结", "花括号没有成对"),
    Broken("texts.yaml", "已存好", "已存好！", "已存好", "不用“！”"),
    Broken("texts.yaml", "已存好", "存" * 121, "存存", "固定的字有"),
]


@pytest.mark.parametrize("broken", TABLE, ids=str)
def test_a_broken_file_is_told_where_and_how(broken: Broken, change: Change) -> None:
    folder = change(broken.file, broken.old, broken.new)
    text = (folder / broken.file).read_text(encoding="utf-8")
    with pytest.raises(PolicyError) as caught:
        load_policy("hebei", folder)
    line = text[: text.index(broken.at)].count("\n") + 1
    told = [fault for fault in caught.value.faults if broken.message in fault.message]
    assert [(fault.file, fault.line) for fault in told] == [(f"county/{broken.file}", line)], caught.value


def test_all_faults_of_all_files_come_at_once(change: Change) -> None:
    change("levels.yaml", "every_days: 7", "every_days: x")
    change("quiet.yaml", "daily_budget: 3", "daily_budgte: 3")
    folder = change("forms/assist.yaml", "name: go_together", "name: reach_head")
    with pytest.raises(PolicyError) as caught:
        load_policy("hebei", folder)
    assert [(fault.file, fault.where) for fault in caught.value.faults] == [
        ("county/forms/assist.yaml", "questions.how.choices.reach_head"),
        ("county/levels.yaml", "levels.red.every_days"),
        ("county/quiet.yaml", "daily_budgte"),
    ]


def test_a_fault_reads_as_a_sentence(change: Change) -> None:
    folder = change("levels.yaml", "every_days: 7", "every_days: x")
    with pytest.raises(PolicyError) as caught:
        load_policy("hebei", folder)
    assert str(caught.value) == "county/levels.yaml 第8行（levels.red.every_days）：x 不是整数，这里要写整数"


@pytest.mark.parametrize("name", ["level.yaml", "forms/a9.yaml", "forms/a1.yml", "extra/a1.yaml"])
def test_a_file_nobody_knows_is_refused(name: str, tmp_path: Path) -> None:
    path = tmp_path / "county" / name
    path.parent.mkdir(parents=True)
    path.write_text("version: 1\n", encoding="utf-8")
    with pytest.raises(
        PolicyError, match=f"没有叫 {name} 的政策文件，请改成其中一个：.*levels.yaml"
    ) as caught:
        load_policy("hebei", tmp_path / "county")
    assert caught.value.faults[0].file == f"county/{name}"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"\xc8\xb1\xcf\xdd: 1", "文件不是 UTF-8 编码"),
        (b"", "名称: 内容"),
        (b"- 1\n- 2", "名称: 内容"),
        (b"a: \x01", "控制字符"),
        (b"? [a, b]\n: 1", "不认识"),
    ],
)
def test_a_file_that_is_no_policy_is_refused(content: bytes, message: str, tmp_path: Path) -> None:
    (tmp_path / "levels.yaml").write_bytes(content)
    with pytest.raises(PolicyError, match=message):
        load_policy("hebei", tmp_path)


def test_a_missing_county_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match="没有这个文件夹，请检查 JINTANG_POLICY_DIR"):
        load_policy("hebei", tmp_path / "nowhere")


def test_an_unreadable_form_is_told_once_not_at_every_step(change: Change) -> None:
    folder = change("forms/a1.yaml", "title:", "titel:")
    with pytest.raises(PolicyError) as caught:
        load_policy("hebei", folder)
    assert {fault.file for fault in caught.value.faults} == {"county/forms/a1.yaml"}
