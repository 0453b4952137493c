"""The names the code and the policy files share: texts with their fields, facts, sources of choices.

A policy file may use these names and no others; the code may count on all of them.
"""

from collections.abc import Mapping
from types import MappingProxyType

# Facts an expression of a form may use beside its own questions, with an example of their type.
# Days are ISO texts, "" when there is none; the income line is 0 when none is configured.
FACTS: Mapping[str, str | int] = MappingProxyType(
    {"due_on": "2026-03-13", "limit_on": "2026-03-22", "income_line": 0}
)

# Fields a label or a message of a form may show, already in words.
LABEL_FIELDS = frozenset({"place", "household", "words", "due", "limit", "last", "income_line"})

# Where the choices of a question may come from (`choices_from`).
CHOICE_SOURCES = frozenset({"households", "villages", "officials", "days"})

# Recipients in routing.yaml that are no posts: whoever holds the task, and the household's helper.
RELATIVE_POSTS = frozenset({"holder", "helper"})

# What every text about a case, and every text about a task of a case, is given.
_CASE = "place household who household_kind number words limit start"
_TASK = f"{_CASE} step missing due latest opens days_left days_over"
_LIST = "n lines"

_TEXTS = {
    "alert": _TASK,
    "alert_urgent": _TASK,
    "alert_moved": "",
    "both_posts": "posts",
    "batch_village": "place n households",
    "batch_township": "place n households villages",
    "batch_county": "place n households townships",
    "batch_city": "place n households",
    "clue_joined": _CASE,
    "late_birth": "finish",
    "provisional_mark": "",
    "unmatched": "n due",
    "reminder_three_days": _TASK,
    "reminder_publicity": "days latest from to office",
    "reminder_last_steps": "to office",
    "reminder_due_day": _TASK,
    "reminder_infeasible": f"{_TASK} finish",
    "line_half": _TASK,
    "line_day_before": _TASK,
    "line_overdue": _TASK,
    "overdue_holder": _TASK,
    "overdue_head": _TASK,
    "overdue_above": _TASK,
    "overdue_lead": _TASK,
    "overdue_county_town": "place n steps",
    "task_opened": f"{_TASK} todo",
    "task_returned": f"{_TASK} by reason",
    "publicity_ends": f"{_TASK} days from to",
    "approved": f"{_TASK} category measures_by",
    "not_approved": f"{_TASK} reason",
    "entered": f"{_TASK} measures_by",
    "measures_due": _TASK,
    "followup_due": "place household who mark frequency last due",
    "worse": "place household who outcome",
    "danger": _CASE,
    "death": _CASE,
    "closed": f"{_CASE} outcome",
    "candidate": _CASE,
    "handed_up": f"{_TASK} outcome",
    "list_morning": _LIST,
    "list_over": _LIST,
    "list_moved": _LIST,
    "list_missed": _LIST,
    "list_more": "n",
    "list_empty": "",
    "list_followups": _LIST,
    "list_followup_line": "mark place household last frequency",
    "list_taken_over": f"place households due {_LIST}",
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
    "done_by": "by",
    "not_yours": "",
    "saved": "",
    "submitted": "step outcome",
    "undone_hint": "",
    "late_entry": "",
    "blocked_sensitive": "kind",
    "set_aside": "",
    "feedback_thanks": "",
    "assist_told": f"{_TASK} by how",
    "reassigned_told": f"{_TASK} by",
    "extended_told": f"{_TASK} reason",
    "escalated_told": f"{_TASK} by reason",
    "excused_told": f"{_TASK} reason",
    "resent_mark": "",
    "l0_notice": "number step due",
    "l0_list": "n",
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
