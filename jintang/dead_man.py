"""The dead man's switch: an address called while all is well; when the calls stop, it raises the alarm."""

import aiohttp
import structlog

from workflows.auditing.auditor import Ping

log = structlog.get_logger(__name__)
PATIENCE = aiohttp.ClientTimeout(total=10)


def calling(url: str) -> Ping:
    """A call of this address; whether it was answered well. The address is a secret and is not logged."""

    async def call() -> bool:
        try:
            async with aiohttp.ClientSession(timeout=PATIENCE) as session, session.get(url) as answer:
                answered = answer.status < 400
        except (aiohttp.ClientError, TimeoutError) as error:
            log.warning("dead_man_not_called", error=type(error).__name__)
            return False
        if not answered:
            log.warning("dead_man_not_called", status=answer.status)
        return answered

    return call
