"""A form read from a workbook: what is wrong is told by sheet and row, in the words of the workbook."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from config.faults import Fault
from config.source import Place, Source
from workflows.authoring.layout import SETTINGS, SHEETS

Where = tuple[str, int]
_SAID = (
    ("题名 == '选项'", "${题名} = '选项'"),
    ("'选项' in 题名", "selected(${题名}, '选项')"),
    ("nth 只在", "position(..) 只在"),
    ("组外要写 ", "组外要写 cel: "),
    ("例如 this >= 1 && this <= 15", "例如 . >= 1 and . <= 15"),
)


@dataclass(frozen=True)
class WorkbookSource(Source):
    """A form as it was read: a fault of it is told by sheet and row."""

    rows: Mapping[Place, Where] = field(default_factory=dict)

    def fault(self, place: Place, message: str) -> Fault:
        around = [place[:depth] for depth in range(len(place), -1, -1)]
        sheet, row = next((self.rows[one] for one in around if one in self.rows), (SETTINGS, 1))
        return at(self.shown, (sheet, row), _in_words_of(sheet, place, message))


def _in_words_of(sheet: str, place: Place, message: str) -> str:
    """A message about a policy file in the words of the workbook."""
    for column in SHEETS[sheet]:
        if place and column.field == place[-1]:
            message = message.replace(f"缺少 {column.field}", f"缺少 {column.word}")
    for cel, formula in _SAID:
        message = message.replace(cel, formula)
    return message


def at(file: str, where: Where, message: str) -> Fault:
    """A fault of a row of a sheet."""
    return Fault(f"{file} 的 {where[0]} 表", where[1], "", message)
