"""The county as a machine: whatever is done in whatever order, the promises hold after every act.

Hypothesis draws the acts: lists, presses right and wrong, time, stops, deaths while sending, a bad network,
people who block the bot. After each one all rows are looked at (`looking`, `history`), at the end the
auditor looks too.
"""

import asyncio
from collections.abc import Coroutine, Mapping, MutableMapping, Sequence
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, ClassVar, TypeVar

import structlog
from hypothesis import event
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from sqlalchemy import select

from simulator.faults import Kind
from storage.work import Case, Task
from tests.machines.history import Look, at_odds, broken
from tests.machines.looking import look, unheld
from tests.stories import acts
from tests.stories.world import COUNTY, GRID, NAMES, TOWN, VILLAGE, World, world
from workflows.auditing.auditor import Auditor, Operators
from workflows.auditing.telling import Round

T = TypeVar("T")
CHATS = tuple(NAMES.values())
HOMES = tuple(f"YL-107206-01-0{n}" for n in (1, 2, 3))
RULES = {
    "medical_burden": "医保",
    "not_insured": "医保",
    "dropout": "教育",
    "job_lost": "人社",
    "new_disability": "残联",
    "relief_stopped": "民政",
}
WORDS = ("30", "0", "二十六", "昨天", "1组1号户", "今日待办", "报线索", "取消", "/start", "一" * 300)
AGAIN = (*acts.RECHECKED, *acts.ILL, "有风险，拟纳入", "提交")
FORMS: Mapping[str, Sequence[tuple[int, Sequence[str]]]] = {
    "visit": ((GRID, acts.CANDIDATE), (GRID, acts.CANDIDATE), (GRID, acts.NO_RISK)),
    "authorise": ((GRID, acts.SIGNED), (GRID, acts.SIGNED), (GRID, acts.UNWILLING)),
    "comparison": ((COUNTY, acts.NO_DOUBTS),),
    "review": ((VILLAGE, acts.PASSED), (VILLAGE, acts.PASSED), (VILLAGE, acts.NOT_HELD)),
    "posting": ((VILLAGE, acts.POSTED),),
    "publicity": ((VILLAGE, acts.NO_OBJECTION), (VILLAGE, acts.OBJECTION)),
    "town": ((TOWN, acts.AGREED),),
    "county": ((COUNTY, acts.APPROVED),),
    "entry": ((TOWN, acts.ENTERED),),
    "measures": ((VILLAGE, acts.PLANNED),),
    "followup": ((GRID, ("走访", "电话", "今天", "没变化")),),
    "recheck": ((GRID, (*acts.RECHECKED, *acts.ILL, "有风险，拟纳入", "提交")),),
}
NETWORK: tuple[Kind, ...] = ("429", "403", "500", "502", "gateway", "drop", "reset", "duplicate", "reorder")
BANDS = ("low", "middle", "high")
HOURS = (1, 3, 12, 24, 24 * 4)
STOPS = (1, 12, 72, 24 * 9)


class County(RuleBasedStateMachine):
    """One county and its five phones."""

    template: ClassVar[str]

    def __init__(self) -> None:
        super().__init__()
        self.open = ExitStack()
        folder = self.open.enter_context(TemporaryDirectory())
        self.log: Sequence[MutableMapping[str, Any]]
        self.log = self.open.enter_context(structlog.testing.capture_logs())
        self.runner = self.open.enter_context(asyncio.Runner())
        self.world = world(self.template, Path(folder))
        self.w: World = self.does(self.world.__aenter__())
        self.signals: list[str] = []
        self.lists: list[list[dict[str, Any]]] = []
        for chat_id in CHATS:
            self.w.phone(chat_id).start()
        self.does(self.w.pull())
        self.before: Look = self.does(self._look())

    def does(self, act: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(act)

    def teardown(self) -> None:
        """The network is well again: nothing is under way, and the auditor finds nothing, twice."""
        self.w.emulator.faults.clear()
        try:
            self.does(self._comes_to_rest())
            for stage in self.does(self._stages()):
                event(f"a case is {stage}")
        finally:
            self.does(self.world.__aexit__(None, None, None))
            self.open.close()

    # --- what is done ------------------------------------------------------------------------------

    @rule(
        about=st.lists(
            st.tuples(st.sampled_from(HOMES), st.sampled_from([*RULES]), st.sampled_from(BANDS)),
            min_size=1,
            max_size=3,
        )
    )
    def a_list_arrives(self, about: list[tuple[str, str, str]]) -> None:
        rows = [
            {
                "signal_id": f"YB-{len(self.signals) + nth:05d}",
                "household_no": home,
                "rule_code": code,
                "source_dept": RULES[code],
                "band": band,
                "event_date": self.w.today().isoformat(),
                "received_date": self.w.today().isoformat(),
            }
            for nth, (home, code, band) in enumerate(about)
        ]
        self.signals += [row["signal_id"] for row in rows]
        self.lists.append(rows)
        self.does(self.w.list_arrives(*rows))

    @precondition(lambda self: self.lists)
    @rule(data=st.data())
    def the_same_list_again(self, data: st.DataObject) -> None:
        self.does(self.w.list_arrives(*data.draw(st.sampled_from(self.lists))))

    @rule(data=st.data(), whole=st.sampled_from((True, True, False)))
    def somebody_works(self, data: st.DataObject, whole: bool) -> None:
        """The form of a step that is to be done, or a part of it; who finds no button does something else."""
        steps = [step for step in self.does(self._steps()) if step in FORMS]
        if not steps:
            return
        chat_id, labels = data.draw(st.sampled_from(FORMS[data.draw(st.sampled_from(steps))]))
        for label in labels if whole else labels[: data.draw(st.integers(1, len(labels)))]:
            try:
                self.does(self.w.fill(chat_id, label))
            except LookupError:
                return

    async def _steps(self) -> Sequence[str]:
        doing = select(Task.step).where(Task.state == "open", Task.opens_on <= self.w.today())
        async with self.w.reading() as session:
            return [*await session.scalars(doing.order_by(Task.id))]

    @rule(chat_id=st.sampled_from(CHATS), back=st.integers(0, 6), nth=st.integers(0, 12), twice=st.booleans())
    def somebody_presses(self, chat_id: int, back: int, nth: int, twice: bool) -> None:
        """Any button of any message that is still there, once or twice."""
        cards = [m for m in reversed(self.w.phone(chat_id).messages) if m.buttons]
        if cards:
            card = cards[back % len(cards)]
            label = card.buttons[nth % len(card.buttons)]
            for _ in range(2 if twice else 1):
                self.w.phone(chat_id).tap(label, card)
            self.does(self.w.pull())

    @rule(chat_id=st.sampled_from(CHATS), words=st.sampled_from(WORDS))
    def somebody_writes(self, chat_id: int, words: str) -> None:
        if not self._blocked(chat_id):
            self.does(self.w.say(chat_id, words))

    @rule(chat_id=st.sampled_from(CHATS))
    def somebody_blocks_the_bot_or_comes_back(self, chat_id: int) -> None:
        phone = self.w.phone(chat_id)
        if self._blocked(chat_id):
            phone.start()
        else:
            phone.block()
        self.does(self.w.pull())

    @rule(hours=st.sampled_from(HOURS))
    def time_passes(self, hours: int) -> None:
        self.does(self.w.app.advance(self.w.clock, self.w.clock.now() + timedelta(hours=hours)))

    @rule(hours=st.sampled_from(STOPS))
    def it_stands_still(self, hours: int) -> None:
        self.w.clock.set(self.w.clock.now() + timedelta(hours=hours))
        self.does(self.w.restart())

    @rule()
    def it_dies_with_messages_in_hand(self) -> None:
        self.does(self.w.lease())
        self.does(self.w.restart())

    @rule(kind=st.sampled_from(NETWORK), times=st.integers(1, 4))
    def the_network_is_bad(self, kind: Kind, times: int) -> None:
        updates = kind in ("duplicate", "reorder")
        self.w.emulator.faults.add(kind, times, method=None if updates else "sendMessage")

    # --- what holds ----------------------------------------------------------------------------------

    @invariant()
    def every_promise_holds(self) -> None:
        now = self.does(self._look())
        wrongs = [*broken(self.before, now), *at_odds(now), *self.does(self._unheld())]
        wrongs += [str(one) for one in self.log if one["log_level"] in ("error", "critical")]
        self.before = now
        assert not wrongs, "\n".join(wrongs)

    async def _look(self) -> Look:
        async with self.w.reading() as session:
            return await look(session)

    async def _unheld(self) -> list[str]:
        receipts = self.w.emulator.receipts.after()
        async with self.w.reading() as session:
            return await unheld(session, self.signals, receipts)

    async def _comes_to_rest(self) -> None:
        await self.w.app.advance(self.w.clock, self.w.clock.now() + timedelta(hours=1))
        auditor = Auditor(self.w.app.database, self.w.app.desk, self.w.app.sender.real, Operators())
        rounds = [await auditor.round() for _ in range(2)]
        assert rounds == [Round(), Round()], f"the auditor: {rounds}"

    async def _stages(self) -> Sequence[str]:
        async with self.w.reading() as session:
            return [*await session.scalars(select(Case.stage).distinct())]

    def _blocked(self, chat_id: int) -> bool:
        chat = self.w.phone(chat_id).chat
        return chat is not None and chat.blocked
