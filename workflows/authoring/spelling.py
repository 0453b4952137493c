"""A condition written in either of its spellings; brackets only where they are needed."""

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
    Joined,
    Literal,
    Name,
    Not,
    Selected,
    Size,
    Tree,
)


def written(dialect: Dialect, tree: Tree, level: int = 0) -> str:
    """The formula; in brackets where it binds less than what stands around it."""
    text, own = _text(dialect, tree)
    return text if own >= level else f"({text})"


def _text(dialect: Dialect, tree: Tree) -> tuple[str, int]:
    """The formula without brackets around it, and how tightly it binds."""
    match tree:
        case Literal(value):
            return _quoted(value) if isinstance(value, str) else str(value), TIGHTEST
        case Name(name):
            return _spelled(dialect, name), TIGHTEST
        case Joined(operator, sides):
            own = 0 if operator == "||" else 1
            return f" {dialect.operators[operator]} ".join(written(dialect, s, own + 1) for s in sides), own
        case Binary(operator, left, right):
            own = next(level for level, signs in enumerate(LEVELS) if operator in signs)
            both = written(dialect, left, own + (own == 2)), written(dialect, right, own + 1)
            return f" {dialect.operators[operator]} ".join(both), own
        case _ if dialect is CEL:
            return _in_cel(tree)
    return _in_xlsform(tree)


def _in_cel(tree: Tree) -> tuple[str, int]:
    match tree:
        case Not(inner):
            return f"!{written(CEL, inner, TIGHTEST)}", TIGHTEST
        case Size(of):
            return f"size({of.name})", TIGHTEST
        case Selected(of, choice):
            return f"{written(CEL, choice)} in {of.name}", 2
        case Among(of, values):
            return f"{of.name} in [{', '.join(written(CEL, value) for value in values)}]", 2
    raise TypeError(tree)


def _in_xlsform(tree: Tree) -> tuple[str, int]:
    match tree:
        case Not(inner):
            return f"not({written(XLSFORM, inner)})", TIGHTEST
        case Size(of):
            return f"count-selected({_spelled(XLSFORM, of.name)})", TIGHTEST
        case Selected(of, choice):
            return f"selected({_spelled(XLSFORM, of.name)}, {written(XLSFORM, choice)})", TIGHTEST
        case Among(of, values):
            sides = [written(XLSFORM, Binary("==", of, value), 1) for value in values]
            return " or ".join(sides), 0
    raise TypeError(tree)


def _spelled(dialect: Dialect, name: str) -> str:
    if dialect is XLSFORM and name in (THIS, NTH):
        return "." if name == THIS else "position(..)"
    return dialect.name.format(name)


def _quoted(text: str) -> str:
    return f'"{text}"' if "'" in text else f"'{text}'"
