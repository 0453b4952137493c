"""Conditions in their two spellings: CEL in the policy files, the formulas of XLSForm in a workbook.

What both can say is one tree. `a in ['x', 'y']` is `${a} = 'x' or ${a} = 'y'`, `'x' in a` is
`selected(${a}, 'x')`, `size(a)` is `count-selected(${a})`, `this` is `.`, `nth` is `position(..)`.
"""

from config.expressions import ExpressionError, compiled
from workflows.authoring.parsing import InCel, InXlsForm
from workflows.authoring.spelling import written
from workflows.authoring.tree import CEL, XLSFORM, FormulaError

AS_CEL = "cel:"


def from_cell(cell: str) -> str:
    """The condition of a cell as CEL; raises `FormulaError`."""
    text = cell.strip()
    if not text.startswith(AS_CEL):
        return written(CEL, InXlsForm(text).whole())
    source = text.removeprefix(AS_CEL).strip()
    try:
        compiled(source)
    except ExpressionError as error:
        raise FormulaError(str(error)) from error
    return source


def to_cell(source: str) -> str:
    """A condition in CEL as a cell; what XLSForm cannot say stays CEL and says so."""
    try:
        return written(XLSFORM, InCel(source).whole())
    except FormulaError:
        return f"{AS_CEL} {source}"


def canonical(source: str) -> str:
    """The one spelling of a condition in CEL; what has none stays as it is."""
    try:
        return written(CEL, InCel(source).whole())
    except FormulaError:
        return source
