"""`python -m tests.faults`: the whole story under every fault, until enough kill points have been passed.

With `--broken`: breaks of the product, each of which the verdict must notice. `--write` puts what was found
into docs/reports/faults.md. Exits with 1 if any promise was broken, or any break was not noticed.
"""

import argparse
import sys
from collections.abc import Sequence

from tests import databases
from tests.faults import report
from tests.faults.breaks import BREAKS
from tests.faults.playing import play_all, side_by_side, try_all


def _kills(kinds: Sequence[str], kills: int, seed: int) -> tuple[str, bool]:
    """The part of the report, and whether all is well."""
    found = side_by_side(kinds, play_all, kills, seed)
    wrong = any(run.verdict.wrongs for some in found.values() for run in some)
    return report.of_kills(found, kills, seed), not wrong


def _breaks(kinds: Sequence[str], names: Sequence[str]) -> tuple[str, bool]:
    found = side_by_side(kinds, try_all, names)
    return report.of_breaks(found), all(one.noticed for some in found.values() for one in some)


def main() -> None:
    words = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    words.add_argument("--kills", type=int, default=500, help="kill points for each database")
    words.add_argument("--seed", type=int, default=1)
    words.add_argument("--database", choices=databases.KINDS, action="append")
    words.add_argument("--broken", nargs="*", choices=BREAKS, metavar="BREAK", help="these breaks, or all")
    words.add_argument("--write", action="store_true", help="write the report")
    chosen = words.parse_args()
    kinds = chosen.database or databases.KINDS
    if chosen.broken is None:
        part, (text, well) = report.KILLS, _kills(kinds, chosen.kills, chosen.seed)
    else:
        part, (text, well) = report.BROKEN, _breaks(kinds, chosen.broken or list(BREAKS))
    if chosen.write:
        report.put(part, text)
    print(text)
    sys.exit(not well)


if __name__ == "__main__":
    main()
