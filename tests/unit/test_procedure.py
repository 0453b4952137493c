"""The step engine on the shipped procedure: what may open, what is undone, what counts (domain §2.1)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.models import Effect, StepKind
from tests.unit.county import POLICY
from workflows.procedure import StepFact, ancestors, openable, road, settled, undone_by

RECOGNITION = POLICY.procedures["recognition"]
DONE, OPEN = StepFact(done=True, rounds=1), StepFact(open=True, rounds=1)


def done(*steps: str, **others: StepFact) -> dict[str, StepFact]:
    return dict.fromkeys(steps, DONE) | others


OFFICE = ("visit", "authorise", "review", "posting", "publicity")

OPENABLE = [
    # facts, one after another, 四个同步
    ({}, [], []),
    (done("visit"), ["authorise"], ["authorise", "comparison", "review", "town"]),
    (done("visit", "authorise"), ["comparison", "review"], ["comparison", "review", "town"]),
    (done("visit", "authorise", comparison=OPEN), ["review"], ["review", "town"]),
    (done("visit", "authorise", "review"), ["comparison", "posting"], ["comparison", "posting", "town"]),
    (done(*OFFICE), ["comparison", "town"], ["comparison", "town"]),
    # the county waits for the comparison and for the publicity
    (done(*OFFICE, "town"), ["comparison"], ["comparison"]),
    (done(*OFFICE, "town", "comparison"), ["county"], ["county"]),
    (done("visit", "comparison", "town"), ["authorise"], ["authorise", "review"]),
    (done(*OFFICE, "town", "comparison", "county"), ["entry"], ["entry"]),
    # the measures stand beside the road, after its last step
    (done(*OFFICE, "town", "comparison", "county", "entry"), ["measures"], ["measures"]),
    # a side step holds the whole road
    (done("visit", "authorise", explain=OPEN), [], []),
    (done(*OFFICE, objection=OPEN), [], []),
    (done("visit", authorise=OPEN, refusal=OPEN), [], []),
    # once it is done, the road goes on
    (done("visit", "authorise", "explain"), ["comparison", "review"], ["comparison", "review", "town"]),
    # an extra step holds nothing
    (done("visit", recheck=OPEN), ["authorise"], ["authorise", "comparison", "review", "town"]),
]


@pytest.mark.parametrize(("facts", "in_order", "together"), OPENABLE)
def test_what_may_open(facts: dict[str, StepFact], in_order: list[str], together: list[str]) -> None:
    assert openable(RECOGNITION, facts, together=False) == in_order
    assert openable(RECOGNITION, facts, together=True) == together


def test_after_a_return_the_ordinary_order_holds_also_with_together() -> None:
    """The review was begun before: it waits for the new authorisation, the untouched comparison not."""
    facts = done("visit", review=StepFact(rounds=1), authorise=StepFact(rounds=1))
    assert openable(RECOGNITION, facts, together=True) == ["authorise", "comparison", "town"]


def test_ancestors_are_near_and_far() -> None:
    assert ancestors(RECOGNITION, "visit") == frozenset()
    assert ancestors(RECOGNITION, "posting") == {"visit", "authorise", "review"}
    before_county = {"visit", "authorise", "comparison", "review", "posting", "publicity", "town"}
    assert ancestors(RECOGNITION, "county") == before_county


def test_the_road_has_main_steps_only() -> None:
    assert road(RECOGNITION)[0] == "visit"
    assert road(RECOGNITION)[-1] == "entry"
    assert not {"refusal", "explain", "objection", "measures", "recheck"} & set(road(RECOGNITION))


UNDONE = [
    ("town", "back_review", {"town", "review", "posting", "publicity"}),
    ("town", "back_posting", {"town", "posting", "publicity"}),
    ("town", "back_authorise", {"town", "authorise"}),
    ("county", "back_town", {"county", "town"}),
    ("objection", "upheld", {"objection", "review", "posting", "publicity"}),
    ("explain", "review_again", {"explain", "review", "posting", "publicity"}),
    ("refusal", "try_again", {"refusal", "authorise"}),
    # nothing else undoes anything
    ("town", "agreed", set()),
    ("visit", "tried", set()),
    ("visit", "not_mine", set()),
    ("county", "rejected", set()),
]


@pytest.mark.parametrize(("step", "outcome", "steps"), UNDONE)
def test_what_a_return_undoes(step: str, outcome: str, steps: set[str]) -> None:
    assert undone_by(RECOGNITION.steps[step].outcomes[outcome], step) == steps


SETTLED = [
    ("visit", "tried", 1, "tried"),
    ("visit", "tried", 2, "ask_township"),
    ("visit", "tried", 5, "ask_township"),
    ("visit", "later", 9, "later"),
    ("authorise", "unwilling", 1, "unwilling"),
    ("authorise", "unwilling", 2, "refused"),
    ("review", "not_held", 2, "township_helps"),
    ("review", "postponed", 3, "postponed"),
]


@pytest.mark.parametrize(("step", "outcome", "attempts", "counts"), SETTLED)
def test_after_its_limit_another_outcome_counts(step: str, outcome: str, attempts: int, counts: str) -> None:
    assert settled(RECOGNITION.steps[step].outcomes, outcome, attempts) == counts


FACTS = st.dictionaries(
    st.sampled_from(list(RECOGNITION.steps)),
    st.builds(StepFact, open=st.booleans(), done=st.booleans(), rounds=st.integers(0, 2)),
)


@given(FACTS, st.booleans())
def test_nothing_opens_twice_nor_beside_an_open_side_step(facts: dict[str, StepFact], together: bool) -> None:
    found = openable(RECOGNITION, facts, together=together)
    assert not any(name in facts and (facts[name].open or facts[name].done) for name in found)
    side = [name for name, step in RECOGNITION.steps.items() if step.kind is StepKind.side]
    assert not found or not any(name in facts and facts[name].open for name in side)


@given(FACTS)
def test_in_order_a_step_opens_only_after_all_before_it(facts: dict[str, StepFact]) -> None:
    for name in openable(RECOGNITION, facts, together=False):
        assert all(facts[other].done for other in ancestors(RECOGNITION, name))


@given(FACTS)
def test_together_opens_at_least_what_the_order_opens(facts: dict[str, StepFact]) -> None:
    in_order = set(openable(RECOGNITION, facts, together=False))
    assert in_order <= set(openable(RECOGNITION, facts, together=True)) | {"review", "comparison", "town"}
    if facts.get("visit", StepFact()).done:
        assert in_order <= set(openable(RECOGNITION, facts, together=True))


def test_every_return_goes_to_a_step_that_can_open_again() -> None:
    for name, step in RECOGNITION.steps.items():
        for outcome in step.outcomes.values():
            if outcome.effect is Effect.back:
                left = {one: DONE for one in RECOGNITION.steps if one not in undone_by(outcome, name)}
                assert outcome.to in openable(RECOGNITION, left, together=True)
