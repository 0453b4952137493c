"""Words for people: every text is there, fits a card, and keeps the plain tone (domain §7.2 R5, R15)."""

import re
from collections.abc import Iterator

from config.book import Book
from config.catalogue import LABEL_FIELDS, LONG_TEXTS, LONGEST_TEXT, REQUIRED_TEXTS, TODO
from config.models import ClueRulesFile, Form, Procedure, QuestionType, TextsFile
from config.source import Place
from config.wording import fields

_FIELD = re.compile(r"\{[^}]*\}")
_NTH = frozenset({"nth"})
_HARSH = ("!", "！", "立即", "追责", "问责", "排名")


def check_texts(book: Book) -> None:
    """Every text the code sends is there, and uses only the fields it will be given."""
    steps = [name for procedure in book.every(Procedure).values() for name in procedure.steps]
    wanted = {**REQUIRED_TEXTS, **{TODO + step: frozenset[str]() for step in steps}}
    for file, texts in book.every(TextsFile).items():
        for key in sorted(wanted.keys() - texts.texts.keys()):
            book.blame(file, ("texts",), f"缺少 {key}，请补上这句话")
        for key, text in texts.texts.items():
            place = ("texts", key)
            if key in wanted:
                _check_fields(book, file, place, text, wanted[key])
            elif not key.startswith(TODO):
                book.blame(file, place, f"程序里没有用到 {key}，请检查名称")
            _check_length(book, file, place, text)
            _check_tone(book, file, place, text)


def check_wording(book: Book) -> None:
    """Labels and messages of forms, and the words of steps and clue rules."""
    for file, form in book.every(Form).items():
        for place, words, allowed in _spoken(form):
            _check_fields(book, file, place, words, allowed)
            _check_tone(book, file, place, words)
    for file, procedure in book.every(Procedure).items():
        for name, step in procedure.steps.items():
            _check_tone(book, file, ("steps", name, "missing"), step.missing)
    for file, clues in book.every(ClueRulesFile).items():
        for index, rule in enumerate(clues.rules):
            _check_tone(book, file, ("rules", index, "words"), rule.words)


def _spoken(form: Form) -> Iterator[tuple[Place, str, frozenset[str]]]:
    """All words of a form, and what may be filled in: what it works out too."""
    worked_out = {one.name for one in form.questions if one.type is QuestionType.calculate}
    known = LABEL_FIELDS | worked_out
    yield ("title",), form.title, LABEL_FIELDS
    for index, group in enumerate(form.groups):
        yield ("groups", index, "label"), group.label, _NTH if group.count else frozenset()
        yield ("groups", index, "another"), group.another or "", frozenset()
    for index, question in enumerate(form.questions):
        place: Place = ("questions", index)
        nth = _NTH if question.name in form.repeated else frozenset()
        yield (*place, "label"), question.label, known | nth
        if question.constraint_message:
            yield (*place, "constraint_message"), question.constraint_message, LABEL_FIELDS
        for number, confirm in enumerate(question.confirm):
            yield (*place, "confirm", number, "message"), confirm.message, known
        for number, choice in enumerate(question.choices):
            yield (*place, "choices", number, "label"), choice.label, LABEL_FIELDS


def _check_fields(book: Book, file: str, place: Place, text: str, allowed: frozenset[str]) -> None:
    try:
        unknown = fields(text) - allowed
    except ValueError:
        book.blame(file, place, "花括号没有成对，请检查")
        return
    if unknown:
        known = "、".join(sorted(allowed)) or "无"
        book.blame(file, place, f"这里没有 {'、'.join(sorted(unknown))} 可填，能用的有：{known}")


def _check_length(book: Book, file: str, place: Place, text: str) -> None:
    length = len(_FIELD.sub("", text))
    if length > LONGEST_TEXT and not str(place[-1]).startswith(LONG_TEXTS):
        book.blame(file, place, f"固定的字有 {length} 个，请缩到 {LONGEST_TEXT} 个以内")


def _check_tone(book: Book, file: str, place: Place, text: str) -> None:
    if harsh := [word for word in _HARSH if word in text]:
        book.blame(file, place, f"不用“{'、'.join(harsh)}”，请换成平实的话")
