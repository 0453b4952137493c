"""A form as the sheets of a workbook."""

import io
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Font

from config.models import Form, Group, Question
from workflows.authoring.formula import to_cell
from workflows.authoring.layout import (
    CHOICES,
    GROUPS,
    HELP,
    HOW,
    RULES,
    SETTINGS,
    SHEETS,
    SURVEY,
    TYPES,
    Column,
)

Line = Mapping[str, Any]
WIDTH = 18


def workbook_of(form: Form) -> bytes:
    """The workbook, as a file; a sheet of explanations is in it."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for name, lines in sheets_of(form).items():
        sheet = book.create_sheet(name)
        for line in lines:
            sheet.append(line)
            for cell in sheet[sheet.max_row]:
                cell.data_type = "s"  # text, also where it looks like a formula
        for cell in sheet[1]:
            cell.font = Font(bold=True)
            sheet.column_dimensions[cell.column_letter].width = WIDTH
        sheet.freeze_panes = "A2"
    explained = book.create_sheet(HELP)
    for row in _help():
        explained.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def sheets_of(form: Form) -> dict[str, list[list[str]]]:
    """The rows of each sheet, the header first."""
    said: dict[str, Sequence[Line]] = {
        SURVEY: [*_survey(form)],
        CHOICES: [{**one.model_dump(), "list": q.name} for q in form.questions for one in q.choices],
        RULES: [*_rules(form)],
        SETTINGS: [form.model_dump(mode="json")],
    }
    return {name: [_header(name), *(_row(name, line) for line in said[name])] for name in SHEETS}


def _header(sheet: str) -> list[str]:
    return [column.word for column in SHEETS[sheet]]


def _row(sheet: str, line: Line) -> list[str]:
    return [_cell(column, line.get(column.field)) for column in SHEETS[sheet]]


def _cell(column: Column, value: Any) -> str:
    match column.kind:
        case "flag":
            return "yes" if value else ""
        case "formula":
            return to_cell(value) if value else ""
        case "name":
            return f"${{{value}}}" if value else ""
    return "" if value is None else str(value)


def _survey(form: Form) -> Iterator[Line]:
    """Each question, and before and after those of a group its beginning and end."""
    inside: Group | None = None
    for question in form.questions:
        group = form.group(question.group) if question.group else None
        if group != inside:
            yield from _ended(inside)
            yield from _begun(group)
            inside = group
        yield {**question.model_dump(), "type": _type(question), "days": _days(question)}
    yield from _ended(inside)


def _begun(group: Group | None) -> Iterator[Line]:
    if group is not None:
        yield {**group.model_dump(), "type": _begin(group)}


def _ended(group: Group | None) -> Iterator[Line]:
    if group is not None:
        yield {"type": GROUPS[_begin(group)]}


def _begin(group: Group) -> str:
    return "begin_repeat" if group.count else "begin_group"


def _type(question: Question) -> str:
    kind = question.type.value
    return f"{kind} {question.name}" if question.choices else kind


def _days(question: Question) -> str | None:
    return question.days if question.days != "past" else None


def _rules(form: Form) -> Iterator[Line]:
    for question in form.questions:
        for confirm in question.confirm:
            yield {"kind": "confirm", "question": question.name, **confirm.model_dump()}
        for suggest in question.suggest:
            yield {
                "kind": "suggest",
                "question": question.name,
                "when": suggest.when,
                "result": suggest.choice,
            }
    for rule in form.outcomes:
        yield {"kind": "outcome", "when": rule.when, "result": rule.outcome}
    for mark in form.marks:
        yield {"kind": "mark", "when": mark.when, "result": mark.name, "tells": mark.tells}


def _help() -> Iterator[Sequence[str]]:
    """What each column is for, in the last sheet."""
    yield "工作表", "列", "写什么"
    for sheet, columns in SHEETS.items():
        for column in columns:
            yield sheet, column.word, column.about
    yield SURVEY, "type", "可用的题型：" + "；".join(TYPES)
    yield from HOW
