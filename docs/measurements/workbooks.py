"""Reading a workbook of 10,000 clues with python-calamine and with openpyxl; see decision 0009."""

import io
import time
from collections.abc import Callable

import openpyxl
from python_calamine import CalamineWorkbook

ROWS = 10_000
CELLS = ["医保", "medical_burden", "2026-03-01", "2026-03-12", "130828107206", "H-03-002", "户主", "01", "漏"]


def workbook() -> bytes:
    book, file = openpyxl.Workbook(write_only=True), io.BytesIO()
    sheet = book.create_sheet()
    for number in range(ROWS):
        sheet.append([f"YB-{number:05d}", *CELLS])
    book.save(file)
    return file.getvalue()


def calamine(content: bytes) -> int:
    with CalamineWorkbook.from_filelike(io.BytesIO(content)) as book:
        return len(book.get_sheet_by_index(0).to_python(skip_empty_area=False))


def pure_python(content: bytes) -> int:
    book = openpyxl.load_workbook(io.BytesIO(content), read_only=True)
    return sum(1 for _ in book.worksheets[0].iter_rows(values_only=True))


def best_of_three(read: Callable[[bytes], int], content: bytes) -> float:
    """Milliseconds."""
    times = []
    for _ in range(3):
        began = time.perf_counter()
        assert read(content) == ROWS
        times.append(time.perf_counter() - began)
    return min(times) * 1000


content = workbook()
for name, read in (("python-calamine", calamine), ("openpyxl", pure_python)):
    print(f"{name}: {best_of_three(read, content):.0f} ms")
