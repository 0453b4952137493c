"""Case, outbox and ladder under anything that may happen, on the database of the run (promises 1 to 8)."""

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.machines.county import County

SETTINGS = settings(
    max_examples=12,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=[*HealthCheck],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # a shorter story is told by hand
)


def test_the_promises_hold_whatever_happens(linked_county: str) -> None:
    County.template = linked_county
    run_state_machine_as_test(County, settings=SETTINGS)
