"""`jintang export papers`: the papers of a case for A4, on the county's own machine."""

import asyncio
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from jintang.console import done
from jintang.installation import Refused, desk_of, read_settings, ready_database, told, write_new
from storage.work import Case
from workflows.desk import Desk
from workflows.papers.page import html, pdf
from workflows.papers.paper import Paper
from workflows.papers.papers import notice, papers_of
from workflows.record import Record, record_of

INSTALL = "apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fontconfig fonts-noto-cjk"
Numbers = Annotated[list[str], typer.Argument(help="案件编号，一个或几个", metavar="CASE...")]
Folder = Annotated[Path, typer.Option("--folder", help="存到哪个文件夹，里面每户一个文件夹")]
OnlyHtml = Annotated[bool, typer.Option("--html", help="只要网页，用浏览器打印")]


@told
async def export_papers(numbers: Numbers, folder: Folder = Path(), *, only_html: OnlyHtml = False) -> None:
    """打印一户的授权书、录入对照单、评议记录、公示稿、审核审定表；几户一起另有一张合在一起的公示稿。"""
    settings = read_settings()
    desk = desk_of(settings)
    if not only_html:
        await asyncio.to_thread(_can_print)
    async with ready_database(settings) as database:
        async with database.reading() as session:
            records = [await _record(session, desk, number) for number in dict.fromkeys(numbers)]
        await asyncio.to_thread(_write_all, folder, records, only_html)
        async with database.writing(None) as session:
            for record in records:
                desk.record(session, "papers.printed", case_id=record.case.id)
            await session.commit()
    done(f"{len(records)} 户的材料存在 {folder.resolve()}；里面有姓名，用完请收好，不要发到外网")


async def _record(session: AsyncSession, desk: Desk, number: str) -> Record:
    case = (await session.scalars(select(Case).where(Case.number == number))).first()
    if case is None:
        raise Refused(f"没有案件 {number}，编号在卡片和“看这一户”里，例如 DP-260312-01")
    return await record_of(session, desk, case)


def _write_all(folder: Path, records: Sequence[Record], only_html: bool) -> None:
    """A folder for each case; those of one village share a notice too."""
    for record in records:
        _write(folder / f"打印-{record.case.number}", papers_of(record), record.case.number, only_html)
    if len({record.place for record in records}) == 1 < len(records):
        _write(folder, [notice(records)], f"{len(records)}户", only_html)


def _write(folder: Path, papers: Sequence[Paper], of: str, only_html: bool) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Refused(f"建不了文件夹 {folder}，请检查权限") from error
    for paper in papers:
        page = html(paper, "" if paper.public else of)
        write_new(folder / f"{paper.file}.html", page.encode())
        if not only_html:
            write_new(folder / f"{paper.file}.pdf", pdf(page))


def _can_print() -> None:
    """PDF needs Pango and a font with Chinese characters."""
    try:
        pdf("<p>")
    except OSError as error:
        raise Refused(f"这台机器缺 Pango，做不了 PDF：{INSTALL}；或者加 --html，用浏览器打印") from error
    listing = shutil.which("fc-list")
    if listing and not subprocess.run([listing, ":lang=zh"], capture_output=True, check=False).stdout:
        raise Refused(f"这台机器没有中文字体，PDF 里会是方块：{INSTALL}；或者加 --html，用浏览器打印")
