"""Clues over HTTP: accepted is said after the commit, each clue has its own result, twice changes nothing."""

import asyncio
import json
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from storage.gate import Answer, ApiKey
from storage.post_box import Notice
from storage.register import Batch, Clue
from storage.work import Audit, Case
from tests import databases
from tests.intake.office import Office, clue, id_number
from web.contract import LARGEST, MOST
from workflows.imports.handed import NAMES
from workflows.imports.report import Disturbed
from workflows.keys import live_key, revoke_key
from workflows.reception import KEPT_DAYS, Reception, forget_answers, stale_answers

PHONE = "13812345678"


async def test_every_clue_has_its_own_result(office: Office) -> None:
    sent = [clue(1), clue(2, signal_id="YB-1b", household_no="H1"), clue(9), clue(2, band="low")]
    said = await office.post(sent)
    assert said.status == 200
    assert {name: said.body[name] for name in ("received", "taken", "known", "refused")} == {
        "received": 4,
        "taken": 4,
        "known": 0,
        "refused": 0,
    }
    assert said.states == ["open", "merged", "waiting", "open"]
    assert said.body["clues"][1] == {"row": 2, "signal_id": "YB-1b", "state": "merged", "faults": []}
    assert (await office.count(), await office.count(Case)) == (4, 2)


async def test_a_red_clue_rings_with_its_commit(office: Office) -> None:
    await office.post([clue(1)])
    async with office.database.reading() as session:
        cards = (await session.scalars(select(Notice).where(Notice.kind == "alert_urgent"))).all()
        assert {card.state for card in cards} == {"pending"}
        assert (await session.scalars(select(Batch))).all()[-1].told


async def test_the_same_signal_again_changes_nothing(office: Office) -> None:
    await office.post([clue(1)])
    before = await office.count(Notice)
    said = await office.post([clue(1), clue(2)])
    assert said.states == ["known", "open"]
    assert (await office.post([clue(1), clue(2)])).states == ["known", "known"]
    assert (await office.count(), await office.count(Case)) == (2, 2)
    assert await office.count(Notice) > before


async def test_a_refused_clue_says_why_and_holds_up_no_other(office: Office) -> None:
    wrong = clue(2, rule_code="what", received_date="2026-02-30")
    said = await office.post([clue(1), wrong, clue(1), {}, clue(3)])
    assert said.states == ["open", "refused", "refused", "refused", "open"]
    faults = [one["faults"] for one in said.body["clues"]]
    assert [one["field"] for one in faults[1]] == ["received_date", "rule_code"]
    assert "这一天不存在" in faults[1][0]["reason"]
    assert faults[2] == [{"field": "signal_id", "reason": "与第1行重复，请只留一行"}]
    assert faults[3] == [{"field": None, "reason": "这一条是空的"}]
    assert await office.count() == 2


@pytest.mark.parametrize(
    ("more", "field", "reason"),
    [
        ({"bandd": "high"}, "bandd", "没有这一项，可写：signal_id、"),
        ({"户编号": "H1"}, "户编号", "没有这一项"),
        ({"note": ["x"]}, "note", "要写文字或数字"),
        ({"note": True}, "note", "要写文字或数字"),
        ({"note": "a\0b"}, "note", "控制字符"),
        ({"signal_id": "Y" * 65}, "signal_id", "最多 64 位"),
        ({"signal_id": None}, "signal_id", "不能空着"),
        ({"source_dept": None}, "source_dept", "不能空着"),
        ({"village_code": "999999999999"}, "village_code", "不在行政区划里"),
    ],
)
async def test_what_a_program_may_get_wrong(office: Office, more: Any, field: str, reason: str) -> None:
    """A name that is not one might have been the band that makes it red."""
    said = await office.post([clue(1, **more)])
    assert said.states == ["refused"]
    (fault,) = said.body["clues"][0]["faults"]
    assert fault["field"] == field
    assert reason in fault["reason"]
    assert await office.count() == 0


async def test_numbers_may_be_written_as_numbers(office: Office) -> None:
    assert (await office.post([clue(1, signal_id=20260001, risk_code=1)])).states == ["open"]
    assert (await office.post([clue(1, signal_id="20260001")])).states == ["known"]


async def test_the_id_number_finds_the_household_and_is_kept_nowhere(office: Office) -> None:
    said = await office.post([clue(8, household_no=None, id_number=id_number(2))], once="a")
    assert said.states == ["open"]
    async with office.database.reading() as session:
        assert id_number(2) not in await databases.everything(session)
    assert id_number(2) not in said.text


@pytest.mark.parametrize(
    "more",
    [
        {"note": f"电话{PHONE}"},
        {"person_role": id_number(7)},
        {"note": {"deep": [PHONE]}},
        {"家庭住址": PHONE},
        {PHONE: "x"},
        {"signal_id": id_number(7)},
    ],
)
async def test_a_private_number_elsewhere_refuses_the_whole_request(office: Office, more: Any) -> None:
    said = await office.post([clue(1), clue(2, **more)], once="a")
    assert said.status == 422
    assert "除“证件号码”一列外不能有证件号、手机号、银行卡号" in said.error
    assert PHONE not in said.text
    assert id_number(7) not in said.text
    assert await office.count() == 0
    async with office.database.reading() as session:
        kept = await databases.everything(session)
    assert PHONE not in kept
    assert id_number(7) not in kept


# --- keys --------------------------------------------------------------------------------------


async def test_without_a_good_key_nothing_gets_in(office: Office) -> None:
    wrong = (
        None,
        "x",
        f"{office.key[:-1]}{'0' if office.key[-1] != '0' else '1'}",
        "jt_",
        "密钥".encode().hex(),
    )
    for key in wrong:
        said = await office.post([clue(1)], key=key)
        assert (said.status, said.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert await office.count() == 0


async def test_a_key_is_kept_as_a_digest_only(office: Office) -> None:
    async with office.database.reading() as session:
        kept = await databases.everything(session)
    mark, secret = office.key.split("_")[1:]
    assert mark in kept
    assert secret not in kept


async def test_a_revoked_key_is_no_key(office: Office) -> None:
    assert (await office.post([clue(1)])).status == 200
    async with office.database.writing() as session:
        key = await live_key(session, "医保")
        assert key is not None
        revoke_key(session, office.desk, key)
        await session.commit()
    assert (await office.post([clue(2)])).status == 401
    async with office.database.reading() as session:
        done = await session.scalars(select(Audit.action).where(Audit.action.startswith("key.")))
        assert [*done] == ["key.added", "key.revoked"]


async def test_a_key_is_good_through_its_last_day(office: Office) -> None:
    key = await office.another_key("医保二", "医保", until=date(2026, 3, 13))
    office.clock.set(office.clock.now() + timedelta(days=1))
    assert (await office.post([clue(1)], key=key)).status == 200
    office.clock.set(office.clock.now() + timedelta(days=1))
    assert (await office.post([clue(2)], key=key)).status == 401


async def test_a_key_of_one_department_brings_no_other_departments_clues(office: Office) -> None:
    relief = {"source_dept": "民政", "rule_code": "relief_stopped"}
    said = await office.post([clue(1), clue(2, **relief)])
    assert said.states == ["open", "refused"]
    assert said.body["clues"][1]["faults"] == [{"field": "source_dept", "reason": "是民政，这个密钥不能报送"}]
    every = await office.another_key("大数据局", None)
    assert (await office.post([clue(2, **relief)], key=every)).states == ["open"]


# --- idempotency ---------------------------------------------------------------------------------


async def test_the_same_key_and_body_get_the_same_answer_again(office: Office) -> None:
    first = await office.post([clue(1), clue(2, band="?")], once="a")
    again = await office.post([clue(1), clue(2, band="?")], once="a")
    assert first.states == ["open", "refused"]
    assert (again.status, again.text) == (first.status, first.text)
    assert await office.count(Answer) == 1


async def test_the_same_key_with_another_body_is_refused(office: Office) -> None:
    await office.post([clue(1)], once="a")
    said = await office.post([clue(2)], once="a")
    assert said.status == 422
    assert "Idempotency-Key 已经用在另一份内容上" in said.error
    assert await office.count() == 1


async def test_each_caller_has_its_own_idempotency_keys(office: Office) -> None:
    await office.post([clue(1)], once="a")
    other = await office.another_key("医保二", "医保")
    assert (await office.post([clue(2)], once="a", key=other)).states == ["open"]


async def test_answers_are_forgotten_after_some_days(office: Office) -> None:
    await office.post([clue(1)], once="a")
    office.clock.set(office.clock.now() + timedelta(days=KEPT_DAYS))
    await office.post([clue(2)], once="b")
    async with office.database.writing() as session:
        assert not await stale_answers(session, office.desk)
        office.clock.set(office.clock.now() + timedelta(seconds=1))
        assert await stale_answers(session, office.desk)
        assert await forget_answers(session, office.desk) == 1
        await session.commit()
    assert (await office.post([clue(1)], once="a")).states == ["known"]
    assert (await office.post([clue(2)], once="b")).states == ["open"]


@pytest.mark.parametrize("once", ["a", None])
async def test_the_same_request_at_the_same_time_gives_one_set_of_rows(
    office: Office, once: str | None
) -> None:
    sent = [clue(nth) for nth in range(1, 40)]
    said = await asyncio.gather(*(office.post(sent, once=once) for _ in range(4)))
    assert [one.status for one in said] == [200] * 4
    assert (await office.count(), await office.count(Case)) == (39, 3)
    if once:
        assert len({one.text for one in said}) == 1
    else:
        assert sum(one.body["taken"] for one in said) == 39


@pytest.mark.postgresql_only(reason="an embedded database has one process")
@pytest.mark.parametrize("once", ["a", None])
async def test_the_same_request_in_two_processes_gives_one_set_of_rows(
    office: Office, once: str | None
) -> None:
    """Each reception stands for a process: they share the database only."""
    async with office.database.reading() as session:
        assert await session.scalar(select(ApiKey.id)) is not None
    receptions = [Reception(office.database, office.desk) for _ in range(3)]
    caller = await receptions[0].caller(office.key)
    assert caller is not None
    sent = [clue(nth) for nth in range(1, 40)]
    said = await asyncio.gather(*(one.hand_in(caller, sent, b"body", once) for one in receptions))
    assert (await office.count(), await office.count(Case)) == (39, 3)
    assert {one["received"] for one in said} == {39}
    assert {one["refused"] for one in said} == {0}
    if once:
        assert said[0] == said[1] == said[2]


# --- what is no request --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff\xfe",
        b'{"clues": {}}',
        b'{"clues": ["x"]}',
        b"[" * 100_000,
        b'{"clues": [{"note": "\\ud800"}]}',
        json.dumps(clue(1)).encode(),
    ],
)
async def test_what_has_another_shape_is_refused_with_the_right_one(office: Office, body: bytes) -> None:
    said = await office.post(body)
    assert said.status == 422
    assert '{"clues": [' in said.error


async def test_too_many_or_none_are_refused(office: Office) -> None:
    for sent in ([], [clue(1)] * (MOST + 1)):
        said = await office.post(sent)
        assert said.status == 422
        assert f"一次报 1 到 {MOST:,} 条" in said.error


async def test_as_many_as_may_be_are_taken(office: Office) -> None:
    said = await office.post([clue(nth) for nth in range(MOST)])
    assert (said.status, said.body["taken"]) == (200, MOST)


async def test_a_body_too_large_is_refused(office: Office) -> None:
    said = await office.post(b" " * (LARGEST + 1))
    assert said.status == 413
    assert "超过 2 MB，请分成几次报送" in said.error


@pytest.mark.parametrize(
    ("error", "words"),
    [(OperationalError("INSERT", {}, Exception("down")), "数据库暂时不可用"), (Disturbed("x"), "别处也在报")],
)
async def test_what_cannot_be_done_now_is_asked_for_again(
    office: Office, monkeypatch: pytest.MonkeyPatch, error: Exception, words: str
) -> None:
    async def away(*_: Any) -> None:
        raise error

    with monkeypatch.context() as broken:
        broken.setattr("workflows.reception.import_records", away)
        said = await office.post([clue(1)], once="a")
        assert (said.status, said.headers["Retry-After"]) == (503, "5")
        assert words in said.error
    assert (await office.post([clue(1)], once="a")).states == ["open"]


# --- the contract --------------------------------------------------------------------------------


async def test_the_contract_is_served_for_this_route_only(office: Office) -> None:
    document = (await office.get("/openapi.json")).body
    assert [*document["paths"]] == ["/api/v1/clues"]
    post = document["paths"]["/api/v1/clues"]["post"]
    clues = post["requestBody"]["content"]["application/json"]["schema"]["properties"]["clues"]
    assert [*clues["items"]["properties"]] == [*NAMES]
    assert clues["maxItems"] == MOST
    assert {"200", "401", "413", "422", "503"} == set(post["responses"])


async def test_the_page_loads_nothing_from_elsewhere(office: Office) -> None:
    said = await office.get("/docs")
    assert said.status == 200
    assert "household_no" in said.text
    assert "http" not in said.text.replace("http-equiv", "")
    assert "<script" not in said.text


async def test_the_note_is_sealed(office: Office) -> None:
    await office.post([clue(1)], once="a")
    async with office.database.reading() as session:
        assert (await session.scalars(select(Clue))).one().note == "本季度住院两次"
        assert "本季度住院两次" not in await databases.everything(session)
