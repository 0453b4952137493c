"""What to know before deciding on a case, what matters first (domain §8; bands, no amounts: §5.3)."""

from collections.abc import Iterator

from config.models import IncomeLine
from workflows.record import NOT_YET, Record

GUARANTEES = (("house", "safe", "住房"), ("schooling", "some_not", "上学"), ("insured", "some_not", "医保"))
MOST = 6
ABLE = {"ordinary", "skilled", "weak"}


def brief(record: Record, line: IncomeLine | None) -> list[str]:
    """A few lines: first what speaks against going on, then what was found."""
    if record.sheets["a2"].submission is None:
        return ["入户采集还没登记"]
    return [f"⚠️ {one}" for one in doubtful(record)] + [*_found(record, line)]


def doubtful(record: Record) -> Iterator[str]:
    """What speaks against going on without a look."""
    a2, sheets = record.sheets["a2"], record.sheets
    comparison, explain, review = sheets["comparison"], sheets["explain"], sheets["review"]
    if comparison.answers.get("result") == "doubts":
        told = f"，说明是{explain.said('reasons')}" if explain.submission else "，还没说明"
        yield f"比对有疑点：{comparison.said('doubt_kinds')}{told}"
    if sheets["objection"].submission is not None:
        yield f"公示有异议，复核：{sheets['objection'].said('decision')}"
    if unsolved := [*_unsolved(record)]:
        yield "没解决的：" + "、".join(unsolved)
    if a2.answers.get("sheet_signed") == "no":
        yield "纸表还没签字"
    present, expected = review.number("present"), review.number("expected")
    if review.answers.get("how") == "representatives" and present * 3 < expected * 2:
        yield f"评议到会 {present} 人，不足应到 {expected} 人的三分之二"


def _unsolved(record: Record) -> Iterator[str]:
    """Of housing, schooling, insurance and water what is not in order."""
    a2 = record.sheets["a2"]
    for name, word, label in GUARANTEES:
        answer = a2.answers.get(name)
        if (name == "house" and answer not in (None, word)) or (name != "house" and answer == word):
            yield label
    if a2.answers.get("water") not in (None, ["fine"]):
        yield "饮水"


def _found(record: Record, line: IncomeLine | None) -> Iterator[str]:
    a2, review = record.sheets["a2"], record.sheets["review"]
    if changed := a2.changed():
        yield f"退回后改了：{'、'.join(changed[:MOST])}{'等' if len(changed) > MOST else ''}"
    yield f"村里建议：{a2.said('proposed')}；风险：{a2.said('risks')}"
    able = any(a2.answers.get(f"members[{one.nth}].labour") in ABLE for one, _ in a2.several("members"))
    labour = "有劳动力" if able else "没有劳动力"
    yield f"{a2.said('people')}，{labour}，{_income(a2.number('reference'), line)}"
    if review.submission is not None:
        yield f"评议{review.said('result')}：同意 {review.number('agree')}，实到 {review.number('present')}"
    if record.sheets["publicity"].said("result") != NOT_YET:
        yield f"公示：{record.sheets['publicity'].said('result')}"


def _income(reference: int, line: IncomeLine | None) -> str:
    """Where the reference income lies, in words: amounts stay out of messages."""
    if line is None:
        return "参考线未配置"
    return f"参考人均{'高于' if reference > line.value else '不高于'}今年参考线"
