"""From HTTP to a request's fields: query, JSON, urlencoded form and multipart form."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request

from simulator.errors import Json, bad_request
from simulator.schema import Upload


async def read_fields(request: Request) -> dict[str, Any]:
    """All fields of a request; files come as `Upload`."""
    fields: dict[str, Any] = dict(request.query_params)
    if request.method == "GET":
        return fields
    kind = request.headers.get("content-type", "")
    if kind.startswith("multipart/form-data"):
        fields.update(await _multipart(request))
    elif kind.startswith("application/json"):
        fields.update(await read_json(request))
    else:
        fields.update(parse_qsl((await request.body()).decode(), keep_blank_values=True))
    return fields


async def read_json(request: Request) -> Json:
    """A JSON object, or an empty one for an empty body."""
    if not await request.body():
        return {}
    try:
        body = await request.json()
    except ValueError:
        raise bad_request("can't parse JSON object") from None
    if not isinstance(body, dict):
        raise bad_request("JSON object expected")
    return body


async def _multipart(request: Request) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    async with request.form(max_part_size=64 * 1024 * 1024) as form:
        for name, value in form.multi_items():
            if isinstance(value, str):
                fields[name] = value
            else:
                mime = value.content_type or "application/octet-stream"
                fields[name] = Upload(value.filename or "", mime, await value.read())
    return fields
