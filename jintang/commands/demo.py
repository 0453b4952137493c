"""`jintang demo`: the whole of Jintang on one page, without Telegram."""

import asyncio
from typing import Annotated

import typer

from jintang.console import say

Host = Annotated[str, typer.Option(help="监听地址")]
Port = Annotated[int, typer.Option(help="端口")]
PolicyName = Annotated[str, typer.Option("--policy", help="用哪套政策：hebei 或 xinfeng")]


def demo(host: Host = "127.0.0.1", port: Port = 8080, policy: PolicyName = "hebei") -> None:
    """在本机演练：自带模拟手机，人物虚构，不连接 Telegram。"""

    from jintang.demo import HEADER, serve  # loads slowly; other commands need not wait

    def ready(base: str) -> None:
        say(f"{HEADER}\n请用浏览器打开：{base}\n按 Ctrl+C 结束。")

    try:
        asyncio.run(serve(host, port, ready, policy))
    except KeyboardInterrupt:
        say("演练结束。")
