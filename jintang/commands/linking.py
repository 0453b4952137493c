"""`jintang link STAFF_NO`: an invitation as a link and a QR code, good once for fifteen minutes."""

from typing import Annotated

import segno
import typer
from sqlalchemy import select

from config.settings import Settings
from jintang.console import say
from jintang.installation import Refused, desk_of, read_settings, ready_database, told
from storage.people import Duty, Official
from workflows.linking import INVITATION_MINUTES, invite

StaffNo = Annotated[str, typer.Argument(help="工号")]


@told
async def link(staff_no: StaffNo) -> None:
    """给一个人发绑定码：链接和二维码，一次有效。"""
    settings = read_settings()
    async with ready_database(settings) as database, database.writing() as session:
        official = (await session.scalars(select(Official).where(Official.staff_no == staff_no))).first()
        if official is None:
            raise Refused(f"名单里没有工号 {staff_no}，请先导入责任人名单")
        regions = (
            select(Duty.region_code).where(Duty.official_id == official.id).order_by(Duty.from_on.desc())
        )
        region = (await session.scalars(regions.limit(1))).first() or ""
        token = await invite(session, desk_of(settings), official)
        await session.commit()
    address = f"https://t.me/{await _username(settings, region or '')}?start={token}"
    say(f"{INVITATION_MINUTES} 分钟内有效，只能用一次：\n{address}")
    segno.make(address).terminal(compact=True)


async def _username(settings: Settings, region: str) -> str:
    from jintang.wiring import telegram  # loads slowly; other commands need not wait

    secret = settings.telegram.token_for(region)
    if secret is None:
        raise Refused("没有设置 JINTANG_TELEGRAM__TOKEN，请填机器人的令牌")
    token = secret.get_secret_value()
    async with telegram(token, settings.telegram.api_base, settings.telegram.proxy) as bot:
        return (await bot.me()).username or ""
