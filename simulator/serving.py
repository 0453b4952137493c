"""Runs an application inside the current event loop and ends it cleanly."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from starlette.applications import Starlette

from simulator.cutting import CuttableProtocol
from simulator.emulator import Emulator
from simulator.server import create_app

_LAST_ANSWERS_SECONDS = 5


@asynccontextmanager
async def serving(
    app_or_emulator: Starlette | Emulator, host: str = "127.0.0.1", port: int = 0
) -> AsyncIterator[str]:
    """Serve while the block runs; yields the base URL. Port 0 takes a free one."""
    app = create_app(app_or_emulator) if isinstance(app_or_emulator, Emulator) else app_or_emulator
    emulator: Emulator = app.state.emulator
    listener = socket.create_server((host, port))
    server = _server(app)
    emulator.release(closing=False)
    try:
        await server.startup([listener])
        yield f"http://{host}:{listener.getsockname()[1]}"
    finally:
        emulator.release(closing=True)
        for bot in emulator.bots.values():
            await emulator.stop_webhook(bot)
        await server.shutdown([listener])


def _server(app: Starlette) -> uvicorn.Server:
    """A server that is started and stopped by its caller: no signal handlers, no polling."""
    config = uvicorn.Config(
        app,
        http=CuttableProtocol,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=_LAST_ANSWERS_SECONDS,
    )
    config.load()
    server = uvicorn.Server(config)
    server.lifespan = config.lifespan_class(config)
    return server
