"""`python -m tests.oracle`: the totals of the thousand, as a table."""

from collections import Counter

from .foretold import Foretold, foretell
from .lists import County
from .thousand import thousand

KINDS = ("card", "list", "line", "morning", "count")


def totals(county: County, told: Foretold) -> list[str]:
    work = told.work
    fates = Counter(work.fates.values())
    lines = [f"households {len(county.households)}, signals {len(county.clues)}, linked {len(county.linked)}"]
    lines.append(", ".join(f"{fate} {number}" for fate, number in sorted(fates.items())))
    lines.append(f"cases {len(work.cases)}, red {sum(case.red for case in work.cases.values())}")
    late = sum(rung.born_late for rung in work.rungs)
    lines.append(f"tasks {len(work.tasks)}, rungs {len(work.rungs)}, born late {late}")
    lines.append(f"{'day':<12}" + "".join(f"{kind:>9}" for kind in (*KINDS, "people", "most")))
    for day in sorted({message.at.date() for message in told.messages}):
        some = [message for message in told.messages if message.at.date() == day]
        kinds, each = Counter(one.kind for one in some), Counter(one.person for one in some)
        row = [*(kinds[kind] for kind in KINDS), len(each), max(each.values())]
        lines.append(f"{day}  " + "".join(f"{number:>9}" for number in row))
    lines.append(f"messages {len(told.messages)}, notices nobody heard {len(told.unheard)}")
    return lines


if __name__ == "__main__":
    made = thousand()
    print("\n".join(totals(made, foretell(made))))
