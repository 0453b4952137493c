"""What a command finds at hand: settings, secret key, policy, database, desk — or the reason it does not."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec

import typer
from alembic.util import CommandError
from pydantic import ValidationError
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from config.clock import LocalTime, SystemClock
from config.faults import PolicyError, sentence
from config.loader import load_policy
from config.models import Policy
from config.settings import Settings
from jintang.console import refuse
from jintang.reaching import why
from storage import migrate
from storage.backup import BackupError
from storage.crypto import SecretKeyError, Vault, use_vault
from storage.engine import Database
from workflows.desk import Desk
from workflows.imports import FileRefused

Arguments = ParamSpec("Arguments")

DRIVERS = ("sqlite+aiosqlite", "postgresql+asyncpg")
UNUSABLE = (DBAPIError, ArgumentError, CommandError, ImportError, OSError)


class Refused(Exception):
    """The command cannot be carried out; the message says what to do instead."""


def told(command: Callable[Arguments, Coroutine[Any, Any, None]]) -> Callable[Arguments, None]:
    """A command that runs to its end, or says in words why not and exits with 1."""

    @wraps(command)
    def run(*args: Arguments.args, **kwargs: Arguments.kwargs) -> None:
        try:
            asyncio.run(command(*args, **kwargs))
        except (Refused, BackupError, SecretKeyError, FileRefused, PolicyError) as error:
            refuse(str(error))
            raise typer.Exit(1) from error
        except UNUSABLE as error:
            refuse(f"做不了：{cause(error)}。请运行 jintang doctor 查看原因")
            raise typer.Exit(1) from error

    return run


def cause(error: BaseException) -> str:
    """The first line of what the database itself says."""
    said = error.orig if isinstance(error, DBAPIError) and error.orig else error
    return (str(said).splitlines() or [type(said).__name__])[0]


def read_settings() -> Settings:
    try:
        return Settings()
    except ValidationError as error:
        said = (f"{_variable(one['loc'])}：{sentence(one)}" for one in error.errors(include_url=False))
        raise Refused("设置不对，请改环境变量或 .env：\n" + "\n".join(said)) from error


def _variable(place: tuple[int | str, ...]) -> str:
    return "JINTANG_" + "__".join(str(part).upper() for part in place)


def policy_of(settings: Settings) -> Policy:
    return load_policy(settings.policy, settings.policy_dir)


def desk_of(settings: Settings) -> Desk:
    return Desk(policy_of(settings), LocalTime(SystemClock(), settings.timezone))


def unlock(settings: Settings) -> None:
    """Makes the county's key the one of this process."""
    if settings.secret_key is None:
        raise Refused("没有设置 JINTANG_SECRET_KEY；新装请运行 jintang init，已有数据请填回原来的密钥")
    use_vault(Vault(settings.secret_key.get_secret_value()))


def database_file(url: str) -> Path | None:
    """The file of an embedded database."""
    try:
        parts = make_url(url)
    except ArgumentError as error:
        raise Refused(
            "JINTANG_DATABASE__URL 写法不对，例如 sqlite+aiosqlite:///var/jintang.sqlite3"
        ) from error
    if parts.drivername not in DRIVERS:
        raise Refused(f"JINTANG_DATABASE__URL 请用 {'、'.join(f'{one}://' for one in DRIVERS)} 开头")
    embedded = parts.get_backend_name() == "sqlite" and parts.database
    return Path(parts.database or "") if embedded else None


async def revision(url: str) -> str | None:
    """Where the database stands; None where there is none yet. Makes no file."""
    file = database_file(url)
    if file is not None:
        return await migrate.current(url) if file.exists() else None
    try:
        return await migrate.current(url)
    except UNUSABLE as error:
        if reason := why(error, make_url(url)):
            raise Refused(reason) from error
        raise


@asynccontextmanager
async def ready_database(settings: Settings) -> AsyncIterator[Database]:
    """The database, migrated to the last revision and unlocked."""
    unlock(settings)
    if await revision(settings.database.url) != migrate.head():
        raise Refused("数据库还没有准备好，请先运行 jintang init")
    database = Database(settings.database.url)
    try:
        yield database
    finally:
        await database.close()


def write_new(file: Path, content: bytes) -> None:
    """Only its owner can read it; what is there already is not written over."""
    try:
        file.touch(mode=0o600, exist_ok=False)
        file.write_bytes(content)
    except FileExistsError as error:
        raise Refused(f"{file} 已经有了，请换一个名字") from error
    except OSError as error:
        raise Refused(f"写不了 {file}，请检查文件夹和权限") from error
