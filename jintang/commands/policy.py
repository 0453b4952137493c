"""`jintang policy`: check what a county has written, show what is in force, reckon dates."""

import json
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from config.calendar import Calendar
from config.faults import Fault, PolicyError
from config.loader import load_policy
from config.models import Policy
from config.wording import day_text
from jintang.console import done, out, say, table
from jintang.installation import policy_of, read_settings, told
from workflows.dates import DISPATCH, LIMIT, Schedule, as_rows, schedule
from workflows.imports.cells import Unfit, day

app = typer.Typer(help="查看和检查政策文件。", no_args_is_help=True)
PROVISIONAL = " 暂估"
NAMES = {DISPATCH: "受理分派", LIMIT: "总期限"}


@app.command()
@told
async def check(
    folder: Annotated[
        Path | None, typer.Argument(help="本县政策文件夹，缺省用 JINTANG_POLICY_DIR", metavar="DIR")
    ] = None,
) -> None:
    """检查政策文件；每处毛病一行“文件:行号: 说明”，有毛病时退出码为 1。"""
    settings = read_settings()
    try:
        policy = load_policy(settings.policy, folder or settings.policy_dir)
    except PolicyError as error:
        for fault in error.faults:
            out.print(_pointed(fault), markup=False, soft_wrap=True)
        raise typer.Exit(1) from error
    done(f"政策 {settings.policy}（{policy.county.label}）没有毛病，内容摘要 {policy.digest[:12]}")


def _pointed(fault: Fault) -> str:
    place = f"（{fault.where}）" if fault.where else ""
    return f"{fault.file}:{fault.line}: {fault.message}{place}"


@app.command()
@told
async def show(
    as_json: Annotated[bool, typer.Option("--json", help="整份政策，JSON")] = False,
) -> None:
    """显示在用的政策。"""
    policy = policy_of(read_settings())
    if as_json:
        print(json.dumps(policy.dumped(), ensure_ascii=False, indent=2))
        return
    county, profile, procedure = policy.county, policy.profile, policy.procedure
    say(f"{county.label}：{profile.label}，{procedure.label}，内容摘要 {policy.digest[:12]}")
    _show_steps(policy)
    _show_posts(policy)
    _show_levels(policy)


def _show_steps(policy: Policy) -> None:
    plan = policy.profile.plan
    rows = [
        [
            step.label,
            policy.posts[step.post].label if step.post in policy.posts else step.post,
            _nth(plan.get(name)),
        ]
        for name, step in policy.procedure.steps.items()
    ]
    table("环节", ["环节", "岗位", "计划"], rows)


def _nth(planned: int | None) -> str:
    return "" if planned is None else f"第{planned}天"


def _show_posts(policy: Policy) -> None:
    rows = [[name, post.label, "一人" if post.single_holder else ""] for name, post in policy.posts.items()]
    table("岗位", ["代码", "名称", "限"], rows)


def _show_levels(policy: Policy) -> None:
    rows = [[name, level.label, f"{level.every_days} 天"] for name, level in policy.levels.levels.items()]
    table("风险等级", ["代码", "名称", "走访间隔"], rows)


@app.command()
@told
async def dates(
    start: Annotated[str, typer.Option(help="受理日期，如 2026-03-12")],
    profile: Annotated[str | None, typer.Option(help="期限方案，缺省用本县的")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="JSON 列表")] = False,
) -> None:
    """从受理日期推算每个环节的计划日期和最迟日期。"""
    policy = policy_of(read_settings())
    name = profile or policy.county.profile
    if name not in policy.profiles:
        raise typer.BadParameter(
            f"没有 {name}，可用的有：{'、'.join(policy.profiles)}", param_hint="--profile"
        )
    first, calendar = _start(start), Calendar(policy.calendar.announced)
    found = schedule(policy.profiles[name], policy.procedure, first, calendar)
    if as_json:
        print(json.dumps(as_rows(found), ensure_ascii=False))
    else:
        _show_dates(policy, f"{policy.profiles[name].label}，{day_text(first)} 受理", found, calendar, first)


def _start(text: str) -> date:
    try:
        return day(text)
    except Unfit as unfit:
        raise typer.BadParameter(f"{text} {unfit}", param_hint="--start") from unfit


def _show_dates(policy: Policy, title: str, found: Schedule, calendar: Calendar, first: date) -> None:
    steps = policy.procedure.steps
    rows = []
    for row in as_rows(found):
        name, planned, latest = (
            row["step"],
            date.fromisoformat(row["planned"]),
            date.fromisoformat(row["latest"]),
        )
        label = steps[name].label if name in steps else NAMES[name]
        rows.append(
            [
                label,
                day_text(planned) + _mark(calendar.provisional(first, planned)),
                day_text(latest) + _mark(found.provisional),
            ]
        )
    table(title, ["环节", "计划", "最迟"], rows)
    if found.provisional:
        say("暂估：国务院还没有公布那一年的放假安排，公布后日期可能变动")


def _mark(provisional: bool) -> str:
    return PROVISIONAL if provisional else ""
