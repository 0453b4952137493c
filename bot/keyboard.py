"""The permanent keyboard, by tier, and the commands with their Chinese descriptions."""

from collections.abc import Mapping

from aiogram.types import BotCommand

from config.models import PostRule, Tier
from workflows.authority import Person

TODO, REPORT, MINE, HELP, NOW = "今日待办", "报线索", "我的户", "求助", "现在情况"
LABELS = (TODO, REPORT, MINE, HELP, NOW)


def keyboard(person: Person, posts: Mapping[str, PostRule]) -> list[list[str]]:
    """今日待办｜报线索｜我的户｜求助, from the township up with 现在情况; the city sees numbers only."""
    tier = person.tier(dict(posts))
    if tier is Tier.city:
        return [[NOW, HELP]]
    rows = [[TODO, REPORT], [MINE, HELP]]
    return [*rows, [NOW]] if tier.rank >= Tier.township.rank else rows


def commands(tier: Tier) -> list[BotCommand]:
    """The command menu of a tier."""
    numbers = BotCommand(command="now", description="现在情况：在办、到期、卡点")
    common = [
        BotCommand(command="help", description="怎么用"),
        BotCommand(command="feedback", description="提意见，县里会看"),
    ]
    if tier is Tier.city:
        return [numbers, *common]
    work = [
        BotCommand(command="todo", description="今日待办，超期的在最上面"),
        BotCommand(command="drafts", description="接着填没填完的表"),
        BotCommand(command="report", description="报一条线索"),
    ]
    return [*work, *([numbers] if tier.rank >= Tier.township.rank else []), *common]
