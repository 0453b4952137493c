"""`jintang init`: a database in the shape of the models, a secret key, and on request an area tree."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from config.settings import Settings
from jintang import proof
from jintang.area import area_file
from jintang.console import done, out, say
from jintang.installation import Refused, desk_of, read_settings, revision, told, unlock
from storage import migrate
from storage.crypto import Vault, new_secret, use_vault, vault
from storage.engine import Database
from storage.work import Marker
from workflows.imports import import_bytes

ENV = Path(".env")


class Area(StrEnum):
    """The shipped area trees."""

    weichang = "weichang"
    xinfeng = "xinfeng"


@told
async def init(
    area: Annotated[Area | None, typer.Option(help="装入随附的行政区划：weichang 围场、xinfeng 信丰")] = None,
    drill: Annotated[bool, typer.Option("--drill", help="标记为演练库：只放虚构的人和户")] = False,
    write_env: Annotated[bool, typer.Option("--write-env", help="把新密钥写进 .env（权限 0600）")] = False,
) -> None:
    """准备数据库；没有密钥时生成一个。可以重复运行，已有的数据不动。"""
    settings = read_settings()
    fresh = await _key(settings)
    if fresh:
        _hand_over(fresh, write_env=write_env)
    await migrate.upgrade(settings.database.url)
    done(f"数据库已就绪，版本 {migrate.head()}")
    await _mark(settings, drill=drill)
    if area:
        await _load(settings, area)
    say("下一步：jintang import officials 责任人.xlsx，再 jintang import households 农户.xlsx")


async def _key(settings: Settings) -> str | None:
    """The new key, when none is set and the database is new; the key of this process is in place."""
    if settings.secret_key is not None:
        unlock(settings)
        return None
    if await revision(settings.database.url) is not None:
        raise Refused("数据库已经用密钥加密过，请把原来的密钥填回 JINTANG_SECRET_KEY")
    fresh = new_secret()
    use_vault(Vault(fresh))
    return fresh


async def _mark(settings: Settings, *, drill: bool) -> None:
    database = Database(settings.database.url)
    try:
        async with database.writing() as session:
            await proof.prove(session, vault())
            if drill:
                await session.merge(Marker(name="drill", value="1"))
            await session.commit()
    finally:
        await database.close()
    if drill:
        done("已标记为演练库")


async def _load(settings: Settings, area: Area) -> None:
    database = Database(settings.database.url)
    try:
        report = await import_bytes("regions", *area_file(area.value), database, desk_of(settings))
    finally:
        await database.close()
    done(f"行政区划：新增 {report.added}，更新 {report.updated}，未变 {report.unchanged}")


def _hand_over(secret: str, *, write_env: bool) -> None:
    """Shows the key once, before anything is written with it: the county keeps it, not we."""
    line = f"JINTANG_SECRET_KEY={secret}"
    if write_env:
        _append(ENV, line)
        done(f"新密钥已写进 {ENV.resolve()}，权限 0600。请另外抄存一份")
    else:
        out.print(line, markup=False, soft_wrap=True)
        say("以上是新密钥，只显示这一次。请填进环境变量或 .env，另抄一份离线保管")
    say("密钥丢了，姓名和号码就再也读不出来")


def _append(path: Path, line: str) -> None:
    path.touch(mode=0o600)
    path.chmod(0o600)
    text = path.read_text(encoding="utf-8")
    gap = "" if not text or text.endswith("\n") else "\n"
    with path.open("a", encoding="utf-8") as file:
        file.write(f"{gap}{line}\n")
