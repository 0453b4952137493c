"""Rows as lines of a CSV that a spreadsheet opens as it is, and takes no cell of for a formula."""

import csv
import io
import re
from codecs import BOM_UTF8
from collections.abc import AsyncIterator, Sequence

_FORMULA = re.compile(r"[=@\t\r]|[+-](?![\d.]+$)")


def harmless(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if _FORMULA.match(cell) else cell


async def csv_lines(header: Sequence[str], rows: AsyncIterator[Sequence[str]]) -> AsyncIterator[bytes]:
    """The header and each row as they come, however many there are."""
    yield BOM_UTF8 + _line(header)
    async for row in rows:
        yield _line(row)


def _line(cells: Sequence[str]) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out).writerow([harmless(cell) for cell in cells])
    return out.getvalue().encode()
