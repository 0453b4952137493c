"""A sample of `python -m tests.faults --broken`: the product is broken, and the verdict notices."""

from pathlib import Path

import pytest

from tests.faults.breaks import BREAKS
from tests.faults.county import build
from tests.faults.trials import Trials

SAMPLE = ("sent before its lease", "acknowledged early", "handled before its effects")


@pytest.mark.parametrize("name", SAMPLE)
async def test_a_broken_promise_is_noticed(tmp_path: Path, name: str) -> None:
    template = await build(tmp_path)
    said, kills = await Trials(template, tmp_path).judged(BREAKS[name].trial, name)
    assert any(BREAKS[name].words in one for one in said), said
    assert kills == 1
