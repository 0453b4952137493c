"""The connection itself: no delay on answers, and closing it instead of answering for scripted faults."""

from __future__ import annotations

import asyncio
import socket
import struct
from typing import cast

from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

_RESET = struct.pack("ii", 1, 0)


class CuttableProtocol(H11Protocol):
    """Hands the transport to the application through the request's state."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        # asyncio leaves Nagle's delay on for sockets of an own listener: 40 ms an answer.
        _socket(transport).setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.app_state = {**self.app_state, "transport": transport}


class CutConnection:
    """In place of a response: closes the connection, with a TCP reset if `hard`."""

    def __init__(self, hard: bool) -> None:
        self._hard = hard

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        transport = cast("asyncio.Transport | None", scope.get("state", {}).get("transport"))
        if transport is None:
            raise ConnectionAbortedError("only simulator.serving can cut a connection")
        if self._hard:
            _socket(transport).setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        transport.abort()
        while (await receive())["type"] != "http.disconnect":
            pass


def _socket(transport: asyncio.Transport) -> socket.socket:
    return cast(socket.socket, transport.get_extra_info("socket"))
