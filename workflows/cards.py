"""The buttons of each kind of card: what a person can do next with one thumb (domain §8)."""

from notifications.channel import Button
from storage.work import Case, Task

Rows = list[list[Button]]


def fill_in(task_id: int, label: str) -> Button:
    return Button(label, f"fill:{task_id}")


def act(form: str, task_id: int, label: str) -> Button:
    return Button(label, f"act:{form}:{task_id}")


def alert(task: Task) -> Rows:
    return [
        [Button("现在核实", f"fill:{task.id}:start=now"), Button("改天去", f"fill:{task.id}:start=later")],
        [Button("不归我管", f"fill:{task.id}:start=not_mine"), Button("什么意思？", f"why:{task.id}")],
    ]


def step(task: Task, label: str) -> Rows:
    """A step waiting for its holder."""
    return [
        [fill_in(task.id, label)],
        [act("excuse", task.id, "办不了，说明原因"), act("escalate", task.id, "报上级")],
    ]


def reminder(task: Task, label: str) -> Rows:
    return [[fill_in(task.id, label), act("excuse", task.id, "说明情况")]]


def overdue_above(task: Task) -> Rows:
    """For the tier above: buttons that help (8.4)."""
    return [
        [act("assist", task.id, "乡镇协助"), act("reassign", task.id, "改派")],
        [act("extend", task.id, "延期"), Button("看详情", f"open:{task.id}")],
        [act("escalate", task.id, "本级解决不了，报上级")],
    ]


def look(task: Task) -> Rows:
    return [[Button("看详情", f"open:{task.id}")]]


def case(case: Case) -> Rows:
    return [[Button("看这一户", f"case:{case.id}")]]
