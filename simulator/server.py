"""The application: the Bot API, files, the persons' API and the page, on one address."""

from __future__ import annotations

import inspect
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from importlib.resources import files
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from simulator.cutting import CutConnection
from simulator.emulator import Emulator
from simulator.errors import ApiError, Json
from simulator.exchange import Reply, exchange
from simulator.sim_api import sim_routes
from simulator.wire import read_fields

Panel = Callable[[], Mapping[str, Any] | Awaitable[Mapping[str, Any]]]
STATIC = str(files("simulator").joinpath("static"))
_GATEWAY_PAGE = "<html><head><title>502 Bad Gateway</title></head><body>502 Bad Gateway</body></html>"


def create_app(
    emulator: Emulator, *, extra_routes: Sequence[BaseRoute] = (), extra_panel: Panel | None = None
) -> Starlette:
    """The emulator's application.

    `extra_routes` come first; `extra_panel` gives the body of `/demo/state`, the bar over the phones.
    """
    panel = [Route("/demo/state", _panel_route(extra_panel))] if extra_panel else []
    routes = [*extra_routes, *panel, *_bot_routes(emulator), *sim_routes(emulator), *_page_routes()]
    app = Starlette(routes=routes)
    app.state.emulator = emulator
    return app


def _panel_route(panel: Panel) -> Callable[[Request], Awaitable[Response]]:
    async def state(request: Request) -> Response:
        body = panel()
        return JSONResponse(await body if inspect.isawaitable(body) else body)

    return state


def _bot_routes(em: Emulator) -> list[BaseRoute]:
    async def bot_method(request: Request) -> Response | CutConnection:
        method = request.path_params["method"]
        if em.faults.take_reset(method):
            return CutConnection(hard=True)
        try:
            fields = await read_fields(request)
        except ApiError as refusal:
            return _json(refusal.code, refusal.body())
        reply = await exchange(em, request.path_params["token"], method, fields)
        return await _deliver(em, request, reply)

    async def bot_file(request: Request) -> Response:
        try:
            em.bot(request.path_params["token"])
        except ApiError as refusal:
            return _json(refusal.code, refusal.body())
        file = em.shelf.at(request.path_params["path"])
        if file is None:
            return _json(404, ApiError(404, "Not Found").body())
        return Response(file.data, media_type=file.mime)

    return [
        Route("/bot{token}/{method}", bot_method, methods=["GET", "POST"]),
        Route("/file/bot{token}/{path:path}", bot_file),
    ]


async def _deliver(em: Emulator, request: Request, reply: Reply) -> Response | CutConnection:
    if reply.cut:
        return CutConnection(hard=not reply.body)
    if reply.delay:
        await em.pause(reply.delay)
    if reply.receipt is not None:
        reply.receipt.answered = not (reply.delay and await request.is_disconnected())
    if reply.page:
        return HTMLResponse(_GATEWAY_PAGE, reply.status)
    return _json(reply.status, reply.body)


def _json(status: int, body: Json) -> Response:
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return Response(text, status, media_type="application/json")


def _page_routes() -> list[BaseRoute]:
    async def page(request: Request) -> Response:
        return FileResponse(f"{STATIC}/index.html")

    return [Route("/", page), Mount("/static", StaticFiles(directory=STATIC))]
