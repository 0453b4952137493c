"""The contract of the intake: what a program sends, what it is answered, for OpenAPI and for readers."""

from typing import Any

from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel, Field
from starlette.routing import BaseRoute

from workflows.imports.columns import COLUMNS, Kind
from workflows.reception import KEPT_DAYS

PATH = "/api/v1/clues"
LARGEST = 2_000_000
MOST = 1_000
VERSION = "1"

SUMMARY = "报送线索"
DESCRIPTION = f"""\
一次报一批线索，一条也写成一批。列名和检查都与 `jintang import clues` 一样；日期写成 2026-03-01。

* 存好以后才回答，每条线索各有结果；退回的行写明哪一项、为什么，其他行照常收下。
* 除 `id_number` 外，别处有证件号、手机号、银行卡号，整个请求退回，什么也不收。证件号只用来找户，不保存。
* 同一条线索（`signal_id`）再报一遍，什么也不变，结果是 `known`。
* 带 `Idempotency-Key` 时，同一个键、同一份内容得到同样的回答，{KEPT_DAYS} 天内有效；同一个键换了内容，退回。
* 一次最多 {MOST:,} 条，{LARGEST // 1_000_000} MB。"""

STATES = {
    "open": "新建档，通知已在路上",
    "merged": "并入这一户在办的案子",
    "suppressed": "近期已核查过，或县里停用了这条规则，只留记录",
    "waiting": "还没配到户，县专员在配",
    "known": "以前收到过，没有变化",
    "refused": "退回，原因在 faults",
}


class Fault(BaseModel):
    field: str | None = Field(description="哪一项；空的是整条")
    reason: str = Field(description="为什么，要改成什么")


class ClueResult(BaseModel):
    row: int = Field(description="请求里的第几条，从 1 数起")
    signal_id: str
    state: str = Field(
        description="；".join(f"{state} {words}" for state, words in STATES.items()),
        json_schema_extra={"enum": [*STATES]},
    )
    faults: list[Fault]


class Results(BaseModel):
    received: int = Field(description="收到几条")
    taken: int = Field(description="新收下几条")
    known: int = Field(description="以前收到过几条")
    refused: int = Field(description="退回几条")
    clues: list[ClueResult]


class Refused(BaseModel):
    error: str = Field(description="为什么，怎么办")


REFUSALS: dict[int | str, dict[str, Any]] = {
    401: {"model": Refused, "description": "没有密钥，或密钥不对、已停用、已过期"},
    413: {"model": Refused, "description": "请求太大"},
    422: {"model": Refused, "description": "整个请求退回，什么也没有收"},
    503: {"model": Refused, "description": "数据库暂时不可用，过 Retry-After 秒再报同样的内容"},
}


def request_schema() -> dict[str, Any]:
    """The body and the header that the route reads by itself, as OpenAPI tells them."""
    columns = COLUMNS[Kind.clues]
    clue = {
        "type": "object",
        "properties": {
            name: {"type": ["string", "number", "null"], "description": words[0]}
            for name, words in columns.synonyms.items()
        },
        "required": [*columns.required],
        "additionalProperties": False,
    }
    clues = {"type": "array", "items": clue, "minItems": 1, "maxItems": MOST}
    schema = {"type": "object", "properties": {"clues": clues}, "required": ["clues"]}
    key = {"name": "Idempotency-Key", "in": "header", "required": False, "schema": {"type": "string"}}
    return {
        "requestBody": {"required": True, "content": {"application/json": {"schema": schema}}},
        "parameters": [key],
        "security": [{"key": []}],
    }


def openapi(routes: list[BaseRoute]) -> dict[str, Any]:
    """The document of these routes only."""
    document = get_openapi(title="金汤：线索接口", version=VERSION, routes=routes)
    document["components"]["securitySchemes"] = {
        "key": {"type": "http", "scheme": "bearer", "description": "jintang key add 给的密钥"}
    }
    return document
