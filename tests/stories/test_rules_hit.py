"""How often each rule of each department was right (domain §7.2 R17)."""

from tests.stories.acts import NO_RISK, entered, posted
from tests.stories.world import GRID, World
from workflows.exports.rules import HEADER, by_rule


async def table(w: World) -> dict[tuple[str, str], list[str]]:
    """Clues, checked, candidates, recognised, rate and state of each rule."""
    async with w.reading() as session:
        rows = [row async for row in by_rule(session, w.app.desk.policy.clues, None)]
    assert {len(row) for row in rows} == {len(HEADER)}
    return {(row[0], row[1]): list(row[3:]) for row in rows}


async def test_what_came_of_the_clues_of_each_rule(hebei: World) -> None:
    w = hebei
    await posted(w)
    await entered(w, 2026, 3, 18, 9)
    await w.list_arrives({"household_no": "YL-107206-01-02"})
    await w.does(GRID, *NO_RISK)
    await w.list_arrives({"household_no": "YL-107206-01-03", "source_dept": "人社", "rule_code": "job_lost"})
    w.look_away()
    found = await table(w)
    assert found.pop(("医保", "medical_burden")) == ["2", "2", "1", "1", "50%", ""]
    assert found.pop(("人社", "job_lost")) == ["1", "0", "0", "0", "", ""]
    assert {tuple(row) for row in found.values()} == {("0", "0", "0", "0", "", "")}


async def test_every_rule_has_its_row_in_the_order_of_the_policy(hebei: World) -> None:
    rules = [(rule.dept, rule.rule) for rule in hebei.app.desk.policy.clues.rules]
    assert list(await table(hebei)) == rules


async def test_a_rule_that_is_no_longer_there_comes_last(hebei: World) -> None:
    w = hebei
    await w.list_arrives()
    w.look_away()
    rules = w.app.desk.policy.clues
    fewer = rules.model_copy(update={"rules": tuple(r for r in rules.rules if r.rule != "medical_burden")})
    async with w.reading() as session:
        *_, last = [row async for row in by_rule(session, fewer, None)]
    assert last == ("医保", "medical_burden", "", "1", "0", "0", "0", "", "规则表里没有")
