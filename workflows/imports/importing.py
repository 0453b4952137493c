"""Importing a list: read it, check every row, then let the good ones land in short commits."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Select, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from storage.engine import Database
from storage.register import Batch
from workflows import intake
from workflows.ahead import Part, worked_out
from workflows.batches import tell_batch
from workflows.desk import Desk
from workflows.imports.clues import refuse_private
from workflows.imports.columns import Kind
from workflows.imports.layout import Layout, laid_out
from workflows.imports.plans import Plan, planned
from workflows.imports.rejected import SUFFIX, rejected_csv
from workflows.imports.report import Disturbed, FileRefused, Report
from workflows.imports.sheet import Sheet, read_sheet, sheet_of
from workflows.pace import Pace
from workflows.signals import Signal, together

Progress = Callable[[int, int], None]
Became = Callable[[Sequence[Signal], Sequence[str]], None]
Done = TypeVar("Done")
Write = Callable[[AsyncSession, Sequence[Any]], Awaitable[Done]]


def _silent(_done: int, _total: int) -> None:
    """Tells nobody."""


def _unheard(_signals: Sequence[Signal], _words: Sequence[str]) -> None:
    """Nobody asks for each signal."""


async def import_file(
    kind: Kind | str,
    path: Path,
    database: Database,
    desk: Desk,
    *,
    dry_run: bool = False,
    progress: Progress = _silent,
) -> Report:
    """Imports a file; refused rows go beside it to `FILE.rejected.csv`. Raises `FileRefused`."""
    try:
        content = await asyncio.to_thread(path.read_bytes)
    except OSError as error:
        raise FileRefused(f"{path} 打不开，请检查文件名和权限") from error
    report = await import_bytes(kind, path.name, content, database, desk, dry_run=dry_run, progress=progress)
    if report.rejected_csv and not dry_run:
        beside = path.with_name(path.name + SUFFIX)
        await asyncio.to_thread(_write_private, beside, report.rejected_csv)
        report.rejected_path = str(beside)
    return report


def _write_private(path: Path, content: bytes) -> None:
    try:
        path.touch(mode=0o600)
        path.write_bytes(content)
    except OSError as error:
        raise FileRefused(f"好的行已经导入，但写不了 {path}，请检查文件夹的权限后再导入一次") from error


async def import_bytes(
    kind: Kind | str,
    name: str,
    content: bytes,
    database: Database,
    desk: Desk,
    *,
    dry_run: bool = False,
    progress: Progress = _silent,
) -> Report:
    """Imports the content of a CSV or Excel file. Raises `FileRefused`, then nothing has changed."""
    sheet = await asyncio.to_thread(read_sheet, name, content)
    return await import_sheet(Kind(kind), sheet, database, desk, dry_run=dry_run, progress=progress)


async def import_rows(
    kind: Kind | str,
    name: str,
    rows: Sequence[Mapping[str, object]],
    database: Database,
    desk: Desk,
    *,
    dry_run: bool = False,
    progress: Progress = _silent,
) -> Report:
    """Imports a list that never was a file: one mapping of column to value per row."""
    sheet = sheet_of(name, rows)
    return await import_sheet(Kind(kind), sheet, database, desk, dry_run=dry_run, progress=progress)


async def import_sheet(
    kind: Kind,
    sheet: Sheet,
    database: Database,
    desk: Desk,
    *,
    dry_run: bool = False,
    progress: Progress = _silent,
    became: Became = _unheard,
) -> Report:
    """`became` is told after each commit the words for its signals, as `intake.take_in` says them."""
    layout = await asyncio.to_thread(_accepted_layout, kind, sheet)
    async with database.reading() as session:
        plan = await planned(session, sheet.name, layout, desk)
        before = await session.scalar(_batch_of(kind, sheet))
    report = _report(sheet, layout, plan, before, desk)
    report.dry_run = dry_run
    if not dry_run:
        await _Landing(kind, sheet, database, desk, progress, became, report).land(plan)
    return report


def _accepted_layout(kind: Kind, sheet: Sheet) -> Layout:
    layout = laid_out(kind, sheet)
    if kind is Kind.clues:
        refuse_private(layout, sheet)
    return layout


def _batch_of(kind: Kind, sheet: Sheet) -> Select[Batch]:
    """The last batch of this content."""
    same = select(Batch).where(Batch.kind == kind.value, Batch.content_hash == sheet.digest)
    return same.order_by(Batch.id.desc()).limit(1)


def _report(sheet: Sheet, layout: Layout, plan: Plan, before: Batch | None, desk: Desk) -> Report:
    return Report(
        kind=layout.kind.value,
        file=sheet.name,
        rows=len(layout.body),
        added=plan.added,
        updated=plan.updated,
        unchanged=plan.unchanged,
        rejected=plan.rejected,
        unused_columns=layout.unused,
        imported_before=_local_day(before, desk) if before else None,
        rejected_csv=rejected_csv(layout, plan.rejected) if plan.rejected else None,
    )


def _local_day(batch: Batch, desk: Desk) -> date:
    return batch.imported_at.astimezone(desk.time.zone).date()


class _Landing:
    """The one part that writes: the batch, the stages in chunks, and what follows from them."""

    def __init__(
        self,
        kind: Kind,
        sheet: Sheet,
        database: Database,
        desk: Desk,
        progress: Progress,
        became: Became,
        report: Report,
    ) -> None:
        self.kind = kind
        self.sheet = sheet
        self.database = database
        self.desk = desk
        self.progress = progress
        self.became = became
        self.report = report
        self.done = 0
        self.total = 0
        self.said: tuple[Sequence[Signal], Sequence[str]] = ((), ())

    async def land(self, plan: Plan) -> None:
        """An import that was cut off goes on where it stopped when the same file comes again."""
        self.total = plan.size
        batch_id = await self._batch(plan)
        for stage in plan.stages:
            await self._in_chunks(stage.rows, stage.keep)
        left = await self._ahead(batch_id, together(plan.signals))
        await self._in_chunks(left, partial(self._take_in, batch_id))
        await self._follow_up(batch_id)

    async def _batch(self, plan: Plan) -> int:
        """The batch of this content; one whose end was told already takes no more rows. It wakes nobody."""
        async with self.database.writing(rings=None) as session:
            batch: Batch | None = await session.scalar(_batch_of(self.kind, self.sheet))
            if batch is not None and not plan.size:
                return batch.id
            if batch is None or batch.told:
                batch = Batch(kind=self.kind.value, content_hash=self.sheet.digest)
                session.add(batch)
            batch.imported_at = self.desk.now()
            batch.rows, batch.rejected = self.report.rows, len(plan.rejected)
            await session.flush()
            await self.desk.keep_policy(session)
            self._record(session, batch)
            await session.commit()
            return batch.id

    def _record(self, session: AsyncSession, batch: Batch) -> None:
        said = self.report
        self.desk.record(
            session,
            "imported",
            batch=batch.id,
            kind=said.kind,
            file=said.file,
            added=said.added,
            updated=said.updated,
            rejected=batch.rejected,
        )

    async def _take_in(self, batch_id: int, session: AsyncSession, signals: Sequence[Any]) -> None:
        self.said = signals, await intake.take_in(session, self.desk, signals, batch_id)

    async def _ahead(self, batch_id: int, signals: Sequence[Signal]) -> list[Signal]:
        """Lands what can be worked out ahead of its commit; what joins open cases is left.

        Where somebody comes between, it is worked out anew from there; where that happens before the
        first commit, those signals go the slower way.
        """
        pace, left = Pace(), list[Signal]()
        while signals:
            landed = await self._land_ahead(batch_id, signals, pace, left)
            if not landed:
                landed = min(pace.size, len(signals))
                left += signals[:landed]
            signals = signals[landed:]
        return left

    async def _land_ahead(
        self, batch_id: int, signals: Sequence[Signal], pace: Pace, left: list[Signal]
    ) -> int:
        """Lands part after part until somebody comes between; how many signals were seen to."""
        landed = 0
        async with aclosing(worked_out(self.database, self.desk, signals, batch_id, pace)) as parts:
            async for part in parts:
                if not await self._commit(pace, part.signals, partial(self._land, part)):
                    break
                landed += len(part.signals)
                left += part.joining
                self.done += len(part.alone)
                self.progress(self.done, self.total)
        return landed

    async def _land(self, part: Part, session: AsyncSession, _signals: Sequence[Signal]) -> bool:
        landed = await part.land(session, self.desk)
        if landed:
            self.said = part.alone, part.words
        return landed

    async def _in_chunks(self, rows: Sequence[Any], write: Write[None]) -> None:
        pace = Pace()
        start = 0
        while start < len(rows):
            chunk = rows[start : start + pace.size]
            await self._commit(pace, chunk, write)
            start += len(chunk)
            self.done += len(chunk)
            self.progress(self.done, self.total)

    async def _commit(self, pace: Pace, chunk: Sequence[Any], write: Write[Done]) -> Done:
        """Writes a chunk; the pace learns how long the unit of work was open; then its words are told."""
        self.said = (), ()
        async with self.database.writing() as session:
            try:
                with pace.watching(len(chunk)):
                    done = await write(session, chunk)
                    await session.commit()
            except IntegrityError as error:
                raise Disturbed(
                    f"{self.sheet.name} 导入到一半时，别处也在改同样的记录；已导入的部分有效，请再导入一次"
                ) from error
        signals, words = self.said
        self.report.states.update(words)
        self.became(signals, words)
        return done

    async def _follow_up(self, batch_id: int) -> None:
        if self.kind is Kind.clues:
            await tell_batch(self.database, self.desk, batch_id)
        if self.kind is Kind.households:
            async with self.database.writing() as session:
                await intake.try_waiting_again(session, self.desk)
                await session.commit()
