"""What a form has been told: the summary before it is submitted, and the card of one group of answers."""

from collections.abc import Iterator, Sequence

from bot.form_presses import Rows, key_of, of_part, paired, to_summary, way, who
from config.models import Question
from config.wording import fill
from notifications.channel import Button
from workflows.desk import Desk
from workflows.forms import shown
from workflows.open_form import PartOfForm
from workflows.pages import Page

SHORT = 12


def summary(page: Page, desk: Desk) -> tuple[str, Rows]:
    """Every answer with 改 beside it, or beside its group, what may be added, and 提交."""
    lines = [f"{page.form.form.title} 汇总{who(page)}"]
    edits: list[Button] = []
    for part, questions in page.form.parts(page.sheet.answers):
        if part is None:
            lines += _lines(page, questions)
            edits += _edits(page, questions)
        else:
            lines += (
                [f"▪ {part.label}", *_lines(page, questions)]
                if part.nth == 0
                else _line(page, part, questions)
            )
            edits += _edit_part(page, part)
    lines.append(desk.policy.texts["form_summary"])
    submit = Button("提交", f"k:{page.draft.id}:{page.draft.revision}")
    return "\n".join(lines), [[submit], *paired(edits), way(page)]


def part_card(page: Page, part: PartOfForm) -> tuple[str, Rows]:
    """The answers of a group with 改 beside each; one of several can be taken out."""
    questions = page.form.of_part(part, page.sheet.answers)
    lines = [f"{page.form.form.title}·{part.label}{who(page)}", *_lines(page, questions)]
    rows = paired(_edits(page, questions))
    if part.nth:
        rows.append([of_part(page, "d", part, f"去掉{part.label}")])
    return "\n".join(lines), [*rows, [to_summary(page)]]


def take_out_card(page: Page, desk: Desk, part: PartOfForm) -> tuple[str, Rows]:
    """Asks once more before one of several is taken out."""
    sure = of_part(page, "r", part, "去掉")
    return fill(desk.policy.texts["form_take_out"], {"part": part.label}), [[sure, to_summary(page)]]


def _edit_part(page: Page, part: PartOfForm) -> list[Button]:
    """改 beside a group, and 再加一个 after the last of several."""
    edit = of_part(page, "g", part, f"改 {part.label}")
    last = part.nth and part.nth == page.form.count(part.group, page.sheet.answers)
    return [edit, of_part(page, "n", PartOfForm(part.group), part.group.another or "")] if last else [edit]


def _lines(page: Page, questions: Sequence[Question]) -> list[str]:
    return [f"・{name}：{said}" for name, said in _said(page, questions)]


def _line(page: Page, part: PartOfForm, questions: Sequence[Question]) -> list[str]:
    """One of several in one line."""
    return [f"▪ {part.label}：{'，'.join(said for _, said in _said(page, questions))}"]


def _said(page: Page, questions: Sequence[Question]) -> Iterator[tuple[str, str]]:
    """What was answered, each with its short name."""
    answers = page.sheet.answers
    figures = page.form.figures(answers)
    for question in questions:
        if question.name in answers:
            yield _short(question), shown(page.form, question, answers[question.name], answers)
        elif question.name in figures:
            yield _short(question), str(figures[question.name])


def _short(question: Question) -> str:
    return question.summary or question.label.rstrip("？?")[:SHORT]


def _edits(page: Page, questions: Sequence[Question]) -> list[Button]:
    """改 for what was answered, 补 for what only the summary offers."""
    edits, offered = [], {*page.form.offered(page.sheet.answers)}
    for question in questions:
        verb = "改 " if question.name in page.sheet.answers else "补" if question.name in offered else None
        if verb:
            press = f"e:{page.draft.id}:{page.draft.revision}:{key_of(page, question)}"
            edits.append(Button(f"{verb}{_short(question)}", press))
    return edits
