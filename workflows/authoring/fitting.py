"""Whether a workbook fits the place of the form it is to take: the steps and the code count on some of it."""

from collections.abc import Iterator, Sequence

from config.faults import Fault
from config.models import Form, Policy
from workflows.authoring.layout import RULES, SETTINGS
from workflows.authoring.source import WorkbookSource, at

SAME = 0.5  # of the questions of the live form


def misfits(source: WorkbookSource, live: Policy, *, replace: bool) -> list[Fault]:
    """What is wrong with a workbook beside the form that is live; `replace` allows quite another form."""
    name = str(source.content.get("name", ""))
    if name not in live.forms:
        known = "、".join(f"{one.name}（{one.title}）" for one in live.forms.values())
        return [at(source.shown, (SETTINGS, 2), f"没有代码是 {name or '（空）'} 的表，form_id 请写：{known}")]
    form = live.forms[name]
    if not replace and _another(source, form):
        said = f"form_id 是 {name}（{form.title}），和它相同的题不到一半，像是别的表。真要换请加 --replace"
        return [at(source.shown, (SETTINGS, 2), said)]
    return [*_outcomes(source, live, form)]


def _another(source: WorkbookSource, form: Form) -> bool:
    asked = {question.get("name") for question in source.content["questions"]}
    own = {question.name for question in form.questions}
    return len(own & asked) < SAME * len(own)


def _outcomes(source: WorkbookSource, live: Policy, form: Form) -> Iterator[Fault]:
    """The steps that use a form know its outcomes: none may be missing, none may be new."""
    labels = endings(live, form.name)
    known = {rule.outcome: labels.get(rule.outcome, rule.outcome) for rule in form.outcomes}
    rules: Sequence[dict[str, str]] = source.content.get("outcomes", ())
    for nth, rule in enumerate(rules):
        if "outcome" in rule and rule["outcome"] not in known:
            shown = "、".join(f"{outcome}（{label}）" for outcome, label in known.items())
            yield source.fault(("outcomes", nth), f"这张表没有结果 {rule['outcome']}，只能写：{shown}")
    for outcome in known.keys() - {rule.get("outcome") for rule in rules}:
        yield at(source.shown, (RULES, 1), f"少了 outcome {outcome}（{known[outcome]}），请补回这一行")


def endings(policy: Policy, form: str) -> dict[str, str]:
    """The outcomes of the form in words, where a step of some procedure uses it."""
    steps = [step for procedure in policy.procedures.values() for step in procedure.steps.values()]
    own = [step.outcomes for step in reversed(steps) if step.form == form]  # the first has the last word
    return {name: one.label for outcomes in own for name, one in outcomes.items()}
