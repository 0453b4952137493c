"""Why a server's database cannot be reached, in words that say what to do about it. Pure."""

import socket
from collections.abc import Callable, Mapping

from sqlalchemy import URL

Words = Callable[[URL], str]

BY_STATE: Mapping[str, Words] = {
    "3D000": lambda url: f"服务器上没有数据库 {url.database}，请先建好（createdb {url.database}）",
    "28P01": lambda url: f"数据库不认 {url.username} 的密码，请核对",
    "28000": lambda url: f"数据库不让 {url.username} 登录，请核对用户名，或在 pg_hba.conf 里放行",
    "53300": lambda _url: "数据库的连接已经用满，请调大 max_connections，或少开几个进程",
    "57P03": lambda _url: "数据库正在启动或停止，请稍等再试",
}


def why(error: BaseException, url: URL) -> str | None:
    """The reason and the remedy; None where the error is of another kind."""
    state = getattr(error, "sqlstate", None) or getattr(getattr(error, "orig", None), "sqlstate", None)
    if words := BY_STATE.get(str(state)):
        return f"{words(url)}（JINTANG_DATABASE__URL）"
    if isinstance(error, socket.gaierror):
        return f"找不到主机 {url.host}，请核对 JINTANG_DATABASE__URL"
    if isinstance(error, (ConnectionError, TimeoutError)) or _no_answer(error):
        where = f"{url.host}:{url.port or 5432}"
        return (
            f"连不上 {where} 的数据库，请看 PostgreSQL 是否已启动、地址和端口对不对（JINTANG_DATABASE__URL）"
        )
    return None


def _no_answer(error: BaseException) -> bool:
    """Several addresses of one host were tried: the error is none of them in particular."""
    return type(error) is OSError and "Connect call failed" in str(error)
