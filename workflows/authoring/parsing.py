"""A condition read from either of its spellings, the loosest operator first."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from workflows.authoring.tree import (
    CEL,
    LEVELS,
    NTH,
    THIS,
    TIGHTEST,
    XLSFORM,
    Among,
    Binary,
    Dialect,
    FormulaError,
    Joined,
    Literal,
    Name,
    Not,
    Selected,
    Size,
    Tree,
)

HINTS = tuple(
    (re.compile(sign), f"。{words}")
    for sign, words in (
        (r"[‘’“”（）＝，：＜＞！]", "请换成英文的引号、括号、逗号和等号"),
        (r"[≥≤≠]", "请写成 >=、<=、!="),
        (r"==", "等于只写一个 ="),
        (r"&&|\|\|", "并且写 and，或者写 or"),
        (r"\b(?i:and|or)\s*\(", "and、or 写在两个条件中间，不写成函数"),
        (r"\b(AND|OR|NOT)\b", "and、or、not 要小写"),
        (r"!(?!=)", "不是写 not(…)"),
        (r"\b(today|now|if|contains|regex)\s*\(", "没有这个函数；日期题用 jt::days 限定"),
        (r"[=<>]\s*[A-Za-z_]", "选项名要加英文引号，例如 'yes'"),
        (r"(?<![\w{'\"])[A-Za-z_]\w*", "题名要写成 ${题名}"),
    )
)


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
        if level == TIGHTEST:
            return self.unary()
        first = self.level(level + 1)
        if level < 2:
            sides = [first]
            while self.operator(LEVELS[level]):
                sides.append(self.level(level + 1))
            return joined(LEVELS[level][0], sides)
        while sign := self.operator(LEVELS[level]):
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
        return self._wrong(f"“{token.text}”附近" if token else "结尾")

    def _wrong(self, where: str) -> FormulaError:
        hint = next((words for sign, words in HINTS if sign.search(self.text)), "")
        return FormulaError(f"公式写错了：{self.text}（{where}）{hint}")

    def _split(self, text: str) -> list[_Token]:
        tokens, at, text = [], 0, text.rstrip()
        while at < len(text):
            found = self.dialect.tokens.match(text, at)
            if found is None:
                raise self._wrong(f"“{text[at:].strip()[:8]}”附近")
            number, single, double, word, sign = found.groups()
            quoted = single if single is not None else double
            if quoted is not None:
                tokens.append(_Token("text", quoted))
            else:
                kind = "number" if number else "word" if word else "sign"
                tokens.append(_Token(kind, number or word or sign))
            at = found.end()
        return tokens


class InCel(_Reader):
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


class InXlsForm(_Reader):
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
