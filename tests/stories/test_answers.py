"""A push never eats an answer, and nothing is asked twice (promises 8 and 9)."""

import pytest

from simulator import Message
from tests.stories.acts import CHECKED
from tests.stories.world import GRID, World

NEIGHBOUR = {"household_no": "YL-107206-02-01"}
OTHER = ("属实", "其他", "选好了")


@pytest.fixture
async def asked_in_words(hebei: World) -> Message:
    """The grid worker is asked to write what else is hard."""
    await hebei.list_arrives()
    hebei.look_away()
    await hebei.fill(GRID, *CHECKED, *OTHER)
    hebei.look_away()
    return hebei.phone(GRID).last


async def test_a_push_between_question_and_answer_eats_nothing(hebei: World, asked_in_words: Message) -> None:
    w = hebei
    await w.list_arrives(NEIGHBOUR)
    w.rings(grid="🔶 新线索 DP-260312-02", **w.lines())
    await w.say(GRID, "老人独居")
    w.rings(grid="线索快核（7/8） 下三合义村1组1号户\n吃穿、看病、上学、住房、吃水")


async def test_with_two_questions_open_it_is_asked_which_is_meant(
    hebei: World, asked_in_words: Message
) -> None:
    w = hebei
    await w.list_arrives(NEIGHBOUR)
    await w.fill(GRID, *CHECKED, *OTHER)
    second = w.phone(GRID).last
    w.look_away()
    await w.say(GRID, "老人独居")
    w.rings(grid="您打的字还没有记下：有 2 张表都在等打字。请在那张卡片上点“回复”再发")
    w.phone(GRID).say("老人独居", reply_to=asked_in_words)
    await w.pull()
    w.rings(grid="线索快核（7/8） 下三合义村1组1号户\n吃穿、看病、上学、住房、吃水")
    assert "其他难处是什么？" in second.text
    await w.say(GRID, "房子漏雨")
    w.rings(grid="线索快核（7/8） 下三合义村2组1号户\n吃穿、看病、上学、住房、吃水")


async def test_words_without_a_question_are_answered_kindly(hebei: World) -> None:
    await hebei.say(GRID, "你好")
    hebei.rings(grid="这会儿没有要打字回答的题")
    hebei.phone(GRID).send_photo()
    await hebei.pull()
    hebei.rings(grid="这里只收文字，不收图片")


async def test_what_was_said_last_time_is_one_tap(hebei: World) -> None:
    """The sheet of the day on which nobody went has nothing to say, and hides nothing."""
    w = hebei
    await w.list_arrives()
    await w.does(
        GRID,
        *CHECKED,
        "属实",
        "因病",
        "选好了",
        "都能过得去",
        "勉强，要帮一把",
        "小困难，已解决",
        "跳过",
        "提交",
    )
    await w.until(2026, 3, 20, 9)
    await w.list_arrives({"source_dept": "人社", "rule_code": "job_lost"})
    w.look_away()
    await w.does(GRID, "改天去", "明天")
    await w.fill(GRID, *CHECKED, "属实")
    form = w.phone(GRID).last
    assert form.text.endswith("上次（3月12日）：因病")
    await w.tap(GRID, "没变", form)
    await w.tap(GRID, "都能过得去", form)
    assert form.text.endswith("上次（3月12日）：勉强，要帮一把")
    await w.tap(GRID, "没变", form)
    assert "您的判断？" in form.text
    w.look_away()
