"""The step engine, pure: which steps may open, and what an outcome does to the others (domain §2.1)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from config.models import Effect, Outcome, Procedure, StepKind


@dataclass(frozen=True, slots=True)
class StepFact:
    """What has become of a step: is it open, is it done, how often was it begun."""

    open: bool = False
    done: bool = False
    rounds: int = 0


NEVER = StepFact()
Facts = Mapping[str, StepFact]


def ancestors(procedure: Procedure, step: str) -> frozenset[str]:
    """All main steps that `step` waits for, near and far."""
    found: set[str] = set()
    waiting = list(procedure.steps[step].after)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting.extend(procedure.steps[name].after)
    return frozenset(found)


def openable(procedure: Procedure, facts: Facts, *, together: bool) -> list[str]:
    """The steps that may open now, in the order of the procedure.

    Nothing opens while a side step (a doubt, an objection, a refusal) is open. With 四个同步 the
    marked steps start as soon as the first is done; after a return the ordinary order holds.
    """
    if any(facts.get(name, NEVER).open for name in _of_kind(procedure, StepKind.side)):
        return []
    return [name for name in procedure.steps if _may_open(procedure, facts, name, together)]


def _of_kind(procedure: Procedure, kind: StepKind) -> Iterable[str]:
    return (name for name, step in procedure.steps.items() if step.kind is kind)


def _may_open(procedure: Procedure, facts: Facts, name: str, together: bool) -> bool:
    step, fact = procedure.steps[name], facts.get(name, NEVER)
    if fact.open or fact.done or not step.after:
        return False
    if together and step.together and fact.rounds == 0:
        return facts.get(procedure.first, NEVER).done
    return all(facts.get(other, NEVER).done for other in ancestors(procedure, name))


def settled(outcomes: Mapping[str, Outcome], name: str, attempts: int) -> str:
    """The outcome that counts: after `limit` attempts another one takes its place."""
    outcome = outcomes[name]
    if outcome.limit is not None and outcome.then is not None and attempts >= outcome.limit:
        return outcome.then
    return name


def undone_by(outcome: Outcome, step: str) -> frozenset[str]:
    """The steps that no longer count once this outcome sends the case back."""
    if outcome.effect is not Effect.back or outcome.to is None:
        return frozenset()
    return frozenset({outcome.to, step, *outcome.redo})


def road(procedure: Procedure) -> list[str]:
    """The main steps in order."""
    return list(_of_kind(procedure, StepKind.main))
