"""The papers of a case: 申请及承诺授权书, 录入对照单, 民主评议记录, 公示稿, 审核审定表 (domain §2.8, §1.7).

The order of the fields of 录入对照单 is that of the national form, so that who types it in reads it from
the top to the bottom. Numbers of identity cards are nowhere: they are not in the record.
"""

from collections.abc import Sequence
from datetime import date, timedelta

from workflows.papers.paper import Fields, Grid, Paper, Signatures, Words
from workflows.record import NOT_YET, Record, Sheet

MEMBER = (
    ("与户主关系", "relation"),
    ("年龄段", "age"),
    ("健康状况", "health"),
    ("残疾等级", "disability"),
    ("劳动技能", "labour"),
    ("在校生状况", "school"),
    ("失学辍学原因", "out_of_school"),
    ("务工时间", "months"),
    ("务工所在地", "works_at"),
    ("医保", "insurance"),
    ("享受政策", "benefits"),
)
GUARANTEES = (
    ("住房安全", "house"),
    ("义务教育", "schooling"),
    ("基本医疗", "insured"),
    ("饮水安全", "water"),
)
MONEY = (
    ("工资性收入", "wages"),
    ("生产经营性收入", "business"),
    ("财产性收入", "property"),
    ("转移性收入", "transfers"),
    ("生产经营性支出", "costs"),
    ("家庭纯收入", "net"),
    ("家庭人均纯收入", "each"),
    ("家庭理赔收入", "claims"),
    ("合规自付支出", "own_cost"),
    ("纳入监测对象的人均收入参考范围", "reference"),
)
VOTES = (
    ("应到", "expected"),
    ("实到", "present"),
    ("同意", "agree"),
    ("不同意", "against"),
    ("弃权", "abstain"),
)
HEAD, NOT_ASKED = "户主", "—"


def papers_of(record: Record) -> list[Paper]:
    """Every paper of one case."""
    return [
        application(record),
        entry_sheet(record),
        review_record(record),
        notice([record]),
        decisions(record),
    ]


def application(record: Record) -> Paper:
    """The household's application and its consent to the comparison, to be signed by hand."""
    about = Fields(
        [
            ("户主", record.head),
            ("住址", f"{record.county}{record.place}{record.group}"),
            ("家庭人口", _people(record)),
            ("户编号", record.household.number),
        ]
    )
    words = Words(
        [
            f"我是{record.place}{record.group}村民。因家庭遇到困难，现申请纳入防止返贫监测帮扶，并作如下承诺和授权：",
            "一、所说家庭成员、收入、支出、住房、教育、医疗、饮水等情况真实，没有隐瞒。",
            "二、同意县、乡镇、村为核实情况，向有关部门查询、比对我和一起生活的家庭成员的收入、财产等信息；"
            "查询结果只用于这次核实认定。",
            "三、家庭情况有变化时，及时告诉村里。",
            "以上内容已读给我听，我都清楚。",
        ]
    )
    return Paper(
        1,
        "申请及承诺授权书",
        [about, words, Signatures(["户主签字（按手印）", "代填人", "代填人与户主关系", "日期"])],
    )


def entry_sheet(record: Record) -> Paper:
    """What is to be typed into the national system, in its order."""
    a2, county, entry = record.sheets["a2"], record.sheets["county"], record.sheets["entry"]
    basics = Fields(
        [
            ("户主", record.head),
            ("行政区划", f"{record.county}{record.place}{record.group}"),
            ("户类型", a2.said("kind")),
            ("家庭人口", _people(record)),
            ("监测对象类别", county.said("category")),
            ("识别时间", f"{entry.on:%Y%m}" if entry.on else NOT_YET),
            *_risks(a2),
            ("自主应对能力", a2.said("cope_by")),
            ("帮扶需求", a2.said("wants")),
        ],
        "基本信息",
    )
    return Paper(
        2,
        "录入对照单",
        [
            basics,
            _members(a2),
            Fields([(label, a2.said(name)) for label, name in GUARANTEES], "三保障和饮水安全"),
            Fields([(label, a2.said(name)) for label, name in MONEY], "收入和支出（近12个月，元）"),
            Fields([("帮扶措施", record.sheets["measures"].said("kinds"))], "帮扶措施"),
            Fields([("帮扶责任人", record.helper or NOT_YET)], "帮扶责任人"),
            Words(["证件号码请按户口簿在全国系统里录入，这里没有保存。点选一档的金额是约数，录入前请核准。"]),
        ],
    )


def _people(record: Record) -> str:
    said = record.sheets["a2"].said("people")
    known = record.household.members
    return said if said != NOT_YET or known is None else f"{known}口"


def _risks(a2: Sheet) -> list[tuple[str, str]]:
    """Up to five risks, the heaviest first, with the kind of a disaster and the remark of others."""
    said = a2.said("risks")
    names = said.split("、") if said != NOT_YET else [NOT_YET]
    rows = [(f"致贫返贫风险{nth}", name) for nth, name in enumerate(names, 1)]
    more = (("自然灾害子项", "disaster"), ("风险备注", "risk_other"))
    return rows + [(label, a2.said(name)) for label, name in more if a2.said(name) != NOT_YET]


def _members(a2: Sheet) -> Grid:
    rows = []
    for part, said in a2.several("members"):
        own = {
            **said,
            "relation": HEAD if part.nth == 1 else said.get("relation_other", said.get("relation", "")),
        }
        rows.append([str(part.nth), *(own.get(name, NOT_ASKED) for _, name in MEMBER)])
    return Grid(["序号", *(label for label, _ in MEMBER)], rows, "家庭成员")


def review_record(record: Record) -> Paper:
    """The minutes of the village review: what was registered, and room for what was said."""
    review = record.sheets["review"]
    facts = Fields(
        [
            ("会议", review.said("how")),
            ("日期", _day(review.on)),
            ("评议的户", f"{record.group}{record.head}"),
            ("结果", review.said("result")),
            *((label, _persons(review.said(name))) for label, name in VOTES),
        ]
    )
    minutes = Grid(["发言人", "意见"], [["", ""]] * 6, "会议记录")
    return Paper(3, "民主评议记录", [facts, minutes, Signatures(["主持人", "记录人", "参会人员签到另附"])])


def notice(records: Sequence[Record]) -> Paper:
    """What hangs on the board: heads, groups, people and category, and nothing else (domain §2.8, §5.3)."""
    first = records[0]
    rows = [[one.head, one.group, _people(one), one.sheets["a2"].said("proposed")] for one in records]
    return Paper(
        4,
        "公示稿",
        [
            Words(
                [
                    f"{first.village}防止返贫监测对象民主评议结果公示",
                    "根据农户申请和授权，经入户核实、村民民主评议，现将评议结果公示如下。",
                ]
            ),
            Grid(["户主姓名", "组别", "人口", "拟认定类别"], rows),
            Words(
                [
                    f"公示期{_span(first)}。对以上结果有不同意见的，请在公示期内向村民委员会或乡镇反映。",
                    f"{first.place}村民委员会",
                ]
            ),
            Signatures(["张贴日期", "张贴地点"]),
        ],
        public=True,
    )


def _span(record: Record) -> str:
    """The whole days of the notice; before it hangs, room to write the first one."""
    days = record.policy.profiles[record.case.profile].publicity_days
    posted = record.sheets["posting"].on
    if posted is None:
        return f"{days}整天（张贴当天不算），从　　　　年　　月　　日起"
    return f"从{_day(posted + timedelta(days=1))}到{_day(posted + timedelta(days=days))}，共{days}整天"


def decisions(record: Record) -> Paper:
    """What village, township and county have decided, each to be signed and stamped."""
    sheets = record.sheets
    review, comparison, publicity = sheets["review"], sheets["comparison"], sheets["publicity"]
    town, county = sheets["town"], sheets["county"]
    village = Fields(
        [
            ("户主", record.head),
            ("村组", f"{record.place}{record.group}"),
            ("民主评议", _dated(review)),
            ("公示", _dated(publicity)),
            ("信息比对", _dated(comparison)),
            ("村里建议类别", sheets["a2"].said("proposed")),
        ],
        "村级",
    )
    return Paper(
        5,
        "审核审定表",
        [
            village,
            Signatures(["村负责人（章）", "日期"]),
            Fields(
                [
                    ("入户抽查", town.said("sampled")),
                    ("审核意见", town.said("opinion")),
                    ("审核日期", _day(town.on)),
                ],
                "乡镇审核",
            ),
            Signatures(["经办人", "分管领导（章）"]),
            Fields(
                [
                    ("审定结果", county.said("decision")),
                    ("认定类别", county.said("category")),
                    ("批次", county.said("batch")),
                    ("审定日期", _day(county.on)),
                    ("当年监测线", record.case.income_line or "未配置"),
                ],
                "县级审定",
            ),
            Signatures(["审定人", "单位（章）"]),
        ],
    )


def _dated(sheet: Sheet) -> str:
    return f"{sheet.said('result')} {_day(sheet.on)}" if sheet.on else NOT_YET


def _persons(said: str) -> str:
    return said if said == NOT_YET else f"{said}人"


def _day(day: date | None) -> str:
    return f"{day.year}年{day.month}月{day.day}日" if day else NOT_YET
