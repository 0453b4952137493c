"""The life of a notice as one pure table: which change leads from which state to which (promise 2).

Everything that changes the state of a notice asks this table, a bulk UPDATE for the states it may
start from. What the table does not name cannot happen.
"""

from collections.abc import Mapping
from enum import StrEnum


class State(StrEnum):
    held = "held"  # waits for the morning list
    staged = "staged"  # waits for the end of its batch
    pending = "pending"  # to be planned when its moment comes
    planned = "planned"  # whom it goes to is settled; to be sent next
    leased = "leased"  # in the hands of a sender
    deferred = "deferred"  # to be sent again
    carried = "carried"  # inside another notice
    parked = "parked"  # nobody can be reached
    accepted = "accepted"
    failed_permanent = "failed_permanent"
    unknown = "unknown"  # repeated once, and nobody knows whether it arrived
    superseded = "superseded"  # no longer true, or no longer of use


class Change(StrEnum):
    release = "release"  # the batch is complete, or its own moment has come
    plan = "plan"
    carry = "carry"
    park = "park"
    unpark = "unpark"
    lease = "lease"
    readdress = "readdress"  # the person was lost before it was sent, or its day is over
    accept = "accept"
    wait = "wait"  # the same once more later
    repeat = "repeat"  # once more, marked 重发
    move = "move"  # to somebody else (promise 6)
    set_free = "set_free"  # what carried it did not go out
    fail = "fail"
    lose = "lose"
    supersede = "supersede"


TABLE: Mapping[tuple[State, Change], State] = {
    (State.held, Change.release): State.pending,
    (State.held, Change.carry): State.carried,
    (State.held, Change.park): State.parked,
    (State.held, Change.supersede): State.superseded,
    (State.staged, Change.release): State.pending,
    (State.staged, Change.supersede): State.superseded,
    (State.pending, Change.plan): State.planned,
    (State.pending, Change.carry): State.carried,
    (State.pending, Change.park): State.parked,
    (State.pending, Change.supersede): State.superseded,
    (State.parked, Change.unpark): State.pending,
    (State.parked, Change.supersede): State.superseded,
    (State.planned, Change.lease): State.leased,
    (State.planned, Change.readdress): State.pending,
    (State.planned, Change.supersede): State.superseded,
    (State.leased, Change.accept): State.accepted,
    (State.leased, Change.wait): State.deferred,
    (State.leased, Change.repeat): State.deferred,
    (State.leased, Change.move): State.pending,
    (State.leased, Change.fail): State.failed_permanent,
    (State.leased, Change.lose): State.unknown,
    (State.leased, Change.supersede): State.superseded,
    (State.deferred, Change.lease): State.leased,
    (State.deferred, Change.readdress): State.pending,
    (State.deferred, Change.accept): State.accepted,  # the answer came after the lease had ended
    (State.deferred, Change.supersede): State.superseded,
    (State.carried, Change.set_free): State.pending,
    (State.carried, Change.supersede): State.superseded,
}

SETTLED = frozenset({State.accepted, State.failed_permanent, State.unknown, State.superseded})


class Impossible(ValueError):
    """A change that the table does not know."""


def after(state: str, change: Change) -> State:
    """The state that `change` leads to."""
    try:
        return TABLE[State(state), change]
    except KeyError:
        raise Impossible(f"{change} of a notice that is {state}") from None


def before(change: Change) -> tuple[State, ...]:
    """The states that `change` may start from: for the WHERE of a bulk UPDATE."""
    return tuple(state for state, one in TABLE if one is change)
