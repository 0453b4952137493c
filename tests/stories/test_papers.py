"""The papers of a case, made of what was pressed on the phones (domain §2.8)."""

import re

import pytest
from sqlalchemy import select

from storage.work import Case
from tests.stories import acts
from tests.stories.acts import candidate, entered, posted
from tests.stories.world import GRID, TOWN, World
from workflows.brief import brief
from workflows.papers.page import html, pdf
from workflows.papers.paper import Fields, Grid, Paper
from workflows.papers.papers import entry_sheet, notice, papers_of
from workflows.record import NOT_YET, Record, record_of

LAST_DAY = (2026, 3, 17, 16)


async def record(w: World) -> Record:
    async with w.reading() as session:
        case = (await session.scalars(select(Case))).one()
        return await record_of(session, w.app.desk, case)


def fields(paper: Paper) -> dict[str, str]:
    return {name: value for block in paper.blocks if isinstance(block, Fields) for name, value in block.rows}


def words(page: str) -> str:
    return re.sub(r"<[^>]*>", " ", page.partition("</style>")[2])


async def test_the_sheet_to_type_from_says_what_was_said_on_the_phone(xinfeng: World) -> None:
    await posted(xinfeng)
    await entered(xinfeng, *LAST_DAY)
    sheet = entry_sheet(await record(xinfeng))
    said = fields(sheet)
    assert said["户主"] == "演练户主0101"
    assert said["户类型"] == "一般农户"
    assert (said["识别时间"], said["监测对象类别"]) == ("202603", "边缘易致贫户")
    assert said["致贫返贫风险1"] == "因病"
    assert (said["工资性收入"], said["家庭纯收入"], said["合规自付支出"]) == ("12000", "14000", "30000")
    assert said["纳入监测对象的人均收入参考范围"] == "-16000"
    (members,) = (block for block in sheet.blocks if isinstance(block, Grid))
    assert members.rows == [
        ["1", "户主", "16–59岁", "健康", "—", "普通劳动力", "—", "—", "没打工", "—", "居民医保", "都没有"]
    ]


async def test_what_is_not_there_yet_is_said_to_be_missing(hebei: World) -> None:
    await candidate(hebei)
    papers = papers_of(await record(hebei))
    assert [paper.title for paper in papers] == [
        "申请及承诺授权书",
        "录入对照单",
        "民主评议记录",
        "公示稿",
        "审核审定表",
    ]
    assert fields(papers[2])["日期"] == NOT_YET
    assert fields(papers[0])["家庭人口"] == "3口"  # the register knows


async def test_the_notice_on_the_board_holds_nothing_private(xinfeng: World) -> None:
    await posted(xinfeng)
    known = await record(xinfeng)
    board = words(html(notice([known, known]), ""))
    assert "演练户主0101" in board
    assert "边缘易致贫户" in board
    assert "公示期从2026年3月13日到2026年3月17日，共5整天" in board
    answers = known.sheets["a2"].submission
    assert answers is not None
    for private in ("因病", "健康", "12000", "30000", "医保", known.case.number, known.household.number):
        assert private not in board


async def test_a_sheet_sent_back_and_filled_in_again_is_the_one_that_counts(hebei: World) -> None:
    await candidate(hebei)
    await hebei.does(GRID, *acts.SIGNED)
    await hebei.does(TOWN, "乡镇审核", "没抽查", "退回", "今天", "材料签字", "选好了", "没填全", "提交")
    assert fields(entry_sheet(await record(hebei)))["家庭纯收入"] == NOT_YET
    hebei.look_away()
    await hebei.does(GRID, acts.A2, "残疾证", "选好了", "没变", "没变", "提交")
    known = await record(hebei)
    assert fields(entry_sheet(known))["家庭纯收入"] == "14000"
    assert known.sheets["a2"].changed() == ["材料"]
    assert brief(known, None)[0] == "退回后改了：材料"


async def test_every_paper_is_a_page_and_a_pdf(xinfeng: World) -> None:
    await posted(xinfeng)
    for paper in papers_of(await record(xinfeng)):
        page = html(paper, "")
        assert page.startswith("<!doctype html>")
        assert pdf(page).startswith(b"%PDF-")


@pytest.mark.parametrize("name", ["<b>甲</b>", "甲&乙"])
def test_what_people_wrote_cannot_become_part_of_the_page(name: str) -> None:
    page = html(Paper(1, "试", [Fields([("户主", name)])]), "")
    assert name not in page
