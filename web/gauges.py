"""What stands in the rows, for Prometheus: read when asked, by indexes of what waits only."""

from datetime import datetime

from prometheus_client import Gauge
from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from notifications.states import State
from storage.post_box import QUEUED, Inbox, Notice
from storage.states import being
from storage.work import Rung

QUEUE = Gauge("jintang_queue_depth", "Notices under way, by lane and state", ["lane", "state"])
HELD = Gauge("jintang_notices_waiting", "Notices that wait, by what they wait for", ["state"])
OLDEST = Gauge("jintang_oldest_due_seconds", "Age of the oldest row that is due and not done", ["kind"])
WAITING = (State.pending, State.held, State.staged, State.parked)


async def measure(session: AsyncSession, now: datetime) -> None:
    """Sets the gauges as of `now` (policy time)."""
    await _queue(session)
    for state in WAITING:
        count = await session.scalar(select(func.count()).where(being(Notice.state, state)))
        HELD.labels(state.value).set(count or 0)
    for kind, oldest in _oldest().items():
        since: datetime | None = await session.scalar(oldest)
        OLDEST.labels(kind).set(max((now - since).total_seconds(), 0) if since else 0)


async def _queue(session: AsyncSession) -> None:
    QUEUE.clear()
    by = (Notice.lane, Notice.state)
    counted = select(*by, func.count()).where(QUEUED).group_by(*by)
    for lane, state, count in await session.execute(counted):
        QUEUE.labels(str(lane), state).set(count)


def _oldest() -> dict[str, Select[datetime]]:
    """When what is next of each kind was, or will be, due."""
    return {
        "rung": select(func.min(Rung.fires_at)).where(being(Rung.state, "pending")),
        "notice": select(func.min(Notice.not_before)).where(being(Notice.state, State.pending)),
        "sending": select(func.min(Notice.not_before)).where(QUEUED),
        "update": select(func.min(Inbox.received_at)).where(Inbox.state == "waiting"),
    }
