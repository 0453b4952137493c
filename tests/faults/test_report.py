"""The two parts of docs/reports/faults.md are written one without the other."""

from pathlib import Path

from tests.faults.breaks import BREAKS
from tests.faults.report import BROKEN, KILLS, of_breaks, put
from tests.faults.trials import Tried


def test_a_part_that_is_written_leaves_the_other_as_it_was(tmp_path: Path) -> None:
    report = tmp_path / "faults.md"
    put(BROKEN, "# second\n\nbroken", report)
    put(KILLS, "# first\n\nkilled", report)
    put(BROKEN, "# second\n\nbroken again", report)
    expected = "<!-- kills -->\n# first\n\nkilled\n\n<!-- broken -->\n# second\n\nbroken again\n"
    assert report.read_text() == expected


def test_a_break_counts_as_noticed_by_its_own_words_and_where_the_whole_product_is_in_order() -> None:
    right, other = f"x {BREAKS['told apart'].words}", "log: something else"
    assert Tried("told apart", [right], [], 1, 2.0).noticed
    assert not Tried("told apart", [other], [], 1, 2.0).noticed
    alarmed = Tried("told apart", [right], [other], 1, 2.0)
    assert not alarmed.noticed
    assert "## Said without a break" in of_breaks({"sqlite": [alarmed]})
    assert "**nowhere**" in of_breaks({"sqlite": [alarmed]})
