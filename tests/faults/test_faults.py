"""A sample of `make faults`: two days of a county whose process is killed every other second."""

from pathlib import Path

from tests.faults import runs
from tests.faults.county import build

SEED = 20260312


async def test_two_days_of_kills_lose_nothing_and_repeat_nothing_unmarked(tmp_path: Path) -> None:
    template = await build(tmp_path)
    reference = await runs.undisturbed(template, tmp_path / "calm", whole=False)
    run = await runs.killed(template, tmp_path / "killed", SEED, reference, whole=False)
    assert run.verdict.wrongs == ()
    assert run.tally.kills > 10
