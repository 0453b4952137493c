"""Conditions in their two spellings: CEL in the policy files, the formulas of XLSForm in a workbook.

What both can say is one tree. `a in ['x', 'y']` is `${a} = 'x' or ${a} = 'y'`, `'x' in a` is
`selected(${a}, 'x')`, `size(a)` is `count-selected(${a})`, `this` is `.`, `nth` is `position(..)`.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from config.expressions import ExpressionError, compiled

AS_CEL = "cel:"
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
_LEVELS: Sequence[tuple[str, ...]] = (
    ("||",),
    ("&&",),
    ("==", "!=", "<=", ">=", "<", ">"),
    ("+", "-"),
    ("*", "/", "%"),
)
_TIGHTEST = len(_LEVELS)


# --- the two ways ---------------------------------------------------------------------------------


def from_cell(cell: str) -> str:
    """The condition of a cell as CEL; raises `FormulaError`."""
    text = cell.strip()
    if not text.startswith(AS_CEL):
        return _written(CEL, _InXlsForm(text).whole())
    source = text.removeprefix(AS_CEL).strip()
    try:
        compiled(source)
    except ExpressionError as error:
        raise FormulaError(str(error)) from error
    return source


def to_cell(source: str) -> str:
    """A condition in CEL as a cell; what XLSForm cannot say stays CEL and says so."""
    try:
        return _written(XLSFORM, _InCel(source).whole())
    except FormulaError:
        return f"{AS_CEL} {source}"


def canonical(source: str) -> str:
    """The one spelling of a condition in CEL; what has none stays as it is."""
    try:
        return _written(CEL, _InCel(source).whole())
    except FormulaError:
        return source


# --- reading --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str


class _Reader:
    """A formula read from the left, the loosest operator first."""

    dialect: Dialect

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = self._split(text)
        self.at = 0
        self.spelled = {spelling: sign for sign, spelling in self.dialect.operators.items()}

    def whole(self) -> Tree:
        tree = self.level(0)
        if self.at < len(self.tokens):
            raise self.error()
        return tree

    def level(self, level: int) -> Tree:
        if level == _TIGHTEST:
            return self.unary()
        first = self.level(level + 1)
        if level < 2:
            sides = [first]
            while self.operator(_LEVELS[level]):
                sides.append(self.level(level + 1))
            return joined(_LEVELS[level][0], sides)
        while sign := self.operator(_LEVELS[level]):
            first = Binary(sign, first, self.level(level + 1))
        return first

    def unary(self) -> Tree:
        raise NotImplementedError

    def operator(self, signs: Sequence[str]) -> str | None:
        """The next token, if it is one of these operators."""
        token = self.peek()
        sign = self.spelled.get(token.text) if token and token.kind in ("sign", "word") else None
        if sign in signs:
            self.at += 1
            return sign
        return None

    def peek(self) -> _Token | None:
        return self.tokens[self.at] if self.at < len(self.tokens) else None

    def take(self, kind: str, text: str | None = None) -> _Token:
        token = self.peek()
        if token is None or token.kind != kind or (text is not None and token.text != text):
            raise self.error()
        self.at += 1
        return token

    def next_is(self, *texts: str) -> bool:
        """Whether these signs and words come next."""
        coming = self.tokens[self.at : self.at + len(texts)]
        return [token.text for token in coming if token.kind in ("sign", "word")] == list(texts)

    def literal(self) -> Literal:
        token = self.peek()
        if token is None or token.kind not in ("number", "text"):
            raise self.error()
        self.at += 1
        return Literal(int(token.text) if token.kind == "number" else token.text)

    def in_brackets(self, read: Callable[[], Tree]) -> Tree:
        self.take("sign", "(")
        inner = read()
        self.take("sign", ")")
        return inner

    def error(self) -> FormulaError:
        token = self.peek()
        where = f"“{token.text}”附近" if token else "结尾"
        return FormulaError(f"公式写错了：{self.text}（{where}）")

    def _split(self, text: str) -> list[_Token]:
        tokens, at, text = [], 0, text.rstrip()
        while at < len(text):
            found = self.dialect.tokens.match(text, at)
            if found is None:
                raise FormulaError(f"公式写错了：{text}（“{text[at:].strip()[:8]}”附近）")
            number, single, double, word, sign = found.groups()
            quoted = single if single is not None else double
            if quoted is not None:
                tokens.append(_Token("text", quoted))
            else:
                kind = "number" if number else "word" if word else "sign"
                tokens.append(_Token(kind, number or word or sign))
            at = found.end()
        return tokens


class _InCel(_Reader):
    dialect = CEL

    def unary(self) -> Tree:
        if self.next_is("!"):
            self.at += 1
            return Not(self.unary())
        if self.next_is("("):
            return self.in_brackets(lambda: self.level(0))
        if self.next_is("size", "("):
            self.at += 1
            return Size(_name(self, self.in_brackets(self.unary)))
        token = self.peek()
        if token is None or token.kind != "word":
            return self._chosen(self.literal())
        self.at += 1
        return self._listed(Name(token.text))

    def _chosen(self, literal: Literal) -> Tree:
        """`'x' in a`."""
        if not self.next_is("in"):
            return literal
        self.at += 1
        return Selected(Name(self.take("word").text), literal)

    def _listed(self, name: Name) -> Tree:
        """`a in ['x', 'y']`."""
        if not self.next_is("in", "["):
            return name
        self.at += 2
        values = [self.literal()]
        while self.next_is(","):
            self.at += 1
            values.append(self.literal())
        self.take("sign", "]")
        return _among(name, values)


class _InXlsForm(_Reader):
    dialect = XLSFORM

    def unary(self) -> Tree:
        if self.next_is("("):
            return self.in_brackets(lambda: self.level(0))
        token = self.peek()
        if token is None or token.kind != "word":
            return self.literal()
        self.at += 1
        if token.text.startswith("${"):
            return Name(token.text[2:-1].strip())
        match token.text:
            case ".":
                return Name(THIS)
            case "not":
                return Not(self.in_brackets(lambda: self.level(0)))
            case "count-selected":
                return Size(_name(self, self.in_brackets(self.unary)))
            case "selected":
                return self._selected()
            case "position":
                self.in_brackets(lambda: Name(self.take("word", "..").text))
                return Name(NTH)
        self.at -= 1
        raise self.error()

    def _selected(self) -> Tree:
        self.take("sign", "(")
        of = _name(self, self.unary())
        self.take("sign", ",")
        choice = self.literal()
        self.take("sign", ")")
        return Selected(of, choice)


def _name(reader: _Reader, tree: Tree) -> Name:
    if not isinstance(tree, Name):
        raise reader.error()
    return tree


def _among(name: Name, values: Sequence[Literal]) -> Tree:
    return Among(name, tuple(values)) if len(values) > 1 else Binary("==", name, values[0])


def joined(operator: str, sides: Sequence[Tree]) -> Tree:
    """The sides of one operator, flat; neighbours that ask for values of the same answer are one."""
    flat: list[Tree] = []
    for side in sides:
        inner = side.sides if isinstance(side, Joined) and side.operator == operator else (side,)
        for one in inner:
            both = _both(flat[-1], one) if flat and operator == "||" else None
            flat[-1:] = [both] if both else [*flat[-1:], one]
    return Joined(operator, tuple(flat)) if len(flat) > 1 else flat[0]


def _both(left: Tree, right: Tree) -> Tree | None:
    one, two = _values(left), _values(right)
    return Among(one[0], (*one[1], *two[1])) if one and two and one[0] == two[0] else None


def _values(tree: Tree) -> tuple[Name, tuple[Literal, ...]] | None:
    match tree:
        case Among(of, values):
            return of, values
        case Binary("==", Name() as name, Literal() as value):
            return name, (value,)
    return None


# --- writing --------------------------------------------------------------------------------------


def _written(dialect: Dialect, tree: Tree, level: int = 0) -> str:
    """The formula; in brackets where it binds less than what stands around it."""
    text, own = _text(dialect, tree)
    return text if own >= level else f"({text})"


def _text(dialect: Dialect, tree: Tree) -> tuple[str, int]:
    """The formula without brackets around it, and how tightly it binds."""
    match tree:
        case Literal(value):
            return f"'{value}'" if isinstance(value, str) else str(value), _TIGHTEST
        case Name(name):
            return _spelled(dialect, name), _TIGHTEST
        case Joined(operator, sides):
            own = 0 if operator == "||" else 1
            return f" {dialect.operators[operator]} ".join(_written(dialect, s, own + 1) for s in sides), own
        case Binary(operator, left, right):
            own = next(level for level, signs in enumerate(_LEVELS) if operator in signs)
            sides = _written(dialect, left, own + (own == 2)), _written(dialect, right, own + 1)
            return f" {dialect.operators[operator]} ".join(sides), own
        case _ if dialect is CEL:
            return _in_cel(tree)
    return _in_xlsform(tree)


def _in_cel(tree: Tree) -> tuple[str, int]:
    match tree:
        case Not(inner):
            return f"!{_written(CEL, inner, _TIGHTEST)}", _TIGHTEST
        case Size(of):
            return f"size({of.name})", _TIGHTEST
        case Selected(of, choice):
            return f"{_written(CEL, choice)} in {of.name}", 2
        case Among(of, values):
            return f"{of.name} in [{', '.join(_written(CEL, value) for value in values)}]", 2
    raise TypeError(tree)


def _in_xlsform(tree: Tree) -> tuple[str, int]:
    match tree:
        case Not(inner):
            return f"not({_written(XLSFORM, inner)})", _TIGHTEST
        case Size(of):
            return f"count-selected({_spelled(XLSFORM, of.name)})", _TIGHTEST
        case Selected(of, choice):
            return f"selected({_spelled(XLSFORM, of.name)}, {_written(XLSFORM, choice)})", _TIGHTEST
        case Among(of, values):
            sides = [_written(XLSFORM, Binary("==", of, value), 1) for value in values]
            return " or ".join(sides), 0
    raise TypeError(tree)


def _spelled(dialect: Dialect, name: str) -> str:
    if dialect is XLSFORM and name in (THIS, NTH):
        return "." if name == THIS else "position(..)"
    return dialect.name.format(name)
