"""`jintang policy`: faults with file and line, what is in force, dates as a table and as JSON."""

import json

import pytest

from config.loader import SHIPPED


def test_the_shipped_policies_are_without_fault(monkeypatch, jintang):
    for name in ("hebei", "xinfeng"):
        monkeypatch.setenv("JINTANG_POLICY", name)
        assert "没有毛病" in jintang("policy", "check")


def test_a_fault_is_told_with_file_and_line(folder, jintang):
    text = (SHIPPED / "base" / "quiet.yaml").read_text(encoding="utf-8")
    (folder / "quiet.yaml").write_text(text + "daily_budgets: 5\n", encoding="utf-8")
    said = jintang("policy", "check", str(folder), exit_code=1)
    assert f"{folder.name}/quiet.yaml:{len(text.splitlines()) + 1}: 不认识 daily_budgets" in said


def test_what_is_in_force_is_shown(jintang):
    said = jintang("policy", "show")
    assert "入户核实" in said
    assert "驻村第一书记" in said
    assert json.loads(jintang("policy", "show", "--json"))["county"]["name"]


def test_dates_as_json_are_the_rows_of_the_schedule(jintang):
    rows = json.loads(jintang("policy", "dates", "--profile", "ten-days", "--start", "2026-03-12", "--json"))
    by_step = {row["step"]: row for row in rows}
    assert by_step["limit"] == {"step": "limit", "planned": "2026-03-22", "latest": "2026-03-22"}
    assert by_step["review"]["latest"] == "2026-03-14"


def test_days_of_a_year_not_yet_announced_are_marked(jintang):
    assert "暂估" not in jintang("policy", "dates", "--start", "2026-03-12")
    assert "暂估" in jintang("policy", "dates", "--start", "2031-03-12")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--start", "明天"], "2026-03-01"),
        (["--start", "2026-02-30"], "不存在"),
        (["--start", "2026-03-12", "--profile", "one-day"], "ten-days"),
        ([], "--start"),
    ],
)
def test_wrong_use_says_what_to_write(arguments, told, jintang):
    assert told in jintang("policy", "dates", *arguments, exit_code=2)
