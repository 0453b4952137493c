"""Case, outbox and ladder under anything that may happen, on the database of the run (promises 1 to 8)."""

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from config.loader import load_policy
from tests.machines.county import FORMS, County

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
