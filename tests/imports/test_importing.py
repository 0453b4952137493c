"""An import as a whole: counts, dry run, the list of refused rows, short commits, going on after a stop."""

import csv
import io

import pytest
from county_lists import VILLAGE, csv_bytes, household, id_number, official
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from storage.register import Batch, Household
from storage.work import Audit
from workflows.imports import FileRefused, import_file, import_rows
from workflows.pace import AIM_SECONDS, Pace


async def households(database):
    async with database.reading() as session:
        return await session.scalar(select(func.count()).select_from(Household))


ROWS = st.lists(
    st.builds(
        household,
        st.integers(1, 6),
        region_code=st.sampled_from([VILLAGE, "130828107207", "130828999999", ""]),
        group=st.sampled_from(["1", "2组", "东沟", ""]),
        members=st.sampled_from(["3", "0", ""]),
    ),
    min_size=1,
    max_size=12,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=ROWS)
async def test_every_row_is_accepted_unchanged_or_refused(county, desk, rows):
    for _ in range(2):
        report = await import_rows("households", "农户.csv", rows, county, desk)
        assert report.accepted + report.unchanged + len(report.rejected) == report.rows == len(rows)
    assert report.accepted == 0


async def test_a_dry_run_tells_the_same_and_changes_nothing(county, desk, tmp_path):
    path = tmp_path / "农户.csv"
    path.write_bytes(csv_bytes([household(1), household(2, group="东沟")], "gb18030"))
    dry = await import_file("households", path, county, desk, dry_run=True)
    assert (dry.added, len(dry.rejected), dry.rejected_path) == (1, 1, None)
    assert (await households(county), list(tmp_path.glob("*.rejected.csv"))) == (0, [])
    real = await import_file("households", path, county, desk)
    assert (real.added, real.rejected) == (dry.added, dry.rejected)
    assert await households(county) == 1


async def test_refused_rows_go_beside_the_file_with_their_reason(county, desk, tmp_path):
    path = tmp_path / "农户.csv"
    wrong = id_number(2)[:17] + ("0" if id_number(2)[17] != "0" else "1")
    rows = [household(1), household(2, id_number=wrong), household(3, kind="=1+1 13812345678", members="x")]
    path.write_bytes(csv_bytes(rows))
    report = await import_file("households", path, county, desk)
    beside = tmp_path / "农户.csv.rejected.csv"
    assert report.rejected_path == str(beside)
    assert oct(beside.stat().st_mode & 0o777) == "0o600"
    found = list(csv.DictReader(io.StringIO(beside.read_text("utf-8-sig"))))
    assert [(row["household_no"], row["行号"]) for row in found] == [("H2", "3"), ("H3", "4")]
    assert found[0]["id_number"] == f"{wrong[:3]}***********{wrong[-4:]}"
    assert "校验码" in found[0]["原因"]
    assert found[1]["kind"] == "'=1+1 138****5678"


async def test_a_corrected_list_of_refused_rows_can_be_imported(county, desk, tmp_path):
    path = tmp_path / "农户.csv"
    path.write_bytes(csv_bytes([household(1, members="x")]))
    await import_file("households", path, county, desk)
    beside = tmp_path / "农户.csv.rejected.csv"
    beside.write_text(
        beside.read_text("utf-8-sig").replace(",x,", ",4,").replace("130***********", id_number(1)[:14])
    )
    report = await import_file("households", beside, county, desk)
    assert (report.added, report.rejected, report.unused_columns) == (1, [], ())


async def test_a_file_that_is_not_there_is_refused(county, desk, tmp_path):
    with pytest.raises(FileRefused, match="打不开"):
        await import_file("households", tmp_path / "没有.csv", county, desk)


async def test_an_import_leaves_one_batch_and_one_line_of_audit(county, desk):
    for _ in range(2):
        await import_rows("households", "农户.csv", [household(1)], county, desk)
    async with county.reading() as session:
        batches = (await session.scalars(select(Batch).where(Batch.kind == "households"))).all()
        audit = (await session.scalars(select(Audit).where(Audit.action == "imported"))).all()
    assert [(batch.rows, batch.rejected) for batch in batches] == [(1, 0)]
    assert [row.detail["kind"] for row in audit] == ["regions", "households"]


async def test_progress_goes_up_to_the_number_of_rows(county, desk):
    seen = []
    rows = [household(n, id_number="") for n in range(1, 121)]
    await import_rows("households", "农户.csv", rows, county, desk, progress=lambda *at: seen.append(at))
    assert seen[-1] == (120, 120)
    assert [done for done, _ in seen] == sorted({done for done, _ in seen})
    assert len(seen) > 1


async def test_an_import_that_was_cut_off_goes_on_where_it_stopped(county, desk):
    rows = [household(n, id_number="") for n in range(1, 121)]

    def pull_the_plug(done, _total):
        if done >= 20:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        await import_rows("households", "农户.csv", rows, county, desk, progress=pull_the_plug)
    landed = await households(county)
    assert 0 < landed < 120
    report = await import_rows("households", "农户.csv", rows, county, desk)
    assert (report.unchanged, report.added) == (landed, 120 - landed)
    assert await households(county) == 120


@given(st.lists(st.floats(0.0001, 1), min_size=1, max_size=30))
def test_one_commit_changes_the_size_of_the_next_at_most_twofold(times):
    pace = Pace()
    for seconds in times:
        before = pace.size
        pace.took(before, seconds)
        assert max(pace.smallest, before // 2) <= pace.size <= min(pace.largest, before * 2)


@given(st.floats(0.0, 0.02), st.floats(0.00002, 0.0015))
def test_the_size_settles_where_a_commit_takes_the_time_aimed_at(fixed, per_row):
    pace = Pace()
    for _ in range(60):
        pace.took(pace.size, fixed + pace.size * per_row)
    took = fixed + pace.size * per_row
    assert pace.size in (pace.smallest, pace.largest) or 0.5 * AIM_SECONDS <= took <= 1.1 * AIM_SECONDS


async def test_officials_and_their_duties_count_as_rows(county, desk):
    report = await import_rows(
        "officials", "责任人.csv", [official(1), official(1, "helper"), official(2)], county, desk
    )
    again = await import_rows(
        "officials", "责任人.csv", [official(1), official(2, to="2026-12-31")], county, desk
    )
    assert (report.rows, report.added) == (3, 3)
    assert (again.unchanged, again.updated) == (1, 1)
