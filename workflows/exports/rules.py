"""How often each rule of each department was right: clues that led to something (domain §7.2 R17).

A county that sees a rule cry wolf can mute it in clue_rules.yaml.
"""

from collections.abc import AsyncIterator, Sequence
from datetime import date

from sqlalchemy import case, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from config.models import ClueRulesFile
from storage.register import Clue
from storage.work import Case

HEADER = ("部门", "规则", "提示的话", "线索", "已核实", "拟纳入", "纳入监测", "命中率", "状态")
CHECKED = ("no_risk", "solved", "candidate")


async def by_rule(
    session: AsyncSession, rules: ClueRulesFile, since: date | None
) -> AsyncIterator[Sequence[str]]:
    """The rows of `HEADER` in the order of the policy, then what no rule of it names.

    The rate is what was recognised of what was checked, in whole per cent; nothing where nothing was.
    """
    counted = await _counted(session, since)
    for rule in rules.rules:
        state = "已停用" if rule.muted else ""
        yield rule.dept, rule.rule, rule.words, *_shown(counted.pop((rule.dept, rule.rule), (0,) * 4)), state
    for (dept, name), numbers in sorted(counted.items()):
        yield dept, name, "", *_shown(numbers), "规则表里没有"


def _shown(numbers: Sequence[int]) -> Sequence[str]:
    _, checked, _, recognised = numbers
    rate = f"{100 * recognised / checked:.0f}%" if checked else ""
    return *map(str, numbers), rate


async def _counted(session: AsyncSession, since: date | None) -> dict[tuple[str, str], Sequence[int]]:
    """Clues, checked, candidates and recognised by department and rule."""
    query = (
        select(
            Clue.dept,
            Clue.rule,
            func.count(Clue.id),
            func.count(case((Clue.result.in_(CHECKED), 1))),
            func.count(case((Clue.result == "candidate", 1))),
            func.count(Case.recognised_on),
        )
        .outerjoin(Case, (Case.id == Clue.case_id) & (Clue.result == "candidate"))
        .group_by(Clue.dept, Clue.rule)
    )
    if since is not None:
        query = query.where(Clue.received_on >= since)
    return {(dept, rule): numbers for dept, rule, *numbers in await session.execute(query)}
