"""`jintang backup` and `jintang restore`: a copy of the database, and the way back.

The secret key is in no backup. What was waiting to be sent when the backup was made goes out after the
restore, marked 重发, for it may have gone out meanwhile.
"""

import asyncio
from pathlib import Path
from typing import Annotated

import typer
from alembic.util import CommandError

from config.clock import SystemClock
from config.settings import Settings
from jintang import proof
from jintang.console import done, say
from jintang.installation import Refused, read_settings, ready_database, told, unlock
from notifications.restored import mark_repeats
from storage import backup as copies
from storage import migrate
from storage.crypto import vault
from storage.engine import Database
from storage.work import Marker

FOLDER = Path("backups")
Target = Annotated[
    Path | None, typer.Argument(help="存到哪里：文件或文件夹，默认 backups/", metavar="TARGET")
]
Source = Annotated[Path, typer.Argument(help="备份文件", metavar="FILE")]
Replace = Annotated[bool, typer.Option("--replace", help="换掉已有的数据，原来的留在旁边")]


@told
async def backup(target: Target = None) -> None:
    """备份数据库，不用停机。密钥不在备份里，请另外保管。"""
    settings = read_settings()
    async with ready_database(settings) as database:
        file = _named(
            target or FOLDER, f"jintang-{_stamp(settings)}{copies.suffix(database)}", target is None
        )
        if file.exists():
            raise Refused(f"{file} 已经有了，请换一个名字")
        await asyncio.to_thread(copies.back_up, database, file)
    done(f"已备份到 {file}，只有本人能读。密钥不在里面，请另外保管")


@told
async def restore(file: Source, replace: Replace = False) -> None:
    """从备份恢复。先停掉金汤；已有数据时要加 --replace。"""
    settings = read_settings()
    unlock(settings)
    if not file.is_file():
        raise Refused(f"没有这个文件：{file}")
    database = Database(settings.database.url)
    try:
        kept = await _restored(settings, database, file, replace=replace)
    finally:
        await database.close()
    done(f"已从 {file} 恢复，版本 {migrate.head()}，密钥打得开")
    if kept:
        say(f"原来的数据留在 {kept}")
    say("备份时还没发出的会再发，带“重发”字样；备份以后办的事不在里面，请对照补录")


def _named(target: Path, name: str, folder: bool) -> Path:
    return target / name if folder or target.is_dir() else target


def _stamp(settings: Settings) -> str:
    return f"{SystemClock().now().astimezone(settings.zone):%Y%m%d-%H%M%S}"


async def _restored(settings: Settings, database: Database, file: Path, *, replace: bool) -> object:
    """What was there before, if anything."""
    copies.check_kind(database, file)
    if not database.embedded:
        async with copies.restored_tables(
            database, file, _stamp(settings).replace("-", "_"), replace=replace
        ) as schema:
            await _made_fit(settings.database.url)
        return schema and f"模式 {schema}"
    staged = copies.stage_file(database, file)
    try:
        await _made_fit(f"sqlite+aiosqlite:///{staged.absolute()}")
        return copies.put_file(database, staged, _stamp(settings), replace=replace)
    finally:
        for left in staged.parent.glob(f"{staged.name}*"):
            left.unlink()


async def _made_fit(url: str) -> None:
    """The key opens it, its shape is that of today, and what may have gone out is marked."""
    try:
        await migrate.upgrade(url)
    except CommandError as error:
        raise Refused("这份备份来自更新的金汤，请先升级程序再恢复") from error
    database = Database(url)
    try:
        async with database.writing() as session:
            kept = await session.get(Marker, proof.NAME)
            if kept is None:
                raise Refused("备份里没有密钥印记，不是金汤的备份")
            proof.check(kept.value, vault())
            await mark_repeats(session, SystemClock().now())
            await session.commit()
    finally:
        await database.close()
