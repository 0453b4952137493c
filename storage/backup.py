"""Copies of a whole database: SQLite by its online backup, PostgreSQL by `pg_dump` and `pg_restore`.

A copy is taken while others write and is what one instant saw. What a restore replaces stays beside it:
a file under another name, or the tables in a schema of their own.
"""

import os
import shutil
import sqlite3
import subprocess
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import URL, text
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.engine import Database
from storage.leading import file_lock

SQLITE_HEAD, POSTGRESQL_HEAD = b"SQLite format 3\0", b"PGDMP"
PUBLIC = "public"
OTHERS = text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
    " AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
)


class BackupError(Exception):
    """The copy cannot be made or used; the message says why, in the words of the county."""


def suffix(database: Database) -> str:
    """How a backup of such a database is named at its end."""
    return ".sqlite3" if database.embedded else ".dump"


def check_kind(database: Database, file: Path) -> None:
    """Raises where the file is no backup of this kind of database."""
    head = SQLITE_HEAD if database.embedded else POSTGRESQL_HEAD
    with file.open("rb") as opened:
        if opened.read(len(head)) != head:
            kind = "SQLite" if database.embedded else "PostgreSQL"
            raise BackupError(f"{file} 不是 {kind} 的备份，请核对文件和 JINTANG_DATABASE__URL")


def back_up(database: Database, target: Path) -> None:
    """Writes the copy beside `target` first: under its name there is only what is whole."""
    part = target.with_name(f"{target.name}.part")
    with _private(part) as opened:
        if not database.embedded:
            _run("pg_dump", ["--format=custom", f"--schema={PUBLIC}"], database.url, opened)
    try:
        if database.embedded:
            _copy(_file(database), part)
        else:
            _run("pg_restore", ["--list", str(part)], database.url)
        os.link(part, target)  # never over another file
    finally:
        part.unlink()


def _private(file: Path) -> BinaryIO:
    """A new file that nobody else may read."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.unlink(missing_ok=True)
    return os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


# --- SQLite ------------------------------------------------------------------------------------------


def _file(database: Database) -> Path:
    return Path(database.url.database or "")


def _copy(source: Path, target: Path) -> None:
    """A page by page copy of what is committed now, examined, in one file."""
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(target)) as new:
        old.backup(new)
        new.execute("PRAGMA journal_mode=DELETE")
        said = [row[0] for row in new.execute("PRAGMA integrity_check")]
    if said != ["ok"]:
        raise BackupError(f"{source} 有损坏：{said[0]}")


def stage_file(database: Database, file: Path) -> Path:
    """The backup as a database file beside the county's own, to be examined there."""
    staged = _file(database).with_name(f"{_file(database).name}.restoring")
    _private(staged).close()
    try:
        _copy(file, staged)
    except sqlite3.DatabaseError as error:
        staged.unlink()
        raise BackupError(f"{file} 读不出来：{error}") from error
    return staged


def put_file(database: Database, staged: Path, stamp: str, *, replace: bool) -> Path | None:
    """Puts the examined file in its place; where the file that was there is kept."""
    place = _file(database)
    with file_lock(database, "run") as mine:
        if not mine:
            raise BackupError("金汤正在用这个数据库，请先停掉它")
        kept = _aside(place, stamp, replace=replace)
        os.replace(staged, place)
    return kept


def _aside(place: Path, stamp: str, *, replace: bool) -> Path | None:
    if not place.exists() or not place.stat().st_size:
        return None
    if not replace:
        raise BackupError(f"{place} 里已经有数据，没有改动。要换掉请加 --replace，原来的会留在旁边")
    with closing(sqlite3.connect(place, timeout=0)) as old:
        try:
            old.execute("PRAGMA journal_mode=DELETE")  # refused while anybody else has it open
        except sqlite3.OperationalError as error:
            raise BackupError("还有程序在用这个数据库，请先停掉它") from error
    kept = place.with_name(f"{place.name}.before-{stamp}")
    os.rename(place, kept)
    return kept


# --- PostgreSQL --------------------------------------------------------------------------------------


@asynccontextmanager
async def restored_tables(
    database: Database, file: Path, stamp: str, *, replace: bool
) -> AsyncIterator[str | None]:
    """The backup in the place of the tables, for good if the block ends well; the schema of the old ones."""
    kept = await _set_aside(database, f"before_{stamp}", replace=replace)
    try:
        options = ["--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges"]
        where = [f"--schema={PUBLIC}", f"--dbname={database.url.database}"]
        _run("pg_restore", [*options, *where, str(file)], database.url)
        yield kept
    except BaseException:
        await _put_back(database, kept)
        raise


async def _set_aside(database: Database, name: str, *, replace: bool) -> str | None:
    async with database.engine.begin() as connection:
        if await connection.scalar(OTHERS):
            raise BackupError("还有程序连着这个数据库，请先停掉金汤的各个进程")
        if not await _has_tables(connection):
            return None
        if not replace:
            raise BackupError("数据库里已经有数据，没有改动。要换掉请加 --replace，原来的会留在旁边")
        await connection.exec_driver_sql(f'ALTER SCHEMA {PUBLIC} RENAME TO "{name}"')
        await connection.exec_driver_sql(f"CREATE SCHEMA {PUBLIC}")
    return name


async def _has_tables(connection: AsyncConnection) -> bool:
    query = text("SELECT EXISTS (SELECT FROM pg_tables WHERE schemaname = 'public')")
    return bool(await connection.scalar(query))


async def _put_back(database: Database, kept: str | None) -> None:
    async with database.engine.begin() as connection:
        await connection.exec_driver_sql(f"DROP SCHEMA {PUBLIC} CASCADE")
        back = f'ALTER SCHEMA "{kept}" RENAME TO {PUBLIC}' if kept else f"CREATE SCHEMA {PUBLIC}"
        await connection.exec_driver_sql(back)


def _run(program: str, options: Sequence[str], url: URL, into: BinaryIO | None = None) -> None:
    """PostgreSQL's own tool; address and password go by the environment, which others cannot read."""
    if shutil.which(program) is None:
        raise BackupError(f"没有找到 {program}，请安装 PostgreSQL 客户端（Debian：postgresql-client）")
    done = subprocess.run(
        [program, *options],
        env={**os.environ, **_environment(url)},
        stdin=subprocess.DEVNULL,
        stdout=into or subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip()
        if "version" in said:
            raise BackupError(f"{program} 的版本太旧，请安装不低于服务器版本的 PostgreSQL 客户端：{said}")
        raise BackupError(f"{program} 没有做成：{said}")


def _environment(url: URL) -> dict[str, str]:
    given = {
        "PGHOST": url.host,
        "PGPORT": url.port and str(url.port),
        "PGUSER": url.username,
        "PGPASSWORD": url.password and str(url.password),
        "PGDATABASE": url.database,
    }
    return {name: value for name, value in given.items() if value}
