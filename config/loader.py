"""Reading a policy: the base files, the county's files over them, everything checked at once."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from pathlib import Path

from pydantic import ValidationError

from config import checks
from config.book import Book
from config.faults import Fault, PolicyError, place_of, sentence, told
from config.models import (
    CalendarFile,
    ClueRulesFile,
    CountyFile,
    Form,
    IncomeFile,
    LadderFile,
    LevelsFile,
    Policy,
    PolicyFile,
    PostsFile,
    Procedure,
    ProfilesFile,
    QuietFile,
    RoutingFile,
    TextsFile,
)
from config.source import Source, read

SHIPPED = Path(__file__).parent / "policy"
BASE = "base"

_KINDS: dict[str, type[PolicyFile]] = {
    "calendar.yaml": CalendarFile,
    "clue_rules.yaml": ClueRulesFile,
    "county.yaml": CountyFile,
    "income.yaml": IncomeFile,
    "ladder.yaml": LadderFile,
    "levels.yaml": LevelsFile,
    "posts.yaml": PostsFile,
    "profiles.yaml": ProfilesFile,
    "quiet.yaml": QuietFile,
    "routing.yaml": RoutingFile,
    "texts.yaml": TextsFile,
}
_FOLDERS: dict[str, type[PolicyFile]] = {"forms": Form, "procedures": Procedure}


def policy_names() -> tuple[str, ...]:
    """The shipped policies, in order of name."""
    return tuple(sorted(p.name for p in SHIPPED.iterdir() if p.is_dir() and p.name != BASE))


def load_policy(name: str, override_dir: Path | None = None) -> Policy:
    """The policy `name`, a county's own folder laid over it; raises `PolicyError` with all faults.

    A file of an upper layer replaces the file of the same relative name below it whole.
    """
    if name not in policy_names():
        raise PolicyError([Fault(name, 1, "", f"没有政策 {name}，可用的有：{'、'.join(policy_names())}")])
    return _checked(_read(_layers(name, override_dir)))


def load_with_form(name: str, override_dir: Path | None, form: Source) -> Policy:
    """The policy as it would be with this form for the one of its name; raises `PolicyError`."""
    book = _read(_layers(name, override_dir))
    if form.name not in book.sources:
        known = "、".join(sorted(one.name for one in book.every(Form).values()))
        book.faults.append(form.fault(("name",), f"没有这张表，可用的表：{known}"))
    book.add(form, [])
    book.models.pop(form.name, None)
    _check_shape(book, form)
    return _checked(book)


def _layers(name: str, override_dir: Path | None) -> list[Path]:
    return [SHIPPED / BASE, SHIPPED / name, *([override_dir] if override_dir else [])]


def _checked(book: Book) -> Policy:
    checks.cross_check(book)
    if book.faults:
        raise PolicyError(book.faults)
    return _policy(book)


def _read(layers: list[Path]) -> Book:
    book = Book()
    for file_name, (path, shown) in _chosen(layers, book).items():
        source, faults = read(path, file_name, shown)
        book.add(source, faults)
        if not faults:
            _check_shape(book, source)
    return book


def _chosen(layers: list[Path], book: Book) -> dict[str, tuple[Path, str]]:
    """For each file name the path of the topmost layer that has it."""
    chosen: dict[str, tuple[Path, str]] = {}
    for depth, layer in enumerate(layers):
        if not layer.is_dir():
            book.faults.append(Fault(str(layer), 1, "", "没有这个文件夹，请检查 JINTANG_POLICY_DIR"))
            continue
        for path in _files(layer):
            name = path.relative_to(layer).as_posix()
            shown = f"{layer.name}/{name}"
            if _kind(name) is None or (depth and name not in chosen):
                book.faults.append(Fault(shown, 1, "", _stranger(name, chosen)))
            else:
                chosen[name] = (path, shown)
    return chosen


def _files(layer: Path) -> Iterator[Path]:
    hidden = (".", "_")
    found = (path for path in layer.rglob("*") if path.is_file() and not path.name.startswith(hidden))
    return (path for path in sorted(found) if path.suffix != ".md")


def _stranger(name: str, known: Iterable[str]) -> str:
    return f"没有叫 {name} 的政策文件，请改成其中一个：{'、'.join(sorted(known))}"


def _kind(name: str) -> type[PolicyFile] | None:
    folder, _, file = name.rpartition("/")
    if folder:
        return _FOLDERS.get(folder) if file.endswith(".yaml") else None
    return _KINDS.get(name)


def _check_shape(book: Book, source: Source) -> None:
    kind = _kind(source.name)
    assert kind is not None, source.name
    try:
        book.models[source.name] = kind.model_validate(source.content)
    except ValidationError as error:
        for detail in told(error):
            book.blame(source.name, place_of(detail), sentence(detail))


def _policy(book: Book) -> Policy:
    return Policy(
        digest=_digest(book),
        county=book.need(CountyFile),
        posts=book.need(PostsFile).posts,
        profiles=book.need(ProfilesFile).profiles,
        procedures={one.name: one for one in book.every(Procedure).values()},
        forms={one.name: one for one in book.every(Form).values()},
        routing=book.need(RoutingFile).events,
        ladders=book.need(LadderFile).ladders,
        levels=book.need(LevelsFile),
        clues=book.need(ClueRulesFile),
        quiet=book.need(QuietFile),
        income=book.need(IncomeFile),
        calendar=book.need(CalendarFile),
        texts=book.need(TextsFile).texts,
    )


def _digest(book: Book) -> str:
    """The hash of what the files say, in their order: comments and layout do not count."""
    said = [(name, book.sources[name].content) for name in sorted(book.sources)]
    return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()
