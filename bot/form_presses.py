"""The presses of a form's cards: draft, revision, and what is meant by its place in the form (promise 2)."""

from collections.abc import Iterator

from config.models import Question
from notifications.channel import Button
from workflows.open_form import PartOfForm, name_of, parted
from workflows.pages import Page

Rows = list[list[Button]]
WIDE = 7
ACTIONS = ("hand_over", "reassign", "assist", "extend", "escalate", "excuse")  # nobody else's to finish


def key_of(page: Page, question: Question) -> str:
    """How a press names a question: by its place in the form; `12.2` is question 12 of the second."""
    _, nth, plain = parted(question.name)
    place = [one.name for one in page.form.form.questions].index(plain)
    return f"{place}.{nth}" if nth else str(place)


def question_at(page: Page, key: str) -> str | None:
    """The name of the question that a press names, if the form has it."""
    place, _, nth = key.partition(".")
    questions = page.form.form.questions
    if not place.isdecimal() or int(place) >= len(questions):
        return None
    question = questions[int(place)]
    return name_of(question.group or "", int(nth) if nth.isdecimal() else 0, question.name)


def answer(page: Page, question: Question, value: str, label: str) -> Button:
    """A button that answers the question."""
    return Button(label, f"a:{page.draft.id}:{page.draft.revision}:{key_of(page, question)}:{value}")


def part_at(page: Page, key: str) -> PartOfForm | None:
    """The group that a press names, if it is there."""
    place, _, nth = key.partition(".")
    return next((part for part in _parts(page) if _part_key(page, part) == (place, nth)), None)


def _parts(page: Page) -> Iterator[PartOfForm]:
    """Every group that the summary shows, and those that repeat as a whole."""
    for part, _ in page.form.parts(page.sheet.answers):
        if part is not None:
            yield part
    yield from (PartOfForm(group) for group in page.form.form.groups if group.count)


def _part_key(page: Page, part: PartOfForm) -> tuple[str, str]:
    return str(page.form.form.groups.index(part.group)), str(part.nth) if part.nth else ""


def of_part(page: Page, kind: str, part: PartOfForm, label: str) -> Button:
    key = ".".join(filter(None, _part_key(page, part)))
    return Button(label, f"{kind}:{page.draft.id}:{page.draft.revision}:{key}")


def to_summary(page: Page) -> Button:
    return Button("回到汇总", f"p:{page.draft.id}:0")


def paired(buttons: list[Button]) -> Rows:
    """Two short ones side by side, a long one alone."""
    rows: Rows = []
    for button in buttons:
        short = len(button.label) <= WIDE
        if rows and short and len(rows[-1]) == 1 and len(rows[-1][0].label) <= WIDE:
            rows[-1].append(button)
        else:
            rows.append([button])
    return rows


def way(page: Page) -> list[Button]:
    """上一步 / 暂存 / 转给别人: always there."""
    draft, revision = page.draft.id, page.draft.revision
    row = [Button("上一步", f"b:{draft}:{revision}"), Button("暂存", f"s:{draft}")]
    if page.task is not None and page.task.case_id is not None and page.draft.form not in ACTIONS:
        row.append(Button("转给别人", f"act:hand_over:{page.task.id}"))
    return row


def who(page: Page) -> str:
    facts = page.form.facts
    return f" {facts['place']}{facts['household']}" if facts.get("household") else ""
