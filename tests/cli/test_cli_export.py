"""`jintang export`: lists for departments and the numbers of a month, readable by their owner only."""

import csv
import stat
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest


@pytest.fixture(autouse=True)
def ready(folder, jintang):
    jintang("init", "--write-env")


def test_an_empty_list_is_a_list_with_a_header(folder, jintang):
    said = jintang("export", "feedback", "--dept", "医保", "医保.csv")
    assert "医保 的线索 0 条" in said
    file = folder / "医保.csv"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with file.open(encoding="utf-8-sig", newline="") as rows:
        assert list(csv.reader(rows)) == [
            ["signal_id", "rule_code", "received_date", "result", "result_date"]
        ]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--dept", "没有的"], "没有 没有的 这个部门，可写："),
        (["--dept", "医保", "--since", "昨天吧"], "--since 不是日期，请写成 2026-03-01 这样"),
        (["--dept", "医保", "没有的文件夹/医保.csv"], "写不了 没有的文件夹/医保.csv"),
    ],
)
def test_what_is_wrong_is_said(jintang, words, said):
    assert said in jintang("export", "feedback", *words, exit_code=1)


def test_a_file_that_is_there_is_not_written_over(folder, jintang):
    (folder / "医保.csv").write_text("旧的")
    assert "已经有了" in jintang("export", "feedback", "--dept", "医保", "医保.csv", exit_code=1)
    assert (folder / "医保.csv").read_text() == "旧的"


def test_a_month_has_a_row_for_each_village(folder, jintang):
    jintang("init", "--area", "weichang")
    said = jintang("export", "month", "--month", "2026-03")
    with (folder / "报表-2026-03.csv").open(encoding="utf-8-sig", newline="") as rows:
        header, *villages = csv.reader(rows)
    assert header[:4] == ["区划代码", "乡镇", "村", "新线索"]
    assert f"2026年03月 {len(villages)} 个村的数字" in said


def test_a_month_that_is_none_is_refused(jintang):
    assert "要写成 2026-03 这样" in jintang("export", "month", "--month", "三月", exit_code=1)


def test_every_rule_has_a_row(folder, jintang):
    said = jintang("export", "rules", "规则.csv")
    with (folder / "规则.csv").open(encoding="utf-8-sig", newline="") as rows:
        header, *rules = csv.reader(rows)
    assert header[:3] == ["部门", "规则", "提示的话"]
    assert f"{len(rules)} 条规则的命中情况" in said


HOME = "household_no,region_code,group,head_name,members\nH-03-002,130828107206,3,演练甲,4\n"
CLUE = "signal_id,source_dept,rule_code,received_date,village_code,household_no,band\n"
CLUE += "YB-0001,医保,medical_burden,2026-03-12,130828107206,H-03-002,middle\n"


@pytest.fixture
def case(folder, jintang):
    """The number of a case that a list has opened today."""
    jintang("init", "--drill", "--area", "weichang")
    for kind, rows in (("households", HOME), ("clues", CLUE)):
        (folder / f"{kind}.csv").write_text(rows, encoding="utf-8")
        jintang("import", kind, f"{kind}.csv")
    return f"DP-{datetime.now(ZoneInfo('Asia/Shanghai')):%y%m%d}-01"


def test_the_papers_of_a_case_are_for_their_owner_only_and_not_written_over(folder, jintang, case):
    assert "1 户的材料存在" in jintang("export", "papers", case, "--html")
    pages = sorted((folder / f"打印-{case}").iterdir())
    assert [page.stem[:1] for page in pages] == ["1", "2", "3", "4", "5"]
    assert {stat.S_IMODE(page.stat().st_mode) for page in pages} == {0o600}
    assert "演练甲" in pages[0].read_text(encoding="utf-8")
    assert "已经有了" in jintang("export", "papers", case, "--html", exit_code=1)


def test_a_case_nobody_knows_is_refused(jintang):
    assert "没有案件 DP-1，编号在卡片" in jintang("export", "papers", "DP-1", "--html", exit_code=1)
