"""Checking a list of clues: known rule, place and dates; nobody's number outside its own column."""

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from config.models import ClueRulesFile
from workflows.imports.cells import Unfit, code, day, person_number, plain
from workflows.imports.checking import Reading, Sieve, text_of
from workflows.imports.layout import Layout
from workflows.imports.places import Tree
from workflows.imports.private import found_private, holds_id, masked
from workflows.imports.report import FileRefused
from workflows.imports.sheet import Row, Sheet
from workflows.signals import Signal

MOST_NOTE = 200
MOST_CODE = 64
_BANDS = {"低": "low", "中": "middle", "高": "high", "低档": "low", "中档": "middle", "高档": "high"}
_DIRECTIONS = {"漏": "漏", "防漏": "漏", "错": "错", "防错": "错"}


@dataclass(frozen=True, slots=True)
class KnownClue:
    """What tells that a signal with a known number is the same one."""

    dept: str
    rule: str
    event_on: date | None
    received_on: date
    direction: str

    @classmethod
    def of(cls, signal: Signal) -> "KnownClue":
        return cls(signal.dept, signal.rule, signal.event_on, signal.received_on, signal.direction)


def refuse_private(kind_of_sheet: Layout, sheet: Sheet) -> None:
    """Refuses the whole file when a number that belongs to a person stands outside its column."""
    own = kind_of_sheet.places.get("id_number")
    ids_only = {kind_of_sheet.places.get(column) for column in ("signal_id", "village_code", "household_no")}
    village = kind_of_sheet.places.get("village_code")
    for row in sheet.rows:
        for place, cell in enumerate(row.cells):
            if place == own or len(cell) < 11:
                continue
            found = _in_number(cell, row, village) if place in ids_only else _in_text(cell)
            if found:
                named = place < len(kind_of_sheet.header)
                name = masked(kind_of_sheet.header[place]) if named else f"第{place + 1}列"
                raise FileRefused(
                    f"{sheet.name} 第{row.number}行“{name}”里有{found}。除“证件号码”一列外不能有"
                    "证件号、手机号、银行卡号，请删掉后再导入；整份文件都没有导入"
                )


def _in_text(cell: str) -> str | None:
    return found_private(unicodedata.normalize("NFKC", cell))


def _in_number(cell: str, row: Row, village: int | None) -> str | None:
    """Signal, household and village numbers may look like phones or cards; an ID among them shows."""
    text = plain(cell)
    home = plain(row.cells[village])[:12] if village is not None and village < len(row.cells) else ""
    if home and text.startswith(home):
        return None
    return "身份证号" if holds_id(text) else None


class _Check:
    """The rules of one list: departments' rules of the policy, the area tree, today."""

    def __init__(self, rules: ClueRulesFile, tree: Tree, find_by: Callable[[str], str]) -> None:
        self.rules = rules
        self.tree = tree
        self.find_by = find_by
        self.village = lru_cache(maxsize=None)(tree.village)
        self.risks = {name: name for name in rules.risks} | {
            label: name for name, label in rules.risks.items()
        }

    def row(self, reading: Reading) -> Signal | None:
        signal_id = reading.need("signal_id", _number)
        dept = reading.need("source_dept", self.dept)
        rule = reading.need("rule_code", code)
        received = reading.need("received_date", day)
        event = reading.take("event_date", day)
        if dept and rule and (dept, rule) not in self.rules.by_name:
            reading.blame("rule_code", self._no_rule(dept, rule))
        self._blame_dates(reading, received, event)
        if not reading.raw("household_no") and not reading.raw("id_number"):
            reading.blame("household_no", "和证件号码至少写一个，才能找到是哪一户")
        return Signal(
            signal_id=signal_id or "",
            dept=dept or "",
            rule=rule or "",
            received_on=received or self.tree.today,
            event_on=event,
            village_code=reading.take("village_code", self.village),
            household_number=reading.take("household_no", _number),
            id_hash=reading.take("id_number", lambda text: self.find_by(person_number(text))),
            person_role=reading.take("person_role", text_of(20)),
            risk=reading.take("risk_code", self.risk),
            direction=reading.take("direction", _direction) or "漏",
            band=reading.take("band", self.band),
            note=reading.take("note", text_of(MOST_NOTE)),
        )

    def dept(self, text: str) -> str:
        found = code(text)
        if found not in self.rules.depts:
            raise Unfit(f"没有这个部门，可写：{'、'.join(self.rules.depts)}")
        return found

    def risk(self, text: str) -> str:
        found = code(text)
        found = found.zfill(2) if found.isdecimal() else found
        if found not in self.risks:
            listed = "、".join(f"{name}{label}" for name, label in self.rules.risks.items())
            raise Unfit(f"没有这种风险，可写：{listed}")
        return self.risks[found]

    def band(self, text: str) -> str:
        found = plain(text)
        found = found if found in self.rules.bands else _BANDS.get(found, found)
        if found not in self.rules.bands:
            raise Unfit(f"没有这一档，可写：{'、'.join(self.rules.bands)}")
        return found

    def _no_rule(self, dept: str, rule: str) -> str:
        listed = "、".join(one.rule for one in self.rules.rules if one.dept == dept)
        return f"{dept}没有这条规则，可写：{listed}；新规则请先写进 clue_rules.yaml"

    def _blame_dates(self, reading: Reading, received: date | None, event: date | None) -> None:
        if received and received > self.tree.today:
            reading.blame("received_date", f"晚于今天（{self.tree.today}），请核对日期")
        if received and event and event > received:
            reading.blame("event_date", "晚于收到日期，请核对两个日期")


def _number(text: str) -> str:
    found = code(text)
    if len(found) > MOST_CODE:
        raise Unfit(f"太长，最多 {MOST_CODE} 位")
    return found


def _direction(text: str) -> str:
    found = _DIRECTIONS.get(plain(text))
    if found is None:
        raise Unfit("只能写：漏、错")
    return found


def check_clues(
    file: str,
    layout: Layout,
    rules: ClueRulesFile,
    tree: Tree,
    known: Mapping[str, KnownClue],
    find_by: Callable[[str], str],
) -> Sieve[Signal]:
    """The signals of a list; a number already used for another signal is refused."""
    check = _Check(rules, tree, find_by)
    sieve: Sieve[Signal] = Sieve(file, layout)
    for reading in sieve.readings():
        sieve.settle(reading, check.row(reading))
    sieve.drop_repeats("signal_id", lambda signal: signal.signal_id)
    for number, signal in list(sieve.taken.items()):
        kept = known.get(signal.signal_id)
        if kept is not None and kept != KnownClue.of(signal):
            reason = f"{signal.signal_id} 已经导入过，内容和这一行不同；新的线索请用新编号"
            sieve.drop(number, "signal_id", reason)
    return sieve
