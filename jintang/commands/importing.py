"""`jintang import`: a list comes in, with a bar while it lands and a table of what became of it."""

from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from jintang.console import done, out, refuse, say, table
from jintang.installation import desk_of, read_settings, ready_database, told
from workflows.imports import Kind, Report, import_file

SHOWN_REFUSALS = 10
STATES = {"open": "新建档", "merged": "并入在办", "suppressed": "近期已核", "waiting": "待配户"}


@told
async def import_list(
    kind: Annotated[Kind, typer.Argument(help="名单种类", metavar="regions|officials|households|clues")],
    file: Annotated[Path, typer.Argument(help="CSV（UTF-8 或 GB18030）或 Excel 文件", metavar="FILE")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只检查，不改动任何数据")] = False,
) -> None:
    """导入名单。逐行检查，退回的行写进 FILE.rejected.csv；有退回的行时退出码为 1。"""
    settings = read_settings()
    async with ready_database(settings) as database:
        with _bar() as bar:
            task = bar.add_task(kind.label, total=None)
            report = await import_file(
                kind,
                file,
                database,
                desk_of(settings),
                dry_run=dry_run,
                progress=lambda now, total: bar.update(task, completed=now, total=total),
            )
    _show(kind, report)
    if report.rejected:
        raise typer.Exit(1)


def _bar() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=out, transient=True)


def _show(kind: Kind, report: Report) -> None:
    title = f"{kind.label} {report.file}" + ("（只检查，没有改动）" if report.dry_run else "")
    counts = {
        "行数": report.rows,
        "新增": report.added,
        "更新": report.updated,
        "未变": report.unchanged,
        "退回": len(report.rejected),
    }
    counts |= {STATES[state]: count for state, count in report.states.items()}
    table(title, list(counts), [[str(count) for count in counts.values()]])
    _remarks(report)


def _remarks(report: Report) -> None:
    for refusal in report.rejected[:SHOWN_REFUSALS]:
        refuse(str(refusal))
    if len(report.rejected) > SHOWN_REFUSALS:
        refuse(f"……还有 {len(report.rejected) - SHOWN_REFUSALS} 行")
    if report.rejected_path:
        say(f"退回的行和原因在 {report.rejected_path}，改好后可以直接再导入")
    if report.unused_columns:
        say(f"没有用到的列：{'、'.join(report.unused_columns)}")
    if report.imported_before:
        say(f"同一份内容 {report.imported_before} 导入过")
    if not report.rejected:
        done("没有退回的行")
