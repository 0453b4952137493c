"""A form as a workbook: there and back without loss, and every mistake with its sheet and row."""

import io
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from openpyxl import Workbook, load_workbook

from config.faults import PolicyError
from config.loader import load_with_form
from config.models import Form
from tests.unit.county import POLICY
from tests.unit.forms_drawn import forms
from workflows.authoring.differences import differences
from workflows.authoring.reading import read_workbook
from workflows.authoring.writing import workbook_of
from workflows.imports.report import FileRefused

ENTRY = POLICY.forms["entry"]
Change = Callable[[Workbook], None]


def read_back(content: bytes) -> Form:
    source, faults = read_workbook("表.xlsx", content)
    assert faults == []
    return Form.model_validate(source.content)


@settings(max_examples=60, deadline=None)
@given(forms())
def test_any_form_comes_back_as_it_was(form: Form) -> None:
    assert read_back(workbook_of(form)) == form


@pytest.mark.parametrize("form", POLICY.forms.values(), ids=lambda form: form.name)
def test_the_shipped_forms_come_back_and_fit_their_policy(form: Form) -> None:
    content = workbook_of(form)
    assert read_back(content) == form
    source, _ = read_workbook("表.xlsx", content)
    assert load_with_form("hebei", None, source).forms[form.name] == form


def test_a_workbook_explains_itself() -> None:
    book = load_workbook(io.BytesIO(workbook_of(ENTRY)))
    assert book.sheetnames == ["survey", "choices", "jt_rules", "settings", "说明"]
    assert "题名" in str(book["说明"]["C3"].value)


# --- mistakes -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Mistake:
    """A cell of a good workbook rewritten, and what is said of it."""

    form: str
    cell: tuple[str, str]
    value: str
    told: str

    def __str__(self) -> str:
        return f"{self.cell[0]}!{self.cell[1]}={self.value}"


MISTAKES = [
    Mistake("town", ("survey", "A2"), "selectone opinion", "survey 表 第2行：不认识的题型 selectone"),
    Mistake("town", ("survey", "A2"), "select_one views", "survey 表 第2行：choices 表里没有选项单 views"),
    Mistake("town", ("survey", "B3"), "Opinion", "survey 表 第3行：Opinion 不合写法"),
    Mistake("town", ("survey", "D2"), "要", "survey 表 第2行：required 列：要 不行，写 yes 或空着"),
    Mistake("town", ("survey", "E1"), "relevance", "survey 表 第1行：不认识的列 relevance"),
    Mistake("town", ("survey", "E4"), "${opinion} == 'back'", "survey 表 第4行：relevant 列：公式写错了"),
    Mistake("town", ("survey", "E4"), "${view} = 'back'", "survey 表 第4行：表达式里的 view 不是本表的题名"),
    Mistake("town", ("survey", "E4"), "${opinion} = 'send'", "survey 表 第4行：题 opinion 没有选项 send"),
    Mistake("town", ("survey", "E4"), "selected(${opinion}, 'back')", "单选写 ${题名} = '选项'"),
    Mistake("town", ("survey", "C2"), "请立即审核", "survey 表 第2行：不用“立即”"),
    Mistake("town", ("choices", "B3"), "yes", "choices 表 第3行：选项 yes 写了两次"),
    Mistake("town", ("choices", "A2"), "", "choices 表 第2行：缺少 list_name"),
    Mistake("town", ("jt_rules", "A2"), "result", "jt_rules 表 第2行：不认识的 kind result"),
    Mistake("a1", ("jt_rules", "B2"), "nobody", "jt_rules 表 第2行：没有题 nobody"),
    Mistake("town", ("settings", "B2"), "towns", "settings 表 第2行：没有这张表，可用的表：a1"),
    Mistake("town", ("settings", "A2"), "", "settings 表 第2行：缺少 form_title"),
    Mistake("town", ("settings", "A3"), "又一张", "settings 表 第3行：settings 只要一行"),
    Mistake("town", ("survey", "A2"), "select_one", "survey 表 第2行：select_one 后面要写选项单的名字"),
    Mistake("town", ("survey", "N2"), "农户", "survey 表 第2行：jt::choices_from 没有 农户，可用的有："),
    Mistake("town", ("choices", "A9"), "nobody", "choices 表 第9行：没有哪一题用选项单 nobody"),
    Mistake("town", ("choices", "C3"), "抽查了", "choices 表 第3行：两个按钮都叫“抽查了”"),
    Mistake("a1", ("survey", "E11"), "${risks} = 'r99'", "survey 表 第11行：题 risks 是多选，不能用等号"),
    Mistake("a1", ("survey", "E3"), "${verdict} = 'no_risk'", "survey 表 第3行：verdict 排在这一题后面"),
    Mistake("town", ("survey", "B3"), "an-swer", "只用小写字母、数字和下划线"),
    Mistake("town", ("settings", "C2"), "新版", "settings 表 第2行：新版 不是整数"),
    Mistake("town", ("settings", "D2"), "明年", "settings 表 第2行：明年 不是日期"),
]


def told(content: bytes) -> str:
    """Everything that is said of a workbook that cannot be used."""
    source, faults = read_workbook("表.xlsx", content)
    if not faults:
        with pytest.raises(PolicyError) as refused:
            load_with_form("hebei", None, source)
        faults = list(refused.value.faults)
    return "\n".join(map(str, faults))


def changed(form: str, change: Change) -> bytes:
    book = load_workbook(io.BytesIO(workbook_of(POLICY.forms[form])))
    change(book)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


@pytest.mark.parametrize("mistake", MISTAKES, ids=str)
def test_a_mistake_is_told_with_its_sheet_and_row(mistake: Mistake) -> None:
    sheet, cell = mistake.cell

    def rewrite(book: Workbook) -> None:
        book[sheet][cell].value = mistake.value

    said = told(changed(mistake.form, rewrite))
    assert mistake.told in said
    assert said.startswith("表.xlsx 的 ")


def _rows(*added: tuple[str, ...]) -> Change:
    def change(book: Workbook) -> None:
        for row in added:
            book["survey"].append(row)

    return change


REPEAT = ("begin_repeat", "people", "第{nth}位")


@pytest.mark.parametrize(
    ("added", "words"),
    [
        ([("begin_group", "one", "组")], "这一组没有结束"),
        ([("end_group",)], "前面没有对应的开头"),
        ([("begin_group", "one", "组"), ("end_repeat",)], "前面没有对应的开头"),
        ([("begin_group", "one", "组"), ("begin_group", "two", "组")], "组里不能再有组"),
        ([REPEAT, ("end_repeat",)], "begin_repeat 要写 repeat_count"),
        ([("begin_group", "one", "组", "yes"), ("end_group",)], "组的这一行不能写 required"),
        ([("begin_group", "one", "第{nth}组"), ("end_group",)], "begin_repeat 的 label 要写 {nth}"),
    ],
)
def test_groups_have_a_beginning_and_an_end(added: list[tuple[str, ...]], words: str) -> None:
    assert words in told(changed("town", _rows(*added)))


def test_words_may_be_written_with_a_space() -> None:
    def rewrite(book: Workbook) -> None:
        book["choices"]["A1"].value = "list name"
        book["survey"]["A2"].value = str(book["survey"]["A2"].value).replace("_", " ", 1)
        book["survey"].insert_rows(2)
        for place, value in (("A2", "begin group"), ("B2", "one"), ("C2", "组")):
            book["survey"][place].value = value
        book["survey"].append(("end group",))

    form = read_back(changed("town", rewrite))
    assert {question.group for question in form.questions} == {"one"}
    assert form.questions[0].choices == POLICY.forms["town"].questions[0].choices


def test_a_file_that_is_no_form_is_refused() -> None:
    with pytest.raises(FileRefused, match="打不开"):
        read_workbook("表.xlsx", b"no workbook")
    book, file = Workbook(), io.BytesIO()
    book.save(file)
    with pytest.raises(FileRefused, match="没有 survey、choices、jt_rules、settings 表"):
        read_workbook("表.xlsx", file.getvalue())


# --- what has changed -----------------------------------------------------------------------------


def test_the_same_form_has_no_differences() -> None:
    assert differences(ENTRY, ENTRY) == []


def test_each_difference_is_a_line() -> None:
    town = POLICY.forms["town"]
    first, *others = town.questions
    fewer = first.model_copy(update={"label": "怎么看？", "choices": first.choices[1:]})
    other = town.model_copy(update={"version": 2, "questions": (fewer, *others[1:], others[0])})
    said = differences(town, other)
    assert f"～ survey {first.name} “怎么看？”：label {first.label} → 怎么看？" in said
    gone = first.choices[0]
    assert f"－ choices {first.name} {gone.name} “{gone.label}”" in said
    assert "～ survey 的先后变了" in said
    assert "～ settings：version 1 → 2" in said
