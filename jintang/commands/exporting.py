"""`jintang export`: lists for others to take away."""

import asyncio
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from config.models import Policy
from jintang.commands.printing import export_papers
from jintang.console import done
from jintang.installation import Refused, desk_of, read_settings, ready_database, told, write_new
from workflows.exports import feedback, month, rules
from workflows.exports.month import Month
from workflows.exports.table import csv_lines
from workflows.imports.cells import Unfit, day

app = typer.Typer(help="导出清单。", no_args_is_help=True)

app.command("papers")(export_papers)

Dept = Annotated[str, typer.Option("--dept", help="哪个部门报的线索")]
Since = Annotated[str | None, typer.Option("--since", help="从哪天收到的算起，如 2026-03-01；缺省是全部")]
MonthOf = Annotated[str | None, typer.Option("--month", help="哪个月，如 2026-03；缺省是本月")]
Target = Annotated[Path | None, typer.Argument(help="存到哪个文件，默认 反馈-部门-日期.csv", metavar="FILE")]


@app.callback()
def lists() -> None:
    """导出清单。"""


@app.command("feedback")
@told
async def export_feedback(dept: Dept, since: Since = None, target: Target = None) -> None:
    """反馈给部门：每条线索一个结果，只有线索编号，没有农户信息。"""
    settings = read_settings()
    desk = desk_of(settings)
    _known(desk.policy, dept)
    file = target or Path(f"反馈-{dept}-{desk.today():%Y%m%d}.csv")
    first = _day(since)
    async with ready_database(settings) as database, database.reading() as session:
        lines = [line async for line in csv_lines(feedback.HEADER, feedback.results(session, dept, first))]
    await asyncio.to_thread(write_new, file, b"".join(lines))
    done(f"{dept} 的线索 {len(lines) - 1} 条，每条一个结果，存在 {file}")


@app.command("month")
@told
async def export_month(
    of: MonthOf = None,
    target: Annotated[
        Path | None, typer.Argument(help="存到哪个文件，默认 报表-年-月.csv", metavar="FILE")
    ] = None,
) -> None:
    """一个月的数字，每村一行，按区划代码排；上级要表时用它，不必再向下要。"""
    settings = read_settings()
    desk = desk_of(settings)
    chosen = _month(of, desk.today())
    file = target or Path(f"报表-{chosen.first:%Y-%m}.csv")
    async with ready_database(settings) as database, database.reading() as session:
        rows = month.by_village(session, desk.areas, chosen)
        lines = [line async for line in csv_lines(month.HEADER, rows)]
    await asyncio.to_thread(write_new, file, b"".join(lines))
    done(f"{chosen.first:%Y年%m月} {len(lines) - 1} 个村的数字存在 {file}")


@app.command("rules")
@told
async def export_rules(
    since: Since = None,
    target: Annotated[
        Path | None, typer.Argument(help="存到哪个文件，默认 规则命中-日期.csv", metavar="FILE")
    ] = None,
) -> None:
    """各部门各条规则报的线索，有多少真纳入了；常报不准的可以在 clue_rules.yaml 里停用。"""
    settings = read_settings()
    desk = desk_of(settings)
    file = target or Path(f"规则命中-{desk.today():%Y%m%d}.csv")
    first = _day(since)
    async with ready_database(settings) as database, database.reading() as session:
        rows = rules.by_rule(session, desk.policy.clues, first)
        lines = [line async for line in csv_lines(rules.HEADER, rows)]
    await asyncio.to_thread(write_new, file, b"".join(lines))
    done(f"{len(lines) - 1} 条规则的命中情况存在 {file}")


def _month(of: str | None, today: date) -> Month:
    if of is None:
        return Month(today.replace(day=1))
    try:
        return Month(day(f"{of}-01"))
    except Unfit as error:
        raise Refused(f"--month 要写成 2026-03 这样，{of} 不行") from error


def _known(policy: Policy, dept: str) -> None:
    if dept not in policy.clues.depts:
        raise Refused(f"没有 {dept} 这个部门，可写：{'、'.join(policy.clues.depts)}")


def _day(since: str | None) -> date | None:
    try:
        return None if since is None else day(since)
    except Unfit as error:
        raise Refused(f"--since {error}") from error
