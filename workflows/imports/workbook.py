"""Reading the first sheet of an Excel file; every cell becomes the text a CSV would have held."""

import io
from collections.abc import Iterator
from datetime import date, datetime

from python_calamine import CalamineError, CalamineWorkbook, PasswordError

from workflows.imports.report import FileRefused

EXACT = 10**15  # a spreadsheet keeps fifteen digits; what is longer has lost its last places


def workbook_rows(name: str, content: bytes) -> Iterator[list[str]]:
    """The rows of the first sheet, from row 1; raises `FileRefused`."""
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(content)) as book:
            lines = book.get_sheet_by_index(0).to_python(skip_empty_area=False)
    except PasswordError as error:
        raise FileRefused(f"{name} 加了密码，请取消密码再导入") from error
    except CalamineError as error:
        raise FileRefused(f"{name} 打不开，可能已损坏，请另存一份再导入") from error
    return ([cell_text(cell) for cell in line] for line in lines)


def cell_text(cell: object) -> str:
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float):
        return _number(cell)
    return str(cell)


def _number(value: float) -> str:
    """Whole numbers without a point; those too long for a spreadsheet in the form that tells so."""
    if abs(value) >= EXACT:
        return f"{value:.5E}"
    return str(int(value)) if value.is_integer() else repr(value)
