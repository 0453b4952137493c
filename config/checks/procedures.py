"""Procedures against posts, forms and routing: every step has a holder, a form and a way out."""

from collections.abc import Mapping

from config.book import Book
from config.models import Form, PostsFile, Procedure, RoutingFile, Step


def check_procedures(book: Book) -> None:
    """Posts, forms and events a procedure names exist; its name is that of its file."""
    posts, routing = book.only(PostsFile), book.only(RoutingFile)
    forms = {name.removeprefix("forms/").removesuffix(".yaml") for name in book.folder("forms")}
    for file, procedure in book.every(Procedure).items():
        if file != f"procedures/{procedure.name}.yaml":
            book.blame(file, ("name",), "名称要和文件名一样，请改成文件名")
        for name, step in procedure.steps.items():
            if posts and step.post not in posts.posts:
                book.blame(file, ("steps", name, "post"), f"没有岗位 {step.post}，请用 posts.yaml 里的岗位")
            if step.form not in forms:
                book.blame(file, ("steps", name, "form"), f"没有表 {step.form}，请在 forms 里补上或改名")
            if routing:
                _check_events(book, file, name, step, routing)


def check_outcomes(book: Book) -> None:
    """A step knows every outcome of its form, and every outcome of a step can be reached."""
    forms = {form.name: form for form in book.every(Form).values()}
    for file, procedure in book.every(Procedure).items():
        for name, step in procedure.steps.items():
            if step.form in forms:
                _check_step(book, file, name, step, forms[step.form])
                _check_asks(book, file, name, procedure, forms)


def _check_events(book: Book, file: str, name: str, step: Step, routing: RoutingFile) -> None:
    for outcome_name, outcome in step.outcomes.items():
        if outcome.tells is not None and outcome.tells not in routing.events:
            place = ("steps", name, "outcomes", outcome_name, "tells")
            book.blame(file, place, f"routing.yaml 里没有事件 {outcome.tells}，请补上或改名")


def _check_asks(book: Book, file: str, name: str, procedure: Procedure, forms: Mapping[str, Form]) -> None:
    """What is to be asked again is said by a question of the form, in names that the other form knows."""
    step = procedure.steps[name]
    for outcome_name, outcome in step.outcomes.items():
        target = forms.get(procedure.steps[outcome.to].form) if outcome.to in procedure.steps else None
        if outcome.asks is None or target is None:
            continue
        place = ("steps", name, "outcomes", outcome_name, "asks")
        asking = next((one for one in forms[step.form].questions if one.name == outcome.asks), None)
        known = {group.name for group in target.groups} | {one.name for one in target.questions}
        if asking is None:
            book.blame(file, place, f"表 {step.form} 没有题 {outcome.asks}，请写它的题名")
        elif known.isdisjoint(choice.name for choice in asking.choices):
            book.blame(file, place, f"题 {asking.name} 的选项名都不是表 {target.name} 的组或题，请对上")


def _check_step(book: Book, file: str, name: str, step: Step, form: Form) -> None:
    place = ("steps", name, "outcomes")
    given = {rule.outcome for rule in form.outcomes}
    for outcome in sorted(given - set(step.outcomes)):
        book.blame(file, place, f"表 {form.name} 会得出 {outcome}，这里没有这个结果，请补上")
    reachable = given | {outcome.then for outcome in step.outcomes.values() if outcome.then}
    for outcome in step.outcomes:
        if outcome not in reachable:
            why = f"走不到这个结果：表 {form.name} 不会得出 {outcome}，也没有别的结果用 then 转到它"
            book.blame(file, (*place, outcome), why)
