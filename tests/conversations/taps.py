"""How many presses a form takes, by the golden dialogues: `python -m tests.conversations.taps` writes it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median

from tests.conversations.talk import Dialogue, acting, dialogues

PAGE = Path(__file__).parents[2] / "docs" / "reports" / "taps.md"
AIMS: Mapping[str, int] = {"A1 没风险": 8, "A1 有风险": 12, "B 没变化": 3}
HEAD = """\
# 填一张表要点几下

由 `python -m tests.conversations.taps` 写出，数的是金标对话（`tests/conversations/*.yaml` 里写了 `way` 的）。
从卡片上打开表的那一下以后数起，打一次字算一下，“提交”也算；几段对话取中位数。

| 表和情形 | 中位数 | 要求 | 对话 |
|---|---:|---:|---|
"""


def taps(dialogue: Dialogue) -> int:
    """Presses and typed words of a dialogue, with the one that opens the form."""
    return sum(len(acting(turn)[1]) for turn in dialogue.talk)


def medians() -> dict[str, tuple[float, Sequence[Dialogue]]]:
    """Each way through a form with its median, and the dialogues it is of."""
    ways = defaultdict[str, list[Dialogue]](list)
    for dialogue in dialogues():
        if dialogue.way is not None:
            ways[dialogue.way].append(dialogue)
    return {way: (median(taps(one) - 1 for one in some), some) for way, some in sorted(ways.items())}


def page() -> str:
    rows = []
    for way, (middle, some) in medians().items():
        told = "；".join(f"{one.about}（{taps(one) - 1}）" for one in some)
        rows.append(f"| {way} | {middle:g} | {AIMS.get(way, '')} | {told} |\n")
    return HEAD + "".join(rows)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
