"""Forms on their own: choices, sources of choices, names, and the order of outcome rules."""

from config.book import Book
from config.catalogue import CHOICE_SOURCES, FACTS
from config.models import Form, Question, QuestionType, RoutingFile
from config.source import Place

# Words of CEL that cannot name a question, and the name of the answer a constraint looks at.
_RESERVED = frozenset(
    {"as", "break", "const", "continue", "else", "false", "for", "function", "if", "import", "in", "let"}
    | {"loop", "namespace", "null", "package", "return", "this", "true", "var", "void", "while"}
)


def check_forms(book: Book) -> None:
    """Every form holds together by itself and tells events that are routed."""
    for file, form in book.every(Form).items():
        if file != f"forms/{form.name}.yaml":
            book.blame(file, ("name",), "名称要和文件名一样，请改成文件名")
        for index, question in enumerate(form.questions):
            _check_question(book, file, ("questions", index), question)
            if question.on_summary and not form.summary:
                book.blame(
                    file, ("questions", index, "on_summary"), "没有汇总卡就问不到这一题，请打开 summary"
                )
        _check_rules(book, file, form)
        _check_marks(book, file, form)


def _check_question(book: Book, file: str, place: Place, question: Question) -> None:
    if question.name in _RESERVED or question.name in FACTS:
        book.blame(file, (*place, "name"), f"{question.name} 有别的用处，请换个题名")
    if question.choices_from is not None and question.choices_from not in CHOICE_SOURCES:
        known = "、".join(sorted(CHOICE_SOURCES))
        book.blame(file, (*place, "choices_from"), f"没有选项来源 {question.choices_from}，可用的有：{known}")
    names = [choice.name for choice in question.choices]
    for index, name in enumerate(names):
        if name in names[:index]:
            book.blame(file, (*place, "choices", index), f"选项 {name} 写了两次，请只留一个")
    for index, rule in enumerate(question.suggest):
        if rule.choice not in names:
            book.blame(file, (*place, "suggest", index), f"没有选项 {rule.choice}，请改成本题的选项")


def _check_rules(book: Book, file: str, form: Form) -> None:
    """Nothing stands after a rule that always holds; the day of the act is a date."""
    always = [index for index, rule in enumerate(form.outcomes) if rule.when is None]
    for index in range(always[0] + 1, len(form.outcomes)) if always else ():
        book.blame(file, ("outcomes", index), "前一条没有条件，走不到这一条，请调整次序")
    if form.happened_on and form.question(form.happened_on).type is not QuestionType.date:
        book.blame(file, ("happened_on",), f"{form.happened_on} 不是日期题，请改成日期题的题名")


def _check_marks(book: Book, file: str, form: Form) -> None:
    routing = book.only(RoutingFile)
    for index, mark in enumerate(form.marks):
        if routing and mark.tells is not None and mark.tells not in routing.events:
            book.blame(file, ("marks", index, "tells"), f"routing.yaml 里没有事件 {mark.tells}，请补上或改名")
