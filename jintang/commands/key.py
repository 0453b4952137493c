"""`jintang key`: keys for departments' programs that hand in clues over HTTP."""

from datetime import date
from typing import Annotated

import typer

from config.models import Policy
from jintang.console import done, say, table
from jintang.installation import Refused, desk_of, read_settings, ready_database, told
from storage.gate import ApiKey
from workflows.desk import Desk
from workflows.imports.cells import Unfit, day
from workflows.keys import BEGINNING, add_key, all_keys, is_good, live_key, revoke_key

app = typer.Typer(help="给部门的程序发密钥，用来报送线索。", no_args_is_help=True)
MOST_NAME = 64
EVERY = "全部"

Name = Annotated[str, typer.Argument(help="密钥的名字，一般就是部门名")]


@app.command()
@told
async def add(
    name: Name,
    dept: Annotated[str | None, typer.Option("--dept", help="只收这个部门的线索，缺省同名字")] = None,
    every: Annotated[bool, typer.Option("--all", help="收所有部门的线索")] = False,
    until: Annotated[str | None, typer.Option("--until", help="最后一天，如 2026-12-31")] = None,
) -> None:
    """发一个密钥；只显示这一次。"""
    settings = read_settings()
    desk = desk_of(settings)
    owner, last = _owner(desk.policy, name, dept, every=every), _last_day(until, desk.today())
    async with ready_database(settings) as database, database.writing() as session:
        if await live_key(session, name) is not None:
            raise Refused(f"已经有叫 {name} 的密钥；换一个名字，或先停用旧的")
        key = await add_key(session, desk, name, owner, last)
        await session.commit()
    say(key)
    done(f"{name}：收{owner or EVERY}部门的线索。密钥只显示这一次，请交给对方保管")


def _owner(policy: Policy, name: str, dept: str | None, *, every: bool) -> str | None:
    """The department whose clues are taken; None for every one."""
    if not name.strip() or len(name) > MOST_NAME:
        raise Refused(f"名字不能空着，最多 {MOST_NAME} 个字")
    if every:
        if dept is not None:
            raise Refused("--dept 和 --all 只能写一个")
        return None
    depts = policy.clues.depts
    if (owner := dept or name) not in depts:
        raise Refused(f"没有 {owner} 这个部门，请用 --dept 写明：{'、'.join(depts)}；收所有部门的用 --all")
    return owner


def _last_day(until: str | None, today: date) -> date | None:
    if until is None:
        return None
    try:
        last = day(until)
    except Unfit as error:
        raise Refused(f"--until {error}") from error
    if last < today:
        raise Refused(f"--until {last} 已经过去")
    return last


@app.command("list")
@told
async def list_keys() -> None:
    """列出密钥；密钥本身没有保存，列不出来。"""
    settings = read_settings()
    desk = desk_of(settings)
    async with ready_database(settings) as database, database.reading() as session:
        kept = await all_keys(session)
    table("密钥", ("名字", "部门", "开头", "发的日期", "最后一天", "状态"), [_row(desk, one) for one in kept])


def _row(desk: Desk, key: ApiKey) -> list[str]:
    made = key.made_at.astimezone(desk.time.zone).date()
    last = str(key.expires_on or "没有")
    return [
        key.name,
        key.dept or EVERY,
        f"{BEGINNING}_{key.mark}_…",
        str(made),
        last,
        _standing(key, desk.today()),
    ]


def _standing(key: ApiKey, today: date) -> str:
    if key.revoked_at is not None:
        return "已停用"
    return "在用" if is_good(key, today) else "已过期"


@app.command()
@told
async def revoke(name: Name) -> None:
    """停用一个密钥，马上生效。"""
    settings = read_settings()
    async with ready_database(settings) as database, database.writing() as session:
        key = await live_key(session, name)
        if key is None:
            raise Refused(f"没有在用的密钥叫 {name}，用 jintang key list 看有哪些")
        revoke_key(session, desk_of(settings), key)
        await session.commit()
    done(f"{name} 的密钥已停用")
