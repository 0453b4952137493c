"""What a request brings, up to a limit."""

from fastapi import Request


async def read_body(request: Request, largest: int) -> bytes | None:
    """All of it; None where it is more than `largest` bytes."""
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > largest:
            return None
    return bytes(body)
