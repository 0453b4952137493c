"""`jintang run`: Jintang at work, the whole or a part of it."""

from typing import Annotated

import typer

from jintang.installation import told
from jintang.roles import Role

Roles = Annotated[
    list[Role] | None,
    typer.Option("--role", help="只做其中一部分，可以写几次；用 PostgreSQL 时各部分可以各开几个进程"),
]


@told
async def run(role: Roles = None) -> None:
    """开始工作：收消息、发提醒、追期限。"""
    from jintang.running import work  # the messenger library loads slowly; other commands need not wait

    await work(role or [])
