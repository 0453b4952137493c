"""Compiling one expression and evaluating it a hundred times, with both CEL packages; see decision 0002."""

import time
from collections.abc import Callable

import cel
import celpy

SOURCE = "verdict == 'no_risk' && size(danger) > 0 && !('none' in danger)"
FACTS = {"verdict": "no_risk", "danger": ["food", "water"]}


def native() -> None:
    program = cel.compile(SOURCE)
    for _ in range(100):
        assert program.execute(dict(FACTS)) is True


def pure_python() -> None:
    environment = celpy.Environment()
    program = environment.program(environment.compile(SOURCE))
    facts = celpy.json_to_cel(FACTS)
    for _ in range(100):
        assert program.evaluate(facts)


def best_of_ten(run: Callable[[], None]) -> float:
    """Milliseconds."""
    times = []
    for _ in range(10):
        began = time.perf_counter()
        run()
        times.append(time.perf_counter() - began)
    return min(times) * 1000


for name, run in (("common-expression-language", native), ("cel-python", pure_python)):
    print(f"{name}: {best_of_ten(run):.1f} ms")
