"""`jintang forms`: a form out as a workbook, changed, back as a draft, tried, compared, put to use."""

from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import load_workbook
from typer.testing import CliRunner

from config.loader import load_policy
from jintang.cli import app

Command = Callable[..., str]


@pytest.fixture
def policy_dir(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (folder / "policy").mkdir()
    monkeypatch.setenv("JINTANG_POLICY_DIR", str(folder / "policy"))
    return folder / "policy"


@pytest.fixture
def workbook(jintang: Command, policy_dir: Path) -> Path:
    jintang("forms", "export", "entry", "entry.xlsx")
    return policy_dir.parent / "entry.xlsx"


def rewrite(file: Path, **cells: str) -> None:
    """Cells by sheet and place: `survey_C2="…"`."""
    book = load_workbook(file)
    for place, value in cells.items():
        sheet, cell = place.rsplit("_", 1)
        book[sheet][cell].value = value
    book.save(file)


def trial(*words: str, typed: str) -> str:
    result = CliRunner().invoke(app, ["forms", "try", *words], input=typed)
    assert result.exit_code == 0, (result.output, result.exception)
    return result.output


def test_a_changed_form_goes_its_whole_way(jintang: Command, workbook: Path, policy_dir: Path) -> None:
    rewrite(workbook, survey_C2="哪天贴的公告？", settings_C2="2")
    assert "2 处不同" in jintang("forms", "import", str(workbook))
    assert "有草稿" in jintang("forms", "list")
    said = jintang("forms", "diff", "entry")
    assert "→ 哪天贴的公告？" in said
    assert "version 1 → 2" in said
    assert "哪天贴的公告？" in trial("entry", typed="q\n")
    assert "哪天贴的公告？" not in trial("entry", "--live", typed="q\n")
    assert load_policy("hebei", policy_dir).forms["entry"].version == 1
    assert "已启用" in jintang("forms", "publish", "entry")
    live = load_policy("hebei", policy_dir).forms["entry"]
    assert (live.version, live.questions[0].label) == (2, "哪天贴的公告？")
    assert "没有草稿" in jintang("forms", "diff", "entry", exit_code=1)


def test_what_was_live_before_is_kept(jintang: Command, workbook: Path, policy_dir: Path) -> None:
    for version in ("2", "3"):
        rewrite(workbook, settings_C2=version)
        jintang("forms", "import", str(workbook))
        said = jintang("forms", "publish", "entry")
    assert "原来的留在" in said
    assert (policy_dir / "forms" / "_entry.v2.yaml").exists()
    assert load_policy("hebei", policy_dir).forms["entry"].version == 3
    assert "有草稿" not in jintang("forms", "list")


def test_every_mistake_is_told_and_nothing_is_kept(
    jintang: Command, workbook: Path, policy_dir: Path
) -> None:
    rewrite(workbook, survey_A2="datum", survey_E3="${a} ==")
    said = jintang("forms", "import", str(workbook), exit_code=1)
    assert "entry.xlsx 的 survey 表 第 2 行：不认识的题型 datum" in said
    assert "entry.xlsx 的 survey 表 第 3 行：relevant 列：公式写错了" in said
    assert "有 2 处要改，什么都没有存" in said
    assert list(policy_dir.rglob("*.yaml")) == []


def test_a_draft_of_the_same_version_is_not_put_to_use(jintang: Command, workbook: Path) -> None:
    rewrite(workbook, survey_C2="哪天贴的公告？")
    assert "改成 2 再导入" in jintang("forms", "import", str(workbook))
    assert "改成 2 再导入" in jintang("forms", "publish", "entry", exit_code=1)


def test_what_has_not_changed_is_no_draft(jintang: Command, workbook: Path) -> None:
    assert "没有不同，没有存" in jintang("forms", "import", str(workbook))
    assert "没有草稿" in jintang("forms", "diff", "entry", exit_code=1)


def test_publishing_can_be_undone(jintang: Command, workbook: Path, policy_dir: Path) -> None:
    for version in ("2", "3"):
        rewrite(workbook, settings_C2=version)
        jintang("forms", "import", str(workbook))
        assert "forms undo entry" in jintang("forms", "publish", "entry")
    for said, version in (("退回前一版", 2), ("退回随附的那一版", 1)):
        assert said in jintang("forms", "undo", "entry")
        assert load_policy("hebei", policy_dir).forms["entry"].version == version
    assert "在用的就是随附的" in jintang("forms", "undo", "entry", exit_code=1)
    jintang("forms", "publish", "entry")
    assert load_policy("hebei", policy_dir).forms["entry"].version == 2


def test_another_form_by_mistake_is_refused_unless_it_is_meant(
    jintang: Command, workbook: Path, policy_dir: Path
) -> None:
    rewrite(workbook, settings_B2="assist")
    said = jintang("forms", "import", str(workbook), exit_code=1)
    assert "settings 表 第 2 行：form_id 是 assist（乡镇协助），和它相同的题不到一半" in said
    rewrite(workbook, survey_B2="how", survey_F3="", survey_G3="", jt_rules_D2="assisted", settings_F2="how")
    assert "存成草稿" in jintang("forms", "import", str(workbook), "--replace")


def test_outcomes_are_those_that_the_steps_know(jintang: Command, policy_dir: Path) -> None:
    jintang("forms", "export", "town", "town.xlsx")
    file = policy_dir.parent / "town.xlsx"
    rewrite(file, jt_rules_D2="fine")
    said = jintang("forms", "import", str(file), exit_code=1)
    assert "jt_rules 表 第 2 行：这张表没有结果 fine，只能写：agreed（同意）、" in said
    assert "jt_rules 表 第 1 行：少了 outcome" in said


def test_all_mistakes_come_at_once(jintang: Command, workbook: Path) -> None:
    rewrite(workbook, survey_E2="${a} ==", survey_C3="请立即填！", jt_rules_D2="done")
    said = jintang("forms", "import", str(workbook), exit_code=1)
    for told in ("survey 表 第 2 行", "survey 表 第 3 行", "jt_rules 表 第 2 行", "jt_rules 表 第 1 行"):
        assert said.count(told) == 1, said


def test_a_file_that_is_not_there_is_named(jintang: Command, policy_dir: Path) -> None:
    assert "没有 nowhere.xlsx 这个文件" in jintang("forms", "import", "nowhere.xlsx", exit_code=1)


def test_a_draft_can_be_taken_away(jintang: Command, workbook: Path) -> None:
    rewrite(workbook, settings_C2="2")
    jintang("forms", "import", str(workbook))
    assert "在用的没有动" in jintang("forms", "discard", "entry")
    for words in (["discard"], ["publish"], ["diff"]):
        assert "没有草稿" in jintang("forms", *words, "entry", exit_code=1)


def test_a_draft_that_no_longer_fits_is_told(jintang: Command, workbook: Path, policy_dir: Path) -> None:
    rewrite(workbook, settings_C2="2")
    jintang("forms", "import", str(workbook))
    draft = policy_dir / "forms" / "_entry.yaml"
    draft.write_text(
        draft.read_text(encoding="utf-8").replace("type: date", "type: day", 1), encoding="utf-8"
    )
    assert "day 不行，只能写" in jintang("forms", "publish", "entry", exit_code=1)


def test_the_draft_comes_out_as_a_workbook_too(jintang: Command, workbook: Path, policy_dir: Path) -> None:
    rewrite(workbook, settings_C2="7")
    jintang("forms", "import", str(workbook))
    assert "第 7 版" in jintang("forms", "export", "entry", "--draft")
    assert (policy_dir.parent / "entry-v7.xlsx").exists()
    assert "已经有了" in jintang("forms", "export", "entry", "--draft", exit_code=1)


@pytest.mark.parametrize(
    "words", [["import", "a.xlsx"], ["discard", "a1"], ["publish", "a1"], ["diff", "a1"]]
)
def test_without_a_folder_of_its_own_it_says_how_to_make_one(
    jintang: Command, folder: Path, words: list[str]
) -> None:
    (folder / "a.xlsx").touch()
    assert "JINTANG_POLICY_DIR" in jintang("forms", *words, exit_code=1)


def test_a_form_nobody_knows_is_refused_with_those_there_are(jintang: Command) -> None:
    assert "可用的有：a1（线索快核）、" in jintang("forms", "export", "a9", exit_code=1)
    assert "可用的有：a1（线索快核）、" in jintang("forms", "try", "a9", exit_code=1)


# --- trying ---------------------------------------------------------------------------------------


def test_a_sheet_filled_in_at_the_terminal_says_how_it_ends() -> None:
    said = trial("a1", typed="1\n1\n今天\n1\n2,3\n1\n1\n3\ns\n")
    assert "・难处：因病、因残" in said
    assert said.endswith("结果：有风险，拟纳入\n")


def test_wrong_answers_are_refused_and_one_can_go_back_and_leave() -> None:
    said = trial("a1", typed="9\n1\nb\n2\n1\n明天\nq\n")
    assert "✗ 请写上面的序号" in said
    assert "（原来答的：现在核实）" in said
    assert said.count("您现在方便核实吗？") == 3
    assert "日期不能晚于今天" in said
    assert said.endswith("不填了，什么也没有登记\n")


def test_what_is_asked_once_more_is_confirmed() -> None:
    said = trial("review", typed="1\n今天\n1\n45\n20\ny\nq\n")
    assert "❓ 到会不足应到的三分之二" in said
    assert "6/8 同意多少人？" in said


def test_a_form_about_a_task_is_tried_at_the_terminal_only(jintang: Command) -> None:
    assert "请在终端里试" in jintang("forms", "try", "reassign", "--phone", exit_code=1)
