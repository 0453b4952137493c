"""`jintang import`: the table, the refusals, the exit codes."""

import pytest

GOOD = "户编号,所属村代码,组,户主姓名\nH1,130828107206,3,甲\n"


@pytest.fixture
def county(folder, jintang):
    jintang("init", "--area", "weichang", "--write-env")
    return folder


def numbers(said):
    """The row of the table."""
    line = next(line for line in said.splitlines() if line.startswith("│"))
    return [int(cell) for cell in line.strip("│").split("│")]


def test_a_good_list_is_taken_and_the_second_time_changes_nothing(county, jintang):
    (county / "农户.csv").write_text(GOOD)
    assert numbers(jintang("import", "households", "农户.csv")) == [1, 1, 0, 0, 0]
    again = jintang("import", "households", "农户.csv")
    assert numbers(again) == [1, 0, 0, 1, 0]
    assert "导入过" in again


def test_a_dry_run_changes_nothing(county, jintang):
    (county / "农户.csv").write_text(GOOD)
    assert "没有改动" in jintang("import", "households", "农户.csv", "--dry-run")
    assert numbers(jintang("import", "households", "农户.csv"))[1] == 1


def test_refused_rows_are_told_and_the_exit_code_says_so(county, jintang):
    (county / "农户.csv").write_text(GOOD + "H2,130828107206,东沟,乙\n")
    said = jintang("import", "households", "农户.csv", exit_code=1)
    assert numbers(said) == [2, 1, 0, 0, 1]
    assert "农户.csv 第3行：“组”要写组的编号" in said.replace("\n", "")
    assert (county / "农户.csv.rejected.csv").exists()


def test_clues_are_counted_by_what_became_of_them(county, jintang):
    (county / "农户.csv").write_text(GOOD)
    jintang("import", "households", "农户.csv")
    header = "线索编号,来源部门,规则代码,收到日期,户编号\n"
    (county / "线索.csv").write_text(
        header + "1,医保,not_insured,2026-03-01,H1\n2,医保,not_insured,2026-03-01,H9\n"
    )
    said = jintang("import", "clues", "线索.csv")
    assert "新建档" in said
    assert "待配户" in said


def test_an_unreadable_file_is_refused_with_one_line(county, jintang):
    (county / "农户.csv").write_bytes(b"\xff\xfe\x00")
    assert "✗ 农户.csv 的文字读不出来" in jintang("import", "households", "农户.csv", exit_code=1)
    (county / "别的.csv").write_text("a,b\n1,2\n")
    assert "缺少：户编号" in jintang("import", "households", "别的.csv", exit_code=1)


def test_before_init_nothing_can_be_imported(folder, jintang):
    assert "jintang init" in jintang("import", "households", "x.csv", exit_code=1)


@pytest.mark.parametrize(
    "arguments", [["import"], ["import", "people", "x.csv"], ["import", "clues", "--fast"]]
)
def test_wrong_use_has_its_own_exit_code(folder, arguments, jintang):
    jintang(*arguments, exit_code=2)
