"""Forms on their own: choices, sources of choices, names, and the order of outcome rules."""

from config.book import Book
from config.catalogue import CHOICE_SOURCES, FACTS, NEEDED_QUESTIONS, REGISTERED
from config.models import Form, Group, Question, QuestionType, RoutingFile
from config.source import Place

# Words of CEL that cannot name a question, and the name of the answer a constraint looks at.
_RESERVED = frozenset(
    {"as", "break", "const", "continue", "else", "false", "for", "function", "if", "import", "in", "let"}
    | {"loop", "nth", "namespace", "null", "package", "return", "this", "true", "var", "void", "while"}
)


def check_forms(book: Book) -> None:
    """Every form holds together by itself and tells events that are routed."""
    for file, form in book.every(Form).items():
        if file != f"forms/{form.name}.yaml":
            book.blame(file, ("name",), "名称要和文件名一样，请改成文件名")
        lacking = NEEDED_QUESTIONS.get(form.name, frozenset()) - {one.name for one in form.questions}
        if lacking:
            book.blame(file, ("questions",), f"少了题 {'、'.join(sorted(lacking))}，程序要用，请补回来")
        for index, question in enumerate(form.questions):
            _check_question(book, file, ("questions", index), question)
            if question.on_summary and not form.summary:
                book.blame(
                    file, ("questions", index, "on_summary"), "没有汇总卡就问不到这一题，请打开 summary"
                )
        _check_groups(book, file, form)
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
        elif question.choices[index].label in [choice.label for choice in question.choices[:index]]:
            label = question.choices[index].label
            book.blame(file, (*place, "choices", index), f"两个按钮都叫“{label}”，请改一个")
    if message := _wrong_recall(book, question):
        book.blame(file, (*place, "recall_from"), message)
    if question.most is not None and question.type is not QuestionType.select_multiple:
        book.blame(file, (*place, "most"), "单选没有最多几项，请删去")
    if question.constraint_message and not question.constraint:
        book.blame(file, (*place, "constraint_message"), "有 constraint_message 就要写 constraint")
    for index, rule in enumerate(question.suggest):
        if rule.choice not in names:
            book.blame(file, (*place, "suggest", index), f"没有选项 {rule.choice}，请改成本题的选项")


def _wrong_recall(book: Book, question: Question) -> str | None:
    """What is recalled from elsewhere has to be there, and to be an answer of the same type."""
    if question.recall_from is None:
        return None
    if question.recall:
        return "recall 和 recall_from 只写一个"
    source, name = question.recall_from.split(".")
    if source == "household":
        known = "、".join(f"household.{one}" for one in sorted(REGISTERED))
        return None if name in REGISTERED else f"登记里没有 {name}，可用的有：{known}"
    file = f"forms/{source}.yaml"
    form = book.every(Form).get(file)
    if form is None and file in book.sources:
        return None  # it cannot be read, which is told already
    asked = next((one for one in form.questions if one.name == name), None) if form else None
    if asked is None:
        return f"没有 {question.recall_from}，请写成 表名.题名"
    return None if asked.type is question.type else f"{question.recall_from} 的题型不同，取不来"


def _check_groups(book: Book, file: str, form: Form) -> None:
    """The questions of a group stand together; how many there are is known before they are asked."""
    named = {group.name: group for group in form.groups}
    before, closed = None, set[str]()
    for index, question in enumerate(form.questions):
        if question.group != before and before is not None:
            closed.add(before)
        before = question.group
        if question.type is QuestionType.calculate and question.name in form.repeated:
            book.blame(file, ("questions", index, "type"), "逐个问的组里不能有 calculate，请移到组外")
        if question.group is not None and question.group not in named:
            book.blame(file, ("questions", index, "group"), f"没有组 {question.group}，请在 groups 里补上")
        elif question.group in closed:
            book.blame(file, ("questions", index, "group"), f"组 {question.group} 的题没有挨着，请放到一起")
    for index, group in enumerate(form.groups):
        if message := _wrong_with(form, group):
            book.blame(file, ("groups", index), message)


def _wrong_with(form: Form, group: Group) -> str | None:
    places = [place for place, question in enumerate(form.questions) if question.group == group.name]
    taken = {question.name for question in form.questions} | FACTS.keys() | _RESERVED
    if not places:
        return f"组 {group.name} 里没有题，请删去或补题"
    if group.name in taken or [one.name for one in form.groups].count(group.name) > 1:
        return f"{group.name} 有别的用处，请换个组名"
    if group.count is None:
        return None
    counts = [one for one in form.questions[: places[0]] if one.name == group.count and one.required]
    if not counts or counts[0].type is not QuestionType.integer or counts[0].group == group.name:
        return f"{group.count} 要是排在这一组前面、必答的整数题"
    if counts[0].constraint is None:
        return f"题 {group.count} 要写 constraint，例如 this >= 1 && this <= 15，否则不知道最多几个"
    return None


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
