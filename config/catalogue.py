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
LABEL_FIELDS = frozenset(
    {"place", "household", "words", "source", "due", "limit", "last", "income_line", "brief"}
)

# Where the choices of a question may come from (`choices_from`).
CHOICE_SOURCES = frozenset(
    {"households", "villages", "officials", "colleagues", "days", "county_checks", "town_checks"}
)

# What the register of households knows and a question may recall (`recall_from: household.…`).
REGISTERED = frozenset({"members", "kind"})

# Questions whose answers the code itself acts on: without them a form could be filled in and nothing done.
NEEDED_QUESTIONS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "assist": frozenset({"how"}),
        "county": frozenset({"category"}),
        "escalate": frozenset({"reason"}),
        "excuse": frozenset({"reason"}),
        "extend": frozenset({"until", "reason"}),
        "feedback": frozenset({"words"}),
        "hand_over": frozenset({"to"}),
        "leave": frozenset({"deputy", "first", "last"}),
        "match": frozenset({"decision", "household", "village", "group"}),
        "reassign": frozenset({"to"}),
        "together_county": frozenset({"except_for", "happened_on", "batch"}),
        "together_town": frozenset({"except_for", "sampled", "happened_on"}),
        "report": frozenset({"household", "risk", "source", "urgent"}),
    }
)

# Recipients in routing.yaml that are no posts: whoever holds the task, and the household's helper.
RELATIVE_POSTS = frozenset({"holder", "helper"})

# What every text about a case, and every text about a task of a case, is given.
_CASE = "code place household who kind words source limit start"
_TASK = f"{_CASE} step missing due latest todo days tier"
_EVENT = f"{_TASK} post date reason change changed items result"
_RUNG = f"{_TASK} told needs"
_LEFT = "whole first end office left"
_LIST = "count post"
_BATCH = "date count households villages townships county due"

# What the auditor may find, each with words for the operators: `check_<name>`.
_CHECKS = (
    "rungs_unfired notices_unplanned notices_unsent notices_unreturned notices_unlisted notices_unreleased "
    "updates_unhandled batches_untold clues_unmatched clues_unanswered cases_standing cases_unexplained "
    "tasks_silent tasks_outliving notices_stranded"
)

_TEXTS = {
    "alert": _TASK,
    "alert_urgent": _TASK,
    "moved_mark": "",
    "both_posts": "posts",
    "batch_village": _BATCH,
    "batch_township": _BATCH,
    "batch_county": _BATCH,
    "batch_city": _BATCH,
    "clue_joined": _CASE,
    "late_birth": "finish",
    "late_step": "finish",
    "provisional_mark": "",
    "reminder_three_days": _RUNG,
    "reminder_publicity": f"{_RUNG} {_LEFT}",
    "reminder_last_steps": f"{_RUNG} {_LEFT}",
    "reminder_late_steps": f"{_RUNG} {_LEFT} finish",
    "reminder_due_day": _RUNG,
    "reminder_infeasible": f"{_RUNG} finish",
    "reminder_last_call": _RUNG,
    "line_half": _RUNG,
    "line_day_before": _RUNG,
    "line_overdue": _RUNG,
    "overdue_holder": _RUNG,
    "overdue_head": _RUNG,
    "overdue_above": _RUNG,
    "overdue_lead": _RUNG,
    "overdue_county_town": "town count days steps",
    "task_opened": _TASK,
    "task_returned": f"{_TASK} post reason",
    "publicity_ends": f"{_TASK} first end",
    "approved": f"{_EVENT} category",
    "not_approved": _EVENT,
    "entered": _EVENT,
    "measures_due": _TASK,
    "followup_due": f"{_RUNG} mark frequency last",
    "worse": _EVENT,
    "danger": _EVENT,
    "death": _EVENT,
    "closed": _EVENT,
    "candidate": _EVENT,
    "handed_up": _EVENT,
    "unmatched": "count due",
    "list_morning": "date count due",
    "list_over": _LIST,
    "list_moved": _LIST,
    "list_missed": _LIST,
    "list_more": "count",
    "list_empty": "",
    "list_overdue": "count",
    "list_today": "count",
    "list_soon": "count",
    "list_told": "count",
    "list_followups": "count",
    "list_followup_line": f"{_RUNG} mark frequency last",
    "list_taken_over": "place households count due",
    "digest_county": (
        "date clues households sources checking publicity county due_today overdue stuck "
        "month_clues month_entered returned"
    ),
    "alert_meaning": "words source",
    "leave_begins": "name posts first last",
    "leave_over": "name posts",
    "leave_done": "",
    "together_done": "",
    "leave_back": "",
    "no_deputy": "",
    "form_take_out": "part",
    "form_tried": "action",
    "nothing_to_choose": "",
    "nothing_found": "words",
    "no_question": "",
    "only_words": "",
    "action_done": "action",
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
    "own_work": "",
    "same_hands": "",
    "not_yet": "day",
    "saved": "",
    "submitted": "step outcome following",
    "undone_hint": "",
    "late_entry": "",
    "blocked_sensitive": "kind",
    "set_aside": "",
    "undisplayable": "",
    "feedback_thanks": "",
    "assist_told": f"{_EVENT} how",
    "reassigned_told": _EVENT,
    "extended_told": _EVENT,
    "escalated_told": _EVENT,
    "excused_told": _EVENT,
    "list_no_households": "",
    "list_households": "count open",
    "list_drafts": "count",
    "list_which": "count",
    "list_no_drafts": "",
    "list_situation": "area date cases verifying recognising following due_today overdue",
    "list_stuck": "steps",
    "list_reasons": "reasons",
    "list_area": "area cases",
    "list_area_late": "area cases overdue",
    "list_cases": "count",
    "list_found": "count",
    "clue_card": "code source number",
    "help_more": "",
    "form_last": "day answer",
    "form_registered": "answer",
    "form_type": "",
    "form_type_or_tap": "",
    "form_type_if_wrong": "",
    "form_search": "",
    "form_summary": "",
    "resent_mark": "",
    "list_audit": "date",
    "audit_found": "what count",
    "audit_mended": "what count",
    "audit_over": "what",
    "canary_well": "moment",
    "canary_wrong": "moment",
    **{f"check_{name}": "" for name in _CHECKS.split()},
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
