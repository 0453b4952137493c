"""The names the code and the policy files share: texts with their fields, facts, sources of choices.

A policy file may use these names and no others; the code may count on all of them.
"""

from collections.abc import Mapping
from types import MappingProxyType

# Facts an expression of a form may use beside its own questions, with an example of their type.
# Days are ISO texts, "" when there is none; the income line is 0 when none is configured.
FACTS: Mapping[str, str | int] = MappingProxyType(
    {"due": "2026-03-13", "limit": "2026-03-22", "income_line": 0}
)

# Fields a label or a message of a form may show, already in words.
LABEL_FIELDS = frozenset({"place", "household", "words", "source", "due", "limit", "last", "income_line"})

# Where the choices of a question may come from (`choices_from`).
CHOICE_SOURCES = frozenset({"households", "villages", "officials", "days"})

# Recipients in routing.yaml that are no posts: whoever holds the task, and the household's helper.
RELATIVE_POSTS = frozenset({"holder", "helper"})

_CASE = "code place household"
_ALERT = f"{_CASE} kind words source due limit"
_LATE = f"{_CASE} step due days missing"
_TASK = f"{_CASE} step due"

_TEXTS = {
    "alert": _ALERT,
    "alert_urgent": _ALERT,
    "alert_moved": f"{_CASE} words source due post",
    "batch_village": "date count households due",
    "batch_township": "date count households villages",
    "batch_county": "date count households townships",
    "batch_city": "county date count households",
    "clue_joined": f"{_CASE} words source",
    "late_birth": "finish",
    "provisional_mark": "",
    "reminder_three_days": f"{_CASE} days step missing latest limit",
    "reminder_publicity": "days review first end office",
    "reminder_last_steps": "end office",
    "reminder_due_day": f"{_CASE} step missing",
    "reminder_infeasible": f"{_CASE} step missing limit finish",
    "line_half": _TASK,
    "line_day_before": _TASK,
    "line_overdue": _LATE,
    "overdue_holder": f"{_LATE} told",
    "overdue_head": _LATE,
    "overdue_above": f"{_LATE} tier needs",
    "overdue_lead": _LATE,
    "overdue_county_town": "town count days steps",
    "task_opened": f"{_TASK} todo",
    "task_returned": f"{_TASK} post reason",
    "publicity_ends": f"{_CASE} days first end",
    "approved": f"{_CASE} category due",
    "not_approved": f"{_CASE} reason",
    "entered": f"{_CASE} date due",
    "measures_due": f"{_CASE} due",
    "followup_due": "place household mark frequency last due",
    "worse": "place household change changed",
    "danger": f"{_CASE} items",
    "death": _CASE,
    "closed": f"{_CASE} result",
    "candidate": f"{_CASE} limit",
    "handed_up": f"{_TASK} reason",
    "unmatched": "count due",
    "list_morning": "date count due",
    "list_more": "count",
    "list_missed": "count",
    "list_moved": "post count",
    "list_overdue": "",
    "list_today": "",
    "list_soon": "",
    "list_told": "",
    "list_followups": "count",
    "list_followup_line": "mark place household last frequency",
    "list_taken_over": "place households count due",
    "digest_county": (
        "date clues households sources checking publicity county due_today overdue stuck "
        "month_clues month_entered returned"
    ),
    "link_welcome": "",
    "link_unknown": "",
    "link_share": "",
    "link_done": "name posts",
    "link_test": "",
    "link_no_match": "",
    "help_grid": "",
    "help_village": "",
    "help_township": "",
    "help_county": "",
    "help_city": "",
    "stale": "",
    "done_by": "post",
    "not_yours": "",
    "saved": "",
    "submitted": "step outcome following",
    "undone_hint": "",
    "late_entry": "",
    "blocked_sensitive": "kind",
    "set_aside": "",
    "feedback_thanks": "",
    "assist_told": f"{_CASE} post how",
    "reassigned_told": f"{_TASK} post",
    "extended_told": f"{_TASK} reason",
    "escalated_told": f"{_TASK} tier reason",
    "excused_told": f"{_CASE} step reason",
    "resent_mark": "",
    "l0_notice": "code step due",
    "l0_list": "date count due",
}

# Every text the code sends, with the fields it fills; a county's text may leave fields out.
REQUIRED_TEXTS: Mapping[str, frozenset[str]] = MappingProxyType(
    {key: frozenset(names.split()) for key, names in _TEXTS.items()}
)

# What a holder is asked to do at a step: the text `todo_<step>`.
TODO = "todo_"

# Lists, digests and help may be longer than a card (domain §7.2 R15).
LONG_TEXTS = ("list_", "digest_", "help_")
LONGEST_TEXT = 120
