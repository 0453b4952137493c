"""One request of a bot from its token to its answer, with faults, limits and the record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from simulator.bots import BotAccount
from simulator.errors import ApiError, Json
from simulator.faults import Fault
from simulator.methods import METHODS
from simulator.receipts import SENDS, Receipt
from simulator.schema import method_names, read_params
from simulator.webhooks import Webhook

if TYPE_CHECKING:
    from simulator.emulator import Emulator

LONGEST_POLL = 50


@dataclass(frozen=True, slots=True)
class Reply:
    """What goes back: `cut` closes the connection instead, `page` sends HTML, `delay` waits before.

    `receipt` is of the message that was accepted.
    """

    status: int
    body: Json
    cut: bool = False
    page: bool = False
    delay: float = 0.0
    receipt: Receipt | None = None


async def exchange(em: Emulator, token: str, method: str, raw: Mapping[str, Any]) -> Reply:
    """Carry out one request; every outcome is recorded."""
    params: Json = dict(raw)
    name = method_names().get(method.lower(), method)
    bot_id = 0
    try:
        bot = em.bot(token)
        bot_id = bot.id
        params = _read(em, name, raw)
        fault = _fault(em, name, params)
        reply = _undone(fault) or _done(em, bot, name, await _perform(em, bot, name, params), fault)
    except ApiError as refusal:
        reply = Reply(refusal.code, refusal.body())
    status = 0 if reply.cut else reply.status
    outcome = reply.body.get("result", reply.body.get("description"))
    em.journal.write(em.now(), bot_id, name, params, status, outcome)
    return reply


def _undone(fault: Fault | None) -> Reply | None:
    """The answer to a request that a fault keeps from being carried out."""
    if fault is None or fault.kind not in ("reset", "gateway"):
        return None
    return Reply(502, {}, cut=fault.kind == "reset", page=fault.kind == "gateway")


def _done(em: Emulator, bot: BotAccount, name: str, result: Any, fault: Fault | None) -> Reply:
    body = {"ok": True, "result": result}
    receipt = em.receipts.write(em.now(), bot.id, name, result) if name in SENDS else None
    kind, delay = (fault.kind, fault.delay) if fault else ("", 0.0)
    cut = kind == "drop" or em.faults.out
    return Reply(200, body, cut=cut, delay=delay if kind == "slow" else 0.0, receipt=receipt)


def _read(em: Emulator, name: str, raw: Mapping[str, Any]) -> Json:
    if name not in METHODS and name not in WAITED_FOR:
        em.violation(f"{name}: this method is not served")
        raise ApiError(404, "Not Found")
    return read_params(name, raw, em.violation)


def _fault(em: Emulator, name: str, params: Json) -> Fault | None:
    """What the script has for this request; a scripted refusal is raised."""
    fault = em.faults.take(name, params.get("chat_id"))
    refusal = fault.error() if fault else None
    if refusal is not None:
        raise refusal
    return fault


async def _perform(em: Emulator, bot: BotAccount, name: str, params: Json) -> Any:
    if name in WAITED_FOR:
        return await WAITED_FOR[name](em, bot, params)
    em.limits.check(name, bot.id, params.get("chat_id"))
    return METHODS[name](em, bot, params)


async def _set_webhook(em: Emulator, bot: BotAccount, p: Json) -> bool:
    """An empty address takes the webhook away; updates that wait go to whoever comes next."""
    await em.stop_webhook(bot)
    if p.get("drop_pending_updates"):
        bot.updates.clear()
    if p.get("allowed_updates") is not None:
        bot.updates.allowed = p["allowed_updates"]
    if p.get("url"):
        bot.webhook = Webhook(p["url"], p.get("secret_token"), p.get("max_connections", 40), em.clock)
        bot.webhook.start(bot, em.faults)
    return True


async def _delete_webhook(em: Emulator, bot: BotAccount, p: Json) -> bool:
    return await _set_webhook(em, bot, {**p, "url": ""})


async def _get_updates(em: Emulator, bot: BotAccount, p: Json) -> list[Json]:
    if p.get("allowed_updates") is not None:
        bot.updates.allowed = p["allowed_updates"]
    limit = min(max(p.get("limit", 100), 1), 100)
    timeout = min(max(p.get("timeout", 0), 0), LONGEST_POLL)
    if bot.webhook is not None:
        raise ApiError(
            409, "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook first"
        )
    return await bot.updates.read(p.get("offset", 0), limit, timeout, em.away, em.faults.take_reorder)


WAITED_FOR = {
    "getUpdates": _get_updates,
    "setWebhook": _set_webhook,
    "deleteWebhook": _delete_webhook,
}
