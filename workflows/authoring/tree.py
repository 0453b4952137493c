"""A condition as a tree: what CEL and the formulas of XLSForm both can say, and how each spells it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

THIS, NTH = "this", "nth"


class FormulaError(ValueError):
    """A formula that cannot be read; the message is Chinese."""


@dataclass(frozen=True, slots=True)
class Literal:
    value: str | int


@dataclass(frozen=True, slots=True)
class Name:
    name: str


@dataclass(frozen=True, slots=True)
class Not:
    inner: "Tree"


@dataclass(frozen=True, slots=True)
class Size:
    of: Name


@dataclass(frozen=True, slots=True)
class Selected:
    """A choice is among those marked."""

    of: Name
    choice: Literal


@dataclass(frozen=True, slots=True)
class Among:
    """An answer is one of at least two."""

    of: Name
    values: tuple[Literal, ...]


@dataclass(frozen=True, slots=True)
class Binary:
    """Two sides; `operator` as CEL writes it, but for || and &&, which have all of their sides."""

    operator: str
    left: "Tree"
    right: "Tree"


@dataclass(frozen=True, slots=True)
class Joined:
    """Sides of one || or &&."""

    operator: str
    sides: tuple["Tree", ...]


Tree: TypeAlias = Literal | Name | Not | Size | Selected | Among | Binary | Joined


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one of the two spells what both can say: tokens, and operators by the spelling of CEL."""

    tokens: re.Pattern[str]
    operators: dict[str, str]
    name: str


CEL = Dialect(
    re.compile(r"\s*(?:(\d+)|'([^'\\]*)'|\"([^\"\\]*)\"|([A-Za-z_]\w*)|(&&|\|\||[=!<>]=|[-+*/%<>!()\[\],]))"),
    {sign: sign for sign in ("||", "&&", "==", "!=", "<=", ">=", "<", ">", "+", "-", "*", "/", "%")},
    "{}",
)
XLSFORM = Dialect(
    re.compile(
        r"\s*(?:(\d+)|'([^']*)'|\"([^\"]*)\"|(\$\{\s*[A-Za-z_]\w*\s*\}|[a-z]+(?:-[a-z]+)*|\.\.|\.)"
        r"|([!<>]=|[-+*=<>(),]))"
    ),
    {**CEL.operators, "||": "or", "&&": "and", "==": "=", "/": "div", "%": "mod"},
    "${{{}}}",
)
LEVELS: Sequence[tuple[str, ...]] = (
    ("||",),
    ("&&",),
    ("==", "!=", "<=", ">=", "<", ">"),
    ("+", "-"),
    ("*", "/", "%"),
)
TIGHTEST = len(LEVELS)
