"""`jintang doctor`: goes through what an installation needs, each line ✓ or ✗ with what to do."""

import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import typer

from config.faults import PolicyError
from config.settings import Settings
from jintang import proof
from jintang.commands.init import ENV
from jintang.console import done, refuse
from jintang.installation import (
    UNUSABLE,
    Refused,
    cause,
    database_file,
    policy_of,
    read_settings,
    revision,
    told,
)
from storage import migrate
from storage.crypto import SecretKeyError, Vault
from storage.engine import Database
from storage.work import Marker

ENOUGH_BYTES = 1024**3


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at; `words` say how it is, or what to do."""

    well: bool
    words: str


@told
async def doctor() -> None:
    """检查安装：设置、密钥、数据库、政策、时区、磁盘。有 ✗ 时退出码为 1。"""
    findings = [finding async for finding in _examined()]
    for finding in findings:
        (done if finding.well else refuse)(finding.words)
    if not all(finding.well for finding in findings):
        raise typer.Exit(1)


async def _examined() -> AsyncIterator[Finding]:
    yield _env_file(ENV)
    try:
        settings = read_settings()
    except Refused as error:
        yield Finding(False, str(error))
        return
    yield Finding(True, "设置读得出来")
    yield _zone(settings.timezone)
    yield _policy(settings)
    try:
        yield _disk(database_file(settings.database.url))
    except Refused as error:
        yield Finding(False, str(error))
        return
    async for finding in _database(settings):
        yield finding


def _env_file(path: Path) -> Finding:
    if not path.exists():
        return Finding(True, "没有 .env 文件，设置只来自环境变量")
    mode = path.stat().st_mode & 0o777
    if mode & 0o077:
        return Finding(False, f".env 的权限是 {mode:o}，别人也能读，请运行 chmod 600 .env")
    return Finding(True, ".env 只有本人能读")


def _zone(name: str) -> Finding:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return Finding(False, f"没有时区 {name} 的资料，请安装系统的 tzdata")
    return Finding(True, f"时区 {name}")


def _policy(settings: Settings) -> Finding:
    try:
        policy = policy_of(settings)
    except PolicyError as error:
        return Finding(False, f"政策有 {len(error.faults)} 处毛病，请运行 jintang policy check 逐条查看")
    return Finding(True, f"政策 {settings.policy}（{policy.county.label}）")


def _disk(file: Path | None) -> Finding:
    folder = next(one for one in (file or Path("x")).absolute().parents if one.exists())
    free = shutil.disk_usage(folder).free
    words = f"{folder} 所在磁盘还有 {free / 1024**3:.1f} GB"
    return Finding(free >= ENOUGH_BYTES, words if free >= ENOUGH_BYTES else f"{words}，少于 1 GB，请清理")


async def _database(settings: Settings) -> AsyncIterator[Finding]:
    try:
        found = await revision(settings.database.url)
    except Refused as error:
        yield Finding(False, str(error))
        return
    except UNUSABLE as error:
        yield Finding(False, f"数据库连不上：{cause(error)}。请核对 JINTANG_DATABASE__URL")
        return
    yield _revision(found)
    try:
        yield await _key(settings, found)
    except SecretKeyError as error:
        yield Finding(False, str(error))


def _revision(found: str | None) -> Finding:
    if found == migrate.head():
        return Finding(True, f"数据库版本 {found}")
    stands = f"停在版本 {found}" if found else "还没有建好"
    return Finding(False, f"数据库{stands}，请运行 jintang init")


async def _key(settings: Settings, found: str | None) -> Finding:
    if settings.secret_key is None:
        return Finding(False, "没有设置 JINTANG_SECRET_KEY，请填上 jintang init 给出的密钥")
    vault = Vault(settings.secret_key.get_secret_value())
    kept = await _proof(settings) if found else None
    if kept is None:
        return Finding(False, "密钥写法对，但数据库里还没有密钥印记，请运行 jintang init")
    proof.check(kept, vault)
    return Finding(True, "密钥打得开数据库")


async def _proof(settings: Settings) -> str | None:
    database = Database(settings.database.url)
    try:
        async with database.reading() as session:
            kept = await session.get(Marker, proof.NAME)
            return kept.value if kept else None
    finally:
        await database.close()
