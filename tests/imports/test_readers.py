"""Reading files: encodings, Excel, headers in two languages; what cannot be read refuses the file."""

import io
from datetime import date, datetime

import pytest
from county_lists import VILLAGE, clue, csv_bytes, household
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from workflows.imports.columns import COLUMNS, Kind
from workflows.imports.layout import laid_out
from workflows.imports.report import FileRefused
from workflows.imports.sheet import read_sheet, sheet_of


def workbook(rows):
    book = Workbook()
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def records(kind, content):
    layout = laid_out(kind, read_sheet("f", content))
    return [{column: row.cells[place] for column, place in layout.places.items()} for row in layout.body]


NOTES = st.text(st.characters(codec="gb18030", exclude_categories=("Cc", "Cs")), max_size=20).map(str.strip)


@settings(max_examples=60)
@given(NOTES, st.sampled_from(["utf-8", "utf-8-sig", "gb18030"]), st.integers(0, 5))
def test_encoding_bom_and_language_of_the_header_do_not_matter(note, encoding, synonym):
    row = clue(1, note=f"住院，{note}")
    names = {column: (column, *COLUMNS[Kind.clues].synonyms[column]) for column in row}
    written = {names[column][synonym % len(names[column])]: cell for column, cell in row.items()}
    assert records(Kind.clues, csv_bytes([written], encoding)) == [row]


def test_excel_gives_the_cells_a_csv_would_have_held():
    header = ["户编号", "所属村代码", "组", "证件号码", "家庭人口", "户主"]
    line = ["H1", float(VILLAGE), 3, 130828197003071234, 4.0, "张三"]
    assert records(Kind.households, workbook([header, line])) == [
        {
            "household_no": "H1",
            "region_code": VILLAGE,
            "group": "3",
            "id_number": "1.30828E+17",
            "members": "4",
            "head_name": "张三",
        }
    ]


def test_dates_of_excel_are_dates():
    header = ["线索编号", "来源部门", "规则代码", "收到日期", "发生日期"]
    seen = datetime.fromisoformat("2026-02-28T09:30")
    content = workbook([header, ["1", "医保", "not_insured", date(2026, 3, 1), seen]])
    found = records(Kind.clues, content)[0]
    assert (found["received_date"], found["event_date"]) == ("2026-03-01", "2026-02-28")


def test_a_title_above_the_header_and_empty_lines_are_passed_over():
    rows = [["围场县农户名册"], [], ["*户编号(必填)", "村 代 码"], ["H1", VILLAGE], [], ["H2", VILLAGE]]
    layout = laid_out(Kind.households, read_sheet("f", workbook(rows)))
    assert [row.number for row in layout.body] == [4, 6]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "是空的"),
        (b"\n , ,\n", "是空的"),
        (b"\xff\xfeh\x00", "读不出来"),
        (b"\xef\xbb\xbf\xff", "读不出来"),
        (b'household_no,region_code\n"H1,1\n', "引号"),
        (b"a\x00b", "不是 CSV"),
        (b"PK\x03\x04 not a workbook", "打不开"),
        (b"household_no,name\nH1,x\n", "所属村代码（region_code）"),
        ("户编号,户号,村代码\n1,2,3\n".encode(), "第1列和第2列"),
    ],
)
def test_an_unreadable_file_is_refused_as_a_whole(content, told):
    with pytest.raises(FileRefused, match=told):
        laid_out(Kind.households, read_sheet("f.csv", content))


def test_a_list_without_a_file_is_a_sheet_too():
    layout = laid_out(Kind.households, sheet_of("名单", [household(1), household(2, members=None)]))
    assert [row.cells[layout.places["members"]] for row in layout.body] == ["4", ""]


def test_columns_we_do_not_know_are_named():
    layout = laid_out(Kind.households, sheet_of("名单", [household(1) | {"脱贫年份": "2019", "行号": "3"}]))
    assert layout.unused == ("脱贫年份",)
