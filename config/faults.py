"""What is wrong in a policy file: file, line and a Chinese sentence that says what to write instead."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from config.models import Misplaced


@dataclass(frozen=True, order=True)
class Fault:
    """One mistake: `line` counts from 1, `where` is the dotted place inside the file."""

    file: str
    line: int
    where: str
    message: str

    def __str__(self) -> str:
        place = f"（{self.where}）" if self.where else ""
        return f"{self.file} 第{self.line}行{place}：{self.message}"


class PolicyError(Exception):
    """The policy cannot be used; `faults` lists every mistake of every file at once."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(sorted(set(faults)))
        super().__init__("\n".join(map(str, self.faults)))


_SENTENCES = {
    "missing": "缺少 {name}，请补上这一项",
    "extra_forbidden": "不认识 {name}，请改成已有的名称或删掉",
    "string_type": "这里要写文字；数字和 true、false 请加引号",
    "string_too_short": "至少写 {min_length} 个字",
    "string_pattern_mismatch": "{input} 不合写法：只用小写字母、数字和下划线，以字母开头，例如 age_band",
    "int_type": "这里要写整数",
    "int_parsing": "{input} 不是整数，这里要写整数",
    "int_from_float": "{input} 带小数，这里要写整数",
    "bool_type": "这里只能写 true 或 false",
    "bool_parsing": "{input} 不行，这里只能写 true 或 false",
    "date_type": "日期要写成 2026-03-12 这样",
    "date_parsing": "{input} 不是日期，请写成 2026-03-12 这样",
    "date_from_datetime_parsing": "{input} 不是日期，请写成 2026-03-12 这样",
    "date_from_datetime_inexact": "{input} 带了时间，只写日期，如 2026-03-12",
    "time_type": '时间要加引号写成 "08:30" 这样',
    "time_parsing": '{input} 不是时间，请写成 "08:30" 这样',
    "enum": "{input} 不行，只能写：{expected}",
    "literal_error": "{input} 不行，只能写：{expected}",
    "greater_than_equal": "{input} 太小，至少是 {ge}",
    "too_short": "至少要写 {min_length} 项",
    "tuple_type": "这里要写成列表，每项以“- ”开头",
    "list_type": "这里要写成列表，每项以“- ”开头",
    "dict_type": "这里要写成“名称: 内容”的样子",
    "model_type": "这里要写成“名称: 内容”的样子",
    "model_attributes_type": "这里要写成“名称: 内容”的样子",
}


def told(error: ValidationError) -> list[ErrorDetails]:
    """The errors worth telling: a list is not also too short because its items are wrong."""
    found = error.errors(include_url=False)
    inside = {one["loc"][:depth] for one in found for depth in range(len(one["loc"]))}
    return [one for one in found if one["type"] != "too_short" or one["loc"] not in inside]


def sentence(error: ErrorDetails) -> str:
    """A pydantic error in plain Chinese; an error raised by our own models already is."""
    context: dict[str, Any] = error.get("ctx", {})
    if isinstance(context.get("error"), Exception):
        return str(context["error"])
    words = {"name": error["loc"][-1] if error["loc"] else "", "input": error["input"], **context}
    template = _SENTENCES.get(error["type"], "内容不对，请对照说明改写")
    return template.format(**{**words, "expected": _alternatives(words.get("expected"))})


def place_of(error: ErrorDetails) -> tuple[str | int, ...]:
    """Where a pydantic error belongs in the file, to the very line our own models name."""
    raised = error.get("ctx", {}).get("error")
    inner = raised.place if isinstance(raised, Misplaced) else ()
    return (*(part for part in error["loc"] if part != "[key]"), *inner)


def _alternatives(expected: object) -> str:
    return str(expected or "").replace("'", "").replace(" or ", "、").replace(", ", "、")
