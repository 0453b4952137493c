"""The intake: clues handed in by a department's program; "accepted" is said after the commit (promise 1)."""

import json
from typing import Any

import structlog
from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse

from storage.engine import is_away
from web import contract, pages
from web.body import read_body
from workflows.imports import FileRefused
from workflows.imports.handed import Record
from workflows.imports.report import Disturbed
from workflows.keys import Caller
from workflows.reception import AnotherContent, Reception

log = structlog.get_logger(__name__)
AGAIN_SECONDS = 5
SHAPE = '要写成 {"clues": [{"signal_id": "…", …}, …]}，一条也写成一批'


class Refusal(Exception):
    """The request as a whole is refused; the words say why and what to do."""

    def __init__(self, status: int, words: str) -> None:
        super().__init__(words)
        self.status = status

    @property
    def answer(self) -> Response:
        headers = {401: {"WWW-Authenticate": "Bearer"}, 503: {"Retry-After": str(AGAIN_SECONDS)}}
        return JSONResponse({"error": str(self)}, self.status, headers.get(self.status))


def intake(reception: Reception) -> APIRouter:
    """The one route, its OpenAPI document, and that as a page."""
    router = APIRouter()

    @router.post(
        contract.PATH,
        summary=contract.SUMMARY,
        description=contract.DESCRIPTION,
        response_description="每条线索各有结果",
        response_model=contract.Results,
        responses=contract.REFUSALS,
        openapi_extra=contract.request_schema(),
    )
    async def clues(request: Request) -> Response:
        try:
            return await _answered(reception, request)
        except Refusal as refusal:
            return refusal.answer

    document = contract.openapi(list(router.routes))

    @router.get("/openapi.json")
    async def openapi() -> dict[str, Any]:
        return document

    @router.get("/docs")
    async def docs() -> Response:
        return HTMLResponse(pages.page(document))

    return router


async def _answered(reception: Reception, request: Request) -> Response:
    """The results of a request; raises `Refusal`."""
    try:
        caller = await _caller(reception, request)
        body = await read_body(request, contract.LARGEST)
        key = request.headers.get("Idempotency-Key")
        said = await reception.hand_in(caller, _records(body), body or b"", key)
    except Disturbed as error:
        raise Refusal(503, "别处也在报同样的线索，请过几秒再报同样的内容") from error
    except FileRefused as error:
        raise Refusal(422, str(error)) from error
    except AnotherContent as error:
        raise Refusal(422, "这个 Idempotency-Key 已经用在另一份内容上，请换一个新的") from error
    except Exception as error:
        if not is_away(error):
            raise
        log.warning("intake_later", error=type(error).__name__)
        raise Refusal(503, "数据库暂时不可用，请过几秒再报同样的内容") from error
    return JSONResponse(said)


async def _caller(reception: Reception, request: Request) -> Caller:
    scheme, _, shown = request.headers.get("Authorization", "").partition(" ")
    caller = await reception.caller(shown.strip()) if scheme.lower() == "bearer" else None
    if caller is None:
        raise Refusal(401, "密钥不对，或已停用、已过期；请写 Authorization: Bearer 密钥，密钥向县里要")
    return caller


def _records(body: bytes | None) -> list[Record]:
    """The clues as they were sent, one object each."""
    if body is None:
        raise Refusal(413, f"请求超过 {contract.LARGEST // 1_000_000} MB，请分成几次报送")
    try:
        sent = json.loads(body)
        json.dumps(sent, ensure_ascii=False).encode()  # half of a pair of signs can be kept nowhere
    except (ValueError, RecursionError) as error:
        raise Refusal(422, f"内容不是 UTF-8 的 JSON；{SHAPE}") from error
    records = sent.get("clues") if isinstance(sent, dict) else None
    if not isinstance(records, list) or not all(isinstance(one, dict) for one in records):
        raise Refusal(422, f"内容的样子不对；{SHAPE}")
    if not 1 <= len(records) <= contract.MOST:
        raise Refusal(422, f"一次报 1 到 {contract.MOST:,} 条，这里有 {len(records):,} 条，请分成几次报送")
    return records
