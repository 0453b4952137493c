"""CEL, the one expression language of the policy files (ASCII names, never `eval`)."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import cel


class ExpressionError(ValueError):
    """An expression that cannot be read; the message is Chinese and names the place."""


@lru_cache(maxsize=2048)
def compiled(source: str) -> Any:
    """The compiled program of `source`; raises `ExpressionError` where the grammar refuses it."""
    try:
        return cel.compile(source)
    except ValueError as error:
        where = str(error).split("Syntax error:")[-1].splitlines()[0].strip()
        raise ExpressionError(f"表达式写错了：{source}（{where}）") from error


@lru_cache(maxsize=2048)
def _names(source: str) -> tuple[str, ...]:
    return tuple(compiled(source).variables())


def holds(source: str | None, facts: Mapping[str, Any]) -> bool:
    """Whether the condition is true of `facts`; no condition is true."""
    return source is None or bool(_worked_out(source, facts))


def number(source: str, facts: Mapping[str, Any]) -> int:
    """The whole number that the expression gives for `facts`."""
    return int(_worked_out(source, facts))


def _worked_out(source: str, facts: Mapping[str, Any]) -> Any:
    return compiled(source).execute({name: facts[name] for name in _names(source) if name in facts})
