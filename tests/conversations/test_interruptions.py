"""What comes between question and answer: a push, a restart, a new phone, another person, a failure."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from sqlalchemy import select

from simulator import Phone
from storage.base import Base
from storage.post_box import Inbox
from storage.work import Draft, Submission, Task
from tests.conversations.situations import Situations
from tests.stories.acts import CHECKED, NO_RISK
from tests.stories.world import GRID, TOWN, VILLAGE, World
from workflows import answers

NEIGHBOUR = {"household_no": "YL-107206-02-01"}
NEW_PHONE = 30_005
NUMBERS = (
    ("身份证号", "11010519491231002X"),
    ("身份证号", "１１０１０５ 19491231 002x"),
    ("手机号", "138 1234 5678"),
    ("银行卡号", "6222 0212 3456 7894"),
)


@pytest.fixture
async def alert(situations: Situations) -> AsyncIterator[World]:
    async with situations.open("alert") as w:
        yield w


def _asks(w: World, chat_id: int, words: str) -> bool:
    return words in w.phone(chat_id).last.text


# --- a push ------------------------------------------------------------------------------------


async def test_a_push_between_two_answers_eats_nothing(alert: World) -> None:
    w = alert
    await w.fill(GRID, "现在核实", "上门见到人")
    form = w.phone(GRID).last
    await w.list_arrives({**NEIGHBOUR, "signal_id": "YB-90001"})
    assert "2组 1号户" in w.phone(GRID).last.text
    await w.tap(GRID, "今天", form)
    assert "提示说的情况属实吗？" in form.text


async def test_typed_words_go_to_the_question_asked_before_the_push(alert: World) -> None:
    w = alert
    await w.fill(GRID, *CHECKED, "属实", "其他", "选好了")
    await w.list_arrives({**NEIGHBOUR, "signal_id": "YB-90001"})
    await w.say(GRID, "院墙倒了一段")
    assert _asks(w, GRID, "吃穿、看病、上学、住房、吃水")
    assert (await _drafts(w))[0].answers["risk_other"] == "院墙倒了一段"


# --- a stop, a new phone ------------------------------------------------------------------------


async def test_a_restart_in_the_middle_of_a_form(alert: World) -> None:
    w = alert
    await w.fill(GRID, *CHECKED, "属实", "因病")
    await w.restart()
    await w.tap(GRID, "选好了")
    assert _asks(w, GRID, "吃穿、看病、上学、住房、吃水")
    await w.fill(GRID, "都能过得去", "扛得住")
    await w.restart()
    await w.fill(GRID, "小困难，已解决", "跳过", "提交")
    assert _asks(w, GRID, "✅ 已登记：入户核实")


async def test_a_new_phone_goes_on_at_the_same_question(alert: World) -> None:
    w = alert
    await w.fill(GRID, *CHECKED)
    w.meet(NEW_PHONE, "grid_again", "13900000005")
    await w.links(NEW_PHONE)
    await w.fill(NEW_PHONE, "✎/drafts", "线索快核 下三合义村1组1号户")
    assert _asks(w, NEW_PHONE, "（4/7）")
    assert _asks(w, NEW_PHONE, "提示说的情况属实吗？")
    await w.tap(NEW_PHONE, "属实")
    assert _asks(w, NEW_PHONE, "家里眼下有没有难处？")
    await w.tap(GRID, "属实")
    assert w.phone(GRID).toast == w.app.desk.policy.texts["link_unknown"]


# --- words without a home -----------------------------------------------------------------------


async def test_two_open_text_questions_and_one_answer(alert: World) -> None:
    w = alert
    await w.fill(GRID, *CHECKED, "属实", "其他", "选好了", "✎/feedback")
    await w.say(GRID, "院墙倒了一段")
    asked = w.phone(GRID).last
    assert "您打的字还没有记下" in asked.text
    assert sorted(asked.buttons) == ["投诉建议", "线索快核 下三合义村1组1号户"]
    assert [draft.answers.get("words") for draft in await _drafts(w)] == [None, None]
    feedback = next(m for m in w.phone(GRID).received if m.text.startswith("投诉建议"))
    w.phone(GRID).say("名单早一点到村", reply_to=feedback)
    await w.pull()
    assert _asks(w, GRID, "收到，县里会看")
    await w.say(GRID, "院墙倒了一段")
    assert _asks(w, GRID, "吃穿、看病、上学、住房、吃水")


@pytest.mark.parametrize(
    "send",
    [
        Phone.send_photo,
        Phone.send_voice,
        Phone.send_document,
        Phone.send_location,
        lambda phone: phone.send_photo(caption="户口本"),
        lambda phone: phone.forward("院墙倒了一段"),
        lambda phone: phone.send_contact("13812345678", "邻居"),
    ],
    ids=["photo", "voice", "document", "location", "captioned", "forward", "contact"],
)
async def test_what_is_no_answer_is_refused_kindly(alert: World, send: Callable[[Phone], Any]) -> None:
    w = alert
    await w.fill(GRID, *CHECKED, "属实", "其他", "选好了")
    send(w.phone(GRID))
    await w.pull()
    assert w.phone(GRID).last.text == w.app.desk.policy.texts["only_words"]
    (draft,) = await _drafts(w)
    assert (draft.at, draft.answers.get("risk_other")) == ("risk_other", None)


@pytest.mark.parametrize(("kind", "number"), NUMBERS)
async def test_a_number_is_not_kept_anywhere(alert: World, kind: str, number: str) -> None:
    w = alert
    await w.fill(GRID, *CHECKED, "属实", "其他", "选好了")
    phone = w.phone(GRID)
    said = phone.say(f"户主证件 {number}，院墙倒了")
    pictured = phone.send_photo(caption=number)
    await w.pull()
    assert said.deleted
    assert pictured.deleted
    assert phone.last.text.startswith(f"这条里像是有{kind}，我没有保存")
    assert "请只用户号，例如“3组2号”" in phone.last.text
    (draft,) = await _drafts(w)
    assert draft.at == "risk_other"
    kept = [value for value in await _everything(w) if number in value or "院墙" in value]
    assert kept == []
    await w.say(GRID, "院墙倒了一段")
    assert _asks(w, GRID, "吃穿、看病、上学、住房、吃水")


# --- two at once --------------------------------------------------------------------------------


async def test_a_toggle_pressed_twice_at_once(alert: World) -> None:
    w = alert
    await w.fill(GRID, *CHECKED, "属实")
    phone = w.phone(GRID)
    taps = [phone.tap("☐ 因病"), phone.tap("☐ 因病"), phone.tap("☐ 因残")]
    await w.pull()
    assert all(tap.answer is not None for tap in taps)
    assert [one for one in phone.last.buttons if one.startswith("☑")] == ["☑ 因病", "☑ 因残"]


async def test_an_answer_pressed_twice_at_once(alert: World) -> None:
    w = alert
    await w.fill(GRID, "现在核实")
    phone = w.phone(GRID)
    taps = [phone.tap("上门见到人"), phone.tap("上门没人")]
    await w.pull()
    assert _asks(w, GRID, "哪天核实的？")
    assert (await _drafts(w))[0].answers["how"] == "visit"
    assert taps[1].answer is not None
    assert taps[1].answer["text"] == w.app.desk.policy.texts["stale"]


async def test_two_people_fill_in_the_same_task(alert: World) -> None:
    w = alert
    await w.fill(VILLAGE, "我的户", "下三合义村1组1号户", "看 入户核实", "线索快核")
    await w.fill(VILLAGE, *NO_RISK[:-1])
    await w.fill(GRID, *NO_RISK[:-1])
    late, early = w.phone(VILLAGE), w.phone(GRID)
    early.tap("提交")
    late.tap("提交")
    await w.pull()
    assert _asks(w, GRID, "✅ 已登记：入户核实，没风险，办结")
    assert late.toast == "这条已由网格员办好"
    async with w.reading() as session:
        assert len((await session.scalars(select(Submission))).all()) == 1
        assert (await session.scalars(select(Task))).one().state == "done"


# --- failures -----------------------------------------------------------------------------------


@pytest.mark.expected_errors("update_failed")
async def test_a_handler_that_fails_once_is_tried_again(
    alert: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    w, failing = alert, _Failing(answers.give, times=1)
    await w.tap(GRID, "现在核实")
    monkeypatch.setattr(answers, "give", failing)
    await w.tap(GRID, "上门见到人")
    assert _asks(w, GRID, "哪天核实的？")


@pytest.mark.expected_errors("update_failed", times=3)
async def test_a_handler_that_always_fails_holds_up_nobody(
    alert: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    w, failing = alert, _Failing(answers.give, times=99)
    await w.tap(GRID, "现在核实")
    monkeypatch.setattr(answers, "give", failing)
    await w.tap(GRID, "上门见到人")
    assert w.phone(GRID).last.text == w.app.desk.policy.texts["set_aside"]
    async with w.reading() as session:
        aside = (await session.scalars(select(Inbox).where(Inbox.state == "set_aside"))).one()
        assert (aside.tries, aside.payload) == (3, None)
    await w.say(GRID, "今日待办")
    assert _asks(w, GRID, "待办 1 件")
    await w.say(TOWN, "今日待办")
    assert _asks(w, TOWN, "现在没有待办")
    monkeypatch.undo()
    await w.tap(GRID, "上门见到人")
    assert any("哪天核实的？" in message.text for message in w.phone(GRID).received)


class _Failing:
    """A use case that fails so many times, then works."""

    def __init__(self, real: Callable[..., Any], times: int) -> None:
        self.real = real
        self.times = times

    async def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if self.times > 0:
            self.times -= 1
            raise RuntimeError("演练：出错")
        return await self.real(*args, **kwargs)


# --- what is kept -------------------------------------------------------------------------------


async def _drafts(w: World) -> list[Draft]:
    async with w.reading() as session:
        return list(await session.scalars(select(Draft).where(Draft.state == "open").order_by(Draft.id)))


async def _everything(w: World) -> list[str]:
    """Every value of every table, the encrypted ones opened, as text."""
    found = []
    async with w.reading() as session:
        for table in Base.metadata.sorted_tables:
            found += [str(value) for row in await session.execute(select(table)) for value in row]
    return found


async def test_a_card_answered_in_words_loses_its_buttons(alert: World) -> None:
    """Only the newest card can be pressed."""
    w = alert
    await w.fill(GRID, "现在核实", "上门见到人")
    card = w.phone(GRID).last
    assert card.buttons
    await w.fill(GRID, "✎昨天")
    assert (card.buttons, "属实吗" in w.phone(GRID).last.text) == ([], True)
    w.look_away()
