"""What people press, in the words on the buttons: whole forms, from the card to the last button."""

from tests.stories.world import COUNTY, GRID, TOWN, VILLAGE, World

CHECKED = ("现在核实", "上门见到人", "今天")
NO_RISK = (*CHECKED, "不属实", "没有难处", "都能过得去", "没风险，办结", "信息有误", "提交")
ILL = ("属实", "因病", "选好了", "都能过得去", "扛不住")
CANDIDATE = (*CHECKED, *ILL, "有风险，拟纳入", "提交")
RECHECKED = ("线索快核", "现在核实", "上门见到人", "今天")
A2 = "入户核查采集"
AT_HOME = ("一般农户", "1口", "本村老房", "一样")
ONE_PERSON = ("16–59岁", "健康", "普通劳动力", "没打工", "居民医保", "都没有")
GUARANTEED = ("安全", "没有这个年龄的", "都参了", "没问题", "不愁")
MONEY = ("✎1.2万", "✎0", "✎0", "跳过", "✎2000", "跳过", "✎3万", "跳过", "对，14000")
NEED = ("因病", "选好了", "亲戚能帮", "选好了", "都没有", "看病报销救助", "选好了", "边缘易致贫户", "正常")
PAPERS = ("户口簿", "选好了", "我一个人", "签了", "提交")
COLLECTED = (*AT_HOME, *ONE_PERSON, *GUARANTEED, *MONEY, *NEED, *PAPERS)
SIGNED = (A2, "本人签(按手印)", "今天", *COLLECTED)
UNWILLING = (A2, "暂不愿签", "今天", "觉得用不着", "已说明", "邻居", "提交")
VOTES = ("✎30", "✎25", "✎24", "✎1", "✎0")
PASSED = ("民主评议", "通过", "今天", "村民代表会议", *VOTES, "提交")
NOT_HELD = ("民主评议", "没开成", "人数不够", "明天", "村两委扩大会议", "提交")
POSTED = ("张贴公示", "今天", "村务公开栏", "对，都没有", "提交")
NO_DOUBTS = ("信息比对", "无异常", "今天")
NO_OBJECTION = ("公示期满", "没有异议", "今天")
OBJECTION = ("公示期满", "有异议", "有车有房")
AGREED = ("乡镇审核", "抽查了", "同意", "今天", "提交")
APPROVED = ("县级审定", "同意纳入", "今天", "边缘易致贫户", "✎3", "提交")
ENTERED = ("公告录入", "今天", "今天")
PLANNED = ("定措施", "健康帮扶", "选好了", "医保卫健", "明天", "村里", "知道并同意", "提交")


async def candidate(w: World) -> None:
    """A list has come and the grid worker has found a household at risk; nothing of it is heard any more."""
    await w.list_arrives()
    await w.does(GRID, *CANDIDATE)
    w.look_away()


async def under_review(w: World) -> None:
    await candidate(w)
    await w.does(GRID, *SIGNED)
    w.look_away()


async def posted(w: World) -> None:
    """Reviewed and on the notice board today, the comparison back."""
    await under_review(w)
    await w.does(COUNTY, *NO_DOUBTS)
    await w.does(VILLAGE, *PASSED)
    await w.does(VILLAGE, *POSTED)
    w.look_away()


async def entered(w: World, *last_day: int) -> None:
    """From the notice board to the national system, all on the working day after the publicity."""
    await w.until(*last_day)
    await w.does(VILLAGE, *NO_OBJECTION)
    await w.does(TOWN, *AGREED)
    await w.does(COUNTY, *APPROVED)
    await w.does(TOWN, *ENTERED)
    w.look_away()
