"""What must not stand in a chat does not (promise 10), and nothing digital is asked for its own sake (11)."""

import pytest
from sqlalchemy import select

from storage.post_box import Inbox, Notice
from tests import databases
from tests.guard import Log
from tests.stories.acts import CHECKED
from tests.stories.world import GRID, World

ID_NUMBER = "11010519491231002X"
NUMBERS = [
    (ID_NUMBER, "身份证号"),
    ("身份证 １１０１０５ １９４９１２３１ ００２Ｘ", "身份证号"),
    ("电话138-1234-5678", "手机号"),
    ("6222 0212 3456 7890 128", "银行卡号"),
]


@pytest.mark.parametrize(("words", "kind"), NUMBERS)
async def test_a_private_number_is_not_kept_and_leaves_the_chat(hebei: World, words: str, kind: str) -> None:
    w = hebei
    await w.list_arrives()
    await w.fill(GRID, *CHECKED, "属实", "其他", "选好了")
    w.look_away()
    sent = w.phone(GRID).say(words)
    await w.pull()
    w.rings(grid=f"这条里像是有{kind}，我没有保存，也请您撤回。请只用户号")
    assert sent.deleted
    await w.say(GRID, "老人独居")
    w.rings(grid="线索快核")  # the question was still open
    async with w.reading() as session:
        assert words not in await databases.everything(session)
        assert {row.payload is None for row in await session.scalars(select(Inbox))} == {True}


@pytest.mark.expected_errors("notice_withheld")
async def test_a_private_number_never_goes_out(hebei: World, log: Log) -> None:
    w = hebei
    async with w.app.database.writing() as session:
        await session.commit()
    await w.list_arrives()
    w.look_away()
    async with w.app.database.writing() as session:
        card = (await session.scalars(select(Notice).where(Notice.kind == "alert"))).one()
        card.facts = {**card.facts, "words": f"户主 {ID_NUMBER}"}
        card.state, card.sent_on = "pending", None
        await session.commit()
    await w.app.settle()
    w.rings(grid="有一条通知在这里显示不了")
    assert ID_NUMBER not in str(log)


async def test_photos_places_and_voices_are_never_asked_for(hebei: World) -> None:
    w = hebei
    for act in ("send_photo", "send_voice", "send_location", "send_document"):
        getattr(w.phone(GRID), act)()
        await w.pull()
        w.rings(grid="这里只收文字，不收图片、语音、文件和位置")
    asked = {button for call in w.emulator.calls() for button in str(call.params).split('"')}
    assert "request_location" not in asked


async def test_a_group_gets_no_answer(hebei: World) -> None:
    w = hebei
    group = w.emulator.group("村群", [w.phone(GRID)])
    await w.pull()
    w.phone(GRID).say("今日待办", chat=group)
    await w.pull()
    assert [message for message in group.messages.values() if message.from_bot] == []
