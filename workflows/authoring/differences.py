"""What has changed between two versions of a form, in the words of its workbook."""

from collections.abc import Iterator, Mapping, Sequence

from config.models import Form
from workflows.authoring.layout import CHOICES, RULES, SETTINGS, SHEETS, SURVEY
from workflows.authoring.writing import sheets_of

Row = Mapping[str, str]
KEYS: Mapping[str, Sequence[str]] = {
    SURVEY: ("type", "name"),
    CHOICES: ("list_name", "name"),
    RULES: ("kind", "question", "result", "when"),
    SETTINGS: (),
}
SHOWN = 60


def differences(old: Form, new: Form) -> list[str]:
    """A line for each row that came, went, moved or reads otherwise; none where the forms are the same."""
    before, after = _sheets(old), _sheets(new)
    return [line for sheet in SHEETS for line in _of_sheet(sheet, before[sheet], after[sheet])]


def _sheets(form: Form) -> dict[str, dict[tuple[str, ...], Row]]:
    """The rows of each sheet by what names them."""
    sheets = dict[str, dict[tuple[str, ...], Row]]()
    for name, (header, *rows) in sheets_of(form).items():
        named: list[Row] = [dict(zip(header, row, strict=True)) for row in rows]
        sheets[name] = {_key(name, row): row for row in named}
    return sheets


def _key(sheet: str, row: Row) -> tuple[str, ...]:
    return tuple(row[word] for word in KEYS[sheet])


def _of_sheet(
    sheet: str, before: Mapping[tuple[str, ...], Row], after: Mapping[tuple[str, ...], Row]
) -> Iterator[str]:
    for key, row in before.items():
        if key not in after:
            yield f"－ {_named(sheet, row)}"
    for key, row in after.items():
        if key not in before:
            yield f"＋ {_named(sheet, row)}"
    for key, row in after.items():
        for word in row if key in before else ():
            if row[word] != before[key][word]:
                yield f"～ {_named(sheet, row)}：{word} {_short(before[key][word])} → {_short(row[word])}"
    if [key for key in before if key in after] != [key for key in after if key in before]:
        yield f"～ {sheet} 的先后变了"


def _named(sheet: str, row: Row) -> str:
    """survey how “怎么核实的？”"""
    named = ("name",) if row.get("type") and row["name"] else KEYS[sheet]
    said = [row[word] for word in named if row[word]]
    label = f"“{_short(row['label'])}”" if row.get("label") else ""
    return " ".join([sheet, *said, label]).strip()


def _short(text: str) -> str:
    if not text:
        return "（空）"
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"
