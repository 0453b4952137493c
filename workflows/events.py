"""Telling an event to those whom routing names (domain §5.2); dated rungs are not told here."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from config.models import Mode, Policy, Told
from config.wording import day_text, fill
from notifications import outbox
from notifications.outbox import Lane, Telling
from storage.register import Household
from storage.work import Case, Task
from workflows import cards
from workflows.desk import Desk
from workflows.recipients import post_place
from workflows.tasks import line_of
from workflows.words import case_facts, task_facts

ACTING = ("handed_up", "reassigned", "assisted", "extended")  # the hearer has the task in hand
TEXT = {
    "assisted": "assist_told",
    "extended": "extended_told",
    "reassigned": "reassigned_told",
    "excused": "excused_told",
}
REASONS = ("reason", "lacking", "not_mine_why", "not_held_why", "unwilling_why", "result")
ALERTS = ("alert", "alert_urgent")  # their lists are lines of the batch
AT_ANY_HOUR = ("danger", "alert_urgent")
PRESSING = ("danger", "worse", "alert_urgent")


@dataclass(frozen=True, slots=True)
class Subject:
    """What the event is about; `policy` is the one frozen with the case."""

    policy: Policy
    case: Case
    household: Household
    task: Task


async def tell(
    session: AsyncSession, desk: Desk, subject: Subject, event: str, said: Mapping[str, str]
) -> None:
    """Adds a notice for every post that the live routing names for `event`; counts are a batch's."""
    telling = _telling(desk, subject, event, said)
    modes = (Mode.now,) if event in ALERTS else (Mode.now, Mode.list)
    each = (told for told in desk.policy.routing[event] if told.mode in modes)
    addressed = (_addressed(desk, subject, told, telling) for told in each)
    await outbox.tell(session, filter(None, addressed), desk.now())


def beside(
    desk: Desk,
    subject: Subject,
    event: str,
    state: str,
    batch: str | None,
    told_already: Collection[str | None] = (),
) -> Iterator[Telling]:
    """What those hear of a new alert at once beside its holder, whose card opens the task."""
    heard = [told for told in _beside(desk, event) if told.post not in told_already]
    if all(told.post == "helper" for told in heard) and not subject.household.helper_id:
        return
    telling = replace(
        _telling(desk, subject, event, {}),
        batch=batch,
        task_id=subject.task.id,
        due_on=subject.task.due_on,
        lane=Lane.pressing if event == "alert_urgent" else Lane.alert,
        event=f"task:{subject.task.id}:opened",
        urgent=event == "alert_urgent",
    )
    for told in heard:
        addressed = _addressed(desk, subject, told, telling)
        if addressed is not None:
            yield replace(addressed, state=state)


def _beside(desk: Desk, event: str) -> list[Told]:
    return [told for told in desk.policy.routing[event] if told.mode is Mode.now and told.post != "holder"]


def _addressed(desk: Desk, subject: Subject, told: Told, telling: Telling) -> Telling | None:
    state = "pending" if told.mode is Mode.now else "held"
    region = subject.case.region_code
    if told.post == "helper":
        official = subject.household.helper_id
        return replace(telling, state=state, official_id=official, post="helper") if official else None
    if told.post == "holder":
        task = subject.task
        official = task.assigned_id
        return replace(
            telling, state=state, post=task.post, region_code=task.region_code, official_id=official
        )
    post, region = post_place(desk.areas, desk.policy.posts, told.post, region)
    return replace(telling, state=state, post=post, region_code=region)


def _telling(desk: Desk, subject: Subject, event: str, said: Mapping[str, str]) -> Telling:
    facts = event_facts(desk, subject, said)
    kind = TEXT.get(event, event)
    words = desk.policy.texts.get(kind, "{who}")
    line = line_of(facts) if event in ALERTS else fill(words, facts)
    task, now = subject.task, desk.now()
    return Telling(
        kind=kind,
        facts=facts,
        line=line.replace("\n", " "),
        not_before=now if event in AT_ANY_HOUR else desk.hours.place(now, must_by=None, now=now),
        region_code=subject.case.region_code,
        lane=Lane.pressing if event in PRESSING else Lane.reminder,
        urgent=event in PRESSING,
        event=f"{event}:{task.id}:{task.attempts}",
        due_on=task.due_on if event in ACTING else None,
        case_id=subject.case.id,
        task_id=task.id if event in ACTING else None,
        buttons=_buttons(event, subject),
    )


def event_facts(desk: Desk, subject: Subject, said: Mapping[str, str]) -> dict[str, Any]:
    """Everything a text about this event may name."""
    policy, case, task = subject.policy, subject.case, subject.task
    measures = case.recognised_on or desk.today()
    days = policy.procedures[case.procedure].steps["measures"].days or 0
    return {
        "changed": "没写变在哪",
        "change": "",
        "post": policy.posts[task.post].label,
        **said,
        "reason": next((said[name] for name in REASONS if name in said), "没有写明"),
        **case_facts(desk, subject.household, case),
        **task_facts(desk, policy, task, case),
        "date": day_text(desk.today()),
        **({"due": day_text(measures + timedelta(days=days))} if task.step in ("county", "entry") else {}),
    }


def _buttons(event: str, subject: Subject) -> list[list[Any]]:
    if event == "handed_up":
        return [*cards.step(subject.task, "办理"), [cards.act("reassign", subject.task.id, "改派")]]
    if event == "reassigned":
        return cards.step(subject.task, "办理")
    if event in ACTING:
        return cards.look(subject.task)
    return cards.case(subject.case) if event in PRESSING else []
