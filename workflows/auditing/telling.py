"""What the operators are told, pure: what is new, what is mended, what is over; the rest once a day."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from config.wording import fill

AGAIN = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Round:
    """What one look has brought: rows by check, those put right and those that stand."""

    mended: Mapping[str, int] = field(default_factory=dict)
    found: Mapping[str, int] = field(default_factory=dict)

    @property
    def well(self) -> bool:
        return not self.found


@dataclass(frozen=True, slots=True)
class News:
    """`told` is when each thing that stands was last told of, this time included."""

    lines: tuple[str, ...]
    told: Mapping[str, datetime]


def news(texts: Mapping[str, str], seen: Round, told: Mapping[str, datetime], now: datetime) -> News:
    """What to tell after a look, if anything; `told` is what was told of before and stood then."""
    again = {name for name in seen.found if name not in told or now - told[name] >= AGAIN}
    lines = (*_mended(texts, seen), *_found(texts, seen, again), *_over(texts, seen, told))
    return News(lines, {name: now if name in again else told[name] for name in seen.found})


def _mended(texts: Mapping[str, str], seen: Round) -> Iterator[str]:
    for name, count in sorted(seen.mended.items()):
        yield fill(texts["audit_mended"], {"what": texts[f"check_{name}"], "count": count})


def _found(texts: Mapping[str, str], seen: Round, again: set[str]) -> Iterator[str]:
    for name in sorted(again):
        facts = {"what": texts[f"check_{name}"], "count": seen.found[name]}
        yield fill(texts["audit_found"], facts)


def _over(texts: Mapping[str, str], seen: Round, told: Mapping[str, datetime]) -> Iterator[str]:
    for name in sorted(told.keys() - seen.found.keys()):
        yield fill(texts["audit_over"], {"what": texts[f"check_{name}"]})
