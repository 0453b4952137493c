"""Who is told and how often: posts in routing, levels, clue rules, open windows."""

from config.book import Book
from config.catalogue import RELATIVE_POSTS
from config.models import (
    ClueRule,
    ClueRulesFile,
    LevelsFile,
    Mode,
    PostsFile,
    QuietFile,
    RoutingFile,
    Tier,
)
from config.source import Place


def check_routing(book: Book) -> None:
    """Every recipient is a post of this policy."""
    posts = book.only(PostsFile)
    for file, routing in book.every(RoutingFile).items():
        for event, recipients in routing.events.items():
            for index, told in enumerate(recipients):
                if posts and told.post not in RELATIVE_POSTS and told.post not in posts.posts:
                    place = ("events", event, index, "post")
                    book.blame(
                        file, place, f"没有岗位 {told.post}，请用 posts.yaml 里的岗位，或 holder、helper"
                    )


def check_city(book: Book) -> None:
    """The city gets counts, never a case (promise 6)."""
    posts = book.only(PostsFile)
    for file, routing in book.every(RoutingFile).items():
        for event, recipients in routing.events.items():
            for index, told in enumerate(recipients):
                rule = posts.posts.get(told.post) if posts else None
                if rule and rule.tier is Tier.city and told.mode is not Mode.count:
                    place = ("events", event, index, "mode")
                    book.blame(file, place, f"{rule.label}只收数字，mode 请写 count")


def check_levels(book: Book) -> None:
    """The levels given on recognition and on danger exist."""
    for file, levels in book.every(LevelsFile).items():
        for key, level in (("on_recognition", levels.on_recognition), ("on_danger", levels.on_danger)):
            if level not in levels.levels:
                known = "、".join(levels.levels)
                book.blame(file, (key,), f"没有等级 {level}，可用的有：{known}")


def check_clue_rules(book: Book) -> None:
    """Rules name risks and bands of the same file, each department and rule once."""
    for file, clues in book.every(ClueRulesFile).items():
        seen: set[tuple[str, str]] = set()
        for index, rule in enumerate(clues.rules):
            _check_rule(book, file, ("rules", index), rule, clues)
            if (rule.dept, rule.rule) in seen:
                book.blame(file, ("rules", index), f"{rule.dept} 的规则 {rule.rule} 写了两次，请只留一条")
            seen.add((rule.dept, rule.rule))


def check_windows(book: Book) -> None:
    """Windows open before they close, in order, and the morning list falls into one."""
    for file, quiet in book.every(QuietFile).items():
        for index, window in enumerate(quiet.windows):
            if window.opens >= window.closes:
                book.blame(file, ("windows", index), "开始要早于结束，请改时间")
            elif index and window.opens < quiet.windows[index - 1].closes:
                book.blame(file, ("windows", index), "和前一个时段重叠，请按先后写")
        if not any(window.opens <= quiet.morning < window.closes for window in quiet.windows):
            book.blame(file, ("morning",), "早上清单的时间要在开放时段里，请改时间")


def _check_rule(book: Book, file: str, place: Place, rule: ClueRule, clues: ClueRulesFile) -> None:
    if rule.risk is not None and rule.risk not in clues.risks:
        book.blame(file, (*place, "risk"), f"没有风险代码 {rule.risk}，请用 risks 里的代码并加引号")
    for band in rule.urgent_bands:
        if band not in clues.bands:
            book.blame(file, (*place, "urgent_bands"), f"没有档 {band}，可用的有：{'、'.join(clues.bands)}")
