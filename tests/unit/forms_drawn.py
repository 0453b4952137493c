"""Any form that a county could write, drawn for tests."""

from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st

from config.models import Form

texts = (
    st.text(st.sampled_from("问答表几口人上学，？（）=+-@'\"1a ${}"), min_size=1, max_size=8)
    .map(str.strip)
    .filter(bool)
)
flags = st.booleans()
conditions = st.sampled_from(
    ["q0 == 'c0'", "due != ''", "income_line > 0 && !(q0 == 'c1')", "q0 in ['c0', 'c1']"]
)


@st.composite
def choices(draw: st.DrawFn) -> list[dict[str, Any]]:
    count = draw(st.integers(1, 4))
    return [
        {
            "name": f"c{nth}",
            "label": draw(texts),
            "exclusive": draw(flags),
            "relevant": draw(maybe(conditions)),
        }
        for nth in range(count)
    ]


def maybe(some: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(st.none(), some)


@st.composite
def questions(draw: st.DrawFn, nth: int) -> dict[str, Any]:
    kind = draw(st.sampled_from(["select_one", "select_multiple", "integer", "date", "text"]))
    question: dict[str, Any] = {
        "name": f"q{nth}",
        "type": kind,
        "label": draw(texts),
        "required": draw(flags),
    }
    question |= {"summary": draw(maybe(texts)), "recall": draw(flags), "on_summary": draw(flags)}
    question["relevant"] = draw(maybe(conditions))
    if kind.startswith("select"):
        question["choices"] = draw(choices())
        question["recall_from"] = draw(st.sampled_from([None, "a1.risks", "household.kind"]))
        question["choices_from"] = draw(st.sampled_from([None, "villages"]))
        question["suggest"] = draw(st.lists(st.builds(_suggest, conditions), max_size=2))
    if kind == "select_multiple":
        question["most"] = draw(maybe(st.integers(1, 9)))
    if kind == "integer":
        question["choices"] = [{**one, "value": draw(st.integers(0, 9))} for one in draw(choices())[:2]]
        question["calculation"] = draw(st.sampled_from([None, "people + 1", "people - people / 2"]))
    if kind == "date":
        question["days"] = draw(st.sampled_from(["past", "future", "coming"]))
    if draw(flags):
        question |= {"constraint": "this != ''", "constraint_message": draw(texts)}
    question["confirm"] = draw(st.lists(st.builds(_confirm, conditions, texts), max_size=2))
    return question


def _suggest(when: str) -> dict[str, str]:
    return {"when": when, "choice": "c0"}


def _confirm(when: str, message: str) -> dict[str, str]:
    return {"when": when, "message": message}


@st.composite
def forms(draw: st.DrawFn) -> Form:
    """Questions, some of them in groups, some of those repeated."""
    asked: list[dict[str, Any]] = [
        {"name": "q0", "type": "select_one", "label": "？", "choices": [{"name": "c0", "label": "一"}]},
        {"name": "people", "type": "integer", "label": "几个？"},
    ]
    groups = list[dict[str, Any]]()
    for part in range(draw(st.integers(0, 3))):
        group = draw(st.sampled_from([None, "begin_group", "begin_repeat"]))
        some = [draw(questions(10 * part + nth + 1)) for nth in range(draw(st.integers(1, 3)))]
        if group is not None:
            more = {"recall": draw(flags), "relevant": draw(maybe(conditions))}
            groups.append(_group(f"g{part}", draw(texts), repeats=group == "begin_repeat", **more))
            some = [{**one, "group": f"g{part}"} for one in some]
        asked += some
    if draw(flags):
        asked.append({"name": "sum", "type": "calculate", "label": draw(texts), "required": False})
        asked[-1]["calculation"] = "people * 2 + 1"
    return Form.model_validate({**_head(draw, asked), "questions": asked, "groups": groups})


def _group(name: str, label: str, *, repeats: bool, recall: bool, relevant: str | None) -> dict[str, Any]:
    label = label.replace("{", "").replace("}", "").strip() or "组"
    more = {"label": f"{label}{{nth}}", "count": "people", "another": "再加"} if repeats else {"label": label}
    return {"name": name, "recall": recall, "relevant": relevant, **more}


def _head(draw: st.DrawFn, asked: Sequence[dict[str, Any]]) -> dict[str, Any]:
    rules = draw(st.lists(st.builds(lambda when: {"when": when, "outcome": "some"}, conditions), max_size=2))
    marks = draw(st.lists(st.builds(lambda when: {"when": when, "name": "mark"}, conditions), max_size=2))
    return {
        "name": "drawn",
        "title": draw(texts),
        "version": draw(st.integers(1, 99)),
        "effective_from": draw(st.dates()).isoformat(),
        "source": draw(texts) + "出处",
        "summary": draw(flags),
        "brief": draw(maybe(conditions)),
        "happened_on": draw(st.sampled_from([None, "q0"])),
        "outcomes": [*rules, {"outcome": "done"}],
        "marks": marks,
    }
