"""The card of every question can be drawn, also of one that only the summary offers."""

from bot import form_cards
from config.clock import LocalTime, SetClock
from storage.people import Official
from storage.work import Draft
from tests.unit.county import POLICY, moment
from tests.unit.sheets import THURSDAY, filled, opened
from tests.unit.test_form_groups import MEMBERS, household
from workflows.authority import Person
from workflows.desk import Desk
from workflows.forms import Sheet, begin, open_at
from workflows.pages import Page
from workflows.recall import Known

NOBODY = Person(Official(id=1), (), (), frozenset())
DESK = Desk(POLICY, LocalTime(SetClock(moment("2026-03-12 09:00"))))
A1 = opened("a1", place="下三合义村", household="2号户", words="务工中断", source="人社")
DONE = ("now", "visit", "2026-03-12", "all_true", "none", "none", "no_risk", "affordable")


def drawn(sheet: Sheet) -> str:
    text, _ = form_cards.card(Page(Draft(id=1, revision=1), A1, sheet, Known(), None, NOBODY), DESK)
    return text


def test_every_question_on_the_way_says_which_of_how_many_it_is() -> None:
    for count in range(len(DONE)):
        sheet = filled(A1, *DONE[:count])
        nth = len(A1.asked(sheet.answers))
        assert drawn(sheet).startswith(f"线索快核（{count + 1}/{nth}） 下三合义村2号户\n")


def test_a_remark_opened_from_the_summary_has_no_number() -> None:
    asked = open_at(A1, filled(A1, *DONE), "remark")
    assert drawn(asked).startswith("线索快核 下三合义村2号户\n要补一句吗？")


def test_the_first_card_names_the_matter() -> None:
    assert "收到提示：务工中断（人社）" in drawn(begin(A1))


def test_a_group_as_it_was_last_time_is_one_press() -> None:
    form = household(groups=[{**MEMBERS, "recall": True}])
    last = {"members[2].age": "child", "members[2].school": "yes"}
    for sheet, offered in ((filled(form, "2", "grown", "yes"), True), (filled(form, "2"), False)):
        page = Page(Draft(id=1, revision=7), form, sheet, Known(last, THURSDAY), None, NOBODY)
        text, buttons = form_cards.card(page, DESK)
        presses = {button.label: button.data for row in buttons for button in row}
        assert ("（3月12日）：6–15，是" in text) == offered
        assert presses.get("都没变") == ("w:1:7:0.2" if offered else None)
