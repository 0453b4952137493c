"""What a cell says: flags, numbers, names of questions, formulas."""

import re
from typing import Any

from workflows.authoring.formula import from_cell
from workflows.authoring.layout import NO, YES, Column
from workflows.authoring.tree import FormulaError


def value(column: Column, cell: str) -> Any:
    match column.kind:
        case "flag":
            return _flag(cell)
        case "formula":
            return from_cell(cell)
        case "name":
            return _named(cell)
        case "number":
            return int(cell) if cell.isdecimal() else cell
    return cell


def _named(cell: str) -> str:
    found = re.fullmatch(r"\$\{\s*(\w+)\s*\}|([a-z]\w*)", cell, re.ASCII)
    if found is None:
        raise FormulaError(f"{cell} 不行，要写题名，例如 ${{people}}")
    return found[1] or found[2]


def _flag(cell: str) -> bool:
    if cell.lower() in YES:
        return True
    if cell.lower() in NO:
        return False
    raise FormulaError(f"{cell} 不行，写 yes 或空着")
