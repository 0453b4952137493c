"""The sheets of a workbook as the content of a form, every part with its sheet and row."""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook, PasswordError

from config.catalogue import CHOICE_SOURCES
from config.faults import Fault
from config.source import Place
from workflows.authoring.cells import value
from workflows.authoring.layout import (
    CHOICES,
    GROUPS,
    LISTED,
    PLAIN,
    RULES,
    SELECTS,
    SETTINGS,
    SHEETS,
    SURVEY,
    TYPES,
    Column,
)
from workflows.authoring.source import Where, WorkbookSource, at
from workflows.authoring.tree import FormulaError
from workflows.imports.report import FileRefused
from workflows.imports.workbook import cell_text

ANOTHER = "再加一个"
_WORDS = {column.word: column.field for column in SHEETS[SURVEY]}
_OF_A_GROUP = {"type", "name", "label", "count", "another", "recall", "relevant"}


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a sheet: what its cells say by the field, the empty ones left out."""

    sheet: str
    row: int
    said: Mapping[str, Any]


def read_workbook(name: str, content: bytes) -> tuple[WorkbookSource, list[Fault]]:
    """The form in a workbook, and what is wrong with how it is written; raises `FileRefused`."""
    reading = _Reading(name)
    lines = {sheet: reading.lines(sheet, rows) for sheet, rows in _sheets(name, content).items()}
    form = reading.form(lines)
    form_name = str(form.get("name", ""))
    source = WorkbookSource(f"forms/{form_name}.yaml", name, form, {}, reading.rows)
    return source, reading.faults


def _sheets(name: str, content: bytes) -> dict[str, list[list[str]]]:
    """The rows of the sheets we know; one that is missing is empty."""
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(content)) as book:
            there = [sheet for sheet in SHEETS if sheet in book.sheet_names]
            found = {one: book.get_sheet_by_name(one).to_python(skip_empty_area=False) for one in there}
    except PasswordError as error:
        raise FileRefused(f"{name} 加了密码，请取消密码再导入") from error
    except CalamineError as error:
        raise FileRefused(f"{name} 打不开，请存成 xlsx 再导入") from error
    if missing := [sheet for sheet in SHEETS if not found.get(sheet)]:
        raise FileRefused(f"{name} 里没有 {'、'.join(missing)} 表，请用 jintang forms export 导出的文件来改")
    return {
        sheet: [[cell_text(cell).strip() for cell in row] for row in found.get(sheet, [])] for sheet in SHEETS
    }


class _Reading:
    """Turns rows into the content of a form, noting where each part stands and what is wrong."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.faults: list[Fault] = []
        self.rows: dict[Place, Where] = {}

    def blame(self, line: Line, message: str) -> None:
        self.faults.append(at(self.file, (line.sheet, line.row), message))

    # --- rows -----------------------------------------------------------------------------------

    def lines(self, sheet: str, rows: Sequence[Sequence[str]]) -> list[Line]:
        """The rows that say anything; columns nobody knows are named once."""
        if not rows:
            return []
        columns = {column.word.lower(): column for column in SHEETS[sheet]}
        header = [columns.get(word.lower().replace(" ", "_")) for word in rows[0]]
        for word in (word for word, column in zip(rows[0], header, strict=True) if word and column is None):
            known = "、".join(column.word for column in SHEETS[sheet])
            self.blame(Line(sheet, 1, {}), f"不认识的列 {word}，请删去或改成：{known}")
        numbered = ((number, row) for number, row in enumerate(rows[1:], start=2) if any(row))
        return [Line(sheet, number, self._said(sheet, number, header, row)) for number, row in numbered]

    def _said(
        self, sheet: str, number: int, header: Sequence[Column | None], row: Sequence[str]
    ) -> dict[str, Any]:
        said = {}
        for column, cell in zip(header, row, strict=False):
            if column is None or not cell:
                continue
            try:
                said[column.field] = value(column, cell)
            except FormulaError as error:
                self.faults.append(at(self.file, (sheet, number), f"{column.word} 列：{error}"))
        return said

    # --- the form -------------------------------------------------------------------------------

    def form(self, lines: Mapping[str, Sequence[Line]]) -> dict[str, Any]:
        head = lines[SETTINGS][0] if lines[SETTINGS] else Line(SETTINGS, 1, {})
        self.rows[()] = (SETTINGS, head.row)
        for more in lines[SETTINGS][1:]:
            self.blame(more, "settings 只要一行，请删去多余的")
        self._unused(lines[SURVEY], lines[CHOICES])
        questions, groups = self._survey(lines[SURVEY], self._choices(lines[CHOICES]))
        form = {"summary": False, **head.said, "questions": questions}
        if groups:
            form["groups"] = groups
        return form | self._rules(lines[RULES], questions)

    def _unused(self, survey: Sequence[Line], choices: Sequence[Line]) -> None:
        """A list that no question offers would be lost."""
        used = {_type(line)[1] for line in survey}
        told = set[str]()
        for line in choices:
            name = line.said.get("list")
            if name is not None and name not in used | told:
                told.add(name)
                self.blame(line, f"没有哪一题用选项单 {name}，请在 survey 里写上，或删去这些行")

    def _choices(self, lines: Sequence[Line]) -> dict[str, list[tuple[dict[str, Any], Where]]]:
        """The options of each list, with their rows."""
        lists: dict[str, list[tuple[dict[str, Any], Where]]] = {}
        for line in lines:
            said = dict(line.said)
            name = said.pop("list", None)
            if name is None:
                self.blame(line, "缺少 list_name，请写上选项单名")
            else:
                lists.setdefault(str(name), []).append((said, (line.sheet, line.row)))
        return lists

    def _survey(
        self, lines: Sequence[Line], lists: Mapping[str, list[tuple[dict[str, Any], Where]]]
    ) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        questions: list[dict[str, Any]] = []
        groups: list[dict[str, Any]] = []
        inside: Line | None = None
        for line in lines:
            word, of = _type(line)
            if word in GROUPS:
                self._begin(line, inside, groups)
                inside = line
            elif word in GROUPS.values():
                self._end(line, inside, word)
                inside = None
            elif word in SELECTS or word in PLAIN:
                group = groups[-1].get("name") if inside and groups else None
                self._question(line, word, of, group, questions, lists)
            else:
                self.blame(line, f"不认识的题型 {word or '（空）'}，可用的有：{'；'.join(TYPES)}")
        if inside is not None:
            self.blame(inside, f"这一组没有结束，请在最后一题后面加一行 {GROUPS[_type(inside)[0]]}")
        return questions, groups

    def _begin(self, line: Line, inside: Line | None, groups: list[dict[str, Any]]) -> None:
        if inside is not None:
            self.blame(line, "组里不能再有组，请先结束前一组")
        repeats = _type(line)[0] == "begin_repeat"
        if repeats != ("count" in line.said):
            told = "begin_repeat 要写 repeat_count" if repeats else "逐个问的组请用 begin_repeat"
            self.blame(line, told)
        elif repeats != ("{nth}" in str(line.said.get("label", ""))):
            self.blame(line, "begin_repeat 的 label 要写 {nth}，例如 第{nth}位；begin_group 的不写")
        wrong = [word for word, field in _WORDS.items() if field in line.said.keys() - _OF_A_GROUP]
        if wrong:
            self.blame(line, f"组的这一行不能写 {'、'.join(wrong)}，请写在组里的每一题上")
        self.rows["groups", len(groups)] = (line.sheet, line.row)
        said = {name: line.said[name] for name in line.said if name in _OF_A_GROUP and name != "type"}
        groups.append({"another": ANOTHER, **said} if repeats else said)

    def _end(self, line: Line, inside: Line | None, word: str) -> None:
        if inside is None or GROUPS[_type(inside)[0]] != word:
            begun = f"（第 {inside.row} 行开头的是 {_type(inside)[0]}）" if inside else ""
            self.blame(line, f"{word} 前面没有对应的开头{begun}，请检查这一组的头尾")

    def _question(
        self,
        line: Line,
        kind: str,
        of: str,
        group: Any,
        questions: list[dict[str, Any]],
        lists: Mapping[str, list[tuple[dict[str, Any], Where]]],
    ) -> None:
        place: Place = ("questions", len(questions))
        self.rows[place] = (line.sheet, line.row)
        question = {"required": False, **line.said, "type": kind}
        if group is not None:
            question["group"] = group
        if kind in SELECTS and not of and "choices_from" not in line.said:
            self.blame(line, f"{kind} 后面要写选项单的名字，例如 {kind} yes_no")
        source = line.said.get("choices_from")
        if source is not None and source not in CHOICE_SOURCES:
            known = "、".join(sorted(CHOICE_SOURCES))
            self.blame(line, f"jt::choices_from 没有 {source}，可用的有：{known}")
            del question["choices_from"]
        if kind in LISTED and of:
            if of not in lists:
                self.blame(line, f"choices 表里没有选项单 {of}，请补上或改名")
            question["choices"] = [dict(said) for said, _ in lists.get(of, [])]
            for nth, (_, where) in enumerate(lists.get(of, [])):
                self.rows[*place, "choices", nth] = where
        questions.append(question)

    # --- rules ----------------------------------------------------------------------------------

    def _rules(self, lines: Sequence[Line], questions: Sequence[dict[str, Any]]) -> dict[str, Any]:
        """The outcomes and marks; confirmations and suggestions go to their questions."""
        found: dict[str, list[dict[str, Any]]] = {"outcomes": []}
        by_name = {str(question.get("name")): nth for nth, question in enumerate(questions)}
        for line in lines:
            kind = line.said.get("kind")
            if kind in ("confirm", "suggest"):
                nth = by_name.get(str(line.said.get("question")))
                if nth is None:
                    self.blame(line, f"没有题 {line.said.get('question', '（空）')}，请写 survey 里的题名")
                    continue
                rules = questions[nth].setdefault(kind, [])
                self.rows["questions", nth, kind, len(rules)] = (line.sheet, line.row)
                rules.append(_rule(line, result="choice" if kind == "suggest" else None))
            elif kind in ("outcome", "mark"):
                rules = found.setdefault(f"{kind}s", [])
                self.rows[f"{kind}s", len(rules)] = (line.sheet, line.row)
                rules.append(_rule(line, result="outcome" if kind == "outcome" else "name"))
            else:
                self.blame(
                    line, f"不认识的 kind {kind or '（空）'}，可用的有：confirm、suggest、outcome、mark"
                )
        return dict(found)


def _type(line: Line) -> tuple[str, str]:
    """The type and its list; a type of two words may be written with a space (begin group)."""
    first, *others = str(line.said.get("type", "")).split() or [""]
    first = first.lower()
    spaced = "_".join([first, *others[:1]])
    if spaced in (*SELECTS, *GROUPS, *GROUPS.values()):
        return spaced, " ".join(others[1:])
    return first, " ".join(others)


def _rule(line: Line, result: str | None) -> dict[str, Any]:
    said = {name: value for name, value in line.said.items() if name not in ("kind", "question")}
    if result is not None and "result" in said:
        said[result] = said.pop("result")
    return said
