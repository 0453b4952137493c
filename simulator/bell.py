"""A bell wakes every coroutine that waits for news, whichever thread rings it."""

from __future__ import annotations

import asyncio

Waiter = asyncio.Future[None]


class Bell:
    """Counts its rings, so that a ring between a look and a wait is not lost."""

    def __init__(self) -> None:
        self.rings = 0
        self._waiters: set[Waiter] = set()

    def ring(self) -> None:
        self.rings += 1
        for waiter in tuple(self._waiters):
            loop = waiter.get_loop()
            if not loop.is_closed():
                loop.call_soon_threadsafe(_release, waiter)

    async def wait(self, rings_seen: int, seconds: float) -> None:
        """Return at the first ring after `rings_seen`, or after so many seconds."""
        waiter: Waiter = asyncio.get_running_loop().create_future()
        self._waiters.add(waiter)
        try:
            if self.rings == rings_seen:
                await asyncio.wait((waiter,), timeout=seconds)
        finally:
            self._waiters.discard(waiter)


def _release(waiter: Waiter) -> None:
    if not waiter.done():
        waiter.set_result(None)
