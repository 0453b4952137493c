"""The list of refused rows: the original columns with row number and reason, personal numbers hidden."""

import csv
import io
from codecs import BOM_UTF8
from collections.abc import Iterator, Sequence

from workflows.exports.table import harmless
from workflows.imports.layout import REASON_COLUMN, ROW_COLUMN, Layout
from workflows.imports.private import hidden, masked, masked_ids
from workflows.imports.report import Refusal

SUFFIX = ".rejected.csv"


def rejected_csv(layout: Layout, refusals: Sequence[Refusal]) -> bytes:
    """The refused rows as a CSV that a spreadsheet opens as it is."""
    reasons = {refusal.row: refusal.reason for refusal in refusals}
    kept = [place for place, name in enumerate(layout.header) if name not in (ROW_COLUMN, REASON_COLUMN)]
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow([*(layout.header[place] for place in kept), ROW_COLUMN, REASON_COLUMN])
    for row in layout.body:
        if row.number in reasons:
            cells = list(_cells(layout, row.cells, kept))
            writer.writerow([*cells, row.number, reasons[row.number]])
    return BOM_UTF8 + out.getvalue().encode()


def _cells(layout: Layout, cells: Sequence[str], kept: Sequence[int]) -> Iterator[str]:
    private = {layout.places.get(column) for column in layout.columns.private}
    identifiers = {layout.places.get(column) for column in layout.columns.identifiers}
    for place in kept:
        cell = cells[place].strip() if place < len(cells) else ""
        if place in private:
            yield hidden(cell)
        else:
            yield harmless(masked_ids(cell) if place in identifiers else masked(cell))
