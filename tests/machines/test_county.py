"""Case, outbox and ladder under anything that may happen, on the database of the run (promises 1 to 8)."""

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import run_state_machine_as_test

from config.loader import load_policy
from tests.machines.county import FORMS, County
from tests.stories.world import GRID

SETTINGS = settings(
    max_examples=12,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=[*HealthCheck],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # a shorter story is told by hand
)


def test_every_form_of_the_machine_is_of_a_step_there_is() -> None:
    procedures = load_policy("hebei").procedures.values()
    assert FORMS.keys() <= {step for procedure in procedures for step in procedure.steps}


def test_the_promises_hold_whatever_happens(linked_county: str) -> None:
    County.template = linked_county
    run_state_machine_as_test(County, settings=SETTINGS)


@settings(SETTINGS, max_examples=1)
@given(nothing=st.none())
def test_both_copies_dropped_are_no_breach_when_somebody_else_is_told(
    linked_county: str, nothing: None
) -> None:
    """By hand: what two chats were sent of one notice is what may be sent."""
    County.template = linked_county
    county = County()
    try:
        county.w.emulator.faults.add("drop", 2, method="sendMessage", chat_id=GRID)
        county.a_list_arrives(about=[("YL-107206-01-03", "medical_burden", "high")])
        for _ in range(3):
            county.every_promise_holds()
            county.time_passes(hours=1)
    finally:
        county.teardown()
