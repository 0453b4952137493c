"""The `/sim/` routes: act as a person, read chats and the record, script faults, follow events."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from simulator.acts import ACTS
from simulator.bots import Tap
from simulator.emulator import Emulator
from simulator.errors import ApiError, Json
from simulator.view import event_view, message_view, people_view, phone_view
from simulator.wire import read_json

Reader = Callable[[Request, Json], Any]
PULSE_SECONDS = 15.0


def sim_routes(em: Emulator) -> list[BaseRoute]:
    async def events(request: Request) -> Response:
        since = request.headers.get("last-event-id") or request.query_params.get("since")
        start = int(since) if since and since.isdecimal() else em.events.number
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        return StreamingResponse(_stream(em, start), media_type="text/event-stream", headers=headers)

    async def file(request: Request) -> Response:
        try:
            found = em.shelf.get(request.path_params["file_id"])
        except ApiError as refusal:
            return JSONResponse(refusal.body(), refusal.code)
        return Response(found.data, media_type=found.mime)

    return [
        Route("/sim/events", events),
        Route("/sim/file/{file_id}", file),
        *(Route(path, _route(reader), methods=[verb]) for verb, path, reader in _table(em)),
    ]


def _route(reader: Reader) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        try:
            body = {**request.query_params, **await read_json(request)}
            return JSONResponse(reader(request, body))
        except (LookupError, ValueError, TypeError, ApiError) as refusal:
            return JSONResponse({"error": str(refusal)}, 400)

    return endpoint


def _table(em: Emulator) -> list[tuple[str, str, Reader]]:
    return [
        ("GET", "/sim/people", lambda request, body: people_view(em, body.get("token"))),
        ("POST", "/sim/people", lambda request, body: _create(em, body)),
        ("GET", "/sim/people/{id:int}/chat", lambda request, body: phone_view(_phone(em, request, body))),
        ("POST", "/sim/people/{id:int}/{act}", lambda request, body: _act(em, request, body)),
        ("GET", "/sim/calls", lambda request, body: _calls(em, body)),
        ("GET", "/sim/violations", lambda request, body: [*em.violations]),
        ("GET", "/sim/faults", lambda request, body: em.faults.pending()),
        ("POST", "/sim/faults", lambda request, body: _add_fault(em, body)),
        ("DELETE", "/sim/faults", lambda request, body: em.faults.clear()),
        ("POST", "/sim/faults/seed", lambda request, body: em.faults.seed(int(body["seed"]))),
        ("POST", "/sim/outage", lambda request, body: _outage(em, body)),
        ("GET", "/sim/receipts", lambda request, body: _receipts(em, body)),
        ("POST", "/sim/limits", lambda request, body: _limits(em, body)),
        ("POST", "/sim/reset", lambda request, body: em.reset()),
    ]


def _phone(em: Emulator, request: Request, body: Json) -> Any:
    return em.phone(request.path_params["id"], body.get("token"))


def _create(em: Emulator, body: Json) -> Json:
    return phone_view(em.person(**body))


def _act(em: Emulator, request: Request, body: Json) -> Json:
    name = request.path_params["act"]
    if name not in ACTS:
        raise LookupError(f"unknown act {name!r}, known are {', '.join(ACTS)}")
    done = ACTS[name](_phone(em, request, body), body)
    if isinstance(done, Tap):
        return {"ok": True, "tap": done.id}
    return {"ok": True, "message": message_view(done) if done else None}


def _calls(em: Emulator, body: Json) -> list[Json]:
    chat_id = body.get("chat_id")
    found = em.calls(body.get("method"), None if chat_id is None else int(chat_id))
    return [call.as_json() for call in found[-int(body.get("limit", 1000)) :]]


def _add_fault(em: Emulator, body: Json) -> list[Json]:
    em.faults.add(**body)
    return em.faults.pending()


def _outage(em: Emulator, body: Json) -> Json:
    em.outage(bool(body["on"]))
    return {"on": em.faults.out}


def _receipts(em: Emulator, body: Json) -> list[Json]:
    chat_id = body.get("chat_id")
    return em.receipts.as_json(int(body.get("after", 0)), None if chat_id is None else int(chat_id))


def _limits(em: Emulator, body: Json) -> Json:
    em.limits.enabled = bool(body["enabled"])
    return {"enabled": em.limits.enabled}


async def _stream(em: Emulator, number: int) -> AsyncIterator[str]:
    """Server-sent events after `number`; a reader who missed too much is told to load anew."""
    yield "retry: 500\n\n"
    while not em.closing:
        rings = em.events.bell.rings
        news = em.events.after(number)
        number = em.events.number
        if news is None:
            yield _sent(number, {"number": number, "kind": "reset"})
        else:
            for event in news:
                yield _sent(event.number, event_view(event))
        if not news and not em.closing:
            await em.events.bell.wait(rings, PULSE_SECONDS)
            yield ": pulse\n\n"


def _sent(number: int, body: Json) -> str:
    return f"id: {number}\ndata: {json.dumps(body, ensure_ascii=False)}\n\n"
