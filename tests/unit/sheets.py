"""Forms opened on the table, filled in a few words."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from config.models import Choice, Form
from tests.unit.county import POLICY
from workflows.forms import Refused, Sheet, answer, begin
from workflows.open_form import OpenForm

THURSDAY = date(2026, 3, 12)
FACTS = dict.fromkeys(("place", "household", "words", "source", "limit", "last"), "")


def opened(name: str, **facts: Any) -> OpenForm:
    """A shipped form; the visit is due on 14 March, and no income line is known."""
    return OpenForm(POLICY.forms[name], {**FACTS, "due": "2026-03-14", "income_line": 0, **facts})


def form(*questions: Mapping[str, Any], offered: Mapping[str, tuple[Choice, ...]] | None = None) -> OpenForm:
    """A form of a few questions; each is its name, its type and whatever else it says."""
    head = {"version": 1, "effective_from": "2026-01-01", "source": "test", "name": "small", "title": "小表"}
    asked = [{"label": "？", **question} for question in questions]
    return OpenForm(
        Form.model_validate({**head, "questions": asked, "outcomes": [{"outcome": "done"}]}),
        {},
        offered or {},
    )


def filled(on: OpenForm, *values: Any, sheet: Sheet | None = None) -> Sheet:
    """The sheet after these answers, all of which are taken."""
    sheet = sheet or begin(on)
    for value in values:
        turned = answer(on, sheet, value, today=THURSDAY)
        assert not isinstance(turned, Refused), (sheet.at, value, turned.message)
        sheet = turned
    return sheet


def refusal(on: OpenForm, sheet: Sheet, value: Any) -> str:
    """What is said to an answer that is not taken."""
    turned = answer(on, sheet, value, today=THURSDAY)
    assert isinstance(turned, Refused), turned
    return turned.message
