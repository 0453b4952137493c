"""The workbook of a form: its sheets, their columns, and what the policy calls them (subset of XLSForm).

What XLSForm has no word for stands in columns and a sheet of our own that begin with `jt`; other programs
pass over them.
"""

from collections.abc import Mapping
from dataclasses import dataclass

SURVEY, CHOICES, RULES, SETTINGS, HELP = "survey", "choices", "jt_rules", "settings", "说明"


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its word in the workbook, its field in the policy, how its cells read, what it is for."""

    word: str
    field: str
    kind: str = "text"
    about: str = ""


TYPE, LIST = "type", "list_name"
SHEETS: Mapping[str, tuple[Column, ...]] = {
    SURVEY: (
        Column(TYPE, "type", about="题型，见下面"),
        Column("name", "name", about="题名：小写英文、数字、下划线，整张表不重复"),
        Column("label", "label", about="问的话"),
        Column("required", "required", "flag", about="yes 必答；空着可跳过"),
        Column("relevant", "relevant", "formula", about="什么时候问，例如 ${how} = 'visit'；空着总是问"),
        Column("constraint", "constraint", "formula", about="答案要合乎什么，本题答案写作 . （一个点）"),
        Column("constraint_message", "constraint_message", about="不合时说的话，写明该怎么填"),
        Column("repeat_count", "count", "name", about="begin_repeat 行：哪一题的数是个数，例如 ${people}"),
        Column("jt::summary", "summary", about="汇总卡上的短名"),
        Column("jt::most", "most", "number", about="多选最多几项"),
        Column("jt::days", "days", about="日期题：past 今天以前（缺省），future 以后，coming 今天起"),
        Column("jt::on_summary", "on_summary", "flag", about="yes 只在汇总卡上可补，不单独问"),
        Column("jt::recall", "recall", "flag", about="yes 显示上次的答案，一点即同"),
        Column(
            "jt::choices_from",
            "choices_from",
            about="选项从系统取：households、villages、officials、colleagues、days、county_checks、town_checks",
        ),
        Column("jt::another", "another", about="begin_repeat 行：汇总卡上再加一个的按钮，不写就是“再加一个”"),
        Column(
            "jt::recall_from",
            "recall_from",
            about="从别处取上次的答案：表名.题名，例如 a1.risks；登记的写 household.members、household.kind",
        ),
        Column(
            "calculation",
            "calculation",
            "formula",
            about="由前面的答案算出来，例如 ${wages} + ${rent}；数字题一点即用，calculate 不问、只给人看",
        ),
    ),
    CHOICES: (
        Column(LIST, "list", about="选项单名，和 survey 里 select_one 后面的一样"),
        Column("name", "name", about="选项名：小写英文、数字、下划线"),
        Column("label", "label", about="按钮上的字"),
        Column("jt::exclusive", "exclusive", "flag", about="yes 选了它就不能选别的"),
        Column("jt::relevant", "relevant", "formula", about="什么时候有这个选项"),
        Column("jt::value", "value", "number", about="数字题的一档：算的时候当作多少"),
    ),
    RULES: (
        Column("kind", "kind", about="confirm 再问一遍；suggest 倾向；outcome 结果；mark 另外记一笔"),
        Column("question", "question", about="confirm、suggest：哪一题"),
        Column("when", "when", "formula", about="什么时候；outcome 空着就是其余情况"),
        Column("result", "result", about="suggest 的选项名，outcome 的结果名，mark 的名字"),
        Column("message", "message", about="confirm：问的话"),
        Column("tells", "tells", about="mark：按 routing.yaml 告知的事件"),
    ),
    SETTINGS: (
        Column("form_title", "title", about="表的名字"),
        Column("form_id", "name", about="表的代码，和在用的一样，不能改"),
        Column("version", "version", "number", about="版本号，改一次加一"),
        Column("jt::effective_from", "effective_from", about="从哪天起，如 2026-03-01"),
        Column("jt::source", "source", about="文号或出处"),
        Column("jt::happened_on", "happened_on", about="哪一题是事情发生的日期"),
        Column("jt::summary", "summary", "flag", about="yes 提交前给一张汇总卡"),
        Column("jt::brief", "brief", "formula", about="成立就不要汇总卡，答完就登记"),
    ),
}
SELECTS = {"select_one": "select_one", "select_multiple": "select_multiple"}
PLAIN = ("integer", "date", "text", "calculate")
LISTED = (*SELECTS, "integer")
GROUPS = {"begin_group": "end_group", "begin_repeat": "end_repeat"}
HOW = (
    ("条件", "等于", "${how} = 'visit'"),
    ("条件", "并且、或者、不是", "${a} = 'x' and not(${b} = 'y' or ${c} > 1)"),
    ("条件", "多选里有没有", "selected(${risks}, 'r01')"),
    ("条件", "多选选了几项", "count-selected(${risks}) > 0"),
    ("条件", "本题的答案", ". >= 1 and . <= 15"),
    ("条件", "逐个问的第几个", "position(..) = 1"),
    ("条件", "看全家的（用 CEL）", "cel: members.exists(m, m.school == 'no')"),
    ("条件", "可用的已知情况", "${due} 到期日，${limit} 总期限，${income_line} 监测线"),
    ("问的话", "可填的", "{place} {household} {words} {source} {due} {limit} {last}，逐个问的还有 {nth}"),
    ("逐个问", "一行", "begin_repeat　members　第{nth}位　repeat_count ${people}"),
    ("逐个问", "中间", "每个人要问的题，一行一题"),
    ("逐个问", "一行", "end_repeat"),
    ("版本", "version", "改一次加一，不加启用不了"),
    ("版本", "jt::effective_from", "留给人查对；程序不会到那天自动换，启用后重启才换"),
)
TYPES = (
    "select_one 选项单",
    "select_multiple 选项单",
    *PLAIN,
    "integer 选项单（有几档可点的数字题）",
    "begin_group … end_group",
    "begin_repeat … end_repeat",
)
YES, NO = ("yes", "true", "是"), ("no", "false", "否", "")
